#include "stage/sign.h"

#include "base/bytes.h"
#include "base/sink.h"
#include "format/signed_data.h"
#include "format/win_certificate.h"
#include "host/file.h"
#include "host/hash.h"
#include "host/pkcs7.h"
#include "host/readback.h"
#include "stage/sign_image.h"

#include <inttypes.h>
#include <string.h>

enum { SIGNATURE_MAX = 64 * 1024, PIECE = 16 * 1024 };

/* One signature in the making. */
struct signing {
	struct output *o; /* the program, and then the signature behind it */
	const struct signer *signer;
	const char *name; /* of the program, for messages; NULL: the output's */
	struct readback written;
	const struct source *program; /* a multiple of 8 bytes */
	struct sign_image image;
	size_t before; /* signatures it has already */
	struct buf signature;
};

static void signing_done(struct signing *s)
{
	sign_image_done(&s->image);
	buf_done(&s->signature);
}
#define AUTO_SIGNING AUTO(signing_done) struct signing

static struct der der_of(const struct buf *b)
{
	return (struct der){(const uint8_t *)buf_str(b), b->len};
}

/* The PKCS#7 that goes into the table. */
static int make_certificate(const struct signing *s, struct buf *to, struct err *e)
{
	const struct signed_data data = {
		.has_content_info = true,
		.content_type = authenticode_content_type,
		.content = der_of(&s->image.statement),
		.attributes = der_of(&s->image.attributes),
		.signature = der_of(&s->signature),
		.certificates = s->signer->der,
		.n_certificates = s->signer->certificates.n,
	};

	return signed_data_write(&data, to, e);
}

/* A second signature of the same certificate would say nothing new. */
static int check_not_ours(const struct signing *s, const struct win_certificate *w, struct err *e)
{
	static const struct certificates nobody;
	const struct source *file = s->program;
	const struct der *ours = &s->signer->der[0];
	AUTO_PKCS7_VERDICT verdict = {.intact = false};
	AUTO_BUF pkcs7 = BUF_INIT;
	struct err unreadable = ERR_INIT;

	if (w->size > WIN_CERTIFICATE_MAX)
		return err_set(e, ERR_LIMIT, "'%s': a signature of %" PRIu32 " bytes is none",
			       file->name, w->size);
	if (buf_reserve(&pkcs7, w->size, e) < 0 ||
	    source_read(file, w->offset, pkcs7.data, w->size, e) < 0)
		return -1;
	/* What cannot be read is not ours, and stays. */
	if (pkcs7_check(pkcs7.data, w->size, "", 0, &nobody, &verdict, &unreadable) < 0)
		return 0;
	if (verdict.signer_der.len != ours->len ||
	    memcmp(verdict.signer_der.data, ours->data, ours->len) != 0)
		return 0;
	return err_set(e, ERR_INPUT, "'%s' is signed by '%s' already", file->name,
		       verdict.signer.subject);
}

static int count_signatures(struct signing *s, struct err *e)
{
	const struct source *file = s->program;
	struct win_certificates table;
	struct win_certificate w;
	int r;

	if (win_certificates_init(&table, file, &s->image.pe, e) < 0)
		return -1;
	if (table.end && table.end != file->size)
		return err_set(
			e, ERR_INPUT,
			"'%s': its certificate table has to be the end of the file, and more "
			"bytes follow",
			file->name);
	while ((r = win_certificates_next(&table, &w, e)) > 0) {
		if (check_not_ours(s, &w, e) < 0)
			return -1;
		s->before++;
	}
	return r;
}

static int look_at_program(struct signing *s, struct err *e)
{
	if (sign_image_read(s->program, &s->image, e) < 0)
		return -1;
	return count_signatures(s, e);
}

/* Zeros up to a multiple of 8 belong to the image: they are digested. */
static int read_program(struct signing *s, struct err *e)
{
	if (sink_align(&s->o->sink, WIN_CERTIFICATE_ALIGN, e) < 0 ||
	    readback_init(&s->written, s->o, e) < 0)
		return -1;
	if (s->name)
		s->written.source.name = s->name;
	s->program = &s->written.source;
	return look_at_program(s, e);
}

