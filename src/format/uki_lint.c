#include "format/uki_lint.h"

#include "base/bytes.h"
#include "format/uki_layout.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 4096,
	CERTIFICATE_ALIGN = 8,
};

#define ANEW "lay it out anew, with mvirt-mkos uki --update"

static const struct uki_rule no_sections = {"sections", "take a whole EFI program"};
static const struct uki_rule subsystem = {"subsystem", "take an EFI program as stub"};
static const struct uki_rule headers = {"headers", ANEW};
static const struct uki_rule image_size = {"image-size", ANEW};
static const struct uki_rule symbols = {"symbols", ANEW};
static const struct uki_rule entry_point = {"entry", "take a sound stub"};
static const struct uki_rule count_stub = {"count", "take systemd-stub 258 or newer"};
static const struct uki_rule count_firmware = {"count", "leave out what is not needed"};
static const struct uki_rule size = {"size", "make the initrd smaller"};
static const struct uki_rule alignment = {"alignment", ANEW};
static const struct uki_rule order = {"order", ANEW};
static const struct uki_rule overlap = {"overlap", ANEW};
static const struct uki_rule gap = {"gap", ANEW};
static const struct uki_rule tail = {"tail", ANEW};
static const struct uki_rule empty = {"empty", "leave it out, or give it content"};
static const struct uki_rule cut = {"cut", "copy or build the file again"};
static const struct uki_rule zeros = {"zeros", "build it anew from its parts"};
static const struct uki_rule flags = {"flags", ANEW};
static const struct uki_rule name_rule = {"name", "take 1 to 8 printable ASCII characters"};
static const struct uki_rule mistaken = {"mistaken",
					 "rename it, or take systemd-stub 257 or newer"};
static const struct uki_rule ignored = {"ignored", "take a newer systemd-stub, or leave it out"};
static const struct uki_rule profiles = {"profiles", "take systemd-stub 257 or newer"};
static const struct uki_rule twice = {"twice", "leave one out"};
static const struct uki_rule signature = {"signature", "sign it again"};

struct lint {
	const struct source *s;
	struct pe pe;
	struct pe_section *sorted; /* room for a copy of pe.sections */
	struct stub_version stub;
	struct uki_findings *found;
};

static void lint_headers(struct lint *l)
{
	const struct pe *pe = &l->pe;
	uint64_t end = 0;

	for (size_t i = 0; i < pe->n_sections; i++)
		if (pe_section_memory_end(&pe->sections[i]) > end)
			end = pe_section_memory_end(&pe->sections[i]);
	if (pe->n_sections == 0)
		uki_wrong(l->found, &no_sections, NULL, "there are no sections");
	if (pe->Subsystem != PE_SUBSYSTEM_EFI_APPLICATION)
		uki_wrong(l->found, &subsystem, NULL, "not an EFI program: its subsystem is %u",
			  pe->Subsystem);
	if (pe_table_end(pe) > pe->SizeOfHeaders)
		uki_wrong(l->found, &headers, NULL,
			  "section table ends at %" PRIu64 ", the headers at %" PRIu32,
			  pe_table_end(pe), pe->SizeOfHeaders);
	if (pe->SizeOfImage < end)
		uki_wrong(l->found, &image_size, NULL,
			  "SizeOfImage is 0x%" PRIx32 ", but sections end at 0x%" PRIx64,
			  pe->SizeOfImage, end);
	if (pe->SizeOfImage % pe->SectionAlignment)
		uki_wrong(l->found, &image_size, NULL,
			  "SizeOfImage 0x%" PRIx32 " is no multiple of 0x%" PRIx32, pe->SizeOfImage,
			  pe->SectionAlignment);
	if (pe->FileAlignment > pe->SectionAlignment)
		uki_wrong(l->found, &alignment, NULL,
			  "alignment in the file, 0x%" PRIx32
			  ", is more than in memory, 0x%" PRIx32,
			  pe->FileAlignment, pe->SectionAlignment);
	if (pe->NumberOfSymbols)
		uki_doubtful(l->found, &symbols, NULL,
			     "%" PRIu32 " symbols are left of the stub's linking",
			     pe->NumberOfSymbols);
}

