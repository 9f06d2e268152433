#include "stage/verify.h"

#include "base/bytes.h"
#include "format/authenticode.h"
#include "format/authenticode_statement.h"
#include "format/pe_checksum.h"
#include "format/win_certificate.h"
#include "host/clock.h"
#include "host/hash.h"
#include "host/pkcs7.h"

#include <stdio.h>
#include <string.h>

enum { PIECE = 64 * 1024, RSA_BITS_MIN = 2048, SIGNATURES_MAX = 64 };

struct verification {
	const struct source *file;
	struct pe pe;
	const struct certificates *trusted;
	uint8_t sha256[AUTHENTICODE_SHA256];
	struct verify_report *report;
};

void verify_report_done(struct verify_report *r)
{
	for (size_t i = 0; i < r->n_signatures; i++)
		certificate_facts_done(&r->signatures[i].signer);
	free(r->signatures);
	*r = (struct verify_report){.signatures = NULL};
}

static int digest_image(struct verification *v, struct err *e)
{
	AUTO_HASH hash = HASH_INIT;
	struct digests digests = {.of = {[DIGEST_SHA256] = &hash.digest}};
	struct digest_value values[DIGEST_KINDS];

	if (hash_begin(&hash, e) < 0 ||
	    authenticode_digests(v->file, &v->pe, &digests, values, e) < 0)
		return -1;
	memcpy(v->sha256, values[DIGEST_SHA256].bytes, sizeof(v->sha256));
	digest_to_hex(DIGEST_SHA256, &values[DIGEST_SHA256], v->report->image_sha256);
	return 0;
}

/* The whole file, with the field itself as zeros. */
static int check_checksum(struct verification *v, struct err *e)
{
	AUTO_FREE uint8_t *piece = malloc(PIECE);
	uint64_t field = pe_checksum_offset(&v->pe);
	struct pe_checksum sum = {.sum = 0};

	v->report->has_checksum = v->pe.CheckSum != 0;
	if (!v->report->has_checksum)
		return 0;
	if (!piece)
		return err_memory(e);
	for (uint64_t at = 0; at < v->file->size; at += PIECE) {
		uint64_t left = v->file->size - at;
		size_t n = left < PIECE ? (size_t)left : PIECE;

		if (source_read(v->file, at, piece, n, e) < 0)
			return -1;
		for (uint64_t i = field; i < field + PE_CHECKSUM_SIZE; i++)
			if (i >= at && i - at < n)
				piece[i - at] = 0;
		pe_checksum_put(&sum, piece, n);
	}
	v->report->checksum_is_right = pe_checksum_value(&sum, v->file->size) == v->pe.CheckSum;
	return 0;
}

static void judge_dates(struct verify_signature *s)
{
	int64_t now = clock_calendar();

	s->is_expired = now < s->signer.not_before || now > s->signer.not_after;
}

/* In the order in which firmware would stumble. */
static const char *judge(const struct verification *v, const struct authenticode_statement *said,
			 const struct pkcs7_verdict *verdict,
			 const struct certificate_facts *signer)
{
	if (!said->is_sha256)
		return "its digest is not SHA-256";
	if (said->digest.len != sizeof(v->sha256) ||
	    memcmp(said->digest.data, v->sha256, sizeof(v->sha256)) != 0)
		return "the program was changed after it was signed";
	if (!verdict->intact)
		return "the signature is not that of its signer's key";
	if (!signer->is_rsa)
		return "its key is not RSA, which firmware (EDK II) does not take";
	if (signer->bits < RSA_BITS_MIN)
		return "its RSA key has less than 2048 bits";
	return NULL;
}

static int check_pkcs7(const struct verification *v, const struct buf *pkcs7,
		       struct verify_signature *s, struct err *e)
{
	const struct der der = {(const uint8_t *)pkcs7->data, pkcs7->len};
	struct authenticode_statement said;
	AUTO_PKCS7_VERDICT verdict = {.intact = false};
	const char *fault;

