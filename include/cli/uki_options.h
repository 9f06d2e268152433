#ifndef MKOS_CLI_UKI_OPTIONS_H
#define MKOS_CLI_UKI_OPTIONS_H

/* The parts of a UKI on the command line, as every command that takes ukify's options has them. */

#include "cli/options.h"
#include "stage/uki.h"

#include <stdbool.h>
#include <stddef.h>

struct uki_words {
	const char *kernel;
	struct strv initrds;
	const char *cmdline;
	const char *os_release;
	const char *uname;
	struct strv sbat;
	const char *stub;
	bool strict;
};

/* Rows for a struct type with a member `uki` of struct uki_words. */
#define UKI_ROWS(type)                                                                        \
	{0,	      "linux",                                                                \
	 "FILE",      "the kernel; without it the recipe's parts are taken",                  \
	 OPTION_TEXT, offsetof(type, uki.kernel),                                             \
	 NULL},                                                                               \
		{0,	      "kernel",                                                       \
		 "FILE",      "the same as --linux",                                          \
		 OPTION_TEXT, offsetof(type, uki.kernel),                                     \
		 NULL},                                                                       \
		{0,	      "initrd",                                                       \
		 "FILE",      "an initrd; several are joined in this order",                  \
		 OPTION_LIST, offsetof(type, uki.initrds),                                    \
		 NULL},                                                                       \
		{0,                                                                           \
		 "cmdline",                                                                   \
		 "TEXT|@FILE",                                                                \
		 "the kernel command line",                                                   \
		 OPTION_TEXT,                                                                 \
		 offsetof(type, uki.cmdline),                                                 \
		 NULL},                                                                       \
		{0,                                                                           \
		 "os-release",                                                                \
		 "TEXT|@FILE",                                                                \
		 "default: /etc/os-release; '' for none",                                     \
		 OPTION_TEXT,                                                                 \
		 offsetof(type, uki.os_release),                                              \
		 NULL},                                                                       \
		{0,	      "uname",                                                        \
		 "VERSION",   "the kernel's version (default: as it says itself)",            \
		 OPTION_TEXT, offsetof(type, uki.uname),                                      \
		 NULL},                                                                       \
		{0,                                                                           \
		 "sbat",                                                                      \
		 "TEXT|@FILE",                                                                \
		 "SBAT lines to add; may be given again",                                     \
		 OPTION_LIST,                                                                 \
		 offsetof(type, uki.sbat),                                                    \
		 NULL},                                                                       \
		{0,	      "stub",                                                         \
		 "FILE",      "the EFI stub (default: the distribution's systemd-stub)",      \
		 OPTION_TEXT, offsetof(type, uki.stub),                                       \
		 NULL},                                                                       \
	{                                                                                     \
		0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG, \
			offsetof(type, uki.strict), NULL                                      \
	}

void uki_words_done(struct uki_words *w);

/* Is there a word about a part, apart from the kernel? */
bool uki_words_given(const struct uki_words *w);

/* What they ask for; the words outlive it. Output and sync stay for the caller. */
struct uki_options uki_words_options(const struct uki_words *w);

#endif
