#include "host/output.h"

#include "base/path.h"
#include "host/file.h"
#include "host/write_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The hidden name is ".NAME.mkos-PID"; a name near the limit of 255 bytes is shortened. */
#define MARK ".mkos-"

enum { PIECE = 256 * 1024, NAME_KEPT = 200, HOLE_MIN = 64 * 1024 };

static int put_now(struct output *o, const void *data, size_t len, struct err *e)
{
	if (len)
		o->hole = false;
	if (write_all(o->fd, data, len) < 0)
		return err_os(e, "write '%s'", o->path);
	return 0;
}

static int flush_piece(struct output *o, struct err *e)
{
	size_t fill = o->fill;

	o->fill = 0;
	return put_now(o, o->piece, fill, e);
}

int output_flush(struct output *o, struct err *e)
{
	if (flush_piece(o, e) < 0)
		return -1;
	if (o->hole && ftruncate(o->fd, lseek(o->fd, 0, SEEK_CUR)) < 0)
		return err_os(e, "write '%s'", o->path);
	o->hole = false;
	return 0;
}

static int output_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct output *o = (struct output *)s;

	if (len > PIECE - o->fill) {
		if (flush_piece(o, e) < 0)
			return -1;
		if (len >= PIECE)
			return put_now(o, data, len, e);
	}
	memcpy(o->piece + o->fill, data, len);
	o->fill += len;
	return 0;
}

static int output_zeros(struct sink *s, uint64_t len, struct err *e)
{
	struct output *o = (struct output *)s;
	static const char zeros[4096];

	if (len >= HOLE_MIN) {
		if (flush_piece(o, e) < 0)
			return -1;
		if (lseek(o->fd, (off_t)len, SEEK_CUR) < 0)
			return err_os(e, "write '%s'", o->path);
		o->hole = true;
		return 0;
	}
	while (len) {
		size_t n = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);

		if (output_put(s, zeros, n, e) < 0)
			return -1;
		len -= n;
	}
	return 0;
}

/* Kernels and file systems that cannot copy inside answer so. */
static bool copy_is_unsupported(int errnum)
{
	return errnum == EXDEV || errnum == EINVAL || errnum == ENOSYS || errnum == EOPNOTSUPP ||
	       errnum == EBADF || errnum == EPERM || errnum == ETXTBSY;
}

/* A range of a file, and where it goes: NULL for where the output stands. */
struct copy {
	int from;
	uint64_t offset, len;
	const uint64_t *to;
};

/* Lets the kernel copy; returns how much it did, so that the rest can be done by hand. */
static int copy_in_kernel(struct output *o, const struct copy *c, uint64_t *ret_done, struct err *e)
{
	uint64_t done = 0;

	while (done < c->len) {
		off_t at = (off_t)(c->offset + done), to = c->to ? (off_t)(*c->to + done) : 0;
		uint64_t left = c->len - done;
		ssize_t n = copy_file_range(c->from, &at, o->fd, c->to ? &to : NULL,
					    left < (1U << 30) ? (size_t)left : 1U << 30, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && !copy_is_unsupported(errno))
			return err_os(e, "write '%s'", o->path);
		if (n <= 0)
			break;
		done += (uint64_t)n;
	}
	*ret_done = done;
	return 0;
}

static int put_by_pieces(struct output *o, const struct source *from, uint64_t offset, uint64_t len,
			 struct err *e)
{
	while (len) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		if (source_read(from, offset, o->piece, n, e) < 0 || put_now(o, o->piece, n, e) < 0)
			return -1;
		offset += n;
		len -= n;
	}
	return 0;
}

static int put_data(struct output *o, const struct file_source *f, uint64_t offset, uint64_t len,
		    struct err *e)
{
	const struct copy copy = {f->fd, offset, len, NULL};
	uint64_t done;

	if (copy_in_kernel(o, &copy, &done, e) < 0)
		return -1;
	o->hole = o->hole && done == 0;
	return put_by_pieces(o, &f->source, offset + done, len - done, e);
}

