#ifndef MKOS_TESTS_PE_SAMPLE_H
#define MKOS_TESTS_PE_SAMPLE_H

/*
 * Small EFI programs and kernels, put together byte by byte from "PE Format"
 * and the x86 boot protocol, so that tests do not lean on the code they test.
 */

#include "base/bytes.h"
#include "base/source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct sample_section {
	const char *name;
	uint32_t va;
	uint32_t size; /* VirtualSize; the file has it rounded up to 512 */
	uint32_t flags;
	const char *text; /* at its start; without, the name's second letter */
};

struct sample {
	uint8_t bytes[64 * 1024];
	size_t len;
	struct memory_source m;
};

enum {
	SAMPLE_PE = 0x40,				 /* e_lfanew */
	SAMPLE_OPTIONAL = SAMPLE_PE + 24,		 /* 0x58 */
	SAMPLE_TABLE_64 = SAMPLE_OPTIONAL + 112 + 8 * 6, /* 0xf8 */
	SAMPLE_TABLE_32 = SAMPLE_OPTIONAL + 96 + 8 * 6,	 /* 0xe8 */
};

/* Where the section table of a sample stands. */
static inline size_t sample_table(const struct sample *s)
{
	return le16_get(s->bytes + SAMPLE_OPTIONAL) == 0x10b ? SAMPLE_TABLE_32 : SAMPLE_TABLE_64;
}

static inline uint8_t *sample_entry(struct sample *s, size_t i)
{
	return s->bytes + sample_table(s) + 40 * i;
}

static inline const struct source *sample_source(struct sample *s)
{
	memory_source_init(&s->m, s->bytes, s->len, "sample.efi");
	return &s->m.source;
}

static inline void sample_headers(struct sample *s, uint16_t machine, bool is_32)
{
	uint8_t *coff = s->bytes + SAMPLE_PE, *opt = s->bytes + SAMPLE_OPTIONAL;

	memset(s, 0, sizeof(*s));
	memcpy(s->bytes, "MZ", 2);
	le32_put(s->bytes + 0x3c, SAMPLE_PE);
	memcpy(coff, "PE", 2);
	le16_put(coff + 4, machine);
	le32_put(coff + 8, 0x5eadbeef); /* TimeDateStamp */
	le16_put(coff + 20, is_32 ? 96 + 48 : 112 + 48);
	le16_put(coff + 22, 0x0206);
	le16_put(opt, is_32 ? 0x10b : 0x20b);
	le32_put(opt + 16, 0x1000); /* AddressOfEntryPoint */
	if (is_32)
		le32_put(opt + 28, 0x12340000);
	else
		le64_put(opt + 24, 0x14df90000);
	le32_put(opt + 32, 4096);
	le32_put(opt + 36, 512);
	le16_put(opt + 44, 3); /* MajorImageVersion */
	le32_put(opt + 60, 512);
	le32_put(opt + 64, 0xabad1dea); /* CheckSum */
	le16_put(opt + 68, 10);
	le16_put(opt + 70, 0x100); /* NX_COMPAT */
	le32_put(opt + (is_32 ? 92 : 108), 6);
	s->len = 512;
}

static inline void sample_add(struct sample *s, const struct sample_section *section)
{
	uint8_t *coff = s->bytes + SAMPLE_PE, *opt = s->bytes + SAMPLE_OPTIONAL;
	uint16_t n = le16_get(coff + 6);
	uint8_t *entry = sample_entry(s, n);
	uint32_t raw = (section->size + 511) / 512 * 512;

	le16_put(coff + 6, (uint16_t)(n + 1));
	memcpy(entry, section->name, strnlen(section->name, 8));
	le32_put(entry + 8, section->size);
	le32_put(entry + 12, section->va);
	le32_put(entry + 16, raw);
	le32_put(entry + 20, (uint32_t)s->len);
	le32_put(entry + 36, section->flags);
	memset(s->bytes + s->len, section->text ? 0 : section->name[1], section->size);
	if (section->text)
		memcpy(s->bytes + s->len, section->text, strlen(section->text));
	s->len += raw;
	le32_put(opt + 56, (section->va + section->size + 4095) / 4096 * 4096);
}

#define SAMPLE_SBAT "sbat,1,SBAT Version,sbat,1,url\nsystemd,1,Devs,systemd,252,url\n"

/*
 * A stub as Debian's: .sbat and .sdmagic share a page, so that .sbat cannot
 * grow, and the symbol table at the end leaves the file unaligned.
 */
static inline void sample_stub(struct sample *s, uint16_t machine, bool is_32, const char *version)
{
	char magic[96];
	struct sample_section sections[] = {
		{".text", 0x1000, 0x300, 0x60000020, NULL},
		{".data", 0x2000, 0x10, 0xc0000040, NULL},
		{".sbat", 0x3000, sizeof(SAMPLE_SBAT) - 1, 0x40000040, SAMPLE_SBAT},
		{".sdmagic", 0x3100, 0, 0x40000040, magic},
	};

	snprintf(magic, sizeof(magic), "#### LoaderInfo: systemd-stub %s ####", version);
	sections[3].size = (uint32_t)strlen(magic) + 1;
	sample_headers(s, machine, is_32);
	for (size_t i = 0; i < 4; i++)
		sample_add(s, &sections[i]);
	le32_put(s->bytes + SAMPLE_PE + 12, (uint32_t)s->len); /* PointerToSymbolTable */
	le32_put(s->bytes + SAMPLE_PE + 16, 1);
	memset(s->bytes + s->len, 'Y', 18 + 4 + 3);
	s->len += 18 + 4 + 3;
}

#define SAMPLE_BANNER "6.12.1-mkos (me@here) #1 SMP"

/* A bzImage with an EFI stub: two sectors of set-up code, three of kernel. */
static inline void sample_kernel(struct sample *s, uint16_t machine)
{
	const struct sample_section setup = {".setup", 0x1000, 0x200, 0x40000040, NULL};
	const struct sample_section text = {".text", 0x2000, 0x600, 0x60000020, NULL};

	sample_headers(s, machine, false);
	sample_add(s, &setup);
	sample_add(s, &text);
	le64_put(s->bytes + SAMPLE_OPTIONAL + 24, 0); /* ImageBase */
	s->bytes[0x1f1] = 1;
	le32_put(s->bytes + 0x1f4, 0x60);
	memcpy(s->bytes + 0x202, "HdrS", 4);
	le16_put(s->bytes + 0x206, 0x020f);
	le16_put(s->bytes + 0x20e, 0x80);
	le32_put(s->bytes + 0x264, 0x12e7000);
	memcpy(s->bytes + 0x280, SAMPLE_BANNER, sizeof(SAMPLE_BANNER));
}

#endif
