#include "host/rooted.h"

#include "base/path.h"
#include "host/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void folder_close(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* The path under which an open file is known. */
static int path_of(int fd, char **ret, struct err *e)
{
	char link[40], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return err_os(e, "read '%s'", link);
	path[n] = '\0';
	*ret = strdup(path);
	return *ret ? 0 : err_memory(e);
}

int rooted_find(const char *root, const char *path, char **ret, struct err *e)
{
	const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	AUTO_CLOSE int folder = -1;
	AUTO_CLOSE int fd = -1;

	*ret = NULL;
	if (!root && !file_exists(path))
		return 0;
	if (!root) {
		*ret = strdup(path);
		return *ret ? 0 : err_memory(e);
	}
	folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_os(e, "open folder '%s'", root);
	fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0;
	return fd < 0 ? err_os(e, "open '%s' of '%s'", path, root) : path_of(fd, ret, e);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Patterns in the folder's own name are not for configuration files anybody writes. */
int rooted_match(const char *root, const char *pattern, struct strv *to, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *on_host = NULL;
	AUTO(folder_close) DIR *d = NULL;
	const struct dirent *entry;
	size_t before = to->n;

	if (path_folder(pattern, &folder, e) < 0 || rooted_find(root, folder, &on_host, e) < 0)
		return -1;
	d = on_host ? opendir(on_host) : NULL;
	while (d && (entry = readdir(d))) {
		if (fnmatch(path_base(pattern), entry->d_name, FNM_PERIOD) != 0)
			continue;
		if (strv_addf(to, e, "%s/%s", strcmp(folder, "/") ? folder : "", entry->d_name) < 0)
			return -1;
	}
	if (to->n > before)
		qsort(to->v + before, to->n - before, sizeof(*to->v), by_text);
	return 0;
}
