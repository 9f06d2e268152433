#include "format/gpt_read.h"

#include "base/bytes.h"
#include "base/utf16.h"
#include "format/crc32.h"
#include "format/volume.h"

#include <stdlib.h>
#include <string.h>

enum {
	SIGNATURE = 510,
	MBR_ENTRIES = 446,
	MBR_ENTRY = 16,
	PROTECTIVE = 0xee,
	LOGICAL_MAX = 60,
	HEADER_MIN = 92,
	ENTRY_MIN = 128,
	ENTRIES_BYTES_MAX = 1 << 20,
	SECTOR_MAX = 4096,
};

void disk_table_done(struct disk_table *t)
{
	free(t->partitions);
	strv_done(&t->problems);
	*t = (struct disk_table){.partitions = NULL};
}

static int add(struct disk_table *t, const struct source *s, const struct disk_partition *p,
	       struct err *e)
{
	if (p->start > s->size || p->bytes > s->size - p->start)
		return strv_addf(&t->problems, e, "partition %u goes over the end of the disk",
				 p->number);
	if (t->n == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 8;
		struct disk_partition *v = reallocarray(t->partitions, cap, sizeof(*v));

		if (!v)
			return err_memory(e);
		t->partitions = v;
		t->cap = cap;
	}
	t->partitions[t->n++] = *p;
	return 0;
}

static bool is_extended(uint8_t type)
{
	return type == 0x05 || type == 0x0f || type == 0x85;
}

/* A chain of tables: each has a logical partition, and where the next table is. */
static int read_logical(struct disk_table *t, const struct source *s, uint32_t first, struct err *e)
{
	uint64_t at = first;

	for (unsigned int i = 0; i < LOGICAL_MAX; i++) {
		uint8_t sector[GPT_BLOCK];
		const uint8_t *entry = sector + MBR_ENTRIES;
		struct disk_partition p = {.number = 5 + i};

		if (at * GPT_BLOCK + GPT_BLOCK > s->size)
			return strv_add(&t->problems,
					"the extended partition leads behind the end of the disk",
					e);
		if (source_read(s, at * GPT_BLOCK, sector, sizeof(sector), e) < 0)
			return -1;
		if (sector[SIGNATURE] != 0x55 || sector[SIGNATURE + 1] != 0xaa)
			return 0;
		p.start = (at + le32_get(entry + 8)) * GPT_BLOCK;
		p.bytes = (uint64_t)le32_get(entry + 12) * GPT_BLOCK;
		p.mbr_type = entry[4];
		p.active = entry[0] == 0x80;
		if (p.mbr_type && p.bytes && add(t, s, &p, e) < 0)
			return -1;
		entry += MBR_ENTRY;
		if (!is_extended(entry[4]) || le32_get(entry + 8) == 0)
			return 0;
		at = (uint64_t)first + le32_get(entry + 8);
	}
	return strv_add(&t->problems, "the extended partition has no end", e);
}

static int read_mbr(struct disk_table *t, const struct source *s, const uint8_t *mbr, struct err *e)
{
	t->kind = DISK_TABLE_MBR;
	t->sector = GPT_BLOCK;
	t->mbr_id = le32_get(mbr + 440);
	for (unsigned int i = 0; i < 4; i++) {
		const uint8_t *entry = mbr + MBR_ENTRIES + (size_t)i * MBR_ENTRY;
		struct disk_partition p = {
			.number = i + 1,
			.start = (uint64_t)le32_get(entry + 8) * GPT_BLOCK,
			.bytes = (uint64_t)le32_get(entry + 12) * GPT_BLOCK,
			.mbr_type = entry[4],
			.active = entry[0] == 0x80,
		};

		if (!p.mbr_type || !p.bytes)
			continue;
		if (add(t, s, &p, e) < 0)
			return -1;
		if (is_extended(p.mbr_type) && read_logical(t, s, le32_get(entry + 8), e) < 0)
			return -1;
	}
	return 0;
}

struct header {
	uint64_t block, other; /* where it is, and where the other copy */
	uint64_t entries_block;
	uint32_t entries, entry_size, entries_crc;
	struct guid id;
};

