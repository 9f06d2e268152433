#include "format/uki_layout.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MIN_FILE_ALIGN = 512,
	MAX_FILE_ALIGN = 64 * 1024, /* the specification's limit */
	PAGE = 4096,
	BLOCK = 4096, /* of file systems that share blocks between files */
	SHARED_MIN = 64 * 1024,
	INITRD_ALIGN = 4,
};

/* Data that is read. The kernel is code, but without MEM_EXECUTE: firmware that protects
 * memory takes an executable section for one that it has to align to pages itself. */
#define DATA_CHARACTERISTICS   (PE_CNT_INITIALIZED_DATA | PE_MEM_READ)
#define KERNEL_CHARACTERISTICS (PE_CNT_CODE | PE_MEM_READ)

/* A layout in the making: the next free place in file and memory. */
struct placer {
	const struct uki_layout_input *in;
	struct uki_layout *out;
	uint64_t file_align;
	uint64_t file;
	uint64_t memory;
};

void uki_layout_done(struct uki_layout *layout)
{
	pe_done(&layout->pe);
	buf_done(&layout->headers);
	free(layout->runs);
	*layout = (struct uki_layout){.n_runs = 0};
}

static int check_stub(const struct uki_layout_input *in, struct err *e)
{
	const struct pe *pe = in->pe;
	const char *name = in->stub->name;

	if (pe->Subsystem != PE_SUBSYSTEM_EFI_APPLICATION)
		return err_set(e, ERR_INPUT, "stub '%s' is not an EFI program: its subsystem is %u",
			       name, pe->Subsystem);
	if (pe->directories[PE_DIRECTORY_SECURITY].Size)
		return err_set(e, ERR_INPUT,
			       "stub '%s' is signed, and its signature would not fit the UKI: "
			       "take the unsigned stub and sign the UKI",
			       name);
	if (pe->FileAlignment > MAX_FILE_ALIGN)
		return err_set(e, ERR_INPUT,
			       "stub '%s': file alignment 0x%" PRIx32 " is above 64 KiB", name,
			       pe->FileAlignment);
	if (pe->n_sections == 0)
		return err_set(e, ERR_INPUT, "stub '%s' has no sections", name);
	if (pe->SizeOfHeaders > in->stub->size)
		return err_set(e, ERR_INPUT,
			       "stub '%s' is cut short: headers of %" PRIu32
			       " bytes, a file of %" PRIu64,
			       name, pe->SizeOfHeaders, in->stub->size);
	return 0;
}

static bool is_kept(const struct uki_layout_input *in, const struct pe_section *section)
{
	return !in->leave_out || strcmp(section->Name, in->leave_out) != 0;
}

/* An empty section still stands where it says. */
static uint64_t memory_end(const struct pe_section *section)
{
	return pe_section_memory_end(section) + (pe_section_memory(section) == 0);
}

static int check_stub_section(const struct uki_layout_input *in, const struct pe_section *section,
			      struct err *e)
{
	uint64_t end = pe_section_file_end(section);
	const struct pe *pe = in->pe;

	if (section->SizeOfRawData && end > in->stub->size)
		return err_set(e, ERR_INPUT,
			       "stub '%s' is cut short: section %s ends at %" PRIu64
			       ", the file at %" PRIu64,
			       in->stub->name, section->Name, end, in->stub->size);
	for (const struct pe_section *other = pe->sections; other < section; other++)
		if (is_kept(in, other) && other->VirtualAddress < memory_end(section) &&
		    section->VirtualAddress < memory_end(other))
			return err_set(e, ERR_INPUT,
				       "stub '%s': sections %s and %s overlap in memory",
				       in->stub->name, other->Name, section->Name);
	return 0;
}

static void add_run(struct placer *p, const struct source *source, uint64_t offset, uint64_t len,
		    uint64_t align)
{
	const struct pe_section_source *section = pe_section_source_of(source);
	struct uki_run *run = &p->out->runs[p->out->n_runs++];

	/* A range of a file, so that whoever writes can let the kernel copy. */
	*run = section ? (struct uki_run){section->file, section->offset + offset, len, 0}
		       : (struct uki_run){source, offset, len, 0};
	run->zeros = align_up(p->file + len, align) - (p->file + len);
	p->file += len + run->zeros;
}

static int place_stub_sections(struct placer *p, struct err *e)
{
	const struct pe *pe = p->in->pe;

	for (size_t i = 0; i < pe->n_sections; i++) {
		struct pe_section *to = &p->out->pe.sections[p->out->pe.n_sections];
		const struct pe_section *from = &pe->sections[i];

		if (!is_kept(p->in, from))
			continue;
		if (check_stub_section(p->in, from, e) < 0)
			return -1;
		*to = *from;
		to->PointerToRawData = from->SizeOfRawData ? (uint32_t)p->file : 0;
		if (from->SizeOfRawData)
			add_run(p, p->in->stub, from->PointerToRawData, from->SizeOfRawData,
				p->file_align);
		if (p->file > UINT32_MAX)
			return err_set(e, ERR_LIMIT, "stub '%s' has sections of 4 GiB or more",
				       p->in->stub->name);
		to->SizeOfRawData = (uint32_t)align_up(from->SizeOfRawData, p->file_align);
		if (memory_end(to) > p->memory)
			p->memory = memory_end(to);
		p->out->pe.n_sections++;
	}
	p->out->n_stub_sections = p->out->pe.n_sections;
	return 0;
}