static void lint_entry(struct lint *l)
{
	const struct pe *pe = &l->pe;

	for (size_t i = 0; i < pe->n_sections; i++) {
		const struct pe_section *section = &pe->sections[i];

		if ((section->Characteristics & PE_MEM_EXECUTE) &&
		    pe->AddressOfEntryPoint >= section->VirtualAddress &&
		    pe->AddressOfEntryPoint < pe_section_memory_end(section))
			return;
	}
	if (pe->n_sections && !l->stub.is_addon)
		uki_wrong(l->found, &entry_point, NULL,
			  "it starts at 0x%" PRIx32 ", where there is no code",
			  pe->AddressOfEntryPoint);
}

static void lint_counts(struct lint *l)
{
	size_t n = l->pe.n_sections, max = stub_max_sections(&l->stub);

	if (n > max)
		uki_wrong(l->found, &count_stub, NULL,
			  "%zu sections: until 257.13 systemd-stub refuses more than %zu", n, max);
	if (n > UKI_SECTIONS_ALL_FIRMWARE)
		uki_doubtful(l->found, &count_firmware, NULL,
			     "%zu sections: some firmware fails with more than %d", n,
			     UKI_SECTIONS_ALL_FIRMWARE);
	if (l->s->size > UINT32_MAX)
		uki_wrong(l->found, &size, NULL,
			  "%" PRIu64 " bytes: an EFI program ends below 4 GiB", l->s->size);
	else if (l->s->size > UKI_BYTES_ALL_FIRMWARE)
		uki_doubtful(l->found, &size, NULL,
			     "%" PRIu64 " bytes: most firmware cannot start a program above 2 GiB",
			     l->s->size);
}

static void lint_alignment(struct lint *l, const struct pe_section *section)
{
	uint32_t memory = l->pe.SectionAlignment, file = l->pe.FileAlignment;
	uint32_t page = memory > PAGE ? memory : PAGE;

	/* Firmware that protects memory does so by the page. A stub's own sections are as its
	 * linker left them; read-only ones that share a page cannot harm each other. */
	if (stub_section_is_payload(section->Name)) {
		if (section->VirtualAddress % page)
			uki_wrong(l->found, &alignment, section->Name,
				  "section %s at 0x%" PRIx32
				  " is not aligned to pages of 0x%" PRIx32,
				  section->Name, section->VirtualAddress, page);
	} else if (section->VirtualAddress % memory &&
		   (section->Characteristics & (PE_MEM_EXECUTE | PE_MEM_WRITE))) {
		uki_doubtful(l->found, &alignment, section->Name,
			     "section %s at 0x%" PRIx32 " is not aligned to 0x%" PRIx32,
			     section->Name, section->VirtualAddress, memory);
	}
	if (section->PointerToRawData % file || section->SizeOfRawData % file)
		uki_wrong(l->found, &alignment, section->Name,
			  "section %s: 0x%" PRIx32 " bytes at 0x%" PRIx32
			  " in the file are not aligned to 0x%" PRIx32,
			  section->Name, section->SizeOfRawData, section->PointerToRawData, file);
}

static void lint_extent(struct lint *l, const struct pe_section *section)
{
	const char *name = section->Name;
	bool in_file = section->SizeOfRawData != 0;

	if (section->VirtualSize == 0)
		uki_wrong(l->found, &empty, name, "section %s is empty", name);
	if (in_file && pe_section_file_end(section) > l->s->size)
		uki_wrong(l->found, &cut, name,
			  "section %s ends at %" PRIu64 ", the file at %" PRIu64, name,
			  pe_section_file_end(section), l->s->size);
	if (section->VirtualAddress < l->pe.SizeOfHeaders ||
	    (in_file && section->PointerToRawData < l->pe.SizeOfHeaders))
		uki_wrong(l->found, &overlap, name, "section %s lies in the headers", name);
	if (stub_section_is_payload(name) && section->VirtualSize > section->SizeOfRawData)
		uki_doubtful(l->found, &zeros, name,
			     "section %s: 0x%" PRIx32 " bytes in memory, 0x%" PRIx32
			     " in the file: the rest is measured as zeros",
			     name, section->VirtualSize, section->SizeOfRawData);
}

