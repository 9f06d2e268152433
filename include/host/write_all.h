#ifndef MKOS_HOST_WRITE_ALL_H
#define MKOS_HOST_WRITE_ALL_H

/* write(2) and pwrite(2) until all is written, whatever signals come between. */

#include <stddef.h>
#include <stdint.h>

/* Returns 0, or -1 with errno set; how much was written then is not told. */
int write_all(int fd, const void *data, size_t len);

/* The same at `offset` of the file, whose own offset stays. */
int write_all_at(int fd, const void *data, size_t len, uint64_t offset);

#endif
