#ifndef MKOS_FORMAT_PE_H
#define MKOS_FORMAT_PE_H

/*
 * Headers of PE images, PE32 and PE32+ (Microsoft, "PE Format"), as EFI
 * programs have them. Field names are the specification's.
 *
 *	0		DOS header: "MZ"; e_lfanew, u32 at 0x3c
 *	e_lfanew	"PE\0\0"
 *	  + 4		COFF header, 20 bytes
 *	  + 24		optional header, SizeOfOptionalHeader bytes: 96 (PE32) or
 *			112 (PE32+) and 8 for each data directory
 *	  + 24 + size	section table, 40 bytes for each section
 *	SizeOfHeaders	raw data of the sections, at multiples of FileAlignment
 */

#include "base/err.h"
#include "base/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PE_MACHINE_I386 = 0x14c,
	PE_MACHINE_ARM = 0x1c2,
	PE_MACHINE_AMD64 = 0x8664,
	PE_MACHINE_ARM64 = 0xaa64,
	PE_MACHINE_RISCV32 = 0x5032,
	PE_MACHINE_RISCV64 = 0x5064,
	PE_MACHINE_LOONGARCH32 = 0x6232,
	PE_MACHINE_LOONGARCH64 = 0x6264,
};

enum {
	PE32_MAGIC = 0x10b,
	PE32PLUS_MAGIC = 0x20b,
	PE_SUBSYSTEM_EFI_APPLICATION = 10,
	PE_LOCAL_SYMS_STRIPPED = 0x8, /* Characteristics */
	PE_NX_COMPAT = 0x100,	      /* DllCharacteristics */
	PE_SECTION_ENTRY = 40,
	PE_DIRECTORY_ENTRY = 8,
	PE_CHECKSUM_SIZE = 4,
};

/* Characteristics of a section */
#define PE_CNT_CODE		0x00000020u
#define PE_CNT_INITIALIZED_DATA 0x00000040u
#define PE_MEM_EXECUTE		0x20000000u
#define PE_MEM_READ		0x40000000u
#define PE_MEM_WRITE		0x80000000u

struct pe_section {
	char Name[9]; /* ends with NUL here; what is no printable ASCII became '?' */
	uint32_t VirtualSize;
	uint32_t VirtualAddress;
	uint32_t SizeOfRawData;
	uint32_t PointerToRawData;
	uint32_t Characteristics;
};

enum { PE_DIRECTORY_SECURITY = 4, PE_DIRECTORIES = 16 };

struct pe_directory {
	uint32_t VirtualAddress; /* of PE_DIRECTORY_SECURITY: an offset in the file */
	uint32_t Size;
};

struct pe {
	uint32_t e_lfanew;
	uint16_t Machine;
	uint32_t TimeDateStamp;
	uint32_t PointerToSymbolTable;
	uint32_t NumberOfSymbols;
	uint16_t SizeOfOptionalHeader;
	uint16_t Characteristics;

	uint16_t Magic;
	uint32_t SizeOfInitializedData;
	uint32_t AddressOfEntryPoint;
	uint64_t ImageBase;
	uint32_t SectionAlignment; /* this and the next: a power of 2 */
	uint32_t FileAlignment;
	uint16_t MajorImageVersion;
	uint16_t MinorImageVersion;
	uint32_t SizeOfImage;
	uint32_t SizeOfHeaders;
	uint32_t CheckSum;
	uint16_t Subsystem;
	uint16_t DllCharacteristics;
	uint32_t NumberOfRvaAndSizes; /* at most PE_DIRECTORIES */
	struct pe_directory directories[PE_DIRECTORIES];

	struct pe_section *sections;
	size_t n_sections; /* at most 65535 */
};

void pe_done(struct pe *pe);
#define AUTO_PE AUTO(pe_done) struct pe

/*
 * Reads the headers. They are whole, but what they say is not believed: where
 * a section lies in memory and in the file is for the caller to check.
 */
MUST_CHECK int pe_read(const struct source *s, struct pe *ret, struct err *e);

/* Offset of the section table, and of its end. */
uint64_t pe_table_offset(const struct pe *pe);
uint64_t pe_table_end(const struct pe *pe);

/* Offset of CheckSum, and of the entry of a data directory. */
uint64_t pe_checksum_offset(const struct pe *pe);
uint64_t pe_directory_offset(const struct pe *pe, unsigned int directory);

/*
 * Puts the fields of *pe and its section table into headers, which begin with
 * those pe_read() saw and have len >= pe_table_end(pe) bytes.
 */
void pe_store(const struct pe *pe, void *headers, size_t len);

/* The first section of that name, or NULL. */
const struct pe_section *pe_section_find(const struct pe *pe, const char *name);

/* Bytes of content: what is in the file without its padding. */
uint32_t pe_section_size(const struct pe_section *section);

/* Bytes it takes in memory: a VirtualSize of 0 stands for SizeOfRawData. */
uint32_t pe_section_memory(const struct pe_section *section);

/* Where it ends, in memory and in the file. */
uint64_t pe_section_memory_end(const struct pe_section *section);
uint64_t pe_section_file_end(const struct pe_section *section);

/* The architecture in EFI's words ("x64"), or NULL for one that EFI does not have. */
const char *pe_machine_name(uint16_t machine);
/* 0: there is none of that name. */
uint16_t pe_machine_by_name(const char *name);

/* The content of a section as a source of its own; the file outlives it. */
struct pe_section_source {
	struct source source; /* first */
	const struct source *file;
	uint64_t offset;
};

/* An error when the section does not lie in the file. */
MUST_CHECK int pe_section_source_init(struct pe_section_source *p, const struct source *file,
				      const struct pe_section *section, struct err *e);

/* NULL: the source is none of these. */
const struct pe_section_source *pe_section_source_of(const struct source *s);

#endif
