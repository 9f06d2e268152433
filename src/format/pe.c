#include "format/pe.h"

#include "base/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	DOS_HEADER = 64,
	DOS_E_LFANEW = 0x3c,
	COFF_HEADER = 24, /* with the signature */
	OPTIONAL_PE32 = 96,
	OPTIONAL_PE32PLUS = 112,
	OPTIONAL_MAX = OPTIONAL_PE32PLUS + 8 * PE_DIRECTORIES,
};

/* Offsets from e_lfanew */
enum {
	COFF_MACHINE = 4,
	COFF_NUMBER_OF_SECTIONS = 6,
	COFF_TIME_DATE_STAMP = 8,
	COFF_POINTER_TO_SYMBOL_TABLE = 12,
	COFF_NUMBER_OF_SYMBOLS = 16,
	COFF_SIZE_OF_OPTIONAL_HEADER = 20,
	COFF_CHARACTERISTICS = 22,
};

/* Offsets in the optional header, the same in both forms but for the marked ones */
enum {
	OPT_SIZE_OF_INITIALIZED_DATA = 8,
	OPT_ADDRESS_OF_ENTRY_POINT = 16,
	OPT_IMAGE_BASE_PE32PLUS = 24,
	OPT_IMAGE_BASE_PE32 = 28,
	OPT_SECTION_ALIGNMENT = 32,
	OPT_FILE_ALIGNMENT = 36,
	OPT_MAJOR_IMAGE_VERSION = 44,
	OPT_MINOR_IMAGE_VERSION = 46,
	OPT_SIZE_OF_IMAGE = 56,
	OPT_SIZE_OF_HEADERS = 60,
	OPT_CHECK_SUM = 64,
	OPT_SUBSYSTEM = 68,
	OPT_DLL_CHARACTERISTICS = 70,
};

static uint32_t optional_size(uint16_t magic)
{
	return magic == PE32_MAGIC ? OPTIONAL_PE32 : OPTIONAL_PE32PLUS;
}

void pe_done(struct pe *pe)
{
	free(pe->sections);
	pe->sections = NULL;
	pe->n_sections = 0;
}

static int read_dos_header(const struct source *s, struct pe *pe, struct err *e)
{
	uint8_t dos[DOS_HEADER];

	if (s->size < sizeof(dos))
		return err_set(e, ERR_INPUT, "'%s': not a PE file: it has only %llu bytes", s->name,
			       (unsigned long long)s->size);
	if (source_read(s, 0, dos, sizeof(dos), e) < 0)
		return -1;
	if (memcmp(dos, "MZ", 2) != 0)
		return err_set(e, ERR_INPUT, "'%s': not a PE file: no MZ at its start", s->name);
	pe->e_lfanew = le32_get(dos + DOS_E_LFANEW);
	return 0;
}

static int read_coff_header(const struct source *s, struct pe *pe, struct err *e)
{
	uint8_t coff[COFF_HEADER];

	if (source_read(s, pe->e_lfanew, coff, sizeof(coff), e) < 0)
		return err_ctx(e, "PE header");
	if (memcmp(coff, "PE\0\0", 4) != 0)
		return err_set(e, ERR_INPUT, "'%s': not a PE file: no PE signature at 0x%x",
			       s->name, pe->e_lfanew);
	pe->Machine = le16_get(coff + COFF_MACHINE);
	pe->n_sections = le16_get(coff + COFF_NUMBER_OF_SECTIONS);
	pe->TimeDateStamp = le32_get(coff + COFF_TIME_DATE_STAMP);
	pe->PointerToSymbolTable = le32_get(coff + COFF_POINTER_TO_SYMBOL_TABLE);
	pe->NumberOfSymbols = le32_get(coff + COFF_NUMBER_OF_SYMBOLS);
	pe->SizeOfOptionalHeader = le16_get(coff + COFF_SIZE_OF_OPTIONAL_HEADER);
	pe->Characteristics = le16_get(coff + COFF_CHARACTERISTICS);
	return 0;
}

