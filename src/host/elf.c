#include "host/elf.h"

#include "host/dynlib.h"
#include "host/file.h"

#include <libelf.h>
#include <string.h>

enum { TEXT_MAX = 4096, PIECE = 64 /* entries of a table that are read at once */ };
enum { SEGMENTS_MAX = 4096, DYNAMIC_MAX = 4096 };

#define SYMBOLS(X)        \
	X(elf_version)    \
	X(elf_errmsg)     \
	X(elf32_xlatetom) \
	X(elf64_xlatetom)

static struct {
	DYNLIB_FIELDS(SYMBOLS)
} elf;

#define ROW(f) {#f, (void **)&elf.f},
static const struct dynlib_symbol symbols[] = {SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib libelf = {
	"libelf.so.1", "libelf1", symbols, ARRAY_LEN(symbols), &loaded,
};

/* The file; libelf is given pieces of it, and so need not have all of it in memory or in a file. */
struct reading {
	const struct source *from;
	bool is64;
	unsigned int encoding;
	Elf64_Phdr *segments;
	size_t n_segments;
};

void elf_facts_done(struct elf_facts *f)
{
	free(f->interpreter);
	free(f->runpath);
	free(f->rpath);
	strv_done(&f->needed);
	*f = (struct elf_facts)ELF_FACTS_INIT;
}

static int broken(const struct reading *r, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is a broken ELF file: %s", r->from->name, why);
}

/* Structures of a type, of this size in the file and in memory. */
static int read_structs(const struct reading *r, Elf_Type type, uint64_t offset, Elf_Data *to,
			struct err *e)
{
	Elf_Data raw = *to;

	if (source_read(r->from, offset, to->d_buf, to->d_size, e) < 0)
		return -1;
	raw.d_type = type;
	raw.d_version = to->d_version = EV_CURRENT;
	if (!(r->is64 ? elf.elf64_xlatetom : elf.elf32_xlatetom)(to, &raw, r->encoding))
		return broken(r, elf.elf_errmsg(-1), e);
	return 0;
}

static int read_header(struct reading *r, Elf64_Ehdr *ret, struct err *e)
{
	union {
		Elf32_Ehdr small;
		Elf64_Ehdr large;
	} h;
	Elf_Data data = {.d_buf = &h, .d_size = r->is64 ? sizeof(h.large) : sizeof(h.small)};

	if (read_structs(r, ELF_T_EHDR, 0, &data, e) < 0)
		return -1;
	if (r->is64)
		*ret = h.large;
	else
		*ret = (Elf64_Ehdr){
			.e_type = h.small.e_type,
			.e_machine = h.small.e_machine,
			.e_phoff = h.small.e_phoff,
			.e_phentsize = h.small.e_phentsize,
			.e_phnum = h.small.e_phnum,
		};
	return 0;
}

static int read_segments(struct reading *r, const Elf64_Ehdr *h, struct err *e)
{
	size_t size = r->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

	if (h->e_phnum == 0)
		return 0;
	if (h->e_phentsize != size || h->e_phnum > SEGMENTS_MAX)
		return broken(r, "its table of segments makes no sense", e);
	if (h->e_phoff > r->from->size || h->e_phnum * size > r->from->size - h->e_phoff)
		return broken(r, "it ends inside its program headers", e);
	r->segments = calloc(h->e_phnum, sizeof(*r->segments));
	if (!r->segments)
		return err_memory(e);
	for (; r->n_segments < h->e_phnum; r->n_segments++) {
		Elf64_Phdr *to = &r->segments[r->n_segments];
		Elf32_Phdr p = {.p_type = PT_NULL};
		Elf_Data data = {.d_buf = r->is64 ? (void *)to : &p, .d_size = size};

		if (read_structs(r, ELF_T_PHDR, h->e_phoff + r->n_segments * size, &data, e) < 0)
			return -1;
		if (!r->is64)
			*to = (Elf64_Phdr){.p_type = p.p_type,
					   .p_offset = p.p_offset,
					   .p_vaddr = p.p_vaddr,
					   .p_filesz = p.p_filesz};
	}
	return 0;
}

static int read_interpreter(const struct reading *r, const Elf64_Phdr *segment, char **ret,
			    struct err *e)
{
	AUTO_FREE char *text = NULL;

	if (segment->p_filesz < 2 || segment->p_filesz > TEXT_MAX)
		return err_set(e, ERR_INPUT,
			       "'%s' is a broken ELF file: its interpreter's name has %llu bytes",
			       r->from->name, (unsigned long long)segment->p_filesz);
	text = calloc(1, segment->p_filesz + 1);
	if (!text)
		return err_memory(e);
	if (source_read(r->from, segment->p_offset, text, segment->p_filesz, e) < 0)
		return -1;
	*ret = TAKE(text);
	return 0;
}

/* Where the file has what is loaded at this address. */
static bool find_address(const struct reading *r, uint64_t address, uint64_t *ret)
{
	for (size_t i = 0; i < r->n_segments; i++) {
		const Elf64_Phdr *s = &r->segments[i];

		if (s->p_type != PT_LOAD || address < s->p_vaddr ||
		    address - s->p_vaddr >= s->p_filesz)
			continue;
		*ret = s->p_offset + (address - s->p_vaddr);
		return true;
	}
	return false;
}

/* A text of the table of dynamic texts. */
static int read_text(const struct reading *r, uint64_t table, uint64_t offset, char text[TEXT_MAX],
		     struct err *e)
{
	uint64_t size = r->from->size, at = table + offset;
	size_t len;

	if (offset > size || table > size || at > size)
		return broken(r, "a text in it is nowhere", e);
	len = size - at < TEXT_MAX ? (size_t)(size - at) : TEXT_MAX;
	if (source_read(r->from, at, text, len, e) < 0)
		return -1;
	return memchr(text, '\0', len) ? 0 : broken(r, "a text in it has no end", e);
}

/* The dynamic table, in memory; the caller frees it. */
static int read_dynamic(const struct reading *r, const Elf64_Phdr *segment, Elf64_Dyn **ret,
			size_t *ret_n, struct err *e)
{
	size_t size = r->is64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn), n;
	AUTO_FREE Elf64_Dyn *table = NULL;
	Elf32_Dyn small[PIECE];

	n = segment->p_filesz / size < DYNAMIC_MAX ? (size_t)(segment->p_filesz / size)
						   : DYNAMIC_MAX;
	table = calloc(n + 1, sizeof(*table));
	if (!table)
		return err_memory(e);
	for (size_t i = 0; i < n; i += PIECE) {
		size_t now = n - i < PIECE ? n - i : PIECE;
		Elf_Data data = {.d_buf = r->is64 ? (void *)&table[i] : small,
				 .d_size = now * size};

		if (read_structs(r, ELF_T_DYN, segment->p_offset + i * size, &data, e) < 0)
			return -1;
		for (size_t k = 0; !r->is64 && k < now; k++)
			table[i + k] = (Elf64_Dyn){.d_tag = small[k].d_tag,
						   .d_un.d_val = small[k].d_un.d_val};
	}
	*ret = TAKE(table);
	*ret_n = n;
	return 0;
}

