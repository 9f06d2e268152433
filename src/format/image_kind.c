#include "format/image_kind.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <string.h>

enum {
	SECTOR = 512,
	HEAD = 0x206,
	BOOT_MARK = 0x202, /* Linux, Documentation/arch/x86/boot.rst */
	VOLUME = 16 * 2048,
	SIGNATURE = 510,
	ENTRIES = 446,
	ENTRY = 16,
};

/* A master boot record: every entry says 0 or 0x80 at its begin, and one of them has a type. */
static bool is_partition_table(const unsigned char *sector)
{
	bool used = false;

	for (int i = 0; i < 4; i++) {
		const unsigned char *entry = sector + ENTRIES + i * ENTRY;

		if (entry[0] != 0 && entry[0] != 0x80)
			return false;
		used = used || (entry[4] && le32_get(entry + 12));
	}
	return used;
}

/* A FAT boot sector: a jump, and a sector size that there is (fatgen103, section 3.1). */
static bool is_file_system(const unsigned char *sector)
{
	uint16_t bytes_per_sector = le16_get(sector + 11);

	return (sector[0] == 0xeb || sector[0] == 0xe9) && bytes_per_sector >= SECTOR &&
	       bytes_per_sector <= 4096 && is_power_of_2(bytes_per_sector);
}

static bool is_disk(const unsigned char *head)
{
	return head[SIGNATURE] == 0x55 && head[SIGNATURE + 1] == 0xaa &&
	       (is_partition_table(head) || is_file_system(head));
}

int image_kind_read(const struct source *s, enum image_kind *ret, struct err *e)
{
	unsigned char head[HEAD] = {0}, volume[6] = {0};
	size_t len = s->size < HEAD ? (size_t)s->size : HEAD;

	if (source_read(s, 0, head, len, e) < 0)
		return -1;
	if (s->size >= VOLUME + 2048 && source_read(s, VOLUME, volume, sizeof(volume), e) < 0)
		return -1;
	/* A kernel is an EFI program too; isohybrid puts a boot sector, or "MZ", before an ISO. */
	if (!memcmp(volume, "\1CD001", 6))
		*ret = IMAGE_ISO;
	else if (!memcmp(head + BOOT_MARK, "HdrS", 4))
		*ret = IMAGE_BZIMAGE;
	else if (!memcmp(head, "MZ", 2))
		*ret = IMAGE_EFI;
	else if (!memcmp(head, "\177ELF", 4))
		*ret = IMAGE_VMLINUX;
	else if (!memcmp(head, "QFI\xfb", 4))
		*ret = IMAGE_QCOW2;
	else
		*ret = is_disk(head) ? IMAGE_DISK : IMAGE_OTHER;
	return 0;
}

const char *image_kind_text(enum image_kind kind)
{
	switch (kind) {
	case IMAGE_BZIMAGE:
	case IMAGE_VMLINUX:
		return "a kernel";
	case IMAGE_EFI:
		return "an EFI program";
	case IMAGE_ISO:
		return "an ISO";
	case IMAGE_DISK:
	case IMAGE_QCOW2:
		return "a disk";
	case IMAGE_OTHER:
		break;
	}
	return "something else";
}
