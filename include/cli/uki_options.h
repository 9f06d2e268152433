#ifndef MKOS_CLI_UKI_OPTIONS_H
#define MKOS_CLI_UKI_OPTIONS_H

/* The parts of a UKI on the command line, as every command that takes ukify's options has them. */

#include "cli/options.h"
#include "stage/uki.h"

#include <stdbool.h>
#include <stddef.h>

struct uki_words {
	const char *update;
	struct strv remove;
	const char *kernel;
	struct strv initrds;
	const char *microcode;
	const char *cmdline;
	const char *os_release;
	const char *uname;
	const char *splash;
	const char *devicetree;
	struct strv devicetree_auto;
	const char *hwids;
	struct strv efifw;
	const char *pcrpkey;
	struct strv sections;
	struct strv sbat;
	const char *profile;
	struct strv join_profiles;
	const char *efi_arch;
	const char *stub;
	struct strv tools;
	bool strict;
};

/* Rows for a struct type with a member `uki` of struct uki_words. */
/* clang-format off */
#define UKI_TEXT(type, name, value, help, member) \
	{0, name, value, help, OPTION_TEXT, offsetof(type, uki.member), NULL}
#define UKI_LIST(type, name, value, help, member) \
	{0, name, value, help, OPTION_LIST, offsetof(type, uki.member), NULL}
#define UKI_ROWS(type) \
	UKI_TEXT(type, "update", "FILE", \
		 "change this UKI or addon: what is given replaces or adds, the rest stays", update), \
	UKI_LIST(type, "remove", "NAME", \
		 "with --update: leave out this section; may be given again", remove), \
	UKI_TEXT(type, "linux", "FILE", \
		 "the kernel; compressed as a whole it is unpacked", kernel), \
	UKI_TEXT(type, "kernel", "FILE", "the same as --linux", kernel), \
	UKI_LIST(type, "initrd", "FILE", "an initrd; several are joined in this order", initrds), \
	UKI_TEXT(type, "microcode", "FILE", "an archive with microcode, loaded first", microcode), \
	UKI_TEXT(type, "cmdline", "TEXT|@FILE", "the kernel command line", cmdline), \
	UKI_TEXT(type, "os-release", "TEXT|@FILE", \
		 "default: /etc/os-release; '' for none", os_release), \
	UKI_TEXT(type, "uname", "VERSION", \
		 "the kernel's version (default: as it says itself)", uname), \
	UKI_TEXT(type, "splash", "BMP", "an image that is shown while it starts", splash), \
	UKI_TEXT(type, "devicetree", "FILE", "the devicetree", devicetree), \
	UKI_LIST(type, "devicetree-auto", "FILE", \
		 "a devicetree that is taken where it fits; may be given again", devicetree_auto), \
	UKI_TEXT(type, "hwids", "DIR", \
		 "descriptions of hardware, NAME.json; '' for none", hwids), \
	UKI_LIST(type, "efifw", "DIR", \
		 "a firmware in a folder named by its id; may be given again", efifw), \
	UKI_TEXT(type, "pcrpkey", "FILE", "the public key that PCR signatures go with", pcrpkey), \
	UKI_LIST(type, "section", "NAME:TEXT|@FILE", \
		 "any other section; may be given again", sections), \
	UKI_LIST(type, "sbat", "TEXT|@FILE", "SBAT lines to add; may be given again", sbat), \
	UKI_TEXT(type, "profile", "TEXT|@FILE", \
		 "'ID=...' of the profile: of the whole with --join-profile, else of one to be " \
		 "joined later", profile), \
	UKI_LIST(type, "join-profile", "FILE", \
		 "a profile made with --profile; may be given again", join_profiles), \
	UKI_TEXT(type, "efi-arch", "ARCH", \
		 "whose stub is taken: x64, aa64, ia32, riscv64... (default: the kernel's)", \
		 efi_arch), \
	UKI_TEXT(type, "stub", "FILE", \
		 "the EFI stub (default: the distribution's systemd-stub)", stub), \
	UKI_LIST(type, "tools", "DIR", NULL, tools), \
	{0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG, \
	 offsetof(type, uki.strict), NULL}
/* clang-format on */

void uki_words_done(struct uki_words *w);

/* Is there a word about a part, or about how they are taken, apart from the kernel? */
bool uki_words_given(const struct uki_words *w);

/* What they ask for; the words outlive it. Output and sync stay for the caller. */
struct uki_options uki_words_options(const struct uki_words *w);

#endif
