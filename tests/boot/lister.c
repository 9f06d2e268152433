/*
 * Lists a tree: every name with mode, owner, time, and of files the number of names, the size and a
 * sum of the content. As PID 1 it lists the root that the kernel unpacked, and powers off. Names are
 * found folder by folder, since some are too long for one path.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { NAMES = 4096 };

static uint64_t sum(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	/* FNV-1a, 64 bits. */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t sum_file(int folder, const char *name)
{
	static char piece[65536];
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW);
	uint64_t hash = UINT64_C(14695981039346656037);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		hash = sum(hash, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	return hash;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(int folder, unsigned int depth, uint64_t above);

static void show(int folder, const char *name, unsigned int depth, uint64_t above)
{
	/* The folders above are told by their sum: their names may be very long. */
	uint64_t path = sum(above, name, strlen(name) + 1), content = 0;
	char target[4096] = "";
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISREG(st.st_mode))
		content = sum_file(folder, name);
	if (S_ISLNK(st.st_mode) && readlinkat(folder, name, target, sizeof(target) - 1) >= 0)
		content = sum(0, target, strlen(target));
	printf("@%u %016llx %.40s %o %u:%u %lld %llu,%lld,%016llx %u,%u\n", depth,
	       (unsigned long long)path, name, st.st_mode, st.st_uid, st.st_gid,
	       /* cpio itself sets no other times, and the console is written to. */
	       S_ISREG(st.st_mode) ? (long long)st.st_mtime : 0,
	       S_ISDIR(st.st_mode) ? 0 : (unsigned long long)st.st_nlink,
	       S_ISREG(st.st_mode) ? (long long)st.st_size : 0, (unsigned long long)content,
	       major(st.st_rdev), minor(st.st_rdev));
	if (S_ISDIR(st.st_mode))
		list(openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), depth + 1, path);
}

/* Closes the descriptor. */
static void list(int folder, unsigned int depth, uint64_t above)
{
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	char **names = calloc(NAMES, sizeof(*names));
	struct dirent *entry;
	size_t n = 0;

	while (dir && names && n < NAMES && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			names[n++] = strdup(entry->d_name);
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		show(folder, names[i], depth, above);
	if (dir)
		closedir(dir);
}

int main(int argc, char **argv)
{
	list(open(argc > 1 ? argv[1] : "/", O_RDONLY | O_DIRECTORY), 0, 1);
	printf("@end\n");
	fflush(stdout);
	if (getpid() == 1) {
		sync();
		reboot(RB_POWER_OFF);
	}
	return 0;
}