static void get_optional_fields(struct pe *pe, const uint8_t *opt)
{
	pe->SizeOfInitializedData = le32_get(opt + OPT_SIZE_OF_INITIALIZED_DATA);
	pe->AddressOfEntryPoint = le32_get(opt + OPT_ADDRESS_OF_ENTRY_POINT);
	pe->ImageBase = pe->Magic == PE32_MAGIC ? le32_get(opt + OPT_IMAGE_BASE_PE32)
						: le64_get(opt + OPT_IMAGE_BASE_PE32PLUS);
	pe->SectionAlignment = le32_get(opt + OPT_SECTION_ALIGNMENT);
	pe->FileAlignment = le32_get(opt + OPT_FILE_ALIGNMENT);
	pe->MajorImageVersion = le16_get(opt + OPT_MAJOR_IMAGE_VERSION);
	pe->MinorImageVersion = le16_get(opt + OPT_MINOR_IMAGE_VERSION);
	pe->SizeOfImage = le32_get(opt + OPT_SIZE_OF_IMAGE);
	pe->SizeOfHeaders = le32_get(opt + OPT_SIZE_OF_HEADERS);
	pe->CheckSum = le32_get(opt + OPT_CHECK_SUM);
	pe->Subsystem = le16_get(opt + OPT_SUBSYSTEM);
	pe->DllCharacteristics = le16_get(opt + OPT_DLL_CHARACTERISTICS);
	/* The count of directories is the last field before them. */
	pe->NumberOfRvaAndSizes = le32_get(opt + optional_size(pe->Magic) - 4);
}

static int read_directories(const struct source *s, struct pe *pe, const uint8_t *opt,
			    struct err *e)
{
	uint32_t fixed = optional_size(pe->Magic);

	if (pe->NumberOfRvaAndSizes > PE_DIRECTORIES ||
	    pe->SizeOfOptionalHeader < fixed + 8 * pe->NumberOfRvaAndSizes)
		return err_set(
			e, ERR_INPUT,
			"'%s': %u data directories do not fit an optional header of %u bytes",
			s->name, pe->NumberOfRvaAndSizes, pe->SizeOfOptionalHeader);
	for (uint32_t i = 0; i < pe->NumberOfRvaAndSizes; i++) {
		const uint8_t *entry = opt + fixed + 8 * i;

		pe->directories[i].VirtualAddress = le32_get(entry);
		pe->directories[i].Size = le32_get(entry + 4);
	}
	return 0;
}

static int read_optional_header(const struct source *s, struct pe *pe, struct err *e)
{
	uint8_t opt[OPTIONAL_MAX] = {0};
	size_t len =
		pe->SizeOfOptionalHeader < sizeof(opt) ? pe->SizeOfOptionalHeader : sizeof(opt);

	if (source_read(s, (uint64_t)pe->e_lfanew + COFF_HEADER, opt, len, e) < 0)
		return err_ctx(e, "optional header");
	pe->Magic = le16_get(opt);
	if (pe->Magic != PE32_MAGIC && pe->Magic != PE32PLUS_MAGIC)
		return err_set(e, ERR_INPUT,
			       "'%s': optional header begins with 0x%x, neither PE32 nor PE32+",
			       s->name, pe->Magic);
	if (len < optional_size(pe->Magic))
		return err_set(e, ERR_INPUT, "'%s': optional header has %zu bytes, not %u or more",
			       s->name, len, optional_size(pe->Magic));
	get_optional_fields(pe, opt);
	if (!is_power_of_2(pe->SectionAlignment) || !is_power_of_2(pe->FileAlignment))
		return err_set(e, ERR_INPUT,
			       "'%s': alignments 0x%x in memory and 0x%x in the file "
			       "are not powers of 2",
			       s->name, pe->SectionAlignment, pe->FileAlignment);
	return read_directories(s, pe, opt, e);
}

static void get_section(struct pe_section *section, const uint8_t *entry)
{
	memcpy(section->Name, entry, 8);
	section->Name[8] = '\0';
	for (char *c = section->Name; *c; c++)
		if (*c < 0x21 || *c > 0x7e)
			*c = '?';
	section->VirtualSize = le32_get(entry + 8);
	section->VirtualAddress = le32_get(entry + 12);
	section->SizeOfRawData = le32_get(entry + 16);
	section->PointerToRawData = le32_get(entry + 20);
	section->Characteristics = le32_get(entry + 36);
}

