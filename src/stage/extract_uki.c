#include "stage/extract_uki.h"

#include "base/path.h"
#include "host/file.h"
#include "host/output.h"
#include "stage/inspect_sections.h"

#include <string.h>

static int write_section(const struct source *from, const struct pe_section *section,
			 const char *path, struct err *e)
{
	const struct file_source *input = file_source_of(from);
	struct pe_section_source content;
	AUTO_OUTPUT o = OUTPUT_INIT;
	struct stat st;

	if (input && stat(path, &st) == 0 && st.st_dev == input->stat.st_dev &&
	    st.st_ino == input->stat.st_ino)
		return err_set(e, ERR_INPUT, "'%s' is the file that is read", path);
	if (pe_section_source_init(&content, from, section, e) < 0 ||
	    output_begin(&o, path, true, e) < 0 ||
	    sink_range(&o.sink, from, content.offset, content.source.size, e) < 0)
		return -1;
	return output_commit(&o, e);
}

int extract_uki_sections(const struct source *from, const struct inspect_uki *how, struct err *e)
{
	AUTO_SECTION_WISHES wishes = {.n = 0};
	AUTO_UKI_VIEW view = {.n = 0};

	if (section_wishes_parse(how->sections, &wishes, e) < 0 ||
	    inspect_view(from, how, &view, e) < 0)
		return -1;
	for (size_t i = 0; i < wishes.n; i++) {
		const struct pe_section *found = NULL;

		for (size_t k = 0; k < view.n && !found; k++)
			if (!strcmp(view.sections[k].section->Name, wishes.v[i].name))
				found = view.sections[k].section;
		if (wishes.v[i].path && !found)
			return section_is_missing(from, &view, wishes.v[i].name, e);
		if (wishes.v[i].path && write_section(from, found, wishes.v[i].path, e) < 0)
			return -1;
	}
	return 0;
}

/* No name begins with a dot, and none has a slash. */
static int file_name(const struct uki_view_section *s, struct buf *to, struct err *e)
{
	const char *name = s->section->Name;
	int r = stub_section_is_payload(name) ? buf_puts(to, name + 1, e)
					      : buf_putf(to, e, "section-%s", name);

	if (r == 0 && s->nth > 1)
		r = buf_putf(to, e, ".%zu", s->nth);
	for (char *c = to->data; r == 0 && *c; c++)
		if (*c == '/')
			*c = '_';
	return r;
}

static int write_into(const struct source *from, const struct uki_view_section *s,
		      const char *folder, struct err *e)
{
	AUTO_FREE char *inner = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_BUF name = BUF_INIT;
	AUTO_BUF profile = BUF_INIT;

	if (file_name(s, &name, e) < 0)
		return -1;
	if (s->part) {
		if (buf_putf(&profile, e, "profile-%zu", s->part - 1) < 0 ||
		    path_join(folder, profile.data, &inner, e) < 0 || folder_make(inner, e) < 0)
			return -1;
		folder = inner;
	}
	if (path_join(folder, name.data, &path, e) < 0)
		return -1;
	return write_section(from, s->section, path, e);
}

int extract_uki_all(const struct source *from, const struct inspect_uki *how, const char *folder,
		    size_t *ret_sections, struct err *e)
{
	AUTO_SECTION_WISHES wishes = {.n = 0};
	AUTO_UKI_VIEW view = {.n = 0};

	if (section_wishes_parse(how->sections, &wishes, e) < 0 ||
	    inspect_view(from, how, &view, e) < 0 || folder_make_new(folder, e) < 0)
		return -1;
	*ret_sections = 0;
	for (size_t i = 0; i < view.n; i++) {
		if (!section_is_shown(how, &wishes, view.sections[i].section->Name))
			continue;
		if (write_into(from, &view.sections[i], folder, e) < 0)
			return -1;
		++*ret_sections;
	}
	return 0;
}
