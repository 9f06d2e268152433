#include "stage/sign_image.h"

#include "format/authenticode.h"
#include "host/hash.h"

#include <inttypes.h>

/* A digest that hands its bytes on and adds them to the checksum: they are read once for both. */
struct counted_digest {
	struct digest digest; /* first */
	struct digest *inner;
	struct pe_checksum *sum;
	uint64_t bytes;
};

static int counted_put(struct digest *d, const void *data, size_t len, struct err *e)
{
	struct counted_digest *c = (struct counted_digest *)d;

	pe_checksum_put(c->sum, data, len);
	c->bytes += len;
	return digest_put(c->inner, data, len, e);
}

static int counted_finish(struct digest *d, struct digest_value *ret, struct err *e)
{
	return digest_finish(((struct counted_digest *)d)->inner, ret, e);
}

static const struct digest_ops counted_ops = {.put = counted_put, .finish = counted_finish};

/* A word of the checksum must not straddle the fields that are left out of the digest. */
static int check_place(const struct source *s, const struct pe *pe, struct err *e)
{
	if (pe->e_lfanew % 2)
		return err_set(e, ERR_INPUT, "'%s': its PE header starts at an odd offset",
			       s->name);
	if (pe->NumberOfRvaAndSizes <= PE_DIRECTORY_SECURITY)
		return err_set(
			e, ERR_INPUT,
			"'%s': its header has no room for a certificate table: it has %" PRIu32
			" data directories, and the fifth is needed",
			s->name, pe->NumberOfRvaAndSizes);
	if (s->size % 8)
		return err_set(e, ERR_INPUT, "'%s': its size is no multiple of 8", s->name);
	return 0;
}

/* Verifiers that read the file from front to end agree only when nothing is left out. */
static int check_cover(const struct sign_image *image, uint64_t digested, struct err *e)
{
	uint64_t covered = digested + PE_CHECKSUM_SIZE + PE_DIRECTORY_ENTRY +
			   image->pe.directories[PE_DIRECTORY_SECURITY].Size;

	if (covered == image->source->size)
		return 0;
	return err_set(e, ERR_INPUT,
		       "'%s': %" PRIu64 " of its bytes stand between sections, where no signature "
		       "covers them and verifiers disagree: rebuild it without gaps",
		       image->source->name, image->source->size - covered);
}

static int digest_image(struct sign_image *image, struct err *e)
{
	AUTO_HASH hash = HASH_INIT;
	struct counted_digest counted = {
		.digest = {.ops = &counted_ops, .kind = DIGEST_SHA256},
		.inner = &hash.digest,
		.sum = &image->covered,
	};
	const struct digests digests = {.of = {[DIGEST_SHA256] = &counted.digest}};
	struct digest_value values[DIGEST_KINDS];

	if (hash_begin(&hash, e) < 0 ||
	    authenticode_digests(image->source, &image->pe, &digests, values, e) < 0 ||
	    check_cover(image, counted.bytes, e) < 0)
		return -1;
	image->sha256 = values[DIGEST_SHA256];
	return 0;
}

static int make_statement(struct sign_image *image, struct err *e)
{
	AUTO_HASH hash = HASH_INIT;
	struct digest_value digest;
	struct der statement, digested;

	if (authenticode_statement_write(image->sha256.bytes, &image->statement, e) < 0)
		return -1;
	statement = (struct der){(const uint8_t *)image->statement.data, image->statement.len};
	if (authenticode_statement_digested(statement, &digested, e) < 0 ||
	    hash_begin(&hash, e) < 0 || hash_put(&hash, digested.data, digested.len, e) < 0 ||
	    digest_finish(&hash.digest, &digest, e) < 0)
		return -1;
	return authenticode_attributes_write(digest.bytes, &image->attributes, e);
}

int sign_image_read(const struct source *s, struct sign_image *ret, struct err *e)
{
	AUTO_SIGN_IMAGE image = {.source = s};

	if (pe_read(s, &image.pe, e) < 0 || check_place(s, &image.pe, e) < 0 ||
	    digest_image(&image, e) < 0 || make_statement(&image, e) < 0)
		return -1;
	*ret = image;
	image = (struct sign_image){.source = NULL};
	return 0;
}

void sign_image_done(struct sign_image *image)
{
	pe_done(&image->pe);
	buf_done(&image->statement);
	buf_done(&image->attributes);
}
