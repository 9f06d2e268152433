#include "host/device.h"

#include "base/path.h"
#include "host/device_use.h"
#include "host/file.h"
#include "host/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PIECE = 1 << 20, SECTOR = 512 };

bool device_is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

int device_check_file(const char *path, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *real = NULL;

	if (file_exists(path))
		return 0;
	if (path_folder(path, &folder, e) < 0)
		return -1;
	/* A folder that is not there is told where the file is made. */
	if (!file_is_folder(folder))
		return 0;
	if (file_real_path(folder, &real, e) < 0)
		return -1;
	if (strncmp(real, "/dev", 4) != 0 || (real[4] && real[4] != '/'))
		return 0;
	/* Memory that is for files. */
	if (!strncmp(real, "/dev/shm", 8) && (!real[8] || real[8] == '/'))
		return 0;
	return err_set(e, ERR_MISSING,
		       "there is no device '%s': look for its name with lsblk, or give a file "
		       "elsewhere",
		       path);
}

static void show_progress(struct device *d)
{
	char done[32], all[32], text[80];

	if (!d->total)
		return;
	snprintf(text, sizeof(text), "%s of %s", size_text(d->sink.pos, done, sizeof(done)),
		 size_text(d->total, all, sizeof(all)));
	progress_update(&d->progress, text);
}

static int flush_piece(struct device *d, struct err *e)
{
	size_t len = d->fill;

	d->fill = 0;
	if (write_all(d->fd, d->piece, len) < 0)
		return err_os(e, "write '%s'", d->path);
	show_progress(d);
	return 0;
}

static int check_end(const struct device *d, uint64_t len, struct err *e)
{
	if (len <= d->bytes - d->sink.pos)
		return 0;
	return err_set(e, ERR_LIMIT, "'%s' ends after %llu bytes: that is too small", d->path,
		       (unsigned long long)d->bytes);
}

static int device_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct device *d = (struct device *)s;
	const unsigned char *from = data;

	if (check_end(d, len, e) < 0)
		return -1;
	while (len) {
		const size_t n = len < PIECE - d->fill ? len : PIECE - d->fill;

		memcpy(d->piece + d->fill, from, n);
		d->fill += n;
		from += n;
		len -= n;
		if (d->fill == PIECE && flush_piece(d, e) < 0)
			return -1;
	}
	return 0;
}

static int device_skip(struct sink *s, uint64_t len, struct err *e)
{
	struct device *d = (struct device *)s;

	if (check_end(d, len, e) < 0 || flush_piece(d, e) < 0)
		return -1;
	if (lseek(d->fd, (off_t)len, SEEK_CUR) < 0)
		return err_os(e, "write '%s'", d->path);
	return 0;
}

static const struct sink_ops device_ops = {.put = device_put, .skip = device_skip};

/* "sdb" and "/dev/sdb" both say that this disk is meant; so does the name behind a link. */
static int check_name(const char *path, const char *repeated, struct err *e)
{
	AUTO_FREE char *real = NULL;

	if (file_real_path(path, &real, e) < 0)
		return -1;
	if (repeated && (!strcmp(repeated, path) || !strcmp(repeated, path_base(path)) ||
			 !strcmp(repeated, real) || !strcmp(repeated, path_base(real))))
		return 0;
	if (repeated)
		return err_set(e, ERR_INPUT,
			       "'%s' is a block device, and --yes-erase names another, '%s'", path,
			       repeated);
	return err_set(e, ERR_INPUT,
		       "'%s' is a block device: all that is on it would be lost; say "
		       "--yes-erase %s if that is meant",
		       path, path_base(path));
}

