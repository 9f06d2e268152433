#include "format/gpt.h"

#include "base/bytes.h"
#include "base/hex.h"
#include "base/utf16.h"
#include "format/crc32.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
	ENTRY_SIZE = 128,
	ENTRIES_SIZE = GPT_ENTRIES * ENTRY_SIZE,
	ENTRIES_BLOCKS = ENTRIES_SIZE / GPT_BLOCK,
	HEADER_SIZE = 92,
	MBR_PARTITION = 446,
	MBR_SIGNATURE = 510,
	TYPE_PROTECTIVE = 0xee,
};

int guid_parse(const char *text, struct guid *ret, struct err *e)
{
	struct guid g = {{0}};
	size_t digits = 0;

	for (const char *p = text; *p; p++) {
		size_t at = (size_t)(p - text);
		int digit = hex_digit(*p);

		if (at == 8 || at == 13 || at == 18 || at == 23) {
			if (*p != '-')
				break;
			continue;
		}
		if (digit < 0 || digits == 32)
			break;
		g.bytes[digits / 2] = (uint8_t)(g.bytes[digits / 2] << 4 | digit);
		digits++;
	}
	if (strlen(text) != GUID_TEXT - 1 || digits != 32)
		return err_set(e, ERR_INPUT, "'%s' is no GUID: one looks like '" GPT_TYPE_LINUX "'",
			       text);
	*ret = g;
	return 0;
}

/* Of the Discoverable Partitions Specification, as far as they are plain data. */
static const struct {
	const char *name, *guid;
} types[] = {
	{"linux", GPT_TYPE_LINUX},
	{"esp", GPT_TYPE_ESP},
	{"xbootldr", "bc13c2ff-59e6-4262-a352-b275fd6f7172"},
	{"swap", "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"},
	{"home", "933ac7e1-2eb4-4f13-b844-0e14e2aef915"},
	{"srv", "3b8f8425-20e0-4f3b-907f-1a25a76f98e8"},
	{"var", "4d21b016-b534-45c2-a9fb-5c16e091fd2d"},
	{"lvm", "e6d6d379-f507-44c2-a23c-238f2a3df928"},
	{"data", "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"},
};

int gpt_type_parse(const char *text, struct guid *ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (!strcmp(types[i].name, text))
			return guid_parse(types[i].guid, ret, e);
	if (strlen(text) == GUID_TEXT - 1)
		return guid_parse(text, ret, e);
	return err_set(e, ERR_INPUT,
		       "there is no partition type '%s': say linux, data, esp, xbootldr, swap, "
		       "home, srv, var, lvm or a GUID",
		       text);
}

