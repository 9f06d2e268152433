#ifndef MKOS_INIT_STATE_DISK_H
#define MKOS_INIT_STATE_DISK_H

#include "settings.h"

#include <stddef.h>

#define STATE_FOLDER "/var/lib/mvirt"

enum state_result {
	STATE_MOUNTED,
	STATE_ABSENT, /* no such device, or not yet */
	STATE_FAILED, /* said why */
};

/*
 * Finds the disk, makes a file system on it if it is blank and that was asked for, checks it if the
 * image has the program for it, and mounts it on STATE_FOLDER; read-only if the check left errors.
 * Says what it does. A disk can take as long as it likes, so this runs in a child of PID 1. What
 * came of it stands in /run/pideisn/state: "mounted DEVICE" or "lost".
 */
enum state_result state_disk_mount(const struct state_settings *plan);

/* Writes that file. */
void state_disk_note(const char *what, const char *device);

/* The file's device, or "" if none is mounted. */
void state_disk_mounted(char *ret_device, size_t size);

#endif
