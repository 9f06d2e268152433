#ifndef MKOS_INIT_MOUNT_LIST_H
#define MKOS_INIT_MOUNT_LIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Takes the last line off the first *length bytes of /proc/self/mounts (proc_pid_mounts(5)) and
 * puts its mount point, with \040 and the like decoded, into ret_path; false when no line is left.
 * A line without a mount point, or with one that does not fit, is passed over.
 */
bool mount_list_take_last(const char *text, size_t *length, char *ret_path, size_t size);

/* Whether the way down leaves this mount point alone: /, and all of /proc, /sys and /dev. */
bool mount_list_stays(const char *path);

#endif
