#include "block_content.h"

#include <stdint.h>
#include <string.h>

#define EXT_MAGIC_AT 1080
#define EXT_LABEL_AT 1144
#define EXT_LABEL    16

#define FAT_LABEL      11
#define FAT_SECTOR_END 512

static unsigned int get16(const unsigned char *at)
{
	return at[0] | (unsigned int)at[1] << 8;
}

static bool is_power_of_two(unsigned int n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* The signature alone ends every boot sector, that of a partitioned disk too. */
static bool is_fat(const unsigned char *b, size_t len)
{
	unsigned int sector_bytes;

	if (len < FAT_SECTOR_END || b[510] != 0x55 || b[511] != 0xaa)
		return false;
	sector_bytes = get16(b + 11);
	return (b[0] == 0xeb || b[0] == 0xe9) && is_power_of_two(sector_bytes) &&
	       sector_bytes >= 512 && sector_bytes <= 4096 && is_power_of_two(b[13]) &&
	       get16(b + 14) != 0 && (b[16] == 1 || b[16] == 2) && (b[21] == 0xf0 || b[21] >= 0xf8);
}

static void put_label(struct block_content *c, const unsigned char *at, size_t len)
{
	memcpy(c->label, at, len);
	c->label[len] = '\0';
}

/* Without a label formatters write "NO NAME". */
static void put_fat_label(struct block_content *c, const unsigned char *b)
{
	/* Sectors of a FAT: 0 means that the number has 32 bits, which only FAT32 has. */
	size_t signature = get16(b + 22) == 0 ? 66 : 38;

	if (b[signature] != 0x29)
		return;
	put_label(c, b + signature + 5, FAT_LABEL);
	for (size_t len = FAT_LABEL; len > 0 && c->label[len - 1] == ' '; len--)
		c->label[len - 1] = '\0';
	if (strcmp(c->label, "NO NAME") == 0)
		c->label[0] = '\0';
}

struct block_content block_content_of(const unsigned char *bytes, size_t len)
{
	struct block_content c = {.kind = BLOCK_OTHER};

	if (len >= EXT_LABEL_AT + EXT_LABEL && get16(bytes + EXT_MAGIC_AT) == 0xef53) {
		c.kind = BLOCK_EXT;
		put_label(&c, bytes + EXT_LABEL_AT, EXT_LABEL);
	} else if (is_fat(bytes, len)) {
		c.kind = BLOCK_VFAT;
		put_fat_label(&c, bytes);
	}
	return c;
}

bool block_content_is_zero(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}
