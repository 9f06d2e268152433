#ifndef MKOS_INIT_TERMINAL_H
#define MKOS_INIT_TERMINAL_H

#include <stddef.h>

/*
 * The device behind /dev/console, such as /dev/ttyS0: the last word of what the kernel lists as
 * active; /dev/console itself if that is unknown or has no node.
 */
void terminal_find(char *ret_path, size_t size);

/* Opens it for reading and writing, not as controlling terminal and without waiting for a carrier;
 * the descriptor itself waits again. Returns -1 with errno set. */
int terminal_open(const char *path) __attribute__((warn_unused_result));

/*
 * Makes fd the controlling terminal of the calling session and puts back the settings that a killed
 * program may have left wild. Where the kernel refuses, the shell only lacks job control.
 */
void terminal_take(int fd);

/* The value for TERM: "linux" on the screen, "vt100" on a line. */
const char *terminal_kind(const char *path);

#endif
