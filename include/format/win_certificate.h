#ifndef MKOS_FORMAT_WIN_CERTIFICATE_H
#define MKOS_FORMAT_WIN_CERTIFICATE_H

/*
 * The attribute certificate table of a PE image (Microsoft, "PE Format", The Attribute Certificate
 * Table; UEFI 2.10, 32.2.4). It ends the file; data directory 4 has its offset in the file. Each entry
 * starts at a multiple of 8:
 *
 *	0	dwLength, u32: of the entry with this header
 *	4	wRevision, u16: 0x0200
 *	6	wCertificateType, u16: 2 for PKCS#7 SignedData
 *	8	the certificate
 */

#include "base/sink.h"
#include "base/source.h"
#include "format/pe.h"

enum {
	WIN_CERTIFICATE_ALIGN = 8,
	WIN_CERTIFICATE_HEADER = 8,
	WIN_CERTIFICATE_REVISION = 0x0200,
	WIN_CERTIFICATE_PKCS7 = 2,
	/* No signature comes near it; what is larger is not read. */
	WIN_CERTIFICATE_MAX = 1 << 20,
};

struct win_certificate {
	uint16_t wRevision;
	uint16_t wCertificateType;
	uint64_t offset; /* of the certificate in the file */
	uint32_t size;	 /* of the certificate, with the padding that dwLength counts */
};

/* A walk over the table. */
struct win_certificates {
	const struct source *file;
	uint64_t at;
	uint64_t end;
};

/* An error when the table does not lie in the file, behind its sections. Without a table: empty. */
MUST_CHECK int win_certificates_init(struct win_certificates *w, const struct source *file,
				     const struct pe *pe, struct err *e);

/* 1: *ret is the next one; 0: there is none left. */
MUST_CHECK int win_certificates_next(struct win_certificates *w, struct win_certificate *ret,
				     struct err *e);

/* Bytes that win_certificate_write() puts for a certificate of len bytes. */
uint32_t win_certificate_entry_size(size_t len);

/* Writes one entry, padded to a multiple of 8. len is at most WIN_CERTIFICATE_MAX. */
MUST_CHECK int win_certificate_write(struct sink *to, const void *pkcs7, size_t len, struct err *e);

#endif
