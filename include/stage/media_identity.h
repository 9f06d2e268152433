#ifndef MKOS_STAGE_MEDIA_IDENTITY_H
#define MKOS_STAGE_MEDIA_IDENTITY_H

/*
 * The numbers that tell one medium from another, made from what is on it: the
 * same medium has the same everywhere. Of a file of more than 16 MiB, 256
 * pieces of 64 KiB count, the first and the last among them: to read it all
 * would take longer than to write the medium.
 */

#include "format/gpt.h"
#include "host/hash.h"

struct media_identity {
	struct hash hash;
};

#define MEDIA_IDENTITY_INIT \
	{                   \
		HASH_INIT   \
	}

MUST_CHECK int media_identity_text(struct media_identity *i, const char *text, struct err *e);
MUST_CHECK int media_identity_number(struct media_identity *i, uint64_t n, struct err *e);
MUST_CHECK int media_identity_source(struct media_identity *i, const struct source *s,
				     struct err *e);

/* A GUID from all that was added; `what` makes several of them from one. */
MUST_CHECK int media_identity_guid(const struct media_identity *i, const char *what,
				   struct guid *ret, struct err *e);

void media_identity_done(struct media_identity *i);
#define AUTO_MEDIA_IDENTITY AUTO(media_identity_done) struct media_identity

#endif
