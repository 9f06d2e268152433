#include "host/elf.h"

#include "host/dynlib.h"
#include "host/file.h"

#include <gelf.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4096, DYNAMIC_MAX = 4096 /* entries */ };

#define SYMBOLS(X)              \
	X(elf_version)          \
	X(elf_begin)            \
	X(elf_end)              \
	X(elf_errmsg)           \
	X(elf_getphdrnum)       \
	X(elf_getdata_rawchunk) \
	X(gelf_getehdr)         \
	X(gelf_getphdr)         \
	X(gelf_getdyn)

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
	free(f->library_path);
	strv_done(&f->needed);
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

	if (header->p_filesz < 2 || header->p_filesz > TEXT_MAX)
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

/* Where the file has what is loaded at this address. */
static bool find_address(Elf *handle, size_t n, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!elf.gelf_getphdr(handle, (int)i, &segment) || segment.p_type != PT_LOAD ||
		    address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*ret = segment.p_offset + (address - segment.p_vaddr);
		return true;
	}
	return false;
}

/* A text of the table that begins there. */
static int read_text(const struct file_source *f, uint64_t at, char text[TEXT_MAX], struct err *e)
{
	uint64_t left = at < f->source.size ? f->source.size - at : 0;
	size_t len = left < TEXT_MAX ? (size_t)left : TEXT_MAX;

	if (source_read(&f->source, at, text, len, e) < 0)
		return -1;
	if (!memchr(text, '\0', len))
		return err_set(e, ERR_INPUT, "'%s' is a broken ELF file: a text in it has no end",
			       f->path);
	return 0;
}

static int read_dynamic_text(const struct file_source *f, const GElf_Dyn *d, uint64_t table,
			     struct elf_facts *facts, struct err *e)
{
	char text[TEXT_MAX];

	if (d->d_tag != DT_NEEDED && d->d_tag != DT_RUNPATH && d->d_tag != DT_RPATH)
		return 0;
	if (d->d_un.d_val > f->source.size)
		return err_set(e, ERR_INPUT, "'%s' is a broken ELF file: a text in it is nowhere",
			       f->path);
	if (read_text(f, table + d->d_un.d_val, text, e) < 0)
		return -1;
	if (d->d_tag == DT_NEEDED)
		return strv_add(&facts->needed, text, e);
	/* The old one counts only where there is no new one. */
	if (d->d_tag == DT_RPATH && facts->library_path)
		return 0;
	free(facts->library_path);
	facts->library_path = strdup(text);
	return facts->library_path ? 0 : err_memory(e);
}

static int read_dynamic(const struct file_source *f, Elf *handle, const GElf_Phdr *segment,
			struct elf_facts *facts, struct err *e)
{
	Elf_Data *data = elf.elf_getdata_rawchunk(handle, (int64_t)segment->p_offset,
						  segment->p_filesz, ELF_T_DYN);
	uint64_t table = 0;
	size_t segments = 0;
	GElf_Dyn d;

	if (!data || elf.elf_getphdrnum(handle, &segments) < 0)
		return broken(f->path, e);
	for (int i = 0; i < DYNAMIC_MAX && elf.gelf_getdyn(data, i, &d) && d.d_tag != DT_NULL; i++)
		if (d.d_tag == DT_STRTAB && !find_address(handle, segments, d.d_un.d_ptr, &table))
			return err_set(e, ERR_INPUT,
				       "'%s' is a broken ELF file: its dynamic texts are nowhere",
				       f->path);
	for (int i = 0; i < DYNAMIC_MAX && elf.gelf_getdyn(data, i, &d) && d.d_tag != DT_NULL; i++)
		if (read_dynamic_text(f, &d, table, facts, e) < 0)
			return -1;
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
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!elf.gelf_getphdr(handle, (int)i, &segment))
			return broken(f->path, e);
		if (segment.p_type == PT_DYNAMIC && segment.p_filesz &&
		    read_dynamic(f, handle, &segment, facts, e) < 0)
			return -1;
		if (segment.p_type == PT_INTERP && !facts->interpreter &&
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
