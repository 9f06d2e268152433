#include "format/iso9660.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	TYPE_BOOT = 0,
	TYPE_PRIMARY = 1,
	TYPE_SUPPLEMENTARY = 2,
	TYPE_TERMINATOR = 255,
	PLATFORM_EFI = 0xef,
	BOOTABLE = 0x88,
	SECTOR = 512,
};

static void be16_put(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void be32_put(uint8_t *p, uint32_t value)
{
	be16_put(p, (uint16_t)(value >> 16));
	be16_put(p + 2, (uint16_t)value);
}

static void both16_put(uint8_t *p, uint16_t value)
{
	le16_put(p, value);
	be16_put(p + 2, value);
}

void iso9660_put_both32(uint8_t to[8], uint32_t value)
{
	le32_put(to, value);
	be32_put(to + 4, value);
}

static struct tm civil(uint32_t time)
{
	const time_t seconds = (time_t)time;
	struct tm tm = {.tm_year = 70, .tm_mday = 1};

	gmtime_r(&seconds, &tm);
	return tm;
}

void iso9660_put_time(uint8_t to[7], uint32_t time)
{
	const struct tm tm = civil(time);

	to[0] = (uint8_t)tm.tm_year;
	to[1] = (uint8_t)(tm.tm_mon + 1);
	to[2] = (uint8_t)tm.tm_mday;
	to[3] = (uint8_t)tm.tm_hour;
	to[4] = (uint8_t)tm.tm_min;
	to[5] = (uint8_t)tm.tm_sec;
	to[6] = 0;
}

/* A moment in a volume descriptor (8.4.26.1): digits, and the distance from UTC. */
static void put_long_time(uint8_t to[17], uint32_t time)
{
	const struct tm tm = civil(time);
	char text[64];

	snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02d00", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(to, text, 16);
	to[16] = 0;
}

static void put_text(uint8_t *to, size_t len, const char *text)
{
	size_t n = text ? strnlen(text, len) : 0;

	memset(to, ' ', len);
	if (n)
		memcpy(to, text, n);
}

static size_t name_end(const struct iso9660_record *r)
{
	/* The name is padded to an even length of the record (9.1.12). */
	return (size_t)align_up(ISO9660_RECORD_HEAD + r->name_len, 2);
}

size_t iso9660_record_size(const struct iso9660_record *r)
{
	return (size_t)align_up(name_end(r) + r->system_use_len, 2);
}

void iso9660_put_record(uint8_t *to, const struct iso9660_record *r)
{
	size_t size = iso9660_record_size(r);

	memset(to, 0, size);
	to[0] = (uint8_t)size;
	iso9660_put_both32(to + 2, r->block);
	iso9660_put_both32(to + 10, r->size);
	iso9660_put_time(to + 18, r->time);
	to[25] = r->flags;
	both16_put(to + 28, 1); /* volume sequence number */
	to[32] = (uint8_t)r->name_len;
	memcpy(to + ISO9660_RECORD_HEAD, r->name, r->name_len);
	if (r->system_use_len)
		memcpy(to + name_end(r), r->system_use, r->system_use_len);
}

size_t iso9660_path_size(const struct iso9660_path *p)
{
	return (size_t)align_up(ISO9660_PATH_HEAD + p->name_len, 2);
}

void iso9660_put_path(uint8_t *to, const struct iso9660_path *p, bool big)
{
	memset(to, 0, iso9660_path_size(p));
	to[0] = (uint8_t)p->name_len;
	if (big) {
		be32_put(to + 2, p->block);
		be16_put(to + 6, p->parent);
	} else {
		le32_put(to + 2, p->block);
		le16_put(to + 6, p->parent);
	}
	memcpy(to + ISO9660_PATH_HEAD, p->name, p->name_len);
}

bool iso9660_label_is_valid(const char *label)
{
	return strlen(label) <= ISO9660_LABEL_MAX &&
	       strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(label);
}

static void begin_descriptor(uint8_t to[ISO9660_BLOCK], uint8_t type)
{
	static const char identifier[6] = "CD001\1";

	memset(to, 0, ISO9660_BLOCK);
	to[0] = type;
	memcpy(to + 1, identifier, sizeof(identifier));
}

/* What both kinds of volume descriptor have, all but the texts. */
static void put_volume(uint8_t to[ISO9660_BLOCK], uint8_t type, const struct iso9660_volume *v)
{
	const struct iso9660_record root = {
		.name = "",
		.name_len = 1,
		.block = v->root_block,
		.size = v->root_size,
		.flags = ISO9660_FOLDER,
		.time = v->time,
	};

	begin_descriptor(to, type);
	iso9660_put_both32(to + 80, v->blocks);
	both16_put(to + 120, 1); /* volumes in the set */
	both16_put(to + 124, 1); /* number of this one */
	both16_put(to + 128, ISO9660_BLOCK);
	iso9660_put_both32(to + 132, v->path_table_size);
	le32_put(to + 140, v->l_path_block);
	be32_put(to + 148, v->m_path_block);
	iso9660_put_record(to + 156, &root);
	put_long_time(to + 813, v->time); /* made */
	put_long_time(to + 830, v->time); /* changed */
	memset(to + 847, '0', 16);	  /* does not expire */
	memset(to + 864, '0', 16);	  /* may be used at once */
	to[881] = 1;			  /* version of the structure */
}

void iso9660_put_primary(uint8_t to[ISO9660_BLOCK], const struct iso9660_volume *v)
{
	put_volume(to, TYPE_PRIMARY, v);
	put_text(to + 8, 32, v->system);
	put_text(to + 40, 32, v->label);
	/* Volume set, publisher, data preparer, application, and names of three files. */
	put_text(to + 190, 623, NULL);
}

/* UCS-2, filled up with blanks; a byte that is left over stays 0. */
static void put_wide_text(uint8_t *to, size_t len, const char *text)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		be16_put(to + i, text && *text ? (uint8_t)*text++ : ' ');
}

