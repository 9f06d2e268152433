#include "stage/inspect_uki.h"

#include "format/pe.h"
#include "format/systemd_stub.h"
#include "host/hash.h"

#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

struct section_facts {
	const char *name;
	uint32_t size;
	char sha256[HASH_HEX];
	bool is_text;
	struct buf text;
};

static void section_facts_done(struct section_facts *f)
{
	buf_done(&f->text);
}
#define AUTO_SECTION_FACTS AUTO(section_facts_done) struct section_facts

static int get_facts(const struct source *from, const struct pe_section *section,
		     struct section_facts *f, struct err *e)
{
	const struct stub_section *known;
	struct pe_section_source content;

	if (pe_section_source_init(&content, from, section, e) < 0)
		return -1;
	f->name = section->Name;
	f->size = pe_section_size(section);
	if (hash_source(from, section->PointerToRawData, f->size, f->sha256, e) < 0)
		return -1;
	known = stub_section_find(section->Name);
	f->is_text = known && known->is_text && f->size <= TEXT_MAX;
	if (!f->is_text)
		return 0;
	if (buf_reserve(&f->text, f->size, e) < 0 ||
	    source_read(&content.source, 0, f->text.data, f->size, e) < 0)
		return -1;
	f->text.len = f->size;
	f->text.data[f->size] = '\0';
	return 0;
}

/* Indented, without white space at the end; a terminal must not take orders from it. */
static int put_text(const struct buf *text, struct buf *out, struct err *e)
{
	size_t len = text->len;
	bool at_start = true;

	while (len && strchr(" \t\r\n", text->data[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text->data[i];
		bool plain = c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f);

		if (at_start && c != '\n' && buf_puts(out, "    ", e) < 0)
			return -1;
		at_start = c == '\n';
		if (buf_put(out, plain ? (char *)&c : "?", 1, e) < 0)
			return -1;
	}
	return buf_puts(out, "\n", e);
}

static int put_section_text(const struct section_facts *f, struct buf *out, struct err *e)
{
	if (buf_putf(out, e, "%s:\n  size: %u bytes\n  sha256: %s\n", f->name, f->size, f->sha256) <
	    0)
		return -1;
	if (!f->is_text)
		return 0;
	if (buf_puts(out, "  text:\n", e) < 0)
		return -1;
	return put_text(&f->text, out, e);
}

int inspect_uki_text(const struct source *from, bool all, struct buf *out, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (pe_read(from, &pe, e) < 0)
		return -1;
	for (size_t i = 0; i < pe.n_sections; i++) {
		AUTO_SECTION_FACTS f = {.text = BUF_INIT};

		if (!all && !stub_section_is_payload(pe.sections[i].Name))
			continue;
		if (get_facts(from, &pe.sections[i], &f, e) < 0 || put_section_text(&f, out, e) < 0)
			return -1;
	}
	return 0;
}

static int put_json(const struct source *from, const struct pe_section *section, const char *key,
		    struct json_writer *out, struct err *e)
{
	AUTO_SECTION_FACTS f = {.text = BUF_INIT};

	if (get_facts(from, section, &f, e) < 0)
		return -1;
	json_open_object(out, key);
	json_number(out, "size", f.size);
	json_text(out, "sha256", f.sha256);
	if (f.is_text)
		json_text_n(out, "text", f.text.data, f.text.len);
	json_close_object(out);
	return 0;
}

/* A range of sections: those of the base, or of one profile. */
struct section_range {
	const struct source *from;
	const struct pe_section *first;
	size_t n;
	bool all;
};

/* All sections of that name as one list. */
static int put_list(const struct section_range *range, const char *name, struct json_writer *out,
		    struct err *e)
{
	json_open_array(out, name);
	for (size_t i = 0; i < range->n; i++)
		if (strcmp(range->first[i].Name, name) == 0 &&
		    put_json(range->from, &range->first[i], NULL, out, e) < 0)
			return -1;
	json_close_array(out);
	return 0;
}

static int put_member(const struct section_range *range, const struct pe_section *section,
		      struct json_writer *out, struct err *e)
{
	if (stub_section_may_repeat(section->Name))
		return put_list(range, section->Name, out, e);
	return put_json(range->from, section, section->Name, out, e);
}

static bool stands_before(const struct section_range *range, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(range->first[k].Name, range->first[i].Name) == 0)
			return true;
	return false;
}

static int put_range(const struct section_range *range, struct json_writer *out, struct err *e)
{
	for (size_t i = 0; i < range->n; i++) {
		const struct pe_section *section = &range->first[i];

		if (!range->all && !stub_section_is_payload(section->Name))
			continue;
		/* A key can be there once; the first is the one that counts. */
		if (stands_before(range, i))
			continue;
		if (put_member(range, section, out, e) < 0)
			return -1;
	}
	return 0;
}

static size_t until_profile(const struct pe *pe, size_t from)
{
	while (from < pe->n_sections && strcmp(pe->sections[from].Name, ".profile") != 0)
		from++;
	return from;
}

int inspect_uki_json(const struct source *from, bool all, struct json_writer *out, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};
	struct section_range range = {.from = from, .all = all};
	size_t at;

	if (pe_read(from, &pe, e) < 0)
		return -1;
	at = until_profile(&pe, 0);
	range.first = pe.sections;
	range.n = at;
	if (put_range(&range, out, e) < 0)
		return -1;
	if (at == pe.n_sections)
		return 0;
	json_open_array(out, "_profiles");
	while (at < pe.n_sections) {
		range.first = pe.sections + at;
		range.n = until_profile(&pe, at + 1) - at;
		json_open_object(out, NULL);
		if (put_range(&range, out, e) < 0)
			return -1;
		json_close_object(out);
		at += range.n;
	}
	json_close_array(out);
	return 0;
}
