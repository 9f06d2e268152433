/* Everything that reads PE files which somebody else made. */

#include "format/linux_image.h"
#include "format/pe.h"
#include "format/systemd_stub.h"
#include "format/uki.h"
#include "format/uki_lint.h"

#include "format/authenticode.h"
#include "format/uki_measure.h"
#include "format/uki_split.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 1 << 20 };

/* Takes bytes and counts them: what is to be hashed has to end. */
struct counter {
	struct digest digest; /* first */
	uint64_t n;
};

static int count(struct digest *d, const void *data, size_t len, struct err *e)
{
	(void)data;
	(void)e;
	((struct counter *)d)->n += len;
	return 0;
}

static int finish(struct digest *d, struct digest_value *ret, struct err *e)
{
	(void)d;
	(void)e;
	*ret = (struct digest_value){.bytes = {0}};
	return 0;
}

static void measure(const struct source *s, const struct pe *pe, const struct stub_version *v)
{
	static const struct digest_ops ops = {.put = count, .finish = finish};
	struct counter counter = {.digest = {.ops = &ops, .kind = DIGEST_SHA1}};
	const struct digests d = {.of = {&counter.digest}};
	struct digest_value values[DIGEST_KINDS];
	struct uki_measurement m;
	struct err e = ERR_INIT;

	if (authenticode_digests(s, pe, &d, values, &e) == 0 && counter.n > s->size)
		__builtin_trap();
	for (size_t i = 0; i < uki_profiles(pe, v) && i < 4; i++) {
		const struct uki_choice choice = {.profile = i,
						  .dtbauto = uki_offered(pe, v, i, ".dtbauto"),
						  .efifw = uki_offered(pe, v, i, ".efifw")};

		uki_measured_sections(pe, v, &choice, &m);
		for (size_t k = 0; k < m.n; k++) {
			if (m.of[k].section->VirtualSize > SMALL)
				continue;
			counter.n = 0;
			if (uki_section_digests(s, pe, m.of[k].section, &d, values, &e) == 0 &&
			    counter.n != m.of[k].section->VirtualSize)
				__builtin_trap();
		}
	}
}

/* Its stub is a program again, and makes the same stub when it is taken apart with its parts. */
static void split(const struct source *s)
{
	struct err e = ERR_INIT;
	struct uki_split taken;
	struct pe stub;

	if (uki_split_init(&taken, s, &e) < 0)
		return;
	if (pe_read(&taken.stub, &stub, &e) < 0)
		__builtin_trap();
	pe_done(&stub);
	uki_split_done(&taken);
}

/* The input as stub and kernel at once: it may be both. */
static void plan(const struct source *s)
{
	const struct uki_part part = {.name = ".linux", .pieces = &s, .n_pieces = 1};
	const struct uki_input in = {.stub = s, .parts = &part, .n_parts = 1};
	struct err e = ERR_INIT;
	struct uki_plan *made;
	struct uki_layout_source planned;
	AUTO_BUF out = BUF_INIT;
	AUTO_BUF read = BUF_INIT;
	struct buf_sink sink;

	if (uki_plan_new(&in, &made, &e) < 0)
		return;
	buf_sink_init(&sink, &out);
	if (made->layout.file_size < SMALL) {
		uki_layout_source_init(&planned, &made->layout, "planned");
		if (uki_write(made, &sink.sink, &e) < 0 || out.len != planned.source.size ||
		    buf_reserve(&read, out.len, &e) < 0 ||
		    source_read(&planned.source, 0, read.data, out.len, &e) < 0 ||
		    memcmp(read.data, out.data, out.len) != 0)
			__builtin_trap();
	}
	uki_plan_free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct memory_source m;
	struct pe pe;
	struct linux_image image;
	struct stub_version version = {.major = 0};
	struct uki_findings found = UKI_FINDINGS_INIT;

	memory_source_init(&m, data, size, "fuzz");
	if (pe_read(&m.source, &pe, &e) == 0) {
		if (stub_version_read(&m.source, &pe, &version, &e) < 0 && !e.text[0])
			__builtin_trap();
		measure(&m.source, &pe, &version);
		pe_done(&pe);
	}
	if (linux_image_read(&m.source, &image, &e) < 0 && !e.text[0])
		__builtin_trap();
	if (uki_lint(&m.source, &found, &e) == 0)
		uki_findings_done(&found);
	plan(&m.source);
	split(&m.source);
	return 0;
}