/* Where the next data, or the next hole, begins; a file system that has none says so. */
static uint64_t seek_next(const struct file_source *f, uint64_t offset, uint64_t end, int what)
{
	const off_t at = lseek(f->fd, (off_t)offset, what);

	if (at < 0)
		return what == SEEK_DATA && errno != ENXIO ? offset : end;
	return (uint64_t)at < end ? (uint64_t)at : end;
}

/* A file with holes: what they hold need not be read or written. */
static int put_sparse(struct output *o, const struct file_source *f, uint64_t offset, uint64_t len,
		      struct err *e)
{
	const uint64_t end = offset + len;

	while (offset < end) {
		const uint64_t data = seek_next(f, offset, end, SEEK_DATA);
		const uint64_t hole = data < end ? seek_next(f, data, end, SEEK_HOLE) : end;

		if (output_zeros(&o->sink, data - offset, e) < 0 || flush_piece(o, e) < 0 ||
		    put_data(o, f, data, hole - data, e) < 0)
			return -1;
		offset = hole;
	}
	return 0;
}

static int output_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
			struct err *e)
{
	struct output *o = (struct output *)s;
	const struct file_source *f = file_source_of(from);

	if (flush_piece(o, e) < 0)
		return -1;
	if (!f)
		return put_by_pieces(o, from, offset, len, e);
	if (offset > from->size || len > from->size - offset)
		return source_read(from, offset, NULL, (size_t)len, e);
	if ((uint64_t)f->stat.st_blocks * 512 + HOLE_MIN <= from->size)
		return put_sparse(o, f, offset, len, e);
	return put_data(o, f, offset, len, e);
}

int output_reserve(struct output *o, uint64_t size, struct err *e)
{
	int r;

	do
		r = fallocate(o->fd, 0, 0, (off_t)size);
	while (r < 0 && errno == EINTR);
	if (r < 0 && errno != EOPNOTSUPP && errno != ENOSYS)
		return err_os(e, "write '%s'", o->path);
	return 0;
}

int output_put_at(struct output *o, uint64_t offset, const void *data, size_t len, struct err *e)
{
	if (write_all_at(o->fd, data, len, offset) < 0)
		return err_os(e, "write '%s'", o->path);
	return 0;
}

int output_copy_at(struct output *o, uint64_t offset, const struct source *from,
		   uint64_t from_offset, uint64_t len, struct err *e)
{
	const struct file_source *f = file_source_of(from);
	const struct copy copy = {f ? f->fd : -1, from_offset, len, &offset};
	AUTO_FREE unsigned char *piece = NULL;
	uint64_t done = 0;

	if (f && copy_in_kernel(o, &copy, &done, e) < 0)
		return -1;
	if (done < len) {
		piece = malloc(PIECE);
		if (!piece)
			return err_memory(e);
	}
	while (done < len) {
		size_t n = len - done < PIECE ? (size_t)(len - done) : PIECE;

		if (source_read(from, from_offset + done, piece, n, e) < 0 ||
		    output_put_at(o, offset + done, piece, n, e) < 0)
			return -1;
		done += n;
	}
	return 0;
}

int output_seek(struct output *o, uint64_t offset, struct err *e)
{
	if (lseek(o->fd, (off_t)offset, SEEK_SET) < 0)
		return err_os(e, "write '%s'", o->path);
	o->sink.pos = offset;
	return 0;
}

static const struct sink_ops output_ops = {
	.put = output_put,
	.range = output_range,
	.zeros = output_zeros,
};

/* Is this the hidden name of an earlier run for the same file? */
static bool is_leftover(const char *entry, const char *name)
{
	size_t len = strnlen(name, NAME_KEPT);

	return entry[0] == '.' && !strncmp(entry + 1, name, len) &&
	       !strncmp(entry + 1 + len, MARK, sizeof(MARK) - 1);
}