void guid_text(const struct guid *g, char to[GUID_TEXT])
{
	const uint8_t *b = g->bytes;

	snprintf(to, GUID_TEXT,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
}

/* Where each byte of the text's order stands on the disk; the same way back. */
static const uint8_t mixed[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

void guid_put(uint8_t to[16], const struct guid *g)
{
	for (size_t i = 0; i < 16; i++)
		to[mixed[i]] = g->bytes[i];
}

void guid_get(const uint8_t from[16], struct guid *ret)
{
	for (size_t i = 0; i < 16; i++)
		ret->bytes[i] = from[mixed[i]];
}

void guid_mark(struct guid *g)
{
	g->bytes[6] = (uint8_t)(0x80 | (g->bytes[6] & 0x0f)); /* version */
	g->bytes[8] = (uint8_t)(0x80 | (g->bytes[8] & 0x3f)); /* variant */
}

static int put_entries(const struct gpt *g, uint8_t *to, struct err *e)
{
	assert(g->n_partitions <= GPT_ENTRIES);
	memset(to, 0, ENTRIES_SIZE);
	for (size_t i = 0; i < g->n_partitions; i++) {
		const struct gpt_partition *p = &g->partitions[i];
		uint8_t *entry = to + i * ENTRY_SIZE;
		uint16_t name[GPT_NAME_MAX];
		size_t n;

		if (utf16_from_text(p->name, "partition name", name, GPT_NAME_MAX, &n, e) < 0)
			return -1;
		guid_put(entry, &p->type);
		guid_put(entry + 16, &p->id);
		le64_put(entry + 32, p->first);
		le64_put(entry + 40, p->last);
		le64_put(entry + 48, p->attributes);
		for (size_t k = 0; k < n; k++)
			le16_put(entry + 56 + 2 * k, name[k]);
	}
	return 0;
}

/* The header at one end of the disk, which names the other. */
static void put_header(const struct gpt *g, uint64_t mine, uint64_t other, uint64_t entries,
		       const uint8_t *table, uint8_t to[GPT_BLOCK])
{
	static const char signature[8] = "EFI PART";

	memset(to, 0, GPT_BLOCK);
	memcpy(to, signature, sizeof(signature));
	le32_put(to + 8, 0x00010000); /* revision 1.0 */
	le32_put(to + 12, HEADER_SIZE);
	le64_put(to + 24, mine);
	le64_put(to + 32, other);
	le64_put(to + 40, GPT_HEAD_BLOCKS);
	le64_put(to + 48, g->blocks - 1 - GPT_TAIL_BLOCKS);
	guid_put(to + 56, &g->id);
	le64_put(to + 72, entries);
	le32_put(to + 80, GPT_ENTRIES);
	le32_put(to + 84, ENTRY_SIZE);
	le32_put(to + 88, crc32_add(0, table, ENTRIES_SIZE));
	/* Over the header with this field zero. */
	le32_put(to + 16, crc32_add(0, to, HEADER_SIZE));
}

static void put_mbr(const struct gpt *g, uint8_t to[GPT_BLOCK])
{
	/* 5.2.3: from 0/0/2 to the limit of what can be said. */
	static const uint8_t protective[] = {0,	   0x00, 0x02, 0x00, TYPE_PROTECTIVE,
					     0xff, 0xff, 0xff};
	uint8_t *p = to + MBR_PARTITION;

	memset(to, 0, GPT_BLOCK);
	assert(g->boot_code_len <= GPT_BOOT_CODE_MAX);
	if (g->boot_code)
		memcpy(to, g->boot_code, g->boot_code_len);
	memcpy(p, protective, sizeof(protective));
	le32_put(p + 8, 1);
	le32_put(p + 12, g->blocks - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(g->blocks - 1));
	to[MBR_SIGNATURE] = 0x55;
	to[MBR_SIGNATURE + 1] = 0xaa;
}

int gpt_put_head(const struct gpt *g, uint8_t *to, struct err *e)
{
	uint8_t *entries = to + 2 * GPT_BLOCK;

	if (put_entries(g, entries, e) < 0)
		return -1;
	put_mbr(g, to);
	put_header(g, 1, g->blocks - 1, 2, entries, to + GPT_BLOCK);
	return 0;
}

int gpt_put_tail(const struct gpt *g, uint8_t *to, struct err *e)
{
	const uint64_t last = g->blocks - 1;

	if (put_entries(g, to, e) < 0)
		return -1;
	put_header(g, last, 1, last - ENTRIES_BLOCKS, to, to + ENTRIES_SIZE);
	return 0;
}

size_t gpt_message_code(const char *text, uint8_t to[GPT_BOOT_CODE_MAX])
{
	static const uint8_t code[] = {
		0xfa,		  /*     cli              */
		0x31, 0xc0,	  /*     xor ax, ax       */
		0x8e, 0xd8,	  /*     mov ds, ax       */
		0x8e, 0xd0,	  /*     mov ss, ax       */
		0xbc, 0x00, 0x7c, /*     mov sp, 0x7c00   */
		0xfb,		  /*     sti              */
		0xfc,		  /*     cld              */
		0xbe, 0x20, 0x7c, /*     mov si, text     */
		0xac,		  /* 1:  lodsb            */
		0x84, 0xc0,	  /*     test al, al      */
		0x74, 0x09,	  /*     jz 2f            */
		0xb4, 0x0e,	  /*     mov ah, 0x0e     */
		0xbb, 0x07, 0x00, /*     mov bx, 7        */
		0xcd, 0x10,	  /*     int 0x10         */
		0xeb, 0xf2,	  /*     jmp 1b           */
		0xf4,		  /* 2:  hlt              */
		0xeb, 0xfd,	  /*     jmp 2b           */
	};
	size_t len = strnlen(text, GPT_MESSAGE_MAX);

	memcpy(to, code, sizeof(code));
	memcpy(to + sizeof(code), text, len);
	to[sizeof(code) + len] = 0;
	return sizeof(code) + len + 1;
}
