#ifndef MKOS_INIT_UEVENT_H
#define MKOS_INIT_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the kernel says of a device: KEY=VALUE pieces, each ended by a newline in the file uevent of
 * its folder in /sys, by a NUL in a message. A partition has its number there, and its name from
 * the GPT, which the kernel has checked, as PARTNAME.
 */
bool uevent_value(const char *text, size_t len, const char *key, char *ret, size_t size);

/* A descriptor, never blocking, for the kernel's messages; -1 with errno set. */
int uevent_open(void) __attribute__((warn_unused_result));

/* One message of the kernel's, into buf; 0 when there is none. Those of anybody else are dropped. */
size_t uevent_receive(int fd, char *buf, size_t size);

#endif