/* A leftover is one that nobody holds a lock on: its writer is dead. */
static void remove_leftovers(const struct output *o)
{
	int fd = openat(o->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		int left;

		if (!is_leftover(entry->d_name, o->name))
			continue;
		left = openat(o->folder_fd, entry->d_name,
			      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (left < 0)
			continue;
		if (flock(left, LOCK_EX | LOCK_NB) == 0)
			unlinkat(o->folder_fd, entry->d_name, 0);
		close(left);
	}
	closedir(folder);
}

static int open_named(struct output *o, struct err *e)
{
	o->fd = openat(o->folder_fd, o->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, o->mode);
	if (o->fd < 0)
		return err_os(e, "write '%s'", o->path);
	o->has_name = true;
	return 0;
}

/* A file without a name vanishes with its writer; naming it later needs /proc. */
static int open_file(struct output *o, struct err *e)
{
	if (access("/proc/self/fd", X_OK) == 0)
		o->fd = openat(o->folder_fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, o->mode);
	if (o->fd < 0 && open_named(o, e) < 0)
		return -1;
	/* A nameless file gets its hidden name later, and is no leftover then either. */
	if (flock(o->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return err_os(e, "lock '%s'", o->path);
	return 0;
}

/* The path that is really written: where a symbolic link points to, also when nothing is there. */
static int resolve(const char *path, char **ret, struct err *e)
{
	char target[4096];
	AUTO_FREE char *folder = NULL;
	struct stat st;
	ssize_t n;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode)) {
		*ret = strdup(path);
		return *ret ? 0 : err_memory(e);
	}
	*ret = realpath(path, NULL);
	if (*ret)
		return 0;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0 || errno != ENOENT)
		return err_os(e, "write '%s'", path);
	target[n] = '\0';
	if (path_folder(path, &folder, e) < 0)
		return -1;
	return path_join(folder, target, ret, e);
}

static int refuse_old(const char *path, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is there already, and is not overwritten", path);
}