static int sum_range(struct pe_checksum *sum, const struct source *file, uint64_t at, uint64_t end,
		     struct err *e)
{
	uint8_t piece[PIECE];

	while (at < end) {
		size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;

		if (source_read(file, at, piece, n, e) < 0)
			return -1;
		pe_checksum_put(sum, piece, n);
		at += n;
	}
	return 0;
}

/* The checksum of everything but itself: what was digested, the table's place, and the table. */
static int sum_all(const struct signing *s, const uint8_t entry[PE_DIRECTORY_ENTRY], uint64_t table,
		   uint32_t *ret, struct err *e)
{
	struct pe_checksum sum = s->image.covered;
	struct readback all;

	pe_checksum_put(&sum, entry, PE_DIRECTORY_ENTRY);
	if (readback_init(&all, s->o, e) < 0 ||
	    sum_range(&sum, &all.source, table, all.source.size, e) < 0)
		return -1;
	*ret = pe_checksum_value(&sum, all.source.size);
	return 0;
}

/* Header fields that tell where the signatures are. No signature covers them. */
static int put_fields(struct signing *s, const struct pe_directory *table, struct err *e)
{
	const struct pe *pe = &s->image.pe;
	uint8_t entry[PE_DIRECTORY_ENTRY];
	uint8_t field[PE_CHECKSUM_SIZE];
	uint32_t checksum;

	le32_put(entry, table->VirtualAddress);
	le32_put(entry + 4, table->Size);
	if (sum_all(s, entry, table->VirtualAddress, &checksum, e) < 0)
		return -1;
	le32_put(field, checksum);
	if (output_put_at(s->o, pe_directory_offset(pe, PE_DIRECTORY_SECURITY), entry,
			  sizeof(entry), e) < 0)
		return -1;
	return output_put_at(s->o, pe_checksum_offset(pe), field, sizeof(field), e);
}

/* Puts the signature behind the others, and notes it in the headers. */
static int attach(struct signing *s, struct sign_summary *ret, struct err *e)
{
	const struct source *file = s->program;
	struct pe_directory table = s->image.pe.directories[PE_DIRECTORY_SECURITY];
	AUTO_BUF pkcs7 = BUF_INIT;
	uint64_t end;

	if (make_certificate(s, &pkcs7, e) < 0)
		return -1;
	end = file->size + win_certificate_entry_size(pkcs7.len);
	if (end > UINT32_MAX || pkcs7.len > WIN_CERTIFICATE_MAX)
		return err_set(e, ERR_LIMIT,
			       "'%s' is too large to be signed: a PE image ends before 4 GiB",
			       file->name);
	if (!table.Size)
		table.VirtualAddress = (uint32_t)file->size;
	table.Size = (uint32_t)(end - table.VirtualAddress);
	if (win_certificate_write(&s->o->sink, pkcs7.data, pkcs7.len, e) < 0 ||
	    put_fields(s, &table, e) < 0)
		return -1;
	digest_to_hex(DIGEST_SHA256, &s->image.sha256, ret->image_sha256);
	ret->signatures = s->before + 1;
	ret->size = s->o->sink.pos;
	return 0;
}

static int sign_with_key(struct signing *s, struct err *e)
{
	return private_key_sign(&s->signer->key, s->image.attributes.data, s->image.attributes.len,
				&s->signature, e);
}

/* A signature made elsewhere has to be of this program, by this certificate. */
static int take_signature(struct signing *s, const char *path, struct err *e)
{
	const struct certificate *certificate = &s->signer->certificates.v[0];
	const struct buf *attributes = &s->image.attributes;
	bool fits;

	if (file_read(path, SIGNATURE_MAX, &s->signature, e) < 0)
		return err_ctx(e, "signature");
	if (certificate_verify(certificate, attributes->data, attributes->len,
			       buf_str(&s->signature), s->signature.len, &fits, e) < 0)
		return -1;
	if (fits)
		return 0;
	return err_set(e, ERR_INPUT,
		       "signature '%s' is not that of '%s' by the key of '%s': prepare it anew "
		       "with --prepare-offline-signing",
		       path, s->program->name, certificate->facts.subject);
}