/* Reads the header in that block; false with a reason when it is none. */
static bool read_header(const struct source *s, uint32_t sector, uint64_t block, struct header *ret,
			const char **why)
{
	uint8_t h[SECTOR_MAX];
	struct err ignored;
	uint32_t size, crc;

	*why = "is not there";
	if (block > s->size / sector || s->size - block * sector < sector ||
	    source_read(s, block * sector, h, sector, &ignored) < 0 ||
	    memcmp(h, "EFI PART", 8) != 0)
		return false;
	size = le32_get(h + 12);
	crc = le32_get(h + 16);
	*why = "has a wrong checksum";
	if (size < HEADER_MIN || size > sector)
		return false;
	le32_put(h + 16, 0);
	if (crc32_add(0, h, size) != crc)
		return false;
	*why = "says that it is elsewhere";
	ret->block = le64_get(h + 24);
	ret->other = le64_get(h + 32);
	if (ret->block != block)
		return false;
	guid_get(h + 56, &ret->id);
	ret->entries_block = le64_get(h + 72);
	ret->entries = le32_get(h + 80);
	ret->entry_size = le32_get(h + 84);
	ret->entries_crc = le32_get(h + 88);
	*why = "has entries of a size that cannot be";
	return ret->entry_size >= ENTRY_MIN && is_power_of_2(ret->entry_size) && ret->entries &&
	       ret->entries <= ENTRIES_BYTES_MAX / ret->entry_size;
}

static int take_entry(struct disk_table *t, const struct source *s, const uint8_t *entry,
		      unsigned int number, struct err *e)
{
	static const uint8_t unused[16];
	struct disk_partition p = {.number = number};
	uint64_t first = le64_get(entry + 32), last = le64_get(entry + 40);

	if (!memcmp(entry, unused, sizeof(unused)))
		return 0;
	if (first > last || last >= s->size / t->sector)
		return strv_addf(&t->problems, e, "partition %u goes over the end of the disk",
				 number);
	guid_get(entry, &p.type);
	guid_get(entry + 16, &p.id);
	p.start = first * t->sector;
	p.bytes = (last - first + 1) * t->sector;
	utf16_to_text(entry + 56, GPT_NAME_MAX, p.name);
	volume_clean_name(p.name);
	return add(t, s, &p, e);
}

static int read_entries(struct disk_table *t, const struct source *s, const struct header *h,
			struct err *e)
{
	const size_t len = (size_t)h->entries * h->entry_size;
	AUTO_FREE uint8_t *entries = malloc(len);

	if (!entries)
		return err_memory(e);
	if (h->entries_block > s->size / t->sector)
		return err_set(e, ERR_INPUT, "'%s': the GPT's entries lie behind the end", s->name);
	if (source_read(s, h->entries_block * t->sector, entries, len, e) < 0)
		return -1;
	if (crc32_add(0, entries, len) != h->entries_crc &&
	    strv_add(&t->problems, "the GPT's entries have a wrong checksum", e) < 0)
		return -1;
	t->kind = DISK_TABLE_GPT;
	t->id = h->id;
	for (uint32_t i = 0; i < h->entries; i++)
		if (take_entry(t, s, entries + (size_t)i * h->entry_size, i + 1, e) < 0)
			return -1;
	return 0;
}

/* The copy at the disk's end is what repairs a table: that it is right is part of the facts. */
static int check_copy(struct disk_table *t, const struct source *s, const struct header *h,
		      struct err *e)
{
	const uint64_t last = s->size / t->sector - 1;
	struct header copy;
	const char *why;

	if (h->other != last &&
	    strv_addf(&t->problems, e,
		      "the GPT's copy is said to be in block %llu, but the last one is %llu: the "
		      "image was cut or has grown",
		      (unsigned long long)h->other, (unsigned long long)last) < 0)
		return -1;
	if (!read_header(s, t->sector, h->other, &copy, &why))
		return strv_addf(&t->problems, e, "the GPT's copy at the end %s", why);
	if (copy.entries_crc != h->entries_crc || copy.other != h->block)
		return strv_add(&t->problems, "the GPT's copy at the end says something else", e);
	return 0;
}

