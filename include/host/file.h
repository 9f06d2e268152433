#ifndef MKOS_HOST_FILE_H
#define MKOS_HOST_FILE_H

/* Reading files: whole small ones into memory, large ones as a source. */

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

#include <stdbool.h>
#include <sys/stat.h>

void auto_close_(int *fd);
#define AUTO_CLOSE AUTO(auto_close_)

/* Appends the whole regular file to the buffer; a file of more than max bytes is refused. */
MUST_CHECK int file_read(const char *path, size_t max, struct buf *to, struct err *e);

/* The same, where a file that does not exist is no error: *ret_found tells. */
MUST_CHECK int file_read_if_there(const char *path, size_t max, struct buf *to, bool *ret_found,
				  struct err *e);

/* Appends what a file has that does not tell its size before, as those of /proc and /sys. */
MUST_CHECK int file_read_stream(const char *path, size_t max, struct buf *to, struct err *e);

/* A regular file opened for reading, as a source of the size it has now. */
struct file_source {
	struct source source; /* first */
	int fd;
	char *path; /* what source.name points to */
	struct stat stat;
};

#define FILE_SOURCE_INIT \
	{                \
		.fd = -1 \
	}

MUST_CHECK int file_source_open(struct file_source *f, const char *path, struct err *e);
/* Takes the descriptor of a regular file, also on failure. `name` is for messages. */
MUST_CHECK int file_source_take(struct file_source *f, int fd, const char *name, struct err *e);
void file_source_close(struct file_source *f);
#define AUTO_FILE_SOURCE AUTO(file_source_close) struct file_source

/* The file behind a source, or NULL when the source is none. */
const struct file_source *file_source_of(const struct source *s);

/* When a file was written to, in nanoseconds since 1970: another value, another content. */
int64_t file_stamp(const struct stat *st);

/* Fails with a sentence when the file was written to since it was opened. */
MUST_CHECK int file_source_unchanged(const struct file_source *f, struct err *e);

/* Fail when the output is this input, under whatever name: the rename would replace it. */
MUST_CHECK int file_source_apart(const struct file_source *f, const char *output, struct err *e);
MUST_CHECK int file_apart(const char *input, const char *output, struct err *e);

/* Is there something under this name? Follows symbolic links. */
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* A regular file that this user may execute. */
bool file_is_program(const char *path);

/* Makes the folder and those above it, as mkdir -p. */
MUST_CHECK int folder_make(const char *path, struct err *e);
/* The same; one that is there has to be empty. */
MUST_CHECK int folder_make_new(const char *path, struct err *e);

/* The absolute path, with symbolic links resolved; the file has to exist. */
MUST_CHECK int file_real_path(const char *path, char **ret, struct err *e);

/* A program found in PATH, or the name itself when it has a slash; NULL when there is none. */
MUST_CHECK int program_find(const char *name, char **ret, struct err *e);

#endif