static int open_disk(struct device *d, struct err *e)
{
	struct stat st;
	int sector = 0;

	if (stat(d->path, &st) < 0)
		return err_os(e, "open '%s'", d->path);
	if (!S_ISBLK(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is no block device", d->path);
	if (device_check_unused(d->path, st.st_rdev, e) < 0)
		return -1;
	/* With O_EXCL the kernel refuses a disk that something in it uses. */
	d->fd = open(d->path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (d->fd < 0 && errno == EBUSY)
		return err_set(e, ERR_BUSY, "'%s' is in use: the kernel holds it", d->path);
	if (d->fd < 0)
		return err_os(e, "open '%s'", d->path);
	if (ioctl(d->fd, BLKGETSIZE64, &d->bytes) < 0 || ioctl(d->fd, BLKSSZGET, &sector) < 0)
		return err_os(e, "ask '%s' for its size", d->path);
	if (sector != SECTOR)
		return err_set(e, ERR_INPUT,
			       "'%s' has sectors of %d bytes: only disks of 512 are supported",
			       d->path, sector);
	return 0;
}

int device_open(struct device *d, const char *path, const char *repeated, struct err *e)
{
	struct device opened = {.sink = {.ops = &device_ops}, .fd = -1};

	if (check_name(path, repeated, e) < 0)
		return -1;
	opened.path = strdup(path);
	opened.piece = malloc(PIECE);
	if (!opened.path || !opened.piece) {
		device_close(&opened);
		return err_memory(e);
	}
	if (open_disk(&opened, e) < 0) {
		device_close(&opened);
		return -1;
	}
	progress_begin(&opened.progress, "writing");
	*d = opened;
	return 0;
}

int device_sync(struct device *d, struct err *e)
{
	if (flush_piece(d, e) < 0)
		return -1;
	if (fsync(d->fd) < 0)
		return err_os(e, "write '%s': fsync", d->path);
	/* What is read now comes from the disk. Only root may do that; others read on. */
	if (ioctl(d->fd, BLKFLSBUF, 0) < 0 && errno != EACCES && errno != EPERM)
		return err_os(e, "write '%s'", d->path);
	progress_end(&d->progress);
	return 0;
}

void device_reread(const struct device *d)
{
	/* Not every disk can: the partitions are there then when it is plugged in again. */
	(void)ioctl(d->fd, BLKRRPART, 0);
}

void device_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	free(d->path);
	free(d->piece);
	*d = (struct device)DEVICE_INIT;
}

static int read_disk(struct device *d, uint64_t offset, void *data, size_t len, struct err *e)
{
	char *to = data;

	while (len) {
		ssize_t n = pread(d->fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s' back", d->path);
		if (n == 0)
			return err_set(e, ERR_SYSTEM, "read '%s' back: it is cut short", d->path);
		to += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int compare_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct device_compare *c = (struct device_compare *)s;
	const unsigned char *want = data;
	uint64_t at = s->pos;

	while (len) {
		const size_t n = len < PIECE ? len : PIECE;

		if (read_disk(c->device, at, c->piece, n, e) < 0)
			return -1;
		if (memcmp(c->piece, want, n) != 0)
			return err_set(e, ERR_SYSTEM,
				       "'%s' does not give back what was written between byte "
				       "%llu and %llu: the disk is faulty",
				       c->device->path, (unsigned long long)at,
				       (unsigned long long)at + n);
		want += n;
		at += n;
		len -= n;
	}
	c->device->sink.pos = at;
	show_progress(c->device);
	return 0;
}

static int compare_skip(struct sink *s, uint64_t len, struct err *e)
{
	(void)s;
	(void)len;
	(void)e;
	return 0;
}

static const struct sink_ops compare_ops = {.put = compare_put, .skip = compare_skip};

int device_compare_init(struct device_compare *c, struct device *d, struct err *e)
{
	*c = (struct device_compare){.sink = {.ops = &compare_ops}, .device = d};
	c->piece = malloc(PIECE);
	if (!c->piece)
		return err_memory(e);
	progress_begin(&d->progress, "comparing");
	return 0;
}

void device_compare_done(struct device_compare *c)
{
	if (c->piece)
		progress_end(&c->device->progress);
	free(c->piece);
	c->piece = NULL;
}