static int keep_text(char **to, const char *text, struct err *e)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : err_memory(e);
}

static int take_dynamic(const struct reading *r, const Elf64_Dyn *d, uint64_t texts,
			struct elf_facts *facts, struct err *e)
{
	char text[TEXT_MAX];

	if (d->d_tag == DT_FLAGS_1)
		facts->no_defaults = d->d_un.d_val & DF_1_NODEFLIB;
	if (d->d_tag != DT_NEEDED && d->d_tag != DT_RUNPATH && d->d_tag != DT_RPATH)
		return 0;
	if (read_text(r, texts, d->d_un.d_val, text, e) < 0)
		return -1;
	if (d->d_tag == DT_NEEDED)
		return strv_add(&facts->needed, text, e);
	return keep_text(d->d_tag == DT_RUNPATH ? &facts->runpath : &facts->rpath, text, e);
}

static int examine_dynamic(const struct reading *r, const Elf64_Phdr *segment,
			   struct elf_facts *facts, struct err *e)
{
	AUTO_FREE Elf64_Dyn *table = NULL;
	uint64_t texts = 0;
	size_t n = 0;

	if (read_dynamic(r, segment, &table, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && table[i].d_tag != DT_NULL; i++)
		if (table[i].d_tag == DT_STRTAB && !find_address(r, table[i].d_un.d_ptr, &texts))
			return broken(r, "its dynamic texts are nowhere", e);
	for (size_t i = 0; i < n && table[i].d_tag != DT_NULL; i++)
		if (take_dynamic(r, &table[i], texts, facts, e) < 0)
			return -1;
	return 0;
}

static int read_facts(struct reading *r, struct elf_facts *facts, struct err *e)
{
	Elf64_Ehdr header;

	if (read_header(r, &header, e) < 0 || read_segments(r, &header, e) < 0)
		return -1;
	facts->machine = header.e_machine;
	facts->bits = r->is64 ? 64 : 32;
	facts->is_program = header.e_type == ET_EXEC || header.e_type == ET_DYN;
	for (size_t i = 0; i < r->n_segments; i++) {
		const Elf64_Phdr *s = &r->segments[i];

		if (s->p_type == PT_DYNAMIC && s->p_filesz && examine_dynamic(r, s, facts, e) < 0)
			return -1;
		if (s->p_type == PT_INTERP && !facts->interpreter &&
		    read_interpreter(r, s, &facts->interpreter, e) < 0)
			return -1;
	}
	return 0;
}

static int examine(const struct source *from, struct elf_facts *facts, struct err *e)
{
	struct reading r = {.from = from};
	unsigned char ident[EI_NIDENT] = {0};
	size_t len = from->size < EI_NIDENT ? (size_t)from->size : EI_NIDENT;
	int result;

	if (source_read(from, 0, ident, len, e) < 0)
		return -1;
	facts->is_elf = !memcmp(ident, ELFMAG, SELFMAG);
	if (!facts->is_elf)
		return 0;
	if (dynlib_load(&libelf, e) < 0)
		return -1;
	if (elf.elf_version(EV_CURRENT) == EV_NONE)
		return err_set(e, ERR_MISSING, "libelf is too old: %s", elf.elf_errmsg(-1));
	r.is64 = ident[EI_CLASS] == ELFCLASS64;
	r.encoding = ident[EI_DATA];
	if (!r.is64 && ident[EI_CLASS] != ELFCLASS32)
		return broken(&r, "it is neither for 32 nor for 64 bits", e);
	result = read_facts(&r, facts, e);
	free(r.segments);
	return result;
}

int elf_examine(const struct source *from, struct elf_facts *ret, struct err *e)
{
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;

	if (examine(from, &facts, e) < 0)
		return -1;
	*ret = facts;
	facts = (struct elf_facts)ELF_FACTS_INIT;
	return 0;
}

int elf_examine_file(const char *path, struct elf_facts *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	return file_source_open(&f, path, e) < 0 ? -1 : elf_examine(&f.source, ret, e);
}
