#include "format/uki_split.h"

#include "base/bytes.h"
#include "format/sbat.h"
#include "format/systemd_stub.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	SBAT_MAX = 64 * 1024,
	SECTIONS_MAX = 4096, /* far more than any UKI has: whoever reads them compares names */
};

void uki_split_done(struct uki_split *s)
{
	pe_done(&s->pe);
	buf_done(&s->headers);
	buf_done(&s->stub_sbat);
	buf_done(&s->own_sbat);
}

static bool is_sbat(const struct pe_section *section)
{
	return strcmp(section->Name, ".sbat") == 0;
}

bool uki_split_is_added(const struct uki_split *s, size_t section)
{
	return section >= s->n_own && !is_sbat(&s->pe.sections[section]);
}

static int check(const struct uki_split *s, struct err *e)
{
	const struct pe *pe = &s->pe;
	const char *name = s->file->name;

	if (pe->directories[PE_DIRECTORY_SECURITY].Size)
		return err_set(e, ERR_INPUT,
			       "'%s' is signed: change the unsigned UKI and sign the result", name);
	if (pe->SizeOfHeaders < pe_table_end(pe) || pe->SizeOfHeaders > s->file->size)
		return err_set(e, ERR_INPUT,
			       "'%s': headers of %" PRIu32
			       " bytes do not hold the section table, or end outside of the file",
			       name, pe->SizeOfHeaders);
	if (pe->n_sections > SECTIONS_MAX)
		return err_set(e, ERR_LIMIT, "'%s' has more than %d sections", name, SECTIONS_MAX);
	for (size_t i = 0; i < pe->n_sections; i++) {
		uint64_t end = pe_section_file_end(&pe->sections[i]);

		if (pe->sections[i].SizeOfRawData && end > s->file->size)
			return err_set(e, ERR_INPUT,
				       "'%s' is cut short: section %s ends at %" PRIu64
				       ", the file at %" PRIu64,
				       name, pe->sections[i].Name, end, s->file->size);
	}
	return 0;
}

/* The stub's sections stand first. Some tools put the merged .sbat where the stub's own was. */
static int find_own(struct uki_split *s, struct err *e)
{
	const struct pe *pe = &s->pe;

	for (s->n_own = 0; s->n_own < pe->n_sections; s->n_own++) {
		const struct pe_section *section = &pe->sections[s->n_own];

		if (stub_section_is_payload(section->Name) && !is_sbat(section))
			break;
	}
	if (s->n_own == pe->n_sections)
		return err_set(e, ERR_INPUT, "'%s' is no UKI and no addon: nothing was added to it",
			       s->file->name);
	return 0;
}

/* The lines behind SBAT's own first one, each with a newline; "" when there is no sound .sbat. */
static int read_sbat(const struct source *file, const struct pe *pe, struct buf *lines,
		     struct err *e)
{
	const struct pe_section *section = pe_section_find(pe, ".sbat");
	struct pe_section_source content;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF merged = BUF_INIT;
	size_t len;

	if (!section)
		return 0;
	if (pe_section_source_init(&content, file, section, e) < 0)
		return -1;
	if (content.source.size > SBAT_MAX)
		return err_set(e, ERR_LIMIT, "'%s': its .sbat has more than %d bytes", file->name,
			       SBAT_MAX);
	len = (size_t)content.source.size;
	if (buf_reserve(&text, len + 1, e) < 0 ||
	    source_read(&content.source, 0, text.data, len, e) < 0)
		return -1;
	if (!sbat_is_valid(text.data, len))
		return 0;
	if (sbat_merge(&merged, text.data, len, e) < 0)
		return -1;
	return buf_put(lines, merged.data + strlen(SBAT_HEADER), merged.len - strlen(SBAT_HEADER),
		       e);
}

/* The kernel's lines, "" when it has none or is none. */
static int read_kernel_sbat(const struct uki_split *s, struct buf *lines, struct err *e)
{
	const struct pe_section *section = pe_section_find(&s->pe, ".linux");
	struct pe_section_source kernel;
	AUTO_PE pe = {.sections = NULL};

	if (!section)
		return 0;
	if (pe_section_source_init(&kernel, s->file, section, e) < 0)
		return -1;
	if (pe_read(&kernel.source, &pe, e) < 0)
		return e->kind == ERR_INPUT ? 0 : -1;
	return read_sbat(&kernel.source, &pe, lines, e);
}

/* Where lines begin in a text of lines; -1: nowhere. */
static ptrdiff_t find_lines(const struct buf *text, const char *lines, size_t len)
{
	const char *at = text->data;

	while (len && at) {
		at = memmem(at, text->len - (size_t)(at - text->data), lines, len);
		if (at && (at == text->data || at[-1] == '\n'))
			return at - text->data;
		at = at ? at + 1 : NULL;
	}
	return -1;
}

