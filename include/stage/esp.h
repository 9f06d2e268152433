#ifndef MKOS_STAGE_ESP_H
#define MKOS_STAGE_ESP_H

/*
 * What an EFI system partition holds. One UKI is what the firmware starts,
 * EFI/BOOT/BOOTX64.EFI. For several, or for keys to enrol, systemd-boot is
 * that, the UKIs are in EFI/Linux and loader/loader.conf has the settings
 * (UEFI 2.10 section 3.5.1.1, the Boot Loader Specification, loader.conf(5)).
 */

#include "base/buf.h"
#include "base/strv.h"
#include "format/fat32.h"
#include "host/file.h"
#include "host/temp.h"
#include "stage/signer.h"

#include <stdbool.h>
#include <stddef.h>

struct esp_options {
	const struct strv *ukis;  /* FILE, or FILE=NAME for its name in EFI/Linux */
	const struct strv *files; /* FILE, or FILE=PATH for where it goes; may be NULL */
	const char *boot_loader;  /* NULL: the distribution's systemd-boot, where one is needed */
	const char *keys;	  /* folder with PK.auth, KEK.auth, db.auth; NULL: none to enrol */
	const char *enrol;	  /* "if-safe", "force" or "manual"; NULL: the safest */
	/* Secure Boot: signs each EFI program that has no signature; without a key none. */
	struct signer_options signer;
	bool strict; /* what is doubtful is an error instead of a warning */
};

/* The files, open; what fat32_plan_new() takes. */
struct esp {
	struct file_source *sources;
	struct fat32_file *files;
	char **names; /* of the files */
	size_t n, cap;
	struct buf loader_conf;
	struct memory_source loader_conf_source;
	uint16_t machine; /* Machine of the UKIs */
	size_t loader;	  /* index of the boot loader, where has_loader */
	bool has_loader;
	struct temp_folder folder;  /* of signed copies */
	struct file_source *copies; /* by index of the file; not open: there is none */
	size_t n_signed;
};

#define ESP_INIT                 \
	{                        \
		.sources = NULL, \
	}

/* Opens and checks all of it. The sources point into the struct: it stays where it is. */
MUST_CHECK int esp_open(const struct esp_options *options, struct esp *esp, struct err *e);
void esp_done(struct esp *esp);
#define AUTO_ESP AUTO(esp_done) struct esp

/* Fails when a file was written to since it was opened. */
MUST_CHECK int esp_unchanged(const struct esp *esp, struct err *e);

#endif