static void lint_flags(struct lint *l, const struct pe_section *section)
{
	if (!stub_section_is_payload(section->Name)) {
		if ((l->pe.DllCharacteristics & PE_NX_COMPAT) &&
		    (section->Characteristics & PE_MEM_EXECUTE) &&
		    (section->Characteristics & PE_MEM_WRITE))
			uki_wrong(l->found, &flags, section->Name,
				  "NX_COMPAT is set, but section %s is writable and executable",
				  section->Name);
		return;
	}
	if (section->Characteristics & PE_MEM_EXECUTE)
		uki_wrong(l->found, &flags, section->Name,
			  "section %s is executable: firmware that protects memory may stop at it",
			  section->Name);
	if (section->Characteristics & PE_MEM_WRITE)
		uki_doubtful(l->found, &flags, section->Name, "section %s is writable",
			     section->Name);
}

/* '?' stands for what is no printable ASCII; "/4" is a place in a table that images do not have. */
static void lint_name(struct lint *l, const struct pe_section *section)
{
	const char *name = section->Name;
	const char *known = stub_mistakes(&l->stub, name);
	unsigned int since = stub_ignores(&l->stub, name);

	if (!name[0] || strchr(name, '?') || name[0] == '/')
		uki_doubtful(l->found, &name_rule, name, "'%s' is no name of a section", name);
	if (known)
		uki_wrong(l->found, &mistaken, name, "systemd-stub %s takes section %s for %s",
			  l->stub.text, name, known);
	else if (since && strcmp(name, ".profile") == 0)
		uki_wrong(l->found, &profiles, name,
			  "systemd-stub %s does not know profiles: it boots what stands last",
			  l->stub.text);
	else if (since)
		uki_doubtful(l->found, &ignored, name,
			     "systemd-stub %s ignores section %s: %u or newer is needed",
			     l->stub.text, name, since);
}

static void lint_sections(struct lint *l)
{
	for (size_t i = 0; i < l->pe.n_sections; i++) {
		const struct pe_section *section = &l->pe.sections[i];

		lint_alignment(l, section);
		lint_extent(l, section);
		lint_flags(l, section);
		lint_name(l, section);
		if (i > 0 && section->VirtualAddress < section[-1].VirtualAddress)
			uki_wrong(l->found, &order, section->Name,
				  "section %s stands behind %s, but before it in memory",
				  section->Name, section[-1].Name);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pe_section *)a)->Name, ((const struct pe_section *)b)->Name);
}

static int by_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_memory(const void *a, const void *b)
{
	const struct pe_section *x = a, *y = b;

	return by_number(x->VirtualAddress, y->VirtualAddress);
}

static int by_file(const void *a, const void *b)
{
	const struct pe_section *x = a, *y = b;

	return by_number(x->PointerToRawData, y->PointerToRawData);
}

/* n sections from the first on. */
static const struct pe_section *sort(struct lint *l, const struct pe_section *first, size_t n,
				     int (*compare)(const void *, const void *))
{
	if (n) {
		memcpy(l->sorted, first, n * sizeof(*l->sorted));
		qsort(l->sorted, n, sizeof(*l->sorted), compare);
	}
	return l->sorted;
}

static void lint_part(struct lint *l, const struct pe_section *first, size_t n, size_t profile)
{
	const struct pe_section *sorted = sort(l, first, n, by_name);

	for (size_t i = 1; i < n; i++) {
		const char *name = sorted[i].Name;

		if (strcmp(sorted[i - 1].Name, name) != 0 || stub_section_may_repeat(name))
			continue;
		if (profile)
			uki_wrong(l->found, &twice, name,
				  "section %s is there twice in profile %zu", name, profile - 1);
		else
			uki_wrong(l->found, &twice, name, "section %s is there twice", name);
	}
}

/* The base, and from each .profile on, may have each section once. */
static void lint_repetition(struct lint *l)
{
	size_t start = 0, profile = 0;

	for (size_t i = 1; i <= l->pe.n_sections; i++) {
		if (i < l->pe.n_sections && strcmp(l->pe.sections[i].Name, ".profile") != 0)
			continue;
		lint_part(l, l->pe.sections + start, i - start, profile++);
		start = i;
	}
	if (profile > STUB_PROFILES_MAX + 1)
		uki_wrong(l->found, &profiles, ".profile", "%zu profiles: a stub looks at %d",
			  profile - 1, STUB_PROFILES_MAX);
}

