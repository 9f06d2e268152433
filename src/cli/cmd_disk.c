#include "cli/commands.h"
#include "cli/media_command.h"
#include "cli/pcr_words.h"

static const struct option_row rows[] = {
	MEDIA_ROW_UKI,
	MEDIA_ROW_ADD,
	{0, "size", "SIZE", "of the whole disk; the EFI system partition takes what is left",
	 OPTION_SIZE, offsetof(struct media_command, media.size), NULL},
	{0, "partition", "LABEL:SIZE[:TYPE][=FILE]",
	 "one more partition, with the content of FILE, for which LABEL=FILE will do; TYPE is "
	 "linux (default), data, swap, "
	 "home, srv, var, lvm, xbootldr, esp or a GUID; may be given again",
	 OPTION_LIST, offsetof(struct media_command, partitions), NULL},
	{0, "format", "FORMAT", "raw (default) or qcow2", OPTION_TEXT,
	 offsetof(struct media_command, format), NULL},
	MEDIA_ROW_BOOT_LOADER,
	MEDIA_ROW_ENROLL_KEYS,
	MEDIA_ROW_ENROLL,
	MEDIA_ROW_KEY,
	MEDIA_ROW_CERTIFICATE,
	MEDIA_ROW_PASSPHRASE,
	KEY_HOLDER_ROWS(struct media_command, media.esp.signer.holders),
	MEDIA_ROW_LABEL,
	MEDIA_ROW_SEED,
	{'o', "output", "FILE", "where the disk goes (default: target/mvirt.img)", OPTION_TEXT,
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
	return media_command_run(c, argc, argv, MEDIA_DISK, e);
}

const struct command cmd_disk = {
	.name = "disk",
	.operands = "",
	.summary = "raw disk with an EFI system partition",
	.details = "Makes target/mvirt.img from target/mvirt.efi, or a disk of any UKI: a GPT with "
		   "an EFI system partition and, with --partition, others. With a block device as "
		   "--output and its name repeated by --yes-erase, that disk is written over and "
		   "read back; one of which anything is mounted is refused.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
