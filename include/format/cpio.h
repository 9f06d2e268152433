#ifndef MKOS_FORMAT_CPIO_H
#define MKOS_FORMAT_CPIO_H

/*
 * cpio "newc" archives, as the kernel reads an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst):
 *
 *	 0  magic      "070701", or "070702" with a checksum of the data
 *	 6  ino        then mode, uid, gid, nlink, mtime, filesize, dev major and
 *	               minor, rdev major and minor, namesize (with its NUL), check:
 *	               thirteen numbers of eight hexadecimal digits
 *	110 name, NUL, zeros up to a multiple of 4 from the start
 *	    data, zeros up to a multiple of 4
 *
 * The archive ends with an entry named TRAILER!!!.
 */

#include "base/sink.h"
#include "base/source.h"

#include <stdbool.h>

enum {
	CPIO_HEADER_SIZE = 110,
	CPIO_SUM_AT = 102, /* in a header */
	CPIO_SUM_SIZE = 8,
	CPIO_NAME_MAX = 4095,		 /* without the NUL; longer ones the kernel drops */
	CPIO_COMPONENT_MAX = 255,	 /* between two slashes */
	CPIO_TARGET_MAX = 4095,		 /* of a symbolic link */
	CPIO_FIRST_INO = 721,		 /* as the kernel's gen_init_cpio numbers */
	CPIO_DEVICE_MAJOR_MAX = 4095,	 /* 12 bits */
	CPIO_DEVICE_MINOR_MAX = 0xfffff, /* 20 bits */
};

/* The type of an entry in its mode. */
enum cpio_type {
	CPIO_TYPE_MASK = 0170000,
	CPIO_PIPE = 0010000,
	CPIO_CHAR = 0020000,
	CPIO_FOLDER = 0040000,
	CPIO_BLOCK = 0060000,
	CPIO_FILE = 0100000,
	CPIO_SYMLINK = 0120000,
	CPIO_SOCKET = 0140000,
};

#define CPIO_TRAILER "TRAILER!!!"

struct cpio_entry {
	const char *name;
	uint32_t ino, mode, uid, gid, nlink, mtime;
	uint32_t rdev_major, rdev_minor;
};

/* How a header is written. */
struct cpio_form {
	bool summed; /* 070702: `sum` is that of the data */
	uint32_t sum;
	uint32_t zeros; /* more of them behind the name, so that the data begins where it should */
};

/* The sum of what was summed before and these bytes, as 070702 has it; begins with 0. */
uint32_t cpio_sum(uint32_t sum, const void *data, size_t len);

/* What stands for it at CPIO_SUM_AT of a header, for a sum that is known later than the rest. */
void cpio_sum_text(uint32_t sum, char ret[CPIO_SUM_SIZE]);

/* Bytes of a header with its name and the zeros that fill a multiple of 4. */
uint64_t cpio_head_size(const char *name, uint32_t zeros);

/*
 * Writes the header of an entry with `size` bytes of data, which the caller
 * puts behind it, and zeros up to a multiple of 4. A form NULL is the plain one.
 * The name is not checked here.
 */
MUST_CHECK int cpio_write_head(struct sink *out, const struct cpio_entry *entry,
			       const struct cpio_form *form, uint64_t size, struct err *e);

/*
 * Writes one entry and tells the sink that a boundary follows. Data is a
 * file's content, NULL for none: of hard links only the last one has data.
 * A name, or data, that the kernel would drop is refused.
 */
MUST_CHECK int cpio_write(struct sink *out, const struct cpio_entry *entry,
			  const struct source *data, struct err *e);

/* The entry of a symbolic link; its target is stored with a NUL, as gen_init_cpio does. */
MUST_CHECK int cpio_write_symlink(struct sink *out, const struct cpio_entry *entry,
				  const char *target, struct err *e);

/* Ends the archive: the trailer, and zeros up to a multiple of 512. */
MUST_CHECK int cpio_write_trailer(struct sink *out, struct err *e);

/* Is this name, which has no leading slash, one that the kernel keeps? */
MUST_CHECK int cpio_check_name(const char *name, struct err *e);

/* What the reader found: valid during the call. */
struct cpio_found {
	struct cpio_entry entry;
	uint64_t size;		       /* of the data */
	uint32_t dev_major, dev_minor; /* with the inode: which entries are hard links */
	const char *target;	       /* of a symbolic link, else NULL */
	bool checked;		       /* 070702: the sum of the data is compared */
};

struct cpio_visitor {
	void *context;
	/* Every entry but the trailer, in order. */
	int (*entry)(void *context, const struct cpio_found *found, struct err *e);
	/* A piece of the data of the entry told last; NULL: not wanted. */
	int (*data)(void *context, const void *data, size_t len, struct err *e);
};

/*
 * Reads an archive that is put into its sink, in constant memory. As in the
 * kernel, zeros may stand between entries, archives may follow each other and
 * the trailer may be missing; what the kernel drops without a word is an error.
 */
struct cpio_reader {
	struct sink sink; /* first */
	const struct cpio_visitor *visitor;
	const char *name; /* of the archive, for messages */
	size_t trailers;
	uint64_t entries; /* without trailers */
	int state;
	uint64_t at; /* where the part begins that is being read */
	struct cpio_found found;
	uint64_t data_left;
	uint32_t sum, want_sum;
	size_t have, need; /* bytes of the part that is being collected */
	char part[CPIO_HEADER_SIZE + 2 * (CPIO_NAME_MAX + 4)];
	size_t name_size, name_padded;
};

void cpio_reader_init(struct cpio_reader *r, const struct cpio_visitor *visitor, const char *name);

/*
 * Takes bytes up to the first one, between entries, that is neither zero nor
 * the start of a header; ret_used tells how many. The sink calls that junk.
 */
MUST_CHECK int cpio_reader_take(struct cpio_reader *r, const void *data, size_t len,
				size_t *ret_used, struct err *e);

/* Where the data of the entry that is being told begins, from the first byte on. */
uint64_t cpio_reader_data_at(const struct cpio_reader *r);

/*
 * Goes over the next n bytes without looking at them: some of the content of the
 * entry told last, all that is left of it, or more by the zeros behind it.
 */
MUST_CHECK int cpio_reader_skip(struct cpio_reader *r, uint64_t n, struct err *e);

/* Nothing follows: an error if that is in the middle of an entry. */
MUST_CHECK int cpio_reader_finish(struct cpio_reader *r, struct err *e);

#endif
