#ifndef MKOS_INIT_SHARED_FOLDER_H
#define MKOS_INIT_SHARED_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The names in a folder, without the heap that opendir() takes. In no order; without . and .. */
struct folder {
	int fd;
	size_t at;
	size_t len;
	char entries[2048] __attribute__((aligned(8)));
};

/* Returns -1 with errno set. */
int folder_open(struct folder *f, const char *path) __attribute__((warn_unused_result));

/* The next name, valid until the next call; NULL at the end. */
const char *folder_next(struct folder *f);

void folder_close(struct folder *f);

#endif
