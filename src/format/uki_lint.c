#include "format/uki_lint.h"

#include "base/bytes.h"
#include "format/linux_image.h"
#include "format/pe.h"
#include "format/systemd_stub.h"
#include "format/uki_layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 4096,
	CERTIFICATE_ALIGN = 8,
	FINDINGS_MAX = 100,
};

/* A failure to keep a finding is kept until the end, so that rules read as rules. */
struct lint {
	const struct source *s;
	struct pe pe;
	struct pe_section *sorted; /* room for a copy of pe.sections */
	struct stub_version stub;
	struct uki_findings found;
	bool failed;
	struct err error;
};

void uki_findings_done(struct uki_findings *f)
{
	strv_done(&f->errors);
	strv_done(&f->warnings);
}

static void keep(struct lint *l, struct strv *list, const char *format, va_list ap)
{
	char text[512];

	if (l->failed || list->n >= FINDINGS_MAX)
		return;
	vsnprintf(text, sizeof(text), format, ap);
	l->failed = strv_add(list, text, &l->error) < 0;
}

static void wrong(struct lint *l, const char *format, ...) PRINTF_LIKE(2, 3);
static void wrong(struct lint *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	keep(l, &l->found.errors, format, ap);
	va_end(ap);
}

static void doubtful(struct lint *l, const char *format, ...) PRINTF_LIKE(2, 3);
static void doubtful(struct lint *l, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	keep(l, &l->found.warnings, format, ap);
	va_end(ap);
}

static void lint_headers(struct lint *l)
{
	const struct pe *pe = &l->pe;
	uint64_t end = 0;

	for (size_t i = 0; i < pe->n_sections; i++)
		if (pe_section_memory_end(&pe->sections[i]) > end)
			end = pe_section_memory_end(&pe->sections[i]);
	if (pe->n_sections == 0)
		wrong(l, "there are no sections");
	if (pe->Subsystem != PE_SUBSYSTEM_EFI_APPLICATION)
		wrong(l, "not an EFI program: its subsystem is %u", pe->Subsystem);
	if (pe_table_end(pe) > pe->SizeOfHeaders)
		wrong(l, "section table ends at %" PRIu64 ", the headers at %" PRIu32,
		      pe_table_end(pe), pe->SizeOfHeaders);
	if (pe->SizeOfImage < end)
		wrong(l, "SizeOfImage is 0x%" PRIx32 ", but sections end at 0x%" PRIx64,
		      pe->SizeOfImage, end);
	if (pe->SizeOfImage % pe->SectionAlignment)
		wrong(l, "SizeOfImage 0x%" PRIx32 " is no multiple of 0x%" PRIx32, pe->SizeOfImage,
		      pe->SectionAlignment);
	if (pe->NumberOfSymbols)
		doubtful(l, "%" PRIu32 " symbols are left of the stub's linking",
			 pe->NumberOfSymbols);
}

static void lint_counts(struct lint *l)
{
	size_t n = l->pe.n_sections, max = stub_max_sections(&l->stub);

	if (n > max)
		wrong(l, "%zu sections: before version 258 systemd-stub refuses more than %zu", n,
		      max);
	if (n > UKI_SECTIONS_ALL_FIRMWARE)
		doubtful(l, "%zu sections: some firmware fails with more than %d", n,
			 UKI_SECTIONS_ALL_FIRMWARE);
	if (l->s->size > UINT32_MAX)
		wrong(l, "%" PRIu64 " bytes: an EFI program ends below 4 GiB", l->s->size);
	else if (l->s->size > UKI_BYTES_ALL_FIRMWARE)
		doubtful(l, "%" PRIu64 " bytes: most firmware cannot start a program above 2 GiB",
			 l->s->size);
}

