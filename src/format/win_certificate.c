#include "format/win_certificate.h"

#include "base/bytes.h"

#include <inttypes.h>

int win_certificates_init(struct win_certificates *w, const struct source *file,
			  const struct pe *pe, struct err *e)
{
	const struct pe_directory *table = &pe->directories[PE_DIRECTORY_SECURITY];
	uint64_t sections_end = pe->SizeOfHeaders;

	*w = (struct win_certificates){.file = file};
	if (!table->Size)
		return 0;
	for (size_t i = 0; i < pe->n_sections; i++)
		if (pe->sections[i].SizeOfRawData &&
		    pe_section_file_end(&pe->sections[i]) > sections_end)
			sections_end = pe_section_file_end(&pe->sections[i]);
	w->at = table->VirtualAddress;
	w->end = w->at + table->Size;
	if (w->end > file->size)
		return err_set(e, ERR_INPUT,
			       "'%s': the certificate table (%" PRIu32 " bytes at %" PRIu32
			       ") ends outside of the file: it was cut off",
			       file->name, table->Size, table->VirtualAddress);
	if (w->at < sections_end)
		return err_set(e, ERR_INPUT,
			       "'%s': the certificate table at %" PRIu32
			       " lies inside the sections, which end at %" PRIu64,
			       file->name, table->VirtualAddress, sections_end);
	if (w->at % WIN_CERTIFICATE_ALIGN)
		return err_set(e, ERR_INPUT,
			       "'%s': the certificate table starts at %" PRIu64
			       ", which is no multiple of 8: firmware reads none of it",
			       file->name, w->at);
	return 0;
}

int win_certificates_next(struct win_certificates *w, struct win_certificate *ret, struct err *e)
{
	uint8_t header[WIN_CERTIFICATE_HEADER];
	uint64_t left = w->end - w->at;
	uint32_t length;

	if (!left)
		return 0;
	if (left < sizeof(header))
		return err_set(e, ERR_INPUT,
			       "'%s': the certificate table ends with %" PRIu64
			       " bytes that are no entry",
			       w->file->name, left);
	if (source_read(w->file, w->at, header, sizeof(header), e) < 0)
		return -1;
	length = le32_get(header);
	if (length <= sizeof(header) || length > left)
		return err_set(e, ERR_INPUT,
			       "'%s': the certificate at %" PRIu64 " claims %" PRIu32
			       " bytes, and %" PRIu64 " are left",
			       w->file->name, w->at, length, left);
	*ret = (struct win_certificate){
		.wRevision = le16_get(header + 4),
		.wCertificateType = le16_get(header + 6),
		.offset = w->at + sizeof(header),
		.size = length - (uint32_t)sizeof(header),
	};
	/* The last entry's padding may be missing. */
	left = align_up(length, WIN_CERTIFICATE_ALIGN) < left
		       ? align_up(length, WIN_CERTIFICATE_ALIGN)
		       : left;
	w->at += left;
	return 1;
}

uint32_t win_certificate_entry_size(size_t len)
{
	return (uint32_t)align_up(WIN_CERTIFICATE_HEADER + len, WIN_CERTIFICATE_ALIGN);
}

int win_certificate_write(struct sink *to, const void *pkcs7, size_t len, struct err *e)
{
	uint32_t size = win_certificate_entry_size(len);
	uint8_t header[WIN_CERTIFICATE_HEADER];

	le32_put(header, size);
	le16_put(header + 4, WIN_CERTIFICATE_REVISION);
	le16_put(header + 6, WIN_CERTIFICATE_PKCS7);
	if (sink_put(to, header, sizeof(header), e) < 0 || sink_put(to, pkcs7, len, e) < 0)
		return -1;
	return sink_zeros(to, size - WIN_CERTIFICATE_HEADER - len, e);
}
