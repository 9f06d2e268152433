#ifndef MKOS_HOST_OUTPUT_H
#define MKOS_HOST_OUTPUT_H

/*
 * An output file is the old one or the whole new one, whatever happens in
 * between. It is written without a name (or under a hidden one where the file
 * system cannot do that), fsynced, and put in place by a rename; then its
 * folder is fsynced. What a killed run left behind is removed by the next run
 * that writes the same file. Long runs of zeros, and holes of a file that is
 * copied, become holes.
 *
 * Use: output_begin(), write through output.sink, output_commit(). Without the
 * commit nothing of it stays.
 */

#include "base/err.h"
#include "base/sink.h"

#include <stdbool.h>
#include <sys/types.h>

struct output {
	struct sink sink; /* first */
	int fd;
	int folder_fd;
	char *path;    /* for messages */
	char *name;    /* inside the folder */
	char *temp;    /* its hidden name inside the folder */
	bool has_name; /* the hidden name exists */
	bool is_new;   /* nothing is replaced */
	mode_t mode;   /* of the file when it is made, less the umask */
	bool sync;
	unsigned char *piece; /* small writes are gathered here */
	size_t fill;
	bool hole; /* the file ends with zeros that were not written */
};

#define OUTPUT_INIT                       \
	{                                 \
		.fd = -1, .folder_fd = -1 \
	}

/*
 * The folder has to exist. A path that is a symbolic link is written where it
 * points to; anything but a regular file there is refused. `sync` false leaves
 * out both fsyncs.
 */
MUST_CHECK int output_begin(struct output *o, const char *path, bool sync, struct err *e);

/*
 * A file that must not be there yet, not even as a symbolic link, which also output_commit() sees to.
 * A private one is its owner's alone (0600) before anything is written.
 */
MUST_CHECK int output_begin_new(struct output *o, const char *path, bool is_private, bool sync,
				struct err *e);

/* Fits the file with the permission bits of mode, whatever the umask. */
MUST_CHECK int output_set_mode(struct output *o, mode_t mode, struct err *e);

/* Puts what was gathered into the file, so that its descriptor shows all bytes so far. */
MUST_CHECK int output_flush(struct output *o, struct err *e);

/*
 * Says how large the file will be, where that is known: a full disk is told before the work, and
 * what is put later is cheaper. File systems that cannot do it do without.
 */
MUST_CHECK int output_reserve(struct output *o, uint64_t size, struct err *e);

/*
 * Bytes at an offset, from any thread; the sink's own position stays. Nothing
 * may stand gathered: after output_flush(), and before the next put through the sink.
 */
MUST_CHECK int output_put_at(struct output *o, uint64_t offset, const void *data, size_t len,
			     struct err *e);
/* The same with a range of a source: the kernel copies a file's. */
MUST_CHECK int output_copy_at(struct output *o, uint64_t offset, const struct source *from,
			      uint64_t from_offset, uint64_t len, struct err *e);

/* Bytes were put at offsets up to this one: what comes next goes there. */
MUST_CHECK int output_seek(struct output *o, uint64_t offset, struct err *e);

/* Puts the file in place. The output is closed, also on failure. */
MUST_CHECK int output_commit(struct output *o, struct err *e);

/* Closes; what was not committed is gone. */
void output_abort(struct output *o);
#define AUTO_OUTPUT AUTO(output_abort) struct output

/* A whole file from memory. */
MUST_CHECK int output_write(const char *path, const void *data, size_t len, bool sync,
			    struct err *e);

/* A copy of a file, cloned where the file system can. */
MUST_CHECK int output_copy(const char *from, const char *to, bool sync, struct err *e);

#endif
