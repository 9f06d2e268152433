#include "cli/commands.h"
#include "cli/media_command.h"
#include "cli/pcr_words.h"

static const struct option_row rows[] = {
	MEDIA_ROW_UKI,
	MEDIA_ROW_ADD,
	{0, "bios", NULL, "start from a BIOS too, by isolinux; needs xorriso", OPTION_FLAG,
	 offsetof(struct media_command, media.bios), NULL},
	MEDIA_ROW_BOOT_LOADER,
	MEDIA_ROW_ENROLL_KEYS,
	MEDIA_ROW_ENROLL,
	MEDIA_ROW_KEY,
	MEDIA_ROW_CERTIFICATE,
	MEDIA_ROW_PASSPHRASE,
	KEY_HOLDER_ROWS(struct media_command, media.esp.signer.holders),
	MEDIA_ROW_LABEL,
	MEDIA_ROW_SEED,
	{'o', "output", "FILE", "where the ISO goes (default: target/mvirt.iso)", OPTION_TEXT,
	 offsetof(struct media_command, media.output), NULL},
	{0, "yes-erase", "NAME", "write over the block device NAME, which --output names",
	 OPTION_TEXT, offsetof(struct media_command, media.erase), NULL},
	MEDIA_ROW_FORCE,
	MEDIA_ROW_STRICT,
	PROJECT_ROW_MADE_RECIPE(struct media_command),
	PROJECT_ROW_NO_SYNC(struct media_command),
	JSON_ROW(struct media_command),
};

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	return media_command_run(c, argc, argv, MEDIA_ISO, e);
}

const struct command cmd_iso = {
	.name = "iso",
	.operands = "",
	.summary = "bootable ISO that is also a raw disk",
	.details = "Makes target/mvirt.iso from target/mvirt.efi, or an ISO of any UKI. One file "
		   "boots with UEFI firmware as a CD, as a USB stick (copy it with dd) and as a "
		   "disk; with --bios also from a BIOS. Needs no root and no other program.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