static int too_big(const struct uki_part *part, struct err *e)
{
	return err_set(e, ERR_LIMIT,
		       "section %s ('%s') does not fit: an EFI program ends below 4 GiB",
		       part->name, part->pieces[0]->name);
}

static bool is_large(const struct uki_part *part)
{
	uint64_t size = 0;

	for (size_t i = 0; i < part->n_pieces; i++)
		size += part->pieces[i]->size < SHARED_MIN ? part->pieces[i]->size : SHARED_MIN;
	return size >= SHARED_MIN;
}

/* Large content begins at a block of the file, so that file systems can share it with the input
 * instead of copying. What fills up belongs to the section before: there is no gap. */
static void begin_at_block(struct placer *p)
{
	size_t last = p->out->pe.n_sections;
	struct pe_section *section;
	uint64_t more = align_up(p->file, BLOCK) - p->file;

	if (last == 0 || p->file > UINT32_MAX - BLOCK)
		return;
	section = &p->out->pe.sections[last - 1];
	/* Without a VirtualSize its size in the file is that in memory too. */
	if (section->SizeOfRawData == 0 || section->VirtualSize == 0)
		return;
	section->SizeOfRawData += (uint32_t)more;
	p->out->runs[p->out->n_runs - 1].zeros += more;
	p->file += more;
}

static int place_part(struct placer *p, const struct uki_part *part, struct err *e)
{
	struct pe_section *to = &p->out->pe.sections[p->out->pe.n_sections];
	bool is_kernel = strcmp(part->name, ".linux") == 0;
	uint64_t start, align = p->out->pe.SectionAlignment, len = 0;

	if (is_large(part))
		begin_at_block(p);
	start = p->file;
	p->memory = align_up(p->memory, align > PAGE ? align : PAGE);
	*to = (struct pe_section){.VirtualAddress = (uint32_t)p->memory,
				  .PointerToRawData = (uint32_t)start};
	for (size_t i = 0; i < part->n_pieces; i++) {
		const struct source *piece = part->pieces[i];

		if (piece->size == 0)
			return err_set(e, ERR_INPUT, "section %s: '%s' is empty", part->name,
				       piece->name);
		if (piece->size > UINT32_MAX)
			return too_big(part, e);
		add_run(p, piece, 0, piece->size,
			part->n_pieces > 1 && !part->packed ? INITRD_ALIGN : 1);
		len = p->file - start;
		if (p->file > UINT32_MAX)
			return too_big(part, e);
	}
	p->out->runs[p->out->n_runs - 1].zeros += align_up(p->file, p->file_align) - p->file;
	p->file = align_up(p->file, p->file_align);
	p->memory += len;
	if (p->file > UINT32_MAX || align_up(p->memory, align) > UINT32_MAX)
		return too_big(part, e);
	memcpy(to->Name, part->name, strnlen(part->name, 8));
	to->VirtualSize = (uint32_t)len;
	to->SizeOfRawData = (uint32_t)(p->file - start);
	to->Characteristics = is_kernel ? KERNEL_CHARACTERISTICS : DATA_CHARACTERISTICS;
	p->out->pe.n_sections++;
	return 0;
}

/* Room for all sections and runs, and the file offset behind the headers. */
static int make_room(struct placer *p, struct err *e)
{
	const struct pe *pe = p->in->pe;
	size_t kept = 0, n_sections, n_runs = 0;
	uint32_t first = UINT32_MAX;
	uint64_t need;

	for (size_t i = 0; i < pe->n_sections; i++) {
		if (!is_kept(p->in, &pe->sections[i]))
			continue;
		kept++;
		if (pe->sections[i].VirtualAddress < first)
			first = pe->sections[i].VirtualAddress;
	}
	for (size_t i = 0; i < p->in->n_parts; i++)
		n_runs += p->in->parts[i].n_pieces;
	n_sections = kept + p->in->n_parts;
	need = pe_table_offset(pe) + PE_SECTION_ENTRY * (uint64_t)n_sections;
	if (need < pe->SizeOfHeaders)
		need = pe->SizeOfHeaders;
	p->file = align_up(need, p->file_align);
	/* Code cannot move in memory, so the headers may grow only up to it. */
	if (p->file > first || n_sections > UINT16_MAX)
		return err_set(e, ERR_LIMIT,
			       "stub '%s' has no room for the headers of %zu sections: they need "
			       "%" PRIu64 " bytes, its first section stands at 0x%" PRIx32,
			       p->in->stub->name, n_sections, p->file, first);
	p->out->pe.sections = calloc(n_sections + 1, sizeof(*p->out->pe.sections));
	p->out->runs = calloc(kept + n_runs + 1, sizeof(*p->out->runs));
	return p->out->pe.sections && p->out->runs ? 0 : err_memory(e);
}