enum { ENTRIES_AT_ONCE = 64 };

static int read_sections(const struct source *s, struct pe *pe, struct err *e)
{
	uint64_t table = pe_table_offset(pe);

	/* Asked before memory is taken for them: a count is not to be believed. */
	if (pe_table_end(pe) > s->size)
		return err_set(e, ERR_INPUT,
			       "'%s' is cut short: its table of %zu sections ends at %llu, "
			       "the file at %llu",
			       s->name, pe->n_sections, (unsigned long long)pe_table_end(pe),
			       (unsigned long long)s->size);
	if (pe->n_sections == 0)
		return 0;
	pe->sections = calloc(pe->n_sections, sizeof(*pe->sections));
	if (!pe->sections)
		return err_memory(e);
	for (size_t i = 0; i < pe->n_sections;) {
		uint8_t entries[ENTRIES_AT_ONCE * PE_SECTION_ENTRY];
		size_t left = pe->n_sections - i;
		size_t n = left < ENTRIES_AT_ONCE ? left : ENTRIES_AT_ONCE;

		if (source_read(s, table + i * PE_SECTION_ENTRY, entries, n * PE_SECTION_ENTRY, e) <
		    0)
			return -1;
		for (size_t k = 0; k < n; k++)
			get_section(&pe->sections[i++], entries + k * PE_SECTION_ENTRY);
	}
	return 0;
}

int pe_read(const struct source *s, struct pe *ret, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (read_dos_header(s, &pe, e) < 0 || read_coff_header(s, &pe, e) < 0 ||
	    read_optional_header(s, &pe, e) < 0 || read_sections(s, &pe, e) < 0)
		return -1;
	*ret = pe;
	pe.sections = NULL;
	return 0;
}

uint64_t pe_table_offset(const struct pe *pe)
{
	return (uint64_t)pe->e_lfanew + COFF_HEADER + pe->SizeOfOptionalHeader;
}

uint64_t pe_table_end(const struct pe *pe)
{
	return pe_table_offset(pe) + PE_SECTION_ENTRY * (uint64_t)pe->n_sections;
}

uint64_t pe_checksum_offset(const struct pe *pe)
{
	return (uint64_t)pe->e_lfanew + COFF_HEADER + OPT_CHECK_SUM;
}

uint64_t pe_directory_offset(const struct pe *pe, unsigned int directory)
{
	return (uint64_t)pe->e_lfanew + COFF_HEADER + optional_size(pe->Magic) +
	       (uint64_t)PE_DIRECTORY_ENTRY * directory;
}

static void put_section(const struct pe_section *section, uint8_t *entry)
{
	/* Relocations and line numbers, which an image does not have, stay 0. */
	memset(entry, 0, PE_SECTION_ENTRY);
	memcpy(entry, section->Name, strlen(section->Name));
	le32_put(entry + 8, section->VirtualSize);
	le32_put(entry + 12, section->VirtualAddress);
	le32_put(entry + 16, section->SizeOfRawData);
	le32_put(entry + 20, section->PointerToRawData);
	le32_put(entry + 36, section->Characteristics);
}

static void put_optional_fields(const struct pe *pe, uint8_t *opt)
{
	le32_put(opt + OPT_SIZE_OF_INITIALIZED_DATA, pe->SizeOfInitializedData);
	le32_put(opt + OPT_SECTION_ALIGNMENT, pe->SectionAlignment);
	le32_put(opt + OPT_FILE_ALIGNMENT, pe->FileAlignment);
	le32_put(opt + OPT_SIZE_OF_IMAGE, pe->SizeOfImage);
	le32_put(opt + OPT_SIZE_OF_HEADERS, pe->SizeOfHeaders);
	le32_put(opt + OPT_CHECK_SUM, pe->CheckSum);
	le16_put(opt + OPT_DLL_CHARACTERISTICS, pe->DllCharacteristics);
	for (uint32_t i = 0; i < pe->NumberOfRvaAndSizes; i++) {
		uint8_t *entry = opt + optional_size(pe->Magic) + 8 * i;

		le32_put(entry, pe->directories[i].VirtualAddress);
		le32_put(entry + 4, pe->directories[i].Size);
	}
}

