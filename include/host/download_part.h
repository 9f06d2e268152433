#ifndef MKOS_HOST_DOWNLOAD_PART_H
#define MKOS_HOST_DOWNLOAD_PART_H

/* The file "PATH.part" that a download goes into, and the hash of all bytes in it. */

#include "host/hash.h"

#include <stdbool.h>

struct part {
	int fd;
	char *path; /* with ".part" */
	uint64_t size;
	struct hash hash;
};

#define PART_INIT        \
	{                \
		.fd = -1 \
	}

/* Takes over and hashes what an earlier run left; more than max_bytes of it is thrown away. */
MUST_CHECK int part_open(struct part *p, const char *path, uint64_t max_bytes, struct err *e);

/* Appends. What could be written of it counts, also on failure. */
MUST_CHECK int part_put(struct part *p, const void *data, size_t len, struct err *e);

/* Throws away what is in it. */
MUST_CHECK int part_restart(struct part *p, struct err *e);

/* Puts the file in place and closes it. */
MUST_CHECK int part_commit(struct part *p, const char *path, bool sync, struct err *e);

/* Closes; the file stays for another run when `keep` and there is something in it. */
void part_close(struct part *p, bool keep);

#endif
