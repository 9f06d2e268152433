/* Programs of an image: headers, segments, dynamic tables and texts; and the loaders' texts. */

#include "format/ld_so_conf.h"
#include "host/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *context, const char *word, struct err *e)
{
	(void)e;
	if (!word[0])
		__builtin_trap();
	++*(size_t *)context;
	return 0;
}

static void read_texts(const char *text, size_t size)
{
	size_t words = 0;
	const struct ld_so_conf_reader reader = {&words, take, take};
	AUTO_STRV folders = STRV_INIT;
	struct err e = ERR_INIT;

	if (ld_so_conf_parse(text, size, &reader, &e) < 0 ||
	    ld_musl_path_parse(text, size, &folders, &e) < 0 || words > size)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	struct memory_source from;
	struct err e = ERR_INIT;

	memory_source_init(&from, data, size, "fuzz");
	if (elf_examine(&from.source, &facts, &e) < 0 && !e.text[0])
		__builtin_trap();
	read_texts((const char *)data, size);
	return 0;
}