/* The usual line of a UKI, or of an addon, when the text ends in it. */
static ptrdiff_t find_usual_end(const struct buf *text)
{
	static const char *const usual[] = {SBAT_UKI, SBAT_ADDON};

	for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
		const char *line = usual[i] + strlen(SBAT_HEADER);
		size_t len = strlen(line);

		if (text->len >= len && memcmp(text->data + text->len - len, line, len) == 0 &&
		    (text->len == len || text->data[text->len - len - 1] == '\n'))
			return (ptrdiff_t)(text->len - len);
	}
	return -1;
}

static int put_text(struct buf *to, const char *lines, size_t len, struct err *e)
{
	return buf_puts(to, SBAT_HEADER, e) < 0 ? -1 : buf_put(to, lines, len, e);
}

/* Stub's lines, kernel's lines, further ones: in this order they were merged. */
static int split_sbat(struct uki_split *s, struct err *e)
{
	AUTO_BUF all = BUF_INIT;
	AUTO_BUF kernel = BUF_INIT;
	ptrdiff_t at;
	size_t rest;

	if (read_sbat(s->file, &s->pe, &all, e) < 0 || read_kernel_sbat(s, &kernel, e) < 0)
		return -1;
	if (all.len == 0)
		return 0;
	at = find_lines(&all, kernel.data, kernel.len);
	rest = at < 0 ? 0 : (size_t)at + kernel.len;
	if (at < 0) {
		at = find_usual_end(&all);
		rest = at < 0 ? all.len : (size_t)at;
	}
	if (at >= 0 && put_text(&s->own_sbat, all.data + rest, all.len - rest, e) < 0)
		return -1;
	if (at == 0)
		return 0;
	return put_text(&s->stub_sbat, all.data, at < 0 ? all.len : (size_t)at, e);
}

/* What fills the last section up to a block of the file was not the stub's. */
static void trim(const struct uki_split *s, struct pe_section *last)
{
	uint64_t align = s->pe.FileAlignment > 512 ? s->pe.FileAlignment : 512;
	uint64_t size = align_up(last->VirtualSize, align);

	if (last->VirtualSize && size < last->SizeOfRawData)
		last->SizeOfRawData = (uint32_t)size;
}

/* Its headers as they were, but for what is lost: the size they had before they grew. */
static int make_headers(struct uki_split *s, struct err *e)
{
	struct pe pe = s->pe;
	AUTO_FREE struct pe_section *sections = calloc(s->n_own + 2, sizeof(*sections));
	size_t len = s->pe.SizeOfHeaders, n = 0;

	if (!sections)
		return err_memory(e);
	for (size_t i = 0; i < s->n_own; i++)
		if (!is_sbat(&s->pe.sections[i]))
			sections[n++] = s->pe.sections[i];
	if (n)
		trim(s, &sections[n - 1]);
	s->sbat_at = align_up(s->file->size, 512);
	s->stub.size = s->sbat_at + s->stub_sbat.len;
	if (s->stub_sbat.len)
		sections[n++] = (struct pe_section){
			.Name = ".sbat",
			.VirtualSize = (uint32_t)s->stub_sbat.len,
			.SizeOfRawData = (uint32_t)s->stub_sbat.len,
			.PointerToRawData = (uint32_t)s->sbat_at,
		};
	pe.sections = sections;
	pe.n_sections = n;
	if (s->sbat_at > UINT32_MAX || pe_table_end(&pe) > len)
		return err_set(e, ERR_LIMIT, "'%s' is too big to be taken apart", s->file->name);
	if (buf_reserve(&s->headers, len + 1, e) < 0 ||
	    source_read(s->file, 0, s->headers.data, len, e) < 0)
		return -1;
	s->headers.len = len;
	pe_store(&pe, s->headers.data, len);
	return 0;
}

/* Copies what of a part that begins at `start` lies in the read; past it there are zeros. */
static void overlay(const struct buf *part, uint64_t start, uint64_t offset, uint8_t *to,
		    size_t len)
{
	uint64_t from = start > offset ? start : offset;
	uint64_t end = offset + len < start + part->len ? offset + len : start + part->len;

	if (from < end)
		memcpy(to + (from - offset), part->data + (from - start), (size_t)(end - from));
}

static int split_read(const struct source *source, uint64_t offset, void *data, size_t len,
		      struct err *e)
{
	const struct uki_split *s = (const struct uki_split *)source;
	size_t there = len;

	if (offset >= s->file->size)
		there = 0;
	else if (len > s->file->size - offset)
		there = (size_t)(s->file->size - offset);
	if (there && source_read(s->file, offset, data, there, e) < 0)
		return -1;
	memset((uint8_t *)data + there, 0, len - there);
	overlay(&s->headers, 0, offset, data, len);
	overlay(&s->stub_sbat, s->sbat_at, offset, data, len);
	return 0;
}

static const struct source_ops ops = {.read = split_read};

int uki_split_init(struct uki_split *s, const struct source *file, struct err *e)
{
	*s = (struct uki_split){.stub = {.ops = &ops, .name = file->name}, .file = file};
	if (pe_read(file, &s->pe, e) < 0 || check(s, e) < 0 || find_own(s, e) < 0 ||
	    split_sbat(s, e) < 0 || make_headers(s, e) < 0) {
		uki_split_done(s);
		return -1;
	}
	return 0;
}
