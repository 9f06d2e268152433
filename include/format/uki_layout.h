#ifndef MKOS_FORMAT_UKI_LAYOUT_H
#define MKOS_FORMAT_UKI_LAYOUT_H

/*
 * Where everything in a UKI goes: the sections of an EFI program, followed by
 * new ones that carry data. What the program had outside its sections (symbol
 * table, checksum, padding) is gone. In the file there is no gap and nothing
 * behind the last section; in memory new sections are adjacent.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"
#include "format/pe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What firmware has been seen to fail above: sections, and bytes of the file. */
enum { UKI_SECTIONS_ALL_FIRMWARE = 24 };
#define UKI_BYTES_ALL_FIRMWARE (2ull << 30)

/* One section. With two pieces or more, NULs fill each up to a multiple of 4 bytes, as initrds
 * need it, unless they are packed. */
struct uki_part {
	const char *name;
	const struct source *const *pieces;
	size_t n_pieces;
	bool packed;
};

struct uki_layout_input {
	const struct source *stub;
	const struct pe *pe;   /* its headers */
	const char *leave_out; /* a section of the stub that the result does not have, or NULL */
	const struct uki_part *parts;
	size_t n_parts;
};

/* Bytes from a source and zeros behind them. */
struct uki_run {
	const struct source *source;
	uint64_t offset;
	uint64_t len;
	uint64_t zeros;
};

/* The sources belong to the caller and outlive the layout. */
struct uki_layout {
	struct pe pe;	      /* the headers as values, */
	struct buf headers;   /* and as SizeOfHeaders bytes */
	struct uki_run *runs; /* what follows them in the file */
	size_t n_runs;
	size_t n_stub_sections; /* the first of pe.sections */
	uint64_t file_size;
};

/*
 * Refuses an empty piece, a stub that is signed, damaged or has no room for the
 * section table, and what would reach 4 GiB.
 */
MUST_CHECK int uki_layout_make(const struct uki_layout_input *in, struct uki_layout *ret,
			       struct err *e);

/* The file as a source, before it is written; the layout outlives it. */
struct uki_layout_source {
	struct source source; /* first */
	const struct uki_layout *layout;
};

void uki_layout_source_init(struct uki_layout_source *s, const struct uki_layout *layout,
			    const char *name);

void uki_layout_done(struct uki_layout *layout);
#define AUTO_UKI_LAYOUT AUTO(uki_layout_done) struct uki_layout

#endif
