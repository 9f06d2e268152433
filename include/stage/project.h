#ifndef MKOS_STAGE_PROJECT_H
#define MKOS_STAGE_PROJECT_H

/*
 * What a project folder asks for: the recipe (config/recipes/NAME.conf),
 * kernel.version and cmdline.txt, with what the command line changed. Read
 * once, before anything is made; every stage takes this struct. All paths are
 * relative to the project folder, which is the working directory.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROJECT_CACHE	  "cache"
#define PROJECT_KERNEL	  "kernel"
#define PROJECT_TARGET	  "target"
#define PROJECT_BZIMAGE	  PROJECT_KERNEL "/arch/x86/boot/bzImage"
#define PROJECT_VMLINUX	  PROJECT_KERNEL "/vmlinux"
#define PROJECT_INITRAMFS PROJECT_TARGET "/initramfs.cpio.gz"
#define PROJECT_UKI	  PROJECT_TARGET "/mvirt.efi"
#define PROJECT_ISO	  PROJECT_TARGET "/mvirt.iso"
#define PROJECT_DISK	  PROJECT_TARGET "/mvirt.img"
#define PROJECT_SBOM	  PROJECT_TARGET "/sbom.cdx.json"
#define PROJECT_MANIFEST  PROJECT_TARGET "/manifest.json"

/* A program or file that comes from elsewhere: a [payload NAME] of the recipe. */
struct payload {
	char *name;  /* "mvirt-vmm" */
	char *image; /* its path in the image */
	mode_t mode;
	bool optional; /* the image is whole without it */
	bool without;  /* left out by --without */
	char *source;  /* the file on this machine, or an https URL; NULL: not given */
	char *sha256;  /* that it has to have; NULL: any */
	char *url;     /* that the source is from, once it is planned; NULL: none */
	bool fetched;  /* the source is a file in cache/ that may have to be fetched first */
};

/*
 * The sections [pcr] and [pcr NAME], keys that sign what PCR 11 will be: the n-th of each list is
 * the n-th section's, "" where it says nothing.
 */
struct project_pcr {
	struct strv sections; /* "pcr", "pcr NAME" */
	struct strv keys;
	struct strv public_keys;
	struct strv certificates;
	struct strv references;
	struct strv phases; /* systemd's four where nothing is said */
	struct strv banks;  /* of all of them; none: all */
};

struct project {
	char *recipe;
	char *recipe_path;
	char *kernel_version; /* the line of kernel.version */
	char *cmdline;	      /* the line of cmdline.txt */

	struct strv kernel_layers;
	struct strv kernel_roles; /* contracts that the kernel has to fulfil: guest, host */
	char *launcher;		  /* in front of the compiler: ccache, distcc; NULL: none */
	char *kernel_source;	  /* "kernel.org", "distro", a folder, a tarball or a URL */
	char *kernel_sha256;	  /* that a tarball or a download has to have; NULL: a pin's */
	char *kernel_url;	  /* that it is from, once it is planned; NULL: none */

	struct strv initramfs_lists;
	char *compress;
	char *level;		     /* NULL: the default */
	struct strv microcode, acpi; /* in front of it */
	char *sysroot;		     /* of elf lines; NULL: / */
	bool keep_modes, dedupe, checksum;
	uint64_t align, max_size, max_ram; /* 0: any */

	char *os_release;
	char *stub;    /* NULL: the distribution's */
	char *pcrpkey; /* public key in the UKI; NULL: that of the only [pcr] */

	char *secureboot_key;		     /* NULL: nothing is signed */
	struct strv secureboot_certificates; /* the key's first */
	struct project_pcr pcr;

	struct payload *payloads;
	size_t n_payloads;

	/* From the command line alone. */
	char *init; /* the program that becomes /init; NULL: pideisn */
	uint32_t time;
	unsigned int jobs;
	bool sync;
};

#define PROJECT_INIT         \
	{                    \
		.sync = true \
	}

/* What the command line says about a project; members may be NULL or empty. */
struct project_options {
	const char *recipe; /* NULL: mvirt */
	const char *kernel_source;
	const char *kernel_sha256;
	const char *launcher;
	struct strv fragments; /* instead of the recipe's layers */
	struct strv payloads;  /* "NAME=PATH" */
	struct strv without;   /* names */
	const char *init;
	uint64_t jobs; /* 0: as many as there are processors */
	bool no_sync;
};

void project_options_done(struct project_options *o);

/* Reads and checks everything; the first thing that is wrong is told with file and line. */
MUST_CHECK int project_load(const struct project_options *options, struct project *ret,
			    struct err *e);
void project_done(struct project *p);
#define AUTO_PROJECT AUTO(project_done) struct project

/* Fails with one sentence that names every payload that is needed and not given, and how to. */
MUST_CHECK int project_check_payloads(const struct project *p, struct err *e);

/* The role of config/requirements that the kernel's source is in: "distro", or "kernel". */
const char *project_source_role(const struct project *p);

/*
 * A program for the image that is built with this one, in memory of the caller's; NULL when it is
 * not there. It stands in `folder` beside this program, and when installed in its libexec folder.
 */
MUST_CHECK int project_find_program(const char *folder, const char *name, char **ret,
				    struct err *e);

/* The program that becomes /init, in memory of the caller's: the project's own, or pideisn. */
MUST_CHECK int project_find_init(const struct project *p, char **ret, struct err *e);

/* Adds the names of the recipes in config/recipes, sorted. */
MUST_CHECK int project_recipes(struct strv *to, struct err *e);

#endif