static void lint_alignment(struct lint *l, const struct pe_section *section)
{
	uint32_t memory = l->pe.SectionAlignment, file = l->pe.FileAlignment;
	uint32_t page = memory > PAGE ? memory : PAGE;

	/* Firmware that protects memory does so by the page. A stub's own sections
	 * are as its linker left them, and known to boot. */
	if (stub_section_is_payload(section->Name)) {
		if (section->VirtualAddress % page)
			wrong(l,
			      "section %s at 0x%" PRIx32 " is not aligned to pages of 0x%" PRIx32,
			      section->Name, section->VirtualAddress, page);
	} else if (section->VirtualAddress % memory) {
		doubtful(l, "section %s at 0x%" PRIx32 " is not aligned to 0x%" PRIx32,
			 section->Name, section->VirtualAddress, memory);
	}
	if (section->PointerToRawData % file || section->SizeOfRawData % file)
		wrong(l,
		      "section %s: 0x%" PRIx32 " bytes at 0x%" PRIx32
		      " in the file are not aligned to 0x%" PRIx32,
		      section->Name, section->SizeOfRawData, section->PointerToRawData, file);
}

static void lint_extent(struct lint *l, const struct pe_section *section)
{
	const char *name = section->Name;
	bool in_file = section->SizeOfRawData != 0;

	if (section->VirtualSize == 0)
		wrong(l, "section %s is empty", name);
	if (in_file && pe_section_file_end(section) > l->s->size)
		wrong(l, "section %s ends at %" PRIu64 ", the file at %" PRIu64, name,
		      pe_section_file_end(section), l->s->size);
	if (section->VirtualAddress < l->pe.SizeOfHeaders ||
	    (in_file && section->PointerToRawData < l->pe.SizeOfHeaders))
		wrong(l, "section %s lies in the headers", name);
	if (stub_section_is_payload(name) && section->VirtualSize > section->SizeOfRawData)
		doubtful(l,
			 "section %s: 0x%" PRIx32 " bytes in memory, 0x%" PRIx32
			 " in the file: the rest is measured as zeros",
			 name, section->VirtualSize, section->SizeOfRawData);
}

static void lint_flags(struct lint *l, const struct pe_section *section)
{
	if (!stub_section_is_payload(section->Name))
		return;
	if (section->Characteristics & PE_MEM_EXECUTE)
		wrong(l, "section %s is executable: firmware that protects memory may stop at it",
		      section->Name);
	if (section->Characteristics & PE_MEM_WRITE)
		doubtful(l, "section %s is writable", section->Name);
}

