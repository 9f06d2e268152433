#ifndef MKOS_CLI_MEDIA_COMMAND_H
#define MKOS_CLI_MEDIA_COMMAND_H

/* What the commands iso and disk have in common. */

#include "cli/options.h"
#include "cli/project_options.h"
#include "stage/media.h"

struct media_command {
	struct project_options project;
	struct media_options media;
	struct strv ukis, files, partitions;
	struct strv certificates;
	struct passphrase_source passphrase;
	const char *format; /* of a disk */
	const char *json;
};

/* Rows for struct media_command. */
#define MEDIA_ROW_UKI                                                                           \
	{                                                                                       \
		0, "uki", "FILE[=NAME]",                                                        \
			"the UKI that boots (default: target/mvirt.efi); given several times, " \
			"systemd-boot offers them, the first one by default",                   \
			OPTION_LIST, offsetof(struct media_command, ukis), NULL                 \
	}
#define MEDIA_ROW_ADD                                                                             \
	{                                                                                         \
		0, "add", "FILE[=NAME]",                                                          \
			"put this file on the EFI system partition, as NAME; may be given again", \
			OPTION_LIST, offsetof(struct media_command, files), NULL                  \
	}
#define MEDIA_ROW_BOOT_LOADER                                                                    \
	{                                                                                        \
		0, "boot-loader", "FILE",                                                        \
			"the boot loader for several UKIs (default: the distribution's "         \
			"systemd-boot)",                                                         \
			OPTION_TEXT, offsetof(struct media_command, media.esp.boot_loader), NULL \
	}
#define MEDIA_ROW_ENROLL_KEYS                                                             \
	{                                                                                 \
		0, "enroll-keys", "FOLDER",                                               \
			"Secure Boot keys that systemd-boot enrols: PK.auth, KEK.auth, "  \
			"db.auth and maybe dbx.auth",                                     \
			OPTION_TEXT, offsetof(struct media_command, media.esp.keys), NULL \
	}
#define MEDIA_ROW_ENROLL                                                                   \
	{                                                                                  \
		0, "enroll", "WHEN",                                                       \
			"if-safe (default, from systemd 253 on: by itself in virtual "     \
			"machines only), manual (default before: from its menu) or force", \
			OPTION_TEXT, offsetof(struct media_command, media.esp.enrol), NULL \
	}
#define MEDIA_ROW_KEY                                                                           \
	{                                                                                       \
		0, "secureboot-private-key", "KEY",                                             \
			"sign the boot loader, and UKIs and other programs that have no "       \
			"signature, "                                                           \
			"for Secure Boot (default: the recipe's key)",                          \
			OPTION_TEXT, offsetof(struct media_command, media.esp.signer.key), NULL \
	}
#define MEDIA_ROW_CERTIFICATE                                                                \
	{                                                                                    \
		0, "secureboot-certificate", "FILE",                                         \
			"the key's certificate; further ones lead to its root", OPTION_LIST, \
			offsetof(struct media_command, certificates), NULL                   \
	}
#define MEDIA_ROW_PASSPHRASE                                                                       \
	{                                                                                          \
		0, "passphrase-fd", "N", "the key's passphrase is the first line of descriptor N", \
			OPTION_CALL, 0, media_set_passphrase_fd                                    \
	}
#define MEDIA_ROW_LABEL                                                                        \
	{                                                                                      \
		0, "label", "TEXT", "what the volume is called (default: MVIRT)", OPTION_TEXT, \
			offsetof(struct media_command, media.label), NULL                      \
	}
#define MEDIA_ROW_SEED                                                                         \
	{                                                                                      \
		0, "seed", "TEXT", "make GUIDs from TEXT instead of the content", OPTION_TEXT, \
			offsetof(struct media_command, media.seed), NULL                       \
	}
#define MEDIA_ROW_STRICT                                                                      \
	{                                                                                     \
		0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG, \
			offsetof(struct media_command, media.esp.strict), NULL                \
	}

#define MEDIA_ROW_FORCE                                                                            \
	{                                                                                          \
		0, "force", NULL, "write over a disk image that has more partitions than the ESP", \
			OPTION_FLAG, offsetof(struct media_command, media.force), NULL             \
	}

MUST_CHECK int media_set_passphrase_fd(void *into, const char *value, struct err *e);

/* Makes the recipe's medium, or that of the UKIs that are given, and tells what it is. */
MUST_CHECK int media_command_run(const struct command *c, int argc, char **argv,
				 enum media_kind kind, struct err *e);

#endif