int sign_output(struct output *o, const struct signer *signer, struct sign_summary *ret,
		struct err *e)
{
	AUTO_SIGNING s = {.o = o, .signer = signer};

	if (read_program(&s, e) < 0 || sign_with_key(&s, e) < 0)
		return -1;
	return attach(&s, ret, e);
}

/* A file with the zeros behind it that its signed copy will have. */
struct padded_source {
	struct source source; /* first */
	const struct source *file;
};

static int padded_read(const struct source *s, uint64_t offset, void *data, size_t len,
		       struct err *e)
{
	const struct source *file = ((const struct padded_source *)s)->file;
	uint64_t left = offset < file->size ? file->size - offset : 0;
	size_t n = len < left ? len : (size_t)left;

	memset((char *)data + n, 0, len - n);
	return n ? source_read(file, offset, data, n, e) : 0;
}

static const struct source_ops padded_ops = {.read = padded_read};

/* The bytes for a key that is elsewhere. */
static int prepare(const struct sign_options *options, const struct source *input,
		   const struct signer *signer, struct sign_summary *ret, struct err *e)
{
	const struct padded_source padded = {
		.source = {.ops = &padded_ops,
			   .size = align_up(input->size, WIN_CERTIFICATE_ALIGN),
			   .name = input->name},
		.file = input,
	};
	AUTO_SIGNING s = {.signer = signer, .program = &padded.source};

	if (look_at_program(&s, e) < 0)
		return -1;
	digest_to_hex(DIGEST_SHA256, &s.image.sha256, ret->image_sha256);
	ret->signatures = s.before;
	ret->size = s.image.attributes.len;
	return output_write(options->output, s.image.attributes.data, s.image.attributes.len,
			    options->sync, e);
}

/* The copy with a signature: the one in that file, or one by the key. */
static int sign_copy(const struct file_source *input, const char *signature, struct signing *s,
		     struct sign_summary *ret, struct err *e)
{
	if (output_set_mode(s->o, input->stat.st_mode, e) < 0 || read_program(s, e) < 0)
		return -1;
	if (signature ? take_signature(s, signature, e) < 0 : sign_with_key(s, e) < 0)
		return -1;
	if (attach(s, ret, e) < 0 || file_source_unchanged(input, e) < 0)
		return -1;
	return output_commit(s->o, e);
}

static int copy_program(const struct file_source *input, const char *path, bool sync,
			struct output *o, struct err *e)
{
	if (output_begin(o, path, sync, e) < 0)
		return -1;
	return sink_range(&o->sink, &input->source, 0, input->source.size, e);
}

int sign_file(const char *input, const char *output, const struct signer *signer, bool sync,
	      struct sign_summary *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_SIGNING s = {.o = &o, .signer = signer, .name = input};

	if (file_source_open(&f, input, e) < 0 || copy_program(&f, output, sync, &o, e) < 0)
		return -1;
	return sign_copy(&f, NULL, &s, ret, e);
}

/* The program itself may be replaced, but not by the bytes for a key that is elsewhere. */
static int check_apart(const struct sign_options *o, struct err *e)
{
	const struct signer_options *s = &o->signer;

	if (s->key && file_apart(s->key, o->output, e) < 0)
		return -1;
	for (size_t i = 0; s->certificates && i < s->certificates->n; i++)
		if (file_apart(s->certificates->v[i], o->output, e) < 0)
			return -1;
	if (o->signature && file_apart(o->signature, o->output, e) < 0)
		return -1;
	return o->prepare ? file_apart(o->input, o->output, e) : 0;
}

int stage_sign(const struct sign_options *options, struct sign_summary *ret, struct err *e)
{
	AUTO_FILE_SOURCE input = FILE_SOURCE_INIT;
	AUTO_SIGNER signer = SIGNER_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_SIGNING s = {.o = &o, .signer = &signer, .name = options->input};

	if (check_apart(options, e) < 0 || file_source_open(&input, options->input, e) < 0 ||
	    signer_load(&options->signer, &signer, e) < 0)
		return -1;
	if (options->prepare)
		return prepare(options, &input.source, &signer, ret, e);
	if (copy_program(&input, options->output, options->sync, &o, e) < 0)
		return -1;
	return sign_copy(&input, options->signature, &s, ret, e);
}