static int set_names(struct output *o, const char *path, char **ret_folder, struct err *e)
{
	AUTO_FREE char *real = NULL;
	struct stat st;

	if (!strcmp(path, "-"))
		return err_set(
			e, ERR_USAGE,
			"'-' is no file: what this makes cannot go to standard output, name a "
			"file (./- for one of that name)");
	if (o->is_new && lstat(path, &st) == 0)
		return refuse_old(path, e);
	if (resolve(path, &real, e) < 0)
		return -1;
	if (stat(real, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "cannot write '%s': it is %s, not a regular file",
			       path, S_ISDIR(st.st_mode) ? "a folder" : "a device or a pipe");
	o->path = strdup(path);
	o->name = strdup(path_base(real));
	if (!o->path || !o->name)
		return err_memory(e);
	if (!o->name[0])
		return err_set(e, ERR_INPUT, "cannot write '%s': it names a folder", path);
	if (asprintf(&o->temp, ".%.*s" MARK "%ld", NAME_KEPT, o->name, (long)getpid()) < 0) {
		o->temp = NULL;
		return err_memory(e);
	}
	return path_folder(real, ret_folder, e);
}

static int begin(struct output *o, const char *path, struct err *e)
{
	AUTO_FREE char *folder = NULL;

	if (set_names(o, path, &folder, e) < 0)
		return -1;
	o->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (o->folder_fd < 0)
		return err_os(e, "write '%s': open folder '%s'", path, folder);
	remove_leftovers(o);
	o->piece = malloc(PIECE);
	if (!o->piece)
		return err_memory(e);
	return open_file(o, e);
}

static int begin_or_abort(struct output *o, const char *path, struct err *e)
{
	if (begin(o, path, e) < 0) {
		output_abort(o);
		return -1;
	}
	return 0;
}

int output_begin(struct output *o, const char *path, bool sync, struct err *e)
{
	*o = (struct output){.sink = {.ops = &output_ops},
			     .fd = -1,
			     .folder_fd = -1,
			     .mode = 0666,
			     .sync = sync};
	return begin_or_abort(o, path, e);
}

int output_begin_new(struct output *o, const char *path, bool is_private, bool sync, struct err *e)
{
	*o = (struct output){.sink = {.ops = &output_ops},
			     .fd = -1,
			     .folder_fd = -1,
			     .is_new = true,
			     .mode = is_private ? 0600 : 0666,
			     .sync = sync};
	return begin_or_abort(o, path, e);
}

int output_set_mode(struct output *o, mode_t mode, struct err *e)
{
	if (fchmod(o->fd, mode) < 0)
		return err_os(e, "set the mode of '%s'", o->path);
	return 0;
}

/* Gives a nameless file its hidden name: only a named one can replace another. */
static int give_name(struct output *o, struct err *e)
{
	char self[64];

	if (o->has_name)
		return 0;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", o->fd);
	unlinkat(o->folder_fd, o->temp, 0);
	if (linkat(AT_FDCWD, self, o->folder_fd, o->temp, AT_SYMLINK_FOLLOW) < 0)
		return err_os(e, "write '%s'", o->path);
	o->has_name = true;
	return 0;
}

static int place(struct output *o, struct err *e)
{
	if (renameat(o->folder_fd, o->temp, o->folder_fd, o->name) < 0)
		return err_os(e, "write '%s': rename", o->path);
	o->has_name = false;
	return 0;
}

/* Some file systems know only one of the two ways that replace nothing. */
static int place_new(struct output *o, struct err *e)
{
	/* Not every C library has a function for it. */
	if (syscall(SYS_renameat2, o->folder_fd, o->temp, o->folder_fd, o->name,
		    RENAME_NOREPLACE) == 0) {
		o->has_name = false;
		return 0;
	}
	if (errno == EINVAL || errno == ENOSYS) {
		/* output_abort() takes the hidden name away. */
		if (linkat(o->folder_fd, o->temp, o->folder_fd, o->name, 0) == 0)
			return 0;
	}
	return errno == EEXIST ? refuse_old(o->path, e) : err_os(e, "write '%s'", o->path);
}

static int commit(struct output *o, struct err *e)
{
	if (output_flush(o, e) < 0)
		return -1;
	if (o->sync && fsync(o->fd) < 0)
		return err_os(e, "write '%s': fsync", o->path);
	if (give_name(o, e) < 0)
		return -1;
	if (o->is_new ? place_new(o, e) < 0 : place(o, e) < 0)
		return -1;
	if (o->sync && fsync(o->folder_fd) < 0)
		return err_os(e, "write '%s': fsync its folder", o->path);
	return 0;
}

int output_commit(struct output *o, struct err *e)
{
	int r = commit(o, e);

	output_abort(o);
	return r;
}

void output_abort(struct output *o)
{
	if (o->has_name)
		unlinkat(o->folder_fd, o->temp, 0);
	if (o->fd >= 0)
		close(o->fd);
	/* What only the owner may read stays in no memory either. */
	if (o->piece && o->mode == 0600)
		explicit_bzero(o->piece, PIECE);
	if (o->folder_fd >= 0)
		close(o->folder_fd);
	free(o->path);
	free(o->name);
	free(o->temp);
	free(o->piece);
	*o = (struct output)OUTPUT_INIT;
}

int output_write(const char *path, const void *data, size_t len, bool sync, struct err *e)
{
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (output_begin(&o, path, sync, e) < 0 || sink_put(&o.sink, data, len, e) < 0)
		return -1;
	return output_commit(&o, e);
}

int output_copy(const char *from, const char *to, bool sync, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (file_source_open(&f, from, e) < 0 || output_begin(&o, to, sync, e) < 0)
		return -1;
	/* Whole blocks shared with the source, where the file system can. */
	if (ioctl(o.fd, FICLONE, f.fd) < 0 &&
	    sink_range(&o.sink, &f.source, 0, f.source.size, e) < 0)
		return -1;
	if (file_source_unchanged(&f, e) < 0)
		return -1;
	return output_commit(&o, e);
}
