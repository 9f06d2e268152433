#ifndef MKOS_HOST_UNPACK_H
#define MKOS_HOST_UNPACK_H

/*
 * Unpacking source archives (tar, any compression libarchive knows) that may
 * be hostile. Everything has to be below one top folder, which is left out of
 * the names. Regular files, folders, hard links, and symbolic links that stay
 * inside are unpacked, as 0644 or 0755 of this user; anything else, every
 * warning of libarchive, and too much of anything is an error.
 */

#include "base/err.h"

#include <stdint.h>

struct unpack_limits {
	uint64_t entries;
	uint64_t bytes; /* of all files together */
};

/*
 * Unpacks into `folder`, which must not exist. It is made under another name
 * and renamed at the end, so half an unpack is never taken for a whole one;
 * `stamp` is written into the file ".mvirt-mkos" in it. Shows progress.
 */
MUST_CHECK int unpack_archive(const char *archive, const char *folder, const char *stamp,
			      const struct unpack_limits *limits, struct err *e);

/* The stamp of an unpacked folder, or NULL when there is none. */
MUST_CHECK int unpack_stamp(const char *folder, char **ret, struct err *e);

#endif
