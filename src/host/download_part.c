#include "host/download_part.h"

#include "base/path.h"
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

static int hash_rest(struct part *p, struct err *e)
{
	AUTO_FREE char *piece = malloc(PIECE);

	if (!piece)
		return err_memory(e);
	for (;;) {
		ssize_t n = pread(p->fd, piece, PIECE, (off_t)p->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s'", p->path);
		if (n == 0)
			return 0;
		if (hash_put(&p->hash, piece, (size_t)n, e) < 0)
			return -1;
		p->size += (uint64_t)n;
	}
}

static int open_part(struct part *p, const char *path, uint64_t max_bytes, struct err *e)
{
	struct stat st;

	if (asprintf(&p->path, "%s.part", path) < 0) {
		p->path = NULL;
		return err_memory(e);
	}
	p->fd = open(p->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		     0666);
	if (p->fd < 0)
		return err_os(e, "write '%s'", p->path);
	if (fstat(p->fd, &st) < 0)
		return err_os(e, "stat '%s'", p->path);
	if (!S_ISREG(st.st_mode)) {
		/* Somebody else's: it is not deleted. */
		auto_close_(&p->fd);
		p->fd = -1;
		return err_set(e, ERR_INPUT, "'%s' is not a regular file: move it away", p->path);
	}
	if ((uint64_t)st.st_size > max_bytes)
		return part_restart(p, e);
	if (hash_begin(&p->hash, e) < 0)
		return -1;
	return hash_rest(p, e);
}

int part_open(struct part *p, const char *path, uint64_t max_bytes, struct err *e)
{
	*p = (struct part)PART_INIT;
	if (open_part(p, path, max_bytes, e) == 0)
		return 0;
	part_close(p, true);
	return -1;
}

int part_put(struct part *p, const void *data, size_t len, struct err *e)
{
	const char *from = data;

	while (len) {
		ssize_t n = pwrite(p->fd, from, len, (off_t)p->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "write '%s'", p->path);
		if (hash_put(&p->hash, from, (size_t)n, e) < 0)
			return -1;
		p->size += (uint64_t)n;
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

int part_restart(struct part *p, struct err *e)
{
	if (ftruncate(p->fd, 0) < 0)
		return err_os(e, "write '%s'", p->path);
	p->size = 0;
	return hash_begin(&p->hash, e);
}

static int commit(struct part *p, const char *path, bool sync, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_CLOSE int folder_fd = -1;

	if (path_folder(path, &folder, e) < 0)
		return -1;
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return err_os(e, "write '%s': open folder '%s'", path, folder);
	if (sync && fsync(p->fd) < 0)
		return err_os(e, "write '%s': fsync", p->path);
	if (rename(p->path, path) < 0)
		return err_os(e, "rename '%s' to '%s'", p->path, path);
	if (sync && fsync(folder_fd) < 0)
		return err_os(e, "write '%s': fsync its folder", path);
	return 0;
}

int part_commit(struct part *p, const char *path, bool sync, struct err *e)
{
	int r = commit(p, path, sync, e);

	if (r == 0) {
		free(p->path);
		p->path = NULL;
	}
	part_close(p, true);
	return r;
}

void part_close(struct part *p, bool keep)
{
	if (p->fd >= 0 && p->path && (!keep || p->size == 0))
		unlink(p->path);
	if (p->fd >= 0)
		close(p->fd);
	hash_done(&p->hash);
	free(p->path);
	*p = (struct part)PART_INIT;
}