static void lint_memory(struct lint *l)
{
	size_t n = l->pe.n_sections;
	const struct pe_section *sorted = sort(l, l->pe.sections, n, by_memory), *last = sorted;

	for (size_t i = 1; i < n; i++) {
		if (sorted[i].VirtualAddress < pe_section_memory_end(last))
			uki_wrong(l->found, &overlap, sorted[i].Name,
				  "sections %s and %s overlap in memory", last->Name,
				  sorted[i].Name);
		if (pe_section_memory_end(&sorted[i]) > pe_section_memory_end(last))
			last = &sorted[i];
	}
}

/* What stands behind the sections may only be signatures, up to the end of the file. */
static void lint_tail(struct lint *l, uint64_t end)
{
	const struct pe_directory *table = &l->pe.directories[PE_DIRECTORY_SECURITY];
	uint64_t start = table->VirtualAddress;

	if (table->Size == 0) {
		if (l->s->size > end)
			uki_doubtful(l->found, &tail, NULL,
				     "%" PRIu64 " bytes stand behind the last section",
				     l->s->size - end);
	} else if (start % CERTIFICATE_ALIGN || start < end || start + table->Size != l->s->size) {
		uki_wrong(l->found, &signature, NULL,
			  "signatures of %" PRIu32 " bytes at %" PRIu64
			  " do not end the file of %" PRIu64,
			  table->Size, start, l->s->size);
	} else if (start > align_up(end, CERTIFICATE_ALIGN)) {
		uki_doubtful(l->found, &signature, NULL,
			     "%" PRIu64 " bytes stand between the sections and the signatures",
			     start - end);
	}
}

static void lint_file(struct lint *l)
{
	const struct pe_section *sorted = sort(l, l->pe.sections, l->pe.n_sections, by_file);
	const struct pe_section *last = NULL;
	uint64_t end = l->pe.SizeOfHeaders;

	for (size_t i = 0; i < l->pe.n_sections; i++) {
		const struct pe_section *section = &sorted[i];

		if (section->SizeOfRawData == 0)
			continue;
		if (last && section->PointerToRawData < end)
			uki_wrong(l->found, &overlap, section->Name,
				  "sections %s and %s overlap in the file", last->Name,
				  section->Name);
		if (section->PointerToRawData > end)
			uki_doubtful(l->found, &gap, section->Name,
				     "a gap of %" PRIu64 " bytes in the file before section %s",
				     section->PointerToRawData - end, section->Name);
		if (pe_section_file_end(section) > end) {
			end = pe_section_file_end(section);
			last = section;
		}
	}
	lint_tail(l, end);
}

static int lint_all(struct lint *l, struct err *e)
{
	/* A version that cannot be read is a section past the end, and told of as that. */
	if (stub_version_read(l->s, &l->pe, &l->stub, e) < 0 && e->kind != ERR_INPUT)
		return -1;
	l->sorted = calloc(l->pe.n_sections + 1, sizeof(*l->sorted));
	if (!l->sorted)
		return err_memory(e);
	lint_headers(l);
	lint_entry(l);
	lint_counts(l);
	lint_sections(l);
	lint_repetition(l);
	lint_memory(l);
	lint_file(l);
	if (uki_lint_content(l->s, &l->pe, &l->stub, l->found, e) < 0 ||
	    uki_lint_devices(l->s, &l->pe, &l->stub, l->found, e) < 0)
		return -1;
	if (l->found->failed)
		return err_set(e, l->found->error.kind, "%s", l->found->error.text);
	return 0;
}

int uki_lint(const struct source *s, struct uki_findings *ret, struct err *e)
{
	struct uki_findings found = UKI_FINDINGS_INIT;
	struct lint l = {.s = s, .found = &found};
	int result;

	if (pe_read(s, &l.pe, e) < 0)
		return -1;
	result = lint_all(&l, e);
	if (result == 0)
		*ret = found;
	else
		uki_findings_done(&found);
	free(l.sorted);
	pe_done(&l.pe);
	return result;
}
