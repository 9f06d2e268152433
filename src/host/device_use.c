#include "host/device_use.h"

#include "base/path.h"
#include "host/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

enum { TABLE_MAX = 16 << 20, DEPTH_MAX = 8 };

/* Tables are read once; devices are looked up in them. */
struct search {
	const struct device_tables *tables;
	const char *path; /* of the disk, for messages */
	struct buf mounts, swaps;
};

/* A word of mountinfo, where blanks and the like stand as \040. */
static void decode(const char *from, size_t len, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++) {
		unsigned int code;

		if (from[i] == '\\' && len - i > 3 && sscanf(from + i + 1, "%3o", &code) == 1) {
			to[n++] = (char)code;
			i += 3;
		} else {
			to[n++] = from[i];
		}
	}
	to[n] = '\0';
}

/* "36 35 8:1 / /mnt ...": the third word is the device, the fifth where it is mounted. */
static int check_mounts(const struct search *s, unsigned int major, unsigned int minor,
			struct err *e)
{
	const char *line = buf_str(&s->mounts);

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned int found_major, found_minor;
		int at = 0;
		char where[256];

		if (sscanf(line, "%*u %*u %u:%u %*s %n", &found_major, &found_minor, &at) < 2 ||
		    !at || found_major != major || found_minor != minor)
			continue;
		decode(line + at, strcspn(line + at, " \n"), where, sizeof(where));
		return err_set(e, ERR_BUSY, "'%s' is in use: it is mounted on '%s': unmount it",
			       s->path, where);
	}
	return 0;
}

/* Behind a line of headings the first word of each line is a device or a file. */
static int check_swaps(const struct search *s, unsigned int major, unsigned int minor,
		       struct err *e)
{
	const char *line = buf_str(&s->swaps);

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char name[256];
		struct stat st;

		decode(line, strcspn(line, " \t\n"), name, sizeof(name));
		if (stat(name, &st) == 0 && S_ISBLK(st.st_mode) &&
		    st.st_rdev == makedev(major, minor))
			return err_set(e, ERR_BUSY, "'%s' is in use: '%s' is swap: swapoff it",
				       s->path, name);
	}
	return 0;
}

static int check_below(const struct search *s, const char *folder, const char *name, int depth,
		       struct err *e);

/* Partitions are folders of their own that have a file "partition". */
static int check_folder(const struct search *s, const char *folder, bool holders, int depth,
			struct err *e)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (!d)
		return 0;
	while (r == 0 && (entry = readdir(d))) {
		char mark[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(mark, sizeof(mark), "%s/%s/partition", folder, entry->d_name);
		if (holders || file_exists(mark))
			r = check_below(s, folder, entry->d_name, depth, e);
	}
	closedir(d);
	return r;
}

static int check_device(const struct search *s, const char *folder, unsigned int major,
			unsigned int minor, int depth, struct err *e)
{
	char holders[4096];

	if (check_mounts(s, major, minor, e) < 0 || check_swaps(s, major, minor, e) < 0)
		return -1;
	if (depth == DEPTH_MAX)
		return 0;
	snprintf(holders, sizeof(holders), "%s/holders", folder);
	if (check_folder(s, holders, true, depth + 1, e) < 0)
		return -1;
	return check_folder(s, folder, false, depth + 1, e);
}

static int check_below(const struct search *s, const char *folder, const char *name, int depth,
		       struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	unsigned int major, minor;
	char below[4096], number[4096];

	if (snprintf(below, sizeof(below), "%s/%s", folder, name) >= (int)sizeof(below) ||
	    snprintf(number, sizeof(number), "%s/dev", below) >= (int)sizeof(number))
		return 0;
	if (!file_exists(number))
		return 0;
	if (file_read_stream(number, TABLE_MAX, &text, e) < 0)
		return -1;
	if (sscanf(buf_str(&text), "%u:%u", &major, &minor) != 2)
		return 0;
	return check_device(s, below, major, minor, depth, e);
}

int device_check_tables(const struct device_tables *tables, const char *path, dev_t disk,
			struct err *e)
{
	AUTO_BUF mounts = BUF_INIT;
	AUTO_BUF swaps = BUF_INIT;
	struct search s = {.tables = tables, .path = path};
	char folder[2048], partition[4096];

	if (file_read_stream(tables->mounts, TABLE_MAX, &mounts, e) < 0)
		return err_ctx(e, "find out whether '%s' is mounted", path);
	if (file_exists(tables->swaps) && file_read_stream(tables->swaps, TABLE_MAX, &swaps, e) < 0)
		return -1;
	s.mounts = mounts;
	s.swaps = swaps;
	snprintf(folder, sizeof(folder), "%s/%u:%u", tables->devices, major(disk), minor(disk));
	snprintf(partition, sizeof(partition), "%s/partition", folder);
	if (file_exists(partition))
		return err_set(e, ERR_INPUT,
			       "'%s' is a partition: a disk has the partition table, name that",
			       path);
	return check_device(&s, folder, major(disk), minor(disk), 0, e);
}

int device_check_unused(const char *path, dev_t disk, struct err *e)
{
	static const struct device_tables tables = {"/proc/self/mountinfo", "/proc/swaps",
						    "/sys/dev/block"};

	return device_check_tables(&tables, path, disk, e);
}
