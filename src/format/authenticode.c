#include "format/authenticode.h"

#include <inttypes.h>
#include <stdlib.h>

/* A walk over the file: everything from `at` on is still to come. */
struct walk {
	const struct source *s;
	const struct digests *d;
	uint64_t at;
	uint64_t sum; /* SUM_OF_BYTES_HASHED of the specification */
};

static int take_until(struct walk *w, uint64_t end, struct err *e)
{
	uint64_t from = w->at;

	w->at = end;
	return digests_range(w->d, w->s, from, end - from, e);
}

static int by_place(const void *a, const void *b)
{
	uint32_t x = ((const struct pe_section *)a)->PointerToRawData;
	uint32_t y = ((const struct pe_section *)b)->PointerToRawData;

	return (x > y) - (x < y);
}

static int take_headers(struct walk *w, const struct pe *pe, struct err *e)
{
	uint64_t checksum = pe_checksum_offset(pe);
	uint64_t entry = pe_directory_offset(pe, PE_DIRECTORY_SECURITY);

	if (pe->SizeOfHeaders < pe_table_end(pe) || pe->SizeOfHeaders > w->s->size)
		return err_set(e, ERR_INPUT,
			       "'%s': headers of %" PRIu32
			       " bytes do not hold the section table, or end outside of the file",
			       w->s->name, pe->SizeOfHeaders);
	if (take_until(w, checksum, e) < 0)
		return -1;
	w->at += PE_CHECKSUM_SIZE;
	if (pe->NumberOfRvaAndSizes > PE_DIRECTORY_SECURITY) {
		if (take_until(w, entry, e) < 0)
			return -1;
		w->at += PE_DIRECTORY_ENTRY;
	}
	w->sum = pe->SizeOfHeaders;
	return take_until(w, pe->SizeOfHeaders, e);
}

static int take_sections(struct walk *w, const struct pe_section *sorted, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct pe_section *section = &sorted[i];
		uint64_t end = pe_section_file_end(section);

		if (section->PointerToRawData < w->at || end > w->s->size)
			return err_set(e, ERR_INPUT,
				       "'%s': section %s overlaps what stands before it in the "
				       "file, or ends outside of it",
				       w->s->name, section->Name);
		w->at = section->PointerToRawData;
		w->sum += section->SizeOfRawData;
		if (take_until(w, end, e) < 0)
			return -1;
	}
	return 0;
}

/*
 * What follows the sections, but not the certificates, which end the file. It is taken to begin
 * where the sections would end if nothing stood between them, and firmware does it like that.
 */
static int take_tail(struct walk *w, const struct pe *pe, struct err *e)
{
	uint32_t size = pe->directories[PE_DIRECTORY_SECURITY].Size;
	uint64_t end = w->s->size;

	w->at = w->sum;
	if (size > end - w->at)
		return err_set(e, ERR_INPUT,
			       "'%s': a certificate table of %" PRIu32
			       " bytes does not fit behind the sections",
			       w->s->name, size);
	return take_until(w, end - size, e);
}

int authenticode_digests(const struct source *s, const struct pe *pe, const struct digests *d,
			 struct digest_value ret[DIGEST_KINDS], struct err *e)
{
	AUTO_FREE struct pe_section *sorted = calloc(pe->n_sections + 1, sizeof(*sorted));
	struct walk w = {.s = s, .d = d};
	size_t n = 0;

	if (!sorted)
		return err_memory(e);
	for (size_t i = 0; i < pe->n_sections; i++)
		if (pe->sections[i].SizeOfRawData)
			sorted[n++] = pe->sections[i];
	qsort(sorted, n, sizeof(*sorted), by_place);
	if (take_headers(&w, pe, e) < 0 || take_sections(&w, sorted, n, e) < 0 ||
	    take_tail(&w, pe, e) < 0)
		return -1;
	return digests_finish(d, ret, e);
}
