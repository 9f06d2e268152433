#ifndef MKOS_STAGE_INITRAMFS_H
#define MKOS_STAGE_INITRAMFS_H

/*
 * Packs an initramfs from lists (format/initlist.h) and further files. The
 * plan finds what is wrong before anything is written; the written archive is
 * read back and compared with the plan, since the kernel would not tell.
 */

#include "base/buf.h"
#include "base/strv.h"
#include "format/image_tree.h"
#include "host/temp.h"
#include "stage/initramfs_codec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct initramfs_variable {
	const char *name;
	const char *value;
};

/* A file that is in the image though no list names it. */
struct initramfs_file {
	const char *name; /* in the image */
	const char *path; /* on the host */
	uint32_t mode;	  /* permissions */
};

struct initramfs_options {
	const struct strv *lists; /* paths; LOCATIONs in them start at the working directory */
	const struct initramfs_variable *variables; /* ${NAME} in lists */
	size_t n_variables;
	bool use_environment; /* look others up there, as gen_init_cpio does */
	const struct initramfs_file *files;
	size_t n_files;
	enum initramfs_compress compress;
	int level;	 /* as initramfs_parse_level() reads it; -1 for the default */
	uint32_t time;	 /* of every entry, in seconds since 1970 */
	bool keep_modes; /* files of trees keep their permissions, instead of 0644 or 0755 */
	const struct strv *microcode; /* files, folders, or "auto"; NULL: none */
	const struct strv *acpi;      /* tables that replace the firmware's; NULL: none */
	const char *kernel_config;    /* of the kernel that has to unpack it; NULL: unknown */
	uint64_t max_size, max_ram;   /* of the output, and of the guest's memory; 0: any */
	bool dedupe;		      /* files of the same content become names of one */
	struct temp_folder
		*scratch;    /* for the content of compressed archives in a list; NULL: none */
	const char *sysroot; /* where libraries of "elf" lines are looked for; NULL: / */
	bool checksum;	     /* 070702: the kernel compares sums */
	uint32_t align;	     /* content of this size and more begins at a multiple of it; 0: of 4 */
	unsigned int jobs;   /* threads; 0: one for each processor; more than 8 are not used */
	bool strict;	     /* what is doubtful is an error instead of a warning */
	bool sentinel;	     /* mark its end, by which PID 1 sees whether all was unpacked */
	const char *output;
	bool sync; /* the archive is on the disk when this returns */
};

enum { INITRAMFS_BIGGEST = 5 };

/* What was written. */
struct initramfs_summary {
	uint64_t entries;
	uint64_t raw_bytes;	 /* of the archive before it was compressed */
	uint64_t packed_bytes;	 /* of the file */
	uint64_t unpacked_bytes; /* of memory that the files take */
	uint64_t ram_bytes;	 /* that a guest needs to unpack it, beside what the kernel takes */
	const struct image_entry
		*biggest[INITRAMFS_BIGGEST]; /* of the plan; NULL behind the last */
};

/* Fills the table of entries and finds what is wrong; warnings are logged. */
MUST_CHECK int initramfs_plan(const struct initramfs_options *options, struct image_tree *plan,
			      struct err *e);

/* Gives a file's content as a hash in hexadecimal digits. */
typedef int (*initramfs_hash)(void *context, const char *path, char ret_hex[65], struct err *e);

/* Appends a text that is the same if and only if the archive would be the same. */
MUST_CHECK int initramfs_describe(const struct initramfs_options *options,
				  const struct image_tree *plan, initramfs_hash hash, void *context,
				  struct buf *text, struct err *e);

/* Writes the output, whole or not at all, and checks it. */
MUST_CHECK int initramfs_write(const struct initramfs_options *options,
			       const struct image_tree *plan, struct initramfs_summary *ret,
			       struct err *e);

#endif