	if (authenticode_statement_read(der, &said, e) < 0 ||
	    pkcs7_check(der.data, der.len, said.digested.data, said.digested.len, v->trusted,
			&verdict, e) < 0)
		return -1;
	s->signer = verdict.signer;
	verdict.signer = (struct certificate_facts){.subject = NULL};
	judge_dates(s);
	fault = judge(v, &said, &verdict, &s->signer);
	s->is_intact = !fault;
	if (!fault && !v->trusted->n)
		fault = "not judged: no certificate was given";
	else if (!fault && !verdict.trusted)
		fault = "its signer does not lead to a certificate that is trusted";
	s->is_good = !fault;
	if (fault)
		snprintf(s->fault, sizeof(s->fault), "%s", fault);
	return 0;
}

static int check_signature(const struct verification *v, const struct win_certificate *w,
			   struct verify_signature *s, struct err *e)
{
	AUTO_BUF pkcs7 = BUF_INIT;
	struct err broken = ERR_INIT;

	if (w->wCertificateType != WIN_CERTIFICATE_PKCS7 ||
	    w->wRevision != WIN_CERTIFICATE_REVISION) {
		snprintf(s->fault, sizeof(s->fault),
			 "it is of revision 0x%04x and type %u, and firmware takes 0x0200 and 2",
			 w->wRevision, w->wCertificateType);
		return 0;
	}
	if (w->size > WIN_CERTIFICATE_MAX) {
		snprintf(s->fault, sizeof(s->fault), "it is larger than any signature");
		return 0;
	}
	if (buf_reserve(&pkcs7, w->size, e) < 0 ||
	    source_read(v->file, w->offset, pkcs7.data, w->size, e) < 0)
		return -1;
	pkcs7.len = w->size;
	if (check_pkcs7(v, &pkcs7, s, &broken) < 0) {
		if (broken.kind != ERR_INPUT) {
			*e = broken;
			return -1;
		}
		snprintf(s->fault, sizeof(s->fault), "%.200s", broken.text);
	}
	return 0;
}

static int check_signatures(struct verification *v, struct err *e)
{
	struct verify_report *report = v->report;
	struct win_certificates table;
	struct win_certificate w;
	int r;

	if (win_certificates_init(&table, v->file, &v->pe, e) < 0)
		return -1;
	report->trailing = table.end ? v->file->size - table.end : 0;
	report->signatures = calloc(SIGNATURES_MAX, sizeof(*report->signatures));
	if (!report->signatures)
		return err_memory(e);
	while ((r = win_certificates_next(&table, &w, e)) > 0) {
		if (report->n_signatures == SIGNATURES_MAX)
			return err_set(e, ERR_LIMIT, "'%s' has more than %d signatures",
				       v->file->name, SIGNATURES_MAX);
		if (check_signature(v, &w, &report->signatures[report->n_signatures++], e) < 0)
			return -1;
	}
	return r;
}

static int verify(struct verification *v, struct err *e)
{
	struct verify_report *report = v->report;

	if (pe_read(v->file, &v->pe, e) < 0 || digest_image(v, e) < 0 || check_checksum(v, e) < 0 ||
	    check_signatures(v, e) < 0)
		return -1;
	for (size_t i = 0; i < report->n_signatures; i++)
		report->is_good |= report->signatures[i].is_good && !report->trailing;
	return 0;
}

int stage_verify_by(const struct source *file, const struct certificates *trusted,
		    struct verify_report *ret, struct err *e)
{
	AUTO_VERIFY_REPORT report = {.signatures = NULL};
	struct verification v = {.file = file, .trusted = trusted, .report = &report};
	int r;

	r = verify(&v, e);
	pe_done(&v.pe);
	if (r < 0)
		return -1;
	*ret = report;
	report = (struct verify_report){.signatures = NULL};
	return 0;
}

int stage_verify(const struct source *file, const struct strv *trusted, struct verify_report *ret,
		 struct err *e)
{
	AUTO_CERTIFICATES certificates = {.v = NULL};

	for (size_t i = 0; trusted && i < trusted->n; i++)
		if (certificates_load(trusted->v[i], &certificates, e) < 0)
			return -1;
	return stage_verify_by(file, &certificates, ret, e);
}