void pe_store(const struct pe *pe, void *headers, size_t len)
{
	uint8_t *coff = (uint8_t *)headers + pe->e_lfanew;
	uint8_t *table = (uint8_t *)headers + pe_table_offset(pe);

	assert(pe_table_end(pe) <= len);
	le16_put(coff + COFF_NUMBER_OF_SECTIONS, (uint16_t)pe->n_sections);
	le32_put(coff + COFF_TIME_DATE_STAMP, pe->TimeDateStamp);
	le32_put(coff + COFF_POINTER_TO_SYMBOL_TABLE, pe->PointerToSymbolTable);
	le32_put(coff + COFF_NUMBER_OF_SYMBOLS, pe->NumberOfSymbols);
	le16_put(coff + COFF_CHARACTERISTICS, pe->Characteristics);
	put_optional_fields(pe, coff + COFF_HEADER);
	for (size_t i = 0; i < pe->n_sections; i++)
		put_section(&pe->sections[i], table + i * PE_SECTION_ENTRY);
}

const struct pe_section *pe_section_find(const struct pe *pe, const char *name)
{
	for (size_t i = 0; i < pe->n_sections; i++)
		if (strcmp(pe->sections[i].Name, name) == 0)
			return &pe->sections[i];
	return NULL;
}

uint32_t pe_section_size(const struct pe_section *section)
{
	return section->VirtualSize < section->SizeOfRawData ? section->VirtualSize
							     : section->SizeOfRawData;
}

uint32_t pe_section_memory(const struct pe_section *section)
{
	return section->VirtualSize ? section->VirtualSize : section->SizeOfRawData;
}

uint64_t pe_section_memory_end(const struct pe_section *section)
{
	return (uint64_t)section->VirtualAddress + pe_section_memory(section);
}

uint64_t pe_section_file_end(const struct pe_section *section)
{
	return (uint64_t)section->PointerToRawData + section->SizeOfRawData;
}

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{PE_MACHINE_I386, "ia32"},
	{PE_MACHINE_ARM, "arm"},
	{PE_MACHINE_AMD64, "x64"},
	{PE_MACHINE_ARM64, "aa64"},
	{PE_MACHINE_RISCV32, "riscv32"},
	{PE_MACHINE_RISCV64, "riscv64"},
	{PE_MACHINE_LOONGARCH32, "loongarch32"},
	{PE_MACHINE_LOONGARCH64, "loongarch64"},
};

const char *pe_machine_name(uint16_t machine)
{
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return NULL;
}

uint16_t pe_machine_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (strcmp(machines[i].name, name) == 0)
			return machines[i].machine;
	return 0;
}

static int section_read(const struct source *s, uint64_t offset, void *data, size_t len,
			struct err *e)
{
	const struct pe_section_source *p = (const struct pe_section_source *)s;

	return source_read(p->file, p->offset + offset, data, len, e);
}

static const struct source_ops section_ops = {.read = section_read};

int pe_section_source_init(struct pe_section_source *p, const struct source *file,
			   const struct pe_section *section, struct err *e)
{
	uint64_t offset = section->PointerToRawData, size = pe_section_size(section);
	uint64_t end = offset + size;

	if (size && end > file->size)
		return err_set(e, ERR_INPUT,
			       "'%s' is cut short: section %s ends at %llu, the file at %llu",
			       file->name, section->Name, (unsigned long long)end,
			       (unsigned long long)file->size);
	*p = (struct pe_section_source){
		.source = {.ops = &section_ops, .size = size, .name = file->name},
		.file = file,
		.offset = offset,
	};
	return 0;
}

const struct pe_section_source *pe_section_source_of(const struct source *s)
{
	return s->ops == &section_ops ? (const struct pe_section_source *)s : NULL;
}
