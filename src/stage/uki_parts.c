#include "stage/uki_parts.h"

#include <stdlib.h>
#include <string.h>

/* Does not move once it is made: what is made from it points into it. */
struct uki_content {
	struct file_source file; /* fd -1: none */
	struct buf text;
	struct memory_source memory;
	struct pe_section_source section;
};

static void content_free(struct uki_content *c)
{
	if (!c)
		return;
	file_source_close(&c->file);
	buf_done(&c->text);
	free(c);
}

void uki_parts_done(struct uki_parts *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free((char *)p->v[i].name);
		free((void *)p->v[i].pieces);
	}
	free(p->v);
	for (size_t i = 0; i < p->n_contents; i++)
		content_free(p->contents[i]);
	free(p->contents);
	*p = (struct uki_parts)UKI_PARTS_INIT;
}

int uki_parts_begin(struct uki_parts *p, const char *name, struct err *e)
{
	struct uki_part *v = reallocarray(p->v, p->n + 1, sizeof(*v));

	if (!v)
		return err_memory(e);
	p->v = v;
	v[p->n] = (struct uki_part){.name = strdup(name)};
	if (!v[p->n].name)
		return err_memory(e);
	p->n++;
	return 0;
}

static int add_content(struct uki_parts *p, struct uki_content **ret, struct err *e)
{
	struct uki_content **contents =
		reallocarray(p->contents, p->n_contents + 1, sizeof(struct uki_content *));
	struct uki_content *c = NULL;

	if (!contents)
		return err_memory(e);
	p->contents = contents;
	c = calloc(1, sizeof(*c));
	if (!c)
		return err_memory(e);
	c->file = (struct file_source)FILE_SOURCE_INIT;
	contents[p->n_contents++] = c;
	*ret = c;
	return 0;
}

int uki_parts_source(struct uki_parts *p, const struct source *s, struct err *e)
{
	struct uki_part *part = &p->v[p->n - 1];
	const struct source **pieces =
		reallocarray((void *)part->pieces, part->n_pieces + 1, sizeof(struct source *));

	if (!pieces)
		return err_memory(e);
	pieces[part->n_pieces++] = s;
	part->pieces = pieces;
	return 0;
}

int uki_parts_open(struct uki_parts *p, const char *path, const struct source **ret, struct err *e)
{
	struct uki_content *c = NULL;

	if (add_content(p, &c, e) < 0 || file_source_open(&c->file, path, e) < 0)
		return -1;
	*ret = &c->file.source;
	return 0;
}

int uki_parts_file(struct uki_parts *p, const char *path, const struct source **ret, struct err *e)
{
	const struct source *s;

	if (uki_parts_open(p, path, &s, e) < 0 || uki_parts_source(p, s, e) < 0)
		return -1;
	if (ret)
		*ret = s;
	return 0;
}

int uki_parts_opened(struct uki_parts *p, struct file_source *file, const struct source **ret,
		     struct err *e)
{
	struct uki_content *c = NULL;

	if (add_content(p, &c, e) < 0)
		return -1;
	c->file = *file;
	*file = (struct file_source)FILE_SOURCE_INIT;
	*ret = &c->file.source;
	return uki_parts_source(p, *ret, e);
}

int uki_parts_text(struct uki_parts *p, struct buf *text, struct err *e)
{
	struct uki_content *c = NULL;

	if (add_content(p, &c, e) < 0)
		return -1;
	c->text = *text;
	*text = (struct buf)BUF_INIT;
	memory_source_init(&c->memory, c->text.data, c->text.len, p->v[p->n - 1].name);
	return uki_parts_source(p, &c->memory.source, e);
}

int uki_parts_section(struct uki_parts *p, const struct source *file,
		      const struct pe_section *section, struct err *e)
{
	struct uki_content *c = NULL;

	if (add_content(p, &c, e) < 0 || pe_section_source_init(&c->section, file, section, e) < 0)
		return -1;
	return uki_parts_source(p, &c->section.source, e);
}

void uki_parts_pack(struct uki_parts *p)
{
	p->v[p->n - 1].packed = true;
}

void uki_parts_move_last(struct uki_parts *p, size_t place)
{
	struct uki_part last = p->v[p->n - 1];

	memmove(&p->v[place + 1], &p->v[place], (p->n - 1 - place) * sizeof(last));
	p->v[place] = last;
}

int uki_parts_apart(const struct uki_parts *p, const char *output, struct err *e)
{
	for (size_t i = 0; i < p->n_contents; i++) {
		const struct file_source *f = &p->contents[i]->file;

		if (f->fd >= 0 && file_source_apart(f, output, e) < 0)
			return -1;
	}
	return 0;
}

int uki_parts_unchanged(const struct uki_parts *p, struct err *e)
{
	for (size_t i = 0; i < p->n_contents; i++)
		if (p->contents[i]->file.fd >= 0 &&
		    file_source_unchanged(&p->contents[i]->file, e) < 0)
			return -1;
	return 0;
}