static void set_header_fields(struct placer *p)
{
	struct pe *pe = &p->out->pe;

	if (pe->PointerToSymbolTable || pe->NumberOfSymbols) {
		pe->PointerToSymbolTable = 0;
		pe->NumberOfSymbols = 0;
		pe->Characteristics |= PE_LOCAL_SYMS_STRIPPED;
	}
	pe->CheckSum = 0;
	pe->directories[PE_DIRECTORY_SECURITY] = (struct pe_directory){.Size = 0};
	pe->SizeOfImage = (uint32_t)align_up(p->memory, pe->SectionAlignment);
	pe->SizeOfInitializedData = 0;
	for (size_t i = 0; i < pe->n_sections; i++)
		if (pe->sections[i].Characteristics & PE_CNT_INITIALIZED_DATA)
			pe->SizeOfInitializedData += pe->sections[i].SizeOfRawData;
}

/* The stub's own headers up to its section table, ours from there on. */
static int make_headers(struct placer *p, struct err *e)
{
	struct uki_layout *out = p->out;
	uint64_t table = pe_table_offset(&out->pe);
	size_t len = out->pe.SizeOfHeaders;

	if (buf_reserve(&out->headers, len, e) < 0)
		return -1;
	memset(out->headers.data, 0, len + 1);
	out->headers.len = len;
	if (source_read(p->in->stub, 0, out->headers.data, (size_t)table, e) < 0)
		return -1;
	pe_store(&out->pe, out->headers.data, len);
	return 0;
}

static int place_all(struct placer *p, struct err *e)
{
	if (make_room(p, e) < 0)
		return -1;
	p->out->pe.SizeOfHeaders = (uint32_t)p->file;
	if (place_stub_sections(p, e) < 0)
		return -1;
	for (size_t i = 0; i < p->in->n_parts; i++)
		if (place_part(p, &p->in->parts[i], e) < 0)
			return -1;
	p->out->file_size = p->file;
	set_header_fields(p);
	return make_headers(p, e);
}

int uki_layout_make(const struct uki_layout_input *in, struct uki_layout *ret, struct err *e)
{
	AUTO_UKI_LAYOUT layout = {.n_runs = 0};
	struct placer p = {.in = in, .out = &layout};

	if (check_stub(in, e) < 0)
		return -1;
	layout.pe = *in->pe;
	layout.pe.sections = NULL;
	layout.pe.n_sections = 0;
	p.file_align =
		in->pe->FileAlignment > MIN_FILE_ALIGN ? in->pe->FileAlignment : MIN_FILE_ALIGN;
	if (place_all(&p, e) < 0)
		return -1;
	*ret = layout;
	layout = (struct uki_layout){.n_runs = 0};
	return 0;
}

/* What of the read, which begins at `offset` of the run, lies in it. */
static int read_run(const struct uki_run *run, uint64_t offset, uint8_t *to, uint64_t len,
		    struct err *e)
{
	uint64_t there = offset < run->len ? run->len - offset : 0;
	size_t n = (size_t)(len < there ? len : there);

	memset(to + n, 0, (size_t)len - n);
	return n ? source_read(run->source, run->offset + offset, to, n, e) : 0;
}

static int layout_read(const struct source *s, uint64_t offset, void *data, size_t len,
		       struct err *e)
{
	const struct uki_layout *layout = ((const struct uki_layout_source *)s)->layout;
	uint64_t start = layout->headers.len, at = offset, end = offset + len;
	uint8_t *to = data;

	if (at < start) {
		size_t n = (size_t)((end < start ? end : start) - at);

		memcpy(to, layout->headers.data + at, n);
		at += n;
	}
	for (size_t i = 0; i < layout->n_runs && at < end; i++) {
		const struct uki_run *run = &layout->runs[i];
		uint64_t stop = start + run->len + run->zeros;
		uint64_t n = (end < stop ? end : stop) - at;

		if (at < stop) {
			if (read_run(run, at - start, to + (at - offset), n, e) < 0)
				return -1;
			at += n;
		}
		start = stop;
	}
	return 0;
}

static const struct source_ops layout_ops = {.read = layout_read};

void uki_layout_source_init(struct uki_layout_source *s, const struct uki_layout *layout,
			    const char *name)
{
	*s = (struct uki_layout_source){
		.source = {.ops = &layout_ops, .size = layout->file_size, .name = name},
		.layout = layout,
	};
}
