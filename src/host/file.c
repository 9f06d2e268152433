#include "host/file.h"

#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

void auto_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int file_source_read(const struct source *s, uint64_t offset, void *data, size_t len,
			    struct err *e)
{
	const struct file_source *f = (const struct file_source *)s;
	char *to = data;

	while (len) {
		ssize_t n = pread(f->fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s'", s->name);
		if (n == 0)
			return err_set(e, ERR_INPUT, "'%s' became shorter while it was read",
				       s->name);
		to += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static const struct source_ops file_source_ops = {.read = file_source_read};

int file_source_take(struct file_source *f, int fd, const char *name, struct err *e)
{
	AUTO_CLOSE int owned = fd;
	struct stat st;
	char *copy;

	if (fstat(fd, &st) < 0)
		return err_os(e, "stat '%s'", name);
	if (S_ISDIR(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is a folder, not a file", name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is not a regular file", name);
	copy = strdup(name);
	if (!copy)
		return err_memory(e);
	*f = (struct file_source){
		.source = {.ops = &file_source_ops, .size = (uint64_t)st.st_size, .name = copy},
		.fd = fd,
		.path = copy,
		.stat = st,
	};
	owned = -1;
	return 0;
}

int file_source_open(struct file_source *f, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_os(e, "open '%s'", path);
	return file_source_take(f, fd, path, e);
}

void file_source_close(struct file_source *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct file_source)FILE_SOURCE_INIT;
}

const struct file_source *file_source_of(const struct source *s)
{
	return s->ops == &file_source_ops ? (const struct file_source *)s : NULL;
}

int64_t file_stamp(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int file_source_unchanged(const struct file_source *f, struct err *e)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return err_os(e, "stat '%s'", f->path);
	if (st.st_size != f->stat.st_size || file_stamp(&st) != file_stamp(&f->stat))
		return err_set(e, ERR_INPUT,
			       "'%s' was changed while it was read: run again when it is at rest",
			       f->path);
	return 0;
}

static int check_apart(const struct stat *in, const char *input, const char *output, struct err *e)
{
	struct stat out;

	if (stat(output, &out) < 0 || in->st_dev != out.st_dev || in->st_ino != out.st_ino)
		return 0;
	return err_set(e, ERR_INPUT, "output '%s' is an input too ('%s'): give another --output",
		       output, input);
}

int file_source_apart(const struct file_source *f, const char *output, struct err *e)
{
	return check_apart(&f->stat, f->path, output, e);
}

int file_apart(const char *input, const char *output, struct err *e)
{
	struct stat in;

	return stat(input, &in) < 0 ? 0 : check_apart(&in, input, output, e);
}

int file_read(const char *path, size_t max, struct buf *to, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	size_t len;

	if (file_source_open(&f, path, e) < 0)
		return -1;
	if (f.source.size > max)
		return err_set(e, ERR_LIMIT, "'%s' has %llu bytes, more than the %zu allowed", path,
			       (unsigned long long)f.source.size, max);
	len = (size_t)f.source.size;
	if (len == 0)
		return buf_reserve(to, 0, e);
	if (buf_reserve(to, len, e) < 0 ||
	    source_read(&f.source, 0, to->data + to->len, len, e) < 0)
		return -1;
	to->len += len;
	to->data[to->len] = '\0';
	return 0;
}

int file_read_if_there(const char *path, size_t max, struct buf *to, bool *ret_found, struct err *e)
{
	if (file_read(path, max, to, e) == 0) {
		*ret_found = true;
		return 0;
	}
	if (e->errnum != ENOENT)
		return -1;
	*e = (struct err)ERR_INIT;
	*ret_found = false;
	return 0;
}

int file_read_stream(const char *path, size_t max, struct buf *to, struct err *e)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const size_t before = to->len;
	char piece[4096];
	ssize_t n;

	if (fd < 0)
		return err_os(e, "open '%s'", path);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s'", path);
		if ((size_t)n > max - (to->len - before))
			return err_set(e, ERR_LIMIT, "'%s' has more than the %zu bytes allowed",
				       path, max);
		if (buf_put(to, piece, (size_t)n, e) < 0)
			return -1;
	}
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static void folder_close(DIR **d)
{
	if (*d)
		closedir(*d);
}

int folder_make(const char *path, struct err *e)
{
	AUTO_FREE char *parent = NULL;

	if (mkdir(path, 0777) == 0 || (errno == EEXIST && file_is_folder(path)))
		return 0;
	if (errno != ENOENT)
		return err_os(e, "make folder '%s'", path);
	if (path_folder(path, &parent, e) < 0)
		return -1;
	if (!strcmp(parent, path) || !strcmp(parent, "."))
		return err_os(e, "make folder '%s'", path);
	if (folder_make(parent, e) < 0)
		return -1;
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return err_os(e, "make folder '%s'", path);
	return 0;
}

int folder_make_new(const char *path, struct err *e)
{
	AUTO(folder_close) DIR *d = NULL;
	const struct dirent *entry;

	if (folder_make(path, e) < 0)
		return -1;
	d = opendir(path);
	if (!d)
		return err_os(e, "open folder '%s'", path);
	while ((entry = readdir(d)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return err_set(e, ERR_INPUT,
				       "folder '%s' is not empty: give a new or an empty one",
				       path);
	return 0;
}

int file_real_path(const char *path, char **ret, struct err *e)
{
	char *real = realpath(path, NULL);

	if (!real)
		return err_os(e, "find '%s'", path);
	*ret = real;
	return 0;
}

int program_find(const char *name, char **ret, struct err *e)
{
	const char *path = getenv("PATH");

	*ret = NULL;
	if (strchr(name, '/')) {
		if (!file_is_program(name))
			return 0;
		*ret = strdup(name);
		return *ret ? 0 : err_memory(e);
	}
	for (path = path ? path : "/usr/bin:/bin"; *path;) {
		size_t len = strcspn(path, ":");
		AUTO_FREE char *folder = strndup(path, len);
		AUTO_FREE char *candidate = NULL;

		if (!folder || path_join(folder, name, &candidate, e) < 0)
			return folder ? -1 : err_memory(e);
		if (file_is_program(candidate)) {
			*ret = TAKE(candidate);
			return 0;
		}
		path += len;
		path += *path == ':';
	}
	return 0;
}
