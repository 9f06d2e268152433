#ifndef MKOS_TESTS_UKI_SAMPLE_H
#define MKOS_TESTS_UKI_SAMPLE_H

/* What the tests of the UKI writer plan and write: a stub, a kernel and parts, in memory. */

#include "unit.h"

#include "format/pe.h"
#include "format/uki.h"
#include "format/uki_lint.h"
#include "pe_sample.h"

#define SBAT_LINE "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"

/* A stub, a kernel, and the parts of a UKI of them. */
struct fixture {
	struct sample stub;
	struct sample kernel;
	const struct source *kernel_piece;
	struct memory_source texts[40];
	const struct source *pieces[40];
	size_t n_texts;
	struct uki_part parts[120];
	struct uki_input in;
};

static struct fixture f;

static inline void add(const char *name, const char *text)
{
	size_t i = f.n_texts++;

	memory_source_init(&f.texts[i], text, strlen(text), name);
	f.pieces[i] = &f.texts[i].source;
	f.parts[f.in.n_parts++] =
		(struct uki_part){.name = name, .pieces = &f.pieces[i], .n_pieces = 1};
}

static inline void begin(const char *version)
{
	memset(&f, 0, sizeof(f));
	sample_stub(&f.stub, PE_MACHINE_AMD64, false, version);
	sample_kernel(&f.kernel, PE_MACHINE_AMD64);
	f.in.stub = sample_source(&f.stub);
	f.in.parts = f.parts;
	f.kernel_piece = sample_source(&f.kernel);
	f.parts[f.in.n_parts++] =
		(struct uki_part){.name = ".linux", .pieces = &f.kernel_piece, .n_pieces = 1};
}

/* Sources again, after a sample changed its length. */
static inline void refresh(void)
{
	f.in.stub = sample_source(&f.stub);
	f.kernel_piece = sample_source(&f.kernel);
}

static inline void make(struct buf *out)
{
	struct err e = ERR_INIT;
	AUTO_UKI_PLAN plan = NULL;
	struct buf_sink sink;

	assert_ok(uki_plan_new(&f.in, &plan, &e));
	buf_clear(out);
	buf_sink_init(&sink, out);
	assert_ok(uki_write(plan, &sink.sink, &e));
	assert_int_equal(out->len, plan->layout.file_size);
}

static inline int plan_fails(struct err *e)
{
	struct uki_plan *plan;

	return uki_plan_new(&f.in, &plan, e);
}

static inline void read_back(const struct buf *uki, struct pe *pe)
{
	struct memory_source m;
	struct err e = ERR_INIT;

	memory_source_init(&m, uki->data, uki->len, "uki");
	assert_ok(pe_read(&m.source, pe, &e));
}

static inline void lint(const struct buf *uki, struct uki_findings *found)
{
	struct memory_source m;
	struct err e = ERR_INIT;

	memory_source_init(&m, uki->data, uki->len, "uki");
	assert_ok(uki_lint(&m.source, found, &e));
}

static inline void assert_content(const struct buf *uki, const char *name, const void *want,
				  size_t len)
{
	AUTO_PE pe = {.sections = NULL};
	const struct pe_section *section;

	read_back(uki, &pe);
	section = pe_section_find(&pe, name);
	assert_non_null(section);
	assert_int_equal(section->VirtualSize, len);
	assert_bytes(uki->data + section->PointerToRawData, section->VirtualSize, want, len);
	for (uint32_t i = section->VirtualSize; i < section->SizeOfRawData; i++)
		assert_int_equal(uki->data[section->PointerToRawData + i], 0);
}

#endif
