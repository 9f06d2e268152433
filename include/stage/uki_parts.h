#ifndef MKOS_STAGE_UKI_PARTS_H
#define MKOS_STAGE_UKI_PARTS_H

/*
 * The content of sections while it is gathered: files stay open and texts are kept until
 * uki_parts_done(). A section is begun, then content is put into it, piece by piece.
 */

#include "base/buf.h"
#include "base/source.h"
#include "format/pe.h"
#include "format/uki_layout.h"
#include "host/file.h"

#include <stdbool.h>
#include <stddef.h>

struct uki_content;

struct uki_parts {
	struct uki_part *v;
	size_t n;
	struct uki_content **contents;
	size_t n_contents;
};

#define UKI_PARTS_INIT     \
	{                  \
		.v = NULL, \
	}

void uki_parts_done(struct uki_parts *p);

/* A section without content yet. The name is copied. */
MUST_CHECK int uki_parts_begin(struct uki_parts *p, const char *name, struct err *e);

/* Opens a file that belongs to the whole, not to a section: the stub, say. */
MUST_CHECK int uki_parts_open(struct uki_parts *p, const char *path, const struct source **ret,
			      struct err *e);

/* Content of the section begun last: a file; a file that is open, which is then the parts'; what is in the buffer, which is then empty; a
 * section of a source that was opened here; a source of the caller's. */
MUST_CHECK int uki_parts_file(struct uki_parts *p, const char *path, const struct source **ret,
			      struct err *e);
MUST_CHECK int uki_parts_opened(struct uki_parts *p, struct file_source *file,
				const struct source **ret, struct err *e);
MUST_CHECK int uki_parts_text(struct uki_parts *p, struct buf *text, struct err *e);
MUST_CHECK int uki_parts_section(struct uki_parts *p, const struct source *file,
				 const struct pe_section *section, struct err *e);
MUST_CHECK int uki_parts_source(struct uki_parts *p, const struct source *s, struct err *e);

/* Its pieces follow each other without padding. */
void uki_parts_pack(struct uki_parts *p);

/* Moves the section begun last in front of the one at that place. */
void uki_parts_move_last(struct uki_parts *p, size_t place);

/* Fails when the output is one of the files: the rename would replace an input. */
MUST_CHECK int uki_parts_apart(const struct uki_parts *p, const char *output, struct err *e);

/* Fails when a file was written to since it was opened. */
MUST_CHECK int uki_parts_unchanged(const struct uki_parts *p, struct err *e);

#endif
