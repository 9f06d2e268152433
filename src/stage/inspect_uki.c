#include "stage/inspect_uki.h"

#include "host/hash.h"
#include "stage/inspect_sections.h"

#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

/* What one walk over the sections needs to know. */
struct walk {
	const struct source *from;
	const struct inspect_uki *how;
	struct section_wishes wishes;
	struct uki_view view;
};

static void walk_done(struct walk *w)
{
	section_wishes_done(&w->wishes);
	uki_view_done(&w->view);
}
#define AUTO_WALK AUTO(walk_done) struct walk

/* A section that was named and is not there is a mistake in the name. */
static int begin_walk(struct walk *w, struct err *e)
{
	if (section_wishes_parse(w->how->sections, &w->wishes, e) < 0 ||
	    inspect_view(w->from, w->how, &w->view, e) < 0)
		return -1;
	for (size_t i = 0; i < w->wishes.n; i++)
		if (!pe_section_find(&w->view.pe, w->wishes.v[i].name))
			return section_is_missing(w->from, &w->view, w->wishes.v[i].name, e);
	return 0;
}

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

static bool holds_text(const struct walk *w, const char *name)
{
	const struct section_wish *wish = section_wish_find(&w->wishes, name);
	const struct stub_section *known = stub_section_find(name);

	return wish ? wish->is_text : known && known->is_text;
}

static int get_facts(struct walk *w, const struct pe_section *section, struct section_facts *f,
		     struct err *e)
{
	struct pe_section_source content;

	if (pe_section_source_init(&content, w->from, section, e) < 0)
		return -1;
	f->name = section->Name;
	f->size = pe_section_size(section);
	if (hash_source(w->from, section->PointerToRawData, f->size, f->sha256, e) < 0)
		return -1;
	f->is_text = holds_text(w, section->Name) && f->size <= TEXT_MAX;
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

int inspect_uki_text(const struct source *from, const struct inspect_uki *how, struct buf *out,
		     struct err *e)
{
	AUTO_WALK w = {.from = from, .how = how};

	if (begin_walk(&w, e) < 0)
		return -1;
	for (size_t i = 0; i < w.view.n; i++) {
		const struct pe_section *section = w.view.sections[i].section;
		AUTO_SECTION_FACTS f = {.text = BUF_INIT};

		if (!section_is_shown(how, &w.wishes, section->Name))
			continue;
		if (get_facts(&w, section, &f, e) < 0 || put_section_text(&f, out, e) < 0)
			return -1;
	}
	return 0;
}

static int put_json(struct walk *w, const struct pe_section *section, const char *key,
		    struct json_writer *out, struct err *e)
{
	AUTO_SECTION_FACTS f = {.text = BUF_INIT};

	if (get_facts(w, section, &f, e) < 0)
		return -1;
	json_open_object(out, key);
	json_number(out, "size", f.size);
	json_text(out, "sha256", f.sha256);
	if (f.is_text)
		json_text_n(out, "text", f.text.data, f.text.len);
	json_close_object(out);
	return 0;
}

/* A key can be there once: the first of a name is the one that counts, unless there are lists. */
static int put_member(struct walk *w, const struct uki_view_section *section,
		      struct json_writer *out, struct err *e)
{
	const char *name = section->section->Name;

	if (!stub_section_may_repeat(name))
		return put_json(w, section->section, name, out, e);
	json_open_array(out, name);
	for (;;) {
		if (put_json(w, section->section, NULL, out, e) < 0)
			return -1;
		if (section->next == SIZE_MAX)
			break;
		section = &w->view.sections[section->next];
	}
	json_close_array(out);
	return 0;
}

int inspect_uki_json(const struct source *from, const struct inspect_uki *how,
		     struct json_writer *out, struct err *e)
{
	AUTO_WALK w = {.from = from, .how = how};
	size_t part = 0;

	if (begin_walk(&w, e) < 0)
		return -1;
	for (size_t i = 0; i < w.view.n; i++) {
		const struct uki_view_section *section = &w.view.sections[i];

		if (section->part != part) {
			if (part)
				json_close_object(out);
			else
				json_open_array(out, "_profiles");
			json_open_object(out, NULL);
			part = section->part;
		}
		if (section->is_first && section_is_shown(how, &w.wishes, section->section->Name) &&
		    put_member(&w, section, out, e) < 0)
			return -1;
	}
	if (part) {
		json_close_object(out);
		json_close_array(out);
	}
	return 0;
}