void iso9660_put_joliet(uint8_t to[ISO9660_BLOCK], const struct iso9660_volume *v)
{
	/* The texts of a descriptor that nothing is said in (8.4.14 to 8.4.20). */
	static const struct {
		uint16_t offset, len;
	} texts[] = {{190, 128}, {318, 128}, {446, 128}, {574, 128},
		     {702, 37},	 {739, 37},  {776, 37}};

	put_volume(to, TYPE_SUPPLEMENTARY, v);
	put_wide_text(to + 8, 32, v->system);
	put_wide_text(to + 40, 32, v->label);
	to[88] = '%';
	to[89] = '/';
	to[90] = 'E';
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		put_wide_text(to + texts[i].offset, texts[i].len, NULL);
}

void iso9660_put_boot_record(uint8_t to[ISO9660_BLOCK], uint32_t catalogue_block)
{
	static const char system[] = "EL TORITO SPECIFICATION";

	begin_descriptor(to, TYPE_BOOT);
	memcpy(to + 7, system, sizeof(system));
	le32_put(to + 71, catalogue_block);
}

void iso9660_put_terminator(uint8_t to[ISO9660_BLOCK])
{
	begin_descriptor(to, TYPE_TERMINATOR);
}

void iso9660_put_efi_catalogue(uint8_t to[ISO9660_BLOCK], uint32_t esp_block, uint64_t esp_bytes)
{
	const uint64_t sectors = esp_bytes / SECTOR;
	uint16_t sum = 0;

	memset(to, 0, ISO9660_BLOCK);
	/* The validation entry: its 16-bit words add up to 0. */
	to[0] = 1;
	to[1] = PLATFORM_EFI;
	to[30] = 0x55;
	to[31] = 0xaa;
	for (size_t i = 0; i < 32; i += 2)
		sum = (uint16_t)(sum + le16_get(to + i));
	le16_put(to + 28, (uint16_t)-sum);
	/* The default entry. With 0 sectors firmware takes all up to the volume's end. */
	to[32] = BOOTABLE;
	le16_put(to + 38, sectors > UINT16_MAX ? 0 : (uint16_t)sectors);
	le32_put(to + 40, esp_block);
}

static void put_root_folder(uint8_t to[ISO9660_BLOCK], uint32_t block, uint32_t time)
{
	struct iso9660_record r = {
		.name = "",
		.name_len = 1,
		.block = block,
		.size = ISO9660_BLOCK,
		.flags = ISO9660_FOLDER,
		.time = time,
	};

	memset(to, 0, ISO9660_BLOCK);
	iso9660_put_record(to, &r);
	r.name = "\1";
	iso9660_put_record(to + iso9660_record_size(&r), &r);
}

int iso9660_write_gap(const struct iso9660_gap *gap, struct sink *out, struct err *e)
{
	enum { PRIMARY, BOOT, TERMINATOR, CATALOGUE, ROOT, L_PATHS, M_PATHS };
	const uint32_t first = ISO9660_FIRST_BLOCK;
	const struct iso9660_path root = {
		.name = "", .name_len = 1, .block = first + ROOT, .parent = 1};
	const struct iso9660_volume v = {
		.label = gap->label,
		.blocks = (uint32_t)(gap->bytes / ISO9660_BLOCK),
		.root_block = first + ROOT,
		.root_size = ISO9660_BLOCK,
		.path_table_size = (uint32_t)iso9660_path_size(&root),
		.l_path_block = first + L_PATHS,
		.m_path_block = first + M_PATHS,
		.time = gap->time,
	};
	uint8_t blocks[ISO9660_GAP_BLOCKS][ISO9660_BLOCK] = {{0}};

	if (gap->bytes / ISO9660_BLOCK > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "a volume of ISO 9660 has 8 TiB at most");
	iso9660_put_primary(blocks[PRIMARY], &v);
	iso9660_put_boot_record(blocks[BOOT], first + CATALOGUE);
	iso9660_put_terminator(blocks[TERMINATOR]);
	iso9660_put_efi_catalogue(blocks[CATALOGUE], (uint32_t)(gap->esp_start / ISO9660_BLOCK),
				  gap->esp_bytes);
	put_root_folder(blocks[ROOT], first + ROOT, gap->time);
	iso9660_put_path(blocks[L_PATHS], &root, false);
	iso9660_put_path(blocks[M_PATHS], &root, true);
	return sink_put(out, blocks, sizeof(blocks), e);
}
