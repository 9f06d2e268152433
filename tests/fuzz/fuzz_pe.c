/* Everything that reads PE files which somebody else made. */

#include "format/linux_image.h"
#include "format/pe.h"
#include "format/systemd_stub.h"
#include "format/uki.h"
#include "format/uki_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as stub and kernel at once: it may be both. */
static void plan(const struct source *s)
{
	const struct uki_part part = {.name = ".linux", .pieces = &s, .n_pieces = 1};
	const struct uki_input in = {.stub = s, .parts = &part, .n_parts = 1};
	struct err e = ERR_INIT;
	struct uki_plan *made;
	AUTO_BUF out = BUF_INIT;
	struct buf_sink sink;

	if (uki_plan_new(&in, &made, &e) < 0)
		return;
	buf_sink_init(&sink, &out);
	if (made->layout.file_size < (1 << 20) &&
	    (uki_write(made, &sink.sink, &e) < 0 || out.len != made->layout.file_size))
		__builtin_trap();
	uki_plan_free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct memory_source m;
	struct pe pe;
	struct linux_image image;
	struct stub_version version;
	struct uki_findings found = UKI_FINDINGS_INIT;

	memory_source_init(&m, data, size, "fuzz");
	if (pe_read(&m.source, &pe, &e) == 0) {
		if (stub_version_read(&m.source, &pe, &version, &e) < 0 && !e.text[0])
			__builtin_trap();
		pe_done(&pe);
	}
	if (linux_image_read(&m.source, &image, &e) < 0 && !e.text[0])
		__builtin_trap();
	if (uki_lint(&m.source, &found, &e) == 0)
		uki_findings_done(&found);
	plan(&m.source);
	return 0;
}
