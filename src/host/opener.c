#include "host/opener.h"

#include "base/path.h"
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

void opener_done(struct opener *o)
{
	auto_close_(&o->fd);
	buf_done(&o->folder);
}

/*
 * The name to look up in o->fd. What cannot be looked at from its folder is left to a call with the
 * whole path, which has the right words for why.
 */
static int go_to(struct opener *o, const char **path, int *ret_fd, struct err *e)
{
	const char *base = path_base(*path);
	const size_t len = (size_t)(base - *path);

	*ret_fd = AT_FDCWD;
	if (len == 0 || !*base)
		return 0;
	if (o->folder.len != len || memcmp(o->folder.data, *path, len) != 0) {
		auto_close_(&o->fd);
		buf_clear(&o->folder);
		if (buf_put(&o->folder, *path, len, e) < 0)
			return -1;
		o->fd = open(o->folder.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (o->fd < 0)
		return 0;
	*path = base;
	*ret_fd = o->fd;
	return 0;
}

int opener_stat(struct opener *o, const char *path, struct stat *ret, struct err *e)
{
	const char *name = path;
	int fd;

	if (go_to(o, &name, &fd, e) < 0)
		return -1;
	return fstatat(fd, name, ret, 0) < 0 ? err_os(e, "open '%s'", path) : 0;
}

static int read_range(int fd, const struct opener_range *range, size_t *ret_len, struct err *e)
{
	char *to = range->to;
	size_t done = 0;

	while (done < range->len) {
		ssize_t n = pread(fd, to + done, range->len - done, (off_t)(range->offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s'", range->path);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret_len = done;
	return 0;
}

int opener_read(struct opener *o, const struct opener_range *range, size_t *ret_len,
		struct stat *ret_after, struct err *e)
{
	const char *name = range->path;
	AUTO_CLOSE int fd = -1;
	int folder;

	if (go_to(o, &name, &folder, e) < 0)
		return -1;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_os(e, "open '%s'", range->path);
	if (read_range(fd, range, ret_len, e) < 0)
		return -1;
	return fstat(fd, ret_after) < 0 ? err_os(e, "stat '%s'", range->path) : 0;
}
