#ifndef MKOS_INIT_SHARED_SMALL_FILE_H
#define MKOS_INIT_SHARED_SMALL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Reads the start of a file, at most size - 1 bytes, and terminates it. Returns the length, or -1
 * with errno set. Meant for files of the kernel and of /etc: it waits for the file system.
 */
ssize_t small_file_read(const char *path, char *buf, size_t size)
	__attribute__((warn_unused_result));

/*
 * The same, but of a file with more than size - 2 bytes only the whole lines: half a line could mean
 * something else.
 */
ssize_t small_file_lines(const char *path, char *buf, size_t size, bool *ret_cut)
	__attribute__((warn_unused_result));

#endif