static int read_gpt(struct disk_table *t, const struct source *s, bool *ret_found, struct err *e)
{
	struct header h;
	const char *why, *ignored;

	*ret_found = true;
	if (read_header(s, GPT_BLOCK, 1, &h, &why))
		return read_entries(t, s, &h, e) < 0 ? -1 : check_copy(t, s, &h, e);
	t->sector = SECTOR_MAX;
	if (read_header(s, SECTOR_MAX, 1, &h, &ignored))
		return read_entries(t, s, &h, e) < 0 ? -1 : check_copy(t, s, &h, e);
	t->sector = GPT_BLOCK;
	if (s->size >= GPT_BLOCK &&
	    read_header(s, GPT_BLOCK, s->size / GPT_BLOCK - 1, &h, &ignored)) {
		if (strv_addf(&t->problems, e, "the GPT's header %s: this is its copy", why) < 0)
			return -1;
		return read_entries(t, s, &h, e);
	}
	*ret_found = false;
	return 0;
}

static bool is_protective(const uint8_t *mbr)
{
	for (size_t i = 0; i < 4; i++)
		if (mbr[MBR_ENTRIES + i * MBR_ENTRY + 4] == PROTECTIVE)
			return true;
	return false;
}

/* The first sector of a FAT file system has the signature too, and no table. */
static bool has_table(const uint8_t *mbr)
{
	if (mbr[SIGNATURE] != 0x55 || mbr[SIGNATURE + 1] != 0xaa)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (mbr[MBR_ENTRIES + i * MBR_ENTRY] & 0x7f)
			return false;
	return true;
}

int disk_table_read(const struct source *s, struct disk_table *ret, struct err *e)
{
	AUTO_DISK_TABLE t = {.sector = GPT_BLOCK};
	uint8_t mbr[GPT_BLOCK] = {0};
	bool found = false;

	if (s->size >= GPT_BLOCK && source_read(s, 0, mbr, sizeof(mbr), e) < 0)
		return -1;
	if (read_gpt(&t, s, &found, e) < 0)
		return -1;
	if (found && !is_protective(mbr) &&
	    strv_add(&t.problems, "the MBR does not protect the GPT: other systems do not see it",
		     e) < 0)
		return -1;
	if (!found && has_table(mbr) && read_mbr(&t, s, mbr, e) < 0)
		return -1;
	if (!found && is_protective(mbr) &&
	    strv_add(&t.problems, "there is no GPT where the MBR says so", e) < 0)
		return -1;
	if (t.kind == DISK_TABLE_MBR && t.n == 0)
		t.kind = DISK_TABLE_NONE;
	*ret = t;
	t = (struct disk_table){.partitions = NULL};
	return 0;
}

const char *gpt_type_name(const struct guid *type)
{
	/* UEFI 2.10, table 5.7; the Discoverable Partitions Specification; Microsoft. */
	static const struct {
		const char *guid, *name;
	} names[] = {
		{GPT_TYPE_ESP, "EFI system partition"},
		{GPT_TYPE_LINUX, "Linux"},
		{"21686148-6449-6e6f-744e-656564454649", "BIOS boot partition"},
		{"bc13c2ff-59e6-4262-a352-b275fd6f7172", "extended boot loader"},
		{"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", "Linux swap"},
		{"4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "Linux root (x86-64)"},
		{"4d21b016-b534-45c2-a9fb-5c16e091fd2d", "Linux variable data"},
		{"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", "basic data"},
	};
	char text[GUID_TEXT];

	guid_text(type, text);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i].guid, text))
			return names[i].name;
	return NULL;
}

const char *mbr_type_name(uint8_t type)
{
	static const struct {
		uint8_t type;
		const char *name;
	} names[] = {
		{0x00, "empty"},      {0x05, "extended"},
		{0x0f, "extended"},   {0x01, "FAT12"},
		{0x04, "FAT16"},      {0x06, "FAT16"},
		{0x0e, "FAT16"},      {0x0b, "FAT32"},
		{0x0c, "FAT32"},      {0x17, "hidden NTFS (ISO)"},
		{0x82, "Linux swap"}, {0x83, "Linux"},
		{0xee, "protective"}, {0xef, "EFI system partition"},
		{0xcd, "ISO 9660"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}
