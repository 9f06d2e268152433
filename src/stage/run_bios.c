#include "stage/run_bios.h"

#include "format/gpt.h"
#include "format/iso9660_read.h"
#include "stage/media_layout.h"

#include <string.h>

enum { SECTOR = 512, SIGNATURE = 510, BIOS_PLATFORM = 0 };

/* El Torito 1.0, section 2: an entry for PCs that is not switched off. */
static bool has_boot_entry(const struct source *s)
{
	struct iso9660_image iso;
	struct err unreadable = ERR_INIT;

	/* What this reader does not understand, firmware may. */
	if (iso9660_read(s, &iso, &unreadable) < 0)
		return true;
	for (size_t i = 0; i < iso.n_boots; i++)
		if (iso.boots[i].platform == BIOS_PLATFORM && iso.boots[i].bootable)
			return true;
	return false;
}

static int read_boot_code(const struct source *s, bool *ret, struct err *e)
{
	uint8_t message[GPT_BOOT_CODE_MAX];
	const size_t len = gpt_message_code(MEDIA_BIOS_MESSAGE, message);
	uint8_t sector[SECTOR] = {0};
	bool has_code = false;

	if (source_read(s, 0, sector, s->size < SECTOR ? (size_t)s->size : SECTOR, e) < 0)
		return -1;
	for (size_t i = 0; i < GPT_BOOT_CODE_MAX; i++)
		has_code = has_code || sector[i];
	*ret = has_code && memcmp(sector, message, len) != 0 && sector[SIGNATURE] == 0x55 &&
	       sector[SIGNATURE + 1] == 0xaa;
	return 0;
}

int run_check_bios(const struct run_plan *p, const struct source *image, struct err *e)
{
	bool has_code = false;

	if (p->kind == IMAGE_QCOW2)
		return 0;
	if (p->kind == IMAGE_ISO && p->attach == RUN_ATTACH_CD) {
		if (has_boot_entry(image))
			return 0;
		return err_set(e, ERR_INPUT,
			       "'%s' has no boot record for a BIOS: make it with mvirt-mkos iso "
			       "--bios, or boot it by UEFI",
			       image->name);
	}
	if (read_boot_code(image, &has_code, e) < 0)
		return -1;
	if (has_code)
		return 0;
	return err_set(e, ERR_INPUT,
		       "'%s' has no boot code for a BIOS in its first sector: boot it by UEFI",
		       image->name);
}
