#include "host/elf.h"

#include "host/dynlib.h"
#include "host/file.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

enum { INTERPRETER_MAX = 4096 };

#define SYMBOLS(X)        \
	X(elf_version)    \
	X(elf_begin)      \
	X(elf_end)        \
	X(elf_errmsg)     \
	X(elf_getphdrnum) \
	X(gelf_getehdr)   \
	X(gelf_getphdr)

static struct {
	DYNLIB_FIELDS(SYMBOLS)
} elf;

#define ROW(f) {#f, (void **)&elf.f},
static const struct dynlib_symbol symbols[] = {SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib libelf = {
	"libelf.so.1", "libelf1", symbols, ARRAY_LEN(symbols), &loaded,
};

void elf_facts_done(struct elf_facts *f)
{
	free(f->interpreter);
	*f = (struct elf_facts)ELF_FACTS_INIT;
}

static void elf_close(Elf **handle)
{
	if (*handle)
		elf.elf_end(*handle);
}

static int broken(const char *path, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is a broken ELF file: %s", path, elf.elf_errmsg(-1));
}

static int read_interpreter(const struct file_source *f, const GElf_Phdr *header, char **ret,
			    struct err *e)
{
	AUTO_FREE char *text = NULL;

	if (header->p_filesz < 2 || header->p_filesz > INTERPRETER_MAX)
		return err_set(e, ERR_INPUT,
			       "'%s' is a broken ELF file: its interpreter's name has %llu bytes",
			       f->path, (unsigned long long)header->p_filesz);
	text = calloc(1, header->p_filesz + 1);
	if (!text)
		return err_memory(e);
	if (source_read(&f->source, header->p_offset, text, header->p_filesz, e) < 0)
		return -1;
	*ret = TAKE(text);
	return 0;
}

static int read_facts(const struct file_source *f, Elf *handle, struct elf_facts *facts,
		      struct err *e)
{
	GElf_Ehdr header;
	size_t n = 0;

	if (!elf.gelf_getehdr(handle, &header) || elf.elf_getphdrnum(handle, &n) < 0)
		return broken(f->path, e);
	/* libelf leaves out the headers behind the end of the file without a word. */
	if (header.e_phoff > f->source.size ||
	    (uint64_t)header.e_phnum * header.e_phentsize > f->source.size - header.e_phoff)
		return err_set(e, ERR_INPUT,
			       "'%s' is a broken ELF file: it ends inside its program headers",
			       f->path);
	facts->machine = header.e_machine;
	facts->bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	facts->is_program = header.e_type == ET_EXEC || header.e_type == ET_DYN;
	for (size_t i = 0; i < n && !facts->interpreter; i++) {
		GElf_Phdr segment;

		if (!elf.gelf_getphdr(handle, (int)i, &segment))
			return broken(f->path, e);
		if (segment.p_type == PT_INTERP &&
		    read_interpreter(f, &segment, &facts->interpreter, e) < 0)
			return -1;
	}
	return 0;
}

int elf_examine(const char *path, struct elf_facts *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	AUTO(elf_close) Elf *handle = NULL;
	char magic[SELFMAG];

	if (file_source_open(&f, path, e) < 0)
		return -1;
	if (f.source.size >= sizeof(magic)) {
		if (source_read(&f.source, 0, magic, sizeof(magic), e) < 0)
			return -1;
		facts.is_elf = !memcmp(magic, ELFMAG, SELFMAG);
	}
	if (facts.is_elf) {
		if (dynlib_load(&libelf, e) < 0)
			return -1;
		if (elf.elf_version(EV_CURRENT) == EV_NONE)
			return err_set(e, ERR_MISSING, "libelf is too old: %s", elf.elf_errmsg(-1));
		handle = elf.elf_begin(f.fd, ELF_C_READ, NULL);
		if (!handle)
			return broken(path, e);
		if (read_facts(&f, handle, &facts, e) < 0)
			return -1;
	}
	*ret = facts;
	facts = (struct elf_facts)ELF_FACTS_INIT;
	return 0;
}
