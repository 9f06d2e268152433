#ifndef MKOS_INIT_SMALL_FILE_H
#define MKOS_INIT_SMALL_FILE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads the start of a file, at most size - 1 bytes, and terminates it. Returns the length, or -1
 * with errno set. Meant for files of the kernel and of /etc: it waits for the file system.
 */
ssize_t small_file_read(const char *path, char *buf, size_t size)
	__attribute__((warn_unused_result));

#endif
