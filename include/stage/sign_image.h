#ifndef MKOS_STAGE_SIGN_IMAGE_H
#define MKOS_STAGE_SIGN_IMAGE_H

/* What a signature is made of and what changes in the image with it. */

#include "base/digest.h"
#include "base/source.h"
#include "format/authenticode_statement.h"
#include "format/pe.h"
#include "format/pe_checksum.h"

/*
 * An image whose size is a multiple of 8 and of which every byte but its checksum and certificates
 * is covered by its digest.
 */
struct sign_image {
	const struct source *source;
	struct pe pe;
	struct digest_value sha256;
	struct pe_checksum covered; /* over what was digested */
	struct buf statement;
	struct buf attributes;
};

/* Digests the image, in one pass over its bytes. */
MUST_CHECK int sign_image_read(const struct source *s, struct sign_image *ret, struct err *e);
void sign_image_done(struct sign_image *image);
#define AUTO_SIGN_IMAGE AUTO(sign_image_done) struct sign_image

#endif