static void lint_name(struct lint *l, const struct pe_section *section)
{
	const char *known = stub_mistakes(&l->stub, section->Name);
	unsigned int since = stub_ignores(&l->stub, section->Name);

	if (known)
		wrong(l, "systemd-stub %s takes section %s for %s", l->stub.text, section->Name,
		      known);
	else if (since && strcmp(section->Name, ".profile") == 0)
		wrong(l, "systemd-stub %s does not know profiles: it boots what stands last",
		      l->stub.text);
	else if (since)
		doubtful(l, "systemd-stub %s ignores section %s: %u or newer is needed",
			 l->stub.text, section->Name, since);
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
			wrong(l, "section %s stands behind %s, but before it in memory",
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

static const struct pe_section *sort(struct lint *l, int (*compare)(const void *, const void *))
{
	if (l->pe.n_sections) {
		memcpy(l->sorted, l->pe.sections, l->pe.n_sections * sizeof(*l->sorted));
		qsort(l->sorted, l->pe.n_sections, sizeof(*l->sorted), compare);
	}
	return l->sorted;
}

static void lint_repetition(struct lint *l)
{
	const struct pe_section *sorted = sort(l, by_name);

	/* Each profile may have its own of each. */
	if (pe_section_find(&l->pe, ".profile"))
		return;
	for (size_t i = 1; i < l->pe.n_sections; i++) {
		const char *name = sorted[i].Name;

		if (strcmp(sorted[i - 1].Name, name) == 0 && !stub_section_may_repeat(name))
			wrong(l, "section %s is there twice", name);
	}
}

static void lint_memory(struct lint *l)
{
	const struct pe_section *sorted = sort(l, by_memory), *last = sorted;

	for (size_t i = 1; i < l->pe.n_sections; i++) {
		if (sorted[i].VirtualAddress < pe_section_memory_end(last))
			wrong(l, "sections %s and %s overlap in memory", last->Name,
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
			doubtful(l, "%" PRIu64 " bytes stand behind the last section",
				 l->s->size - end);
	} else if (start % CERTIFICATE_ALIGN || start < end || start + table->Size != l->s->size) {
		wrong(l,
		      "signatures of %" PRIu32 " bytes at %" PRIu64
		      " do not end the file of %" PRIu64,
		      table->Size, start, l->s->size);
	} else if (start > align_up(end, CERTIFICATE_ALIGN)) {
		doubtful(l, "%" PRIu64 " bytes stand between the sections and the signatures",
			 start - end);
	}
}

static void lint_file(struct lint *l)
{
	const struct pe_section *sorted = sort(l, by_file), *last = NULL;
	uint64_t end = l->pe.SizeOfHeaders;

	for (size_t i = 0; i < l->pe.n_sections; i++) {
		const struct pe_section *section = &sorted[i];

		if (section->SizeOfRawData == 0)
			continue;
		if (last && section->PointerToRawData < end)
			wrong(l, "sections %s and %s overlap in the file", last->Name,
			      section->Name);
		if (section->PointerToRawData > end)
			doubtful(l, "a gap of %" PRIu64 " bytes in the file before section %s",
				 section->PointerToRawData - end, section->Name);
		if (pe_section_file_end(section) > end) {
			end = pe_section_file_end(section);
			last = section;
		}
	}
	lint_tail(l, end);
}

static void check_kernel(struct lint *l, const struct linux_image *kernel)
{
	if (!kernel->has_efi_stub) {
		wrong(l, "the kernel has no EFI stub (CONFIG_EFI_STUB)");
		return;
	}
	if (!linux_image_fits(kernel, l->pe.Machine))
		wrong(l, "the kernel is for machine 0x%x, the stub for 0x%x", kernel->Machine,
		      l->pe.Machine);
	if ((l->pe.DllCharacteristics & PE_NX_COMPAT) && !kernel->nx_compat)
		wrong(l, "NX_COMPAT is set, but the kernel is not fit for it");
	if (kernel->ImageBase && stub_fails_at_image_base(&l->stub))
		wrong(l, "systemd-stub %s fails to start a kernel with an ImageBase", l->stub.text);
}

static int lint_kernel(struct lint *l, struct err *e)
{
	const struct pe_section *section = pe_section_find(&l->pe, ".linux");
	struct pe_section_source content;
	struct linux_image kernel;

	if (!section) {
		doubtful(l, "there is no section .linux: not a UKI, or an addon of one");
		return 0;
	}
	if (pe_section_source_init(&content, l->s, section, e) == 0 &&
	    linux_image_read(&content.source, &kernel, e) == 0)
		check_kernel(l, &kernel);
	else if (e->kind == ERR_INPUT)
		wrong(l, "section .linux: %s", e->text);
	else
		return -1;
	return 0;
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
	lint_counts(l);
	lint_sections(l);
	lint_repetition(l);
	lint_memory(l);
	lint_file(l);
	if (lint_kernel(l, e) < 0)
		return -1;
	if (l->failed)
		return err_set(e, l->error.kind, "%s", l->error.text);
	return 0;
}

int uki_lint(const struct source *s, struct uki_findings *ret, struct err *e)
{
	struct lint l = {.s = s};
	int result;

	if (pe_read(s, &l.pe, e) < 0)
		return -1;
	result = lint_all(&l, e);
	if (result == 0)
		*ret = l.found;
	else
		uki_findings_done(&l.found);
	free(l.sorted);
	pe_done(&l.pe);
	return result;
}
