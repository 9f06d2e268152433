#include "host/remove.h"

#include "base/path.h"
#include "host/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel source is 12 levels deep; this only stops a loop of bind mounts. */
enum { DEEPEST = 200 };

static int remove_at(int folder, const char *name, const char *path, unsigned int depth,
		     uint64_t *bytes, struct err *e);

static void close_folder(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int remove_content(int fd, const char *path, unsigned int depth, uint64_t *bytes,
			  struct err *e)
{
	AUTO(close_folder) DIR *d = fdopendir(fd);
	const struct dirent *entry;

	if (!d) {
		close(fd);
		return err_os(e, "read folder '%s'", path);
	}
	errno = 0;
	while ((entry = readdir(d))) {
		AUTO_FREE char *below = NULL;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (path_join(path, entry->d_name, &below, e) < 0 ||
		    remove_at(dirfd(d), entry->d_name, below, depth + 1, bytes, e) < 0)
			return -1;
		errno = 0;
	}
	return errno ? err_os(e, "read folder '%s'", path) : 0;
}

static int remove_at(int folder, const char *name, const char *path, unsigned int depth,
		     uint64_t *bytes, struct err *e)
{
	struct stat st;
	int fd;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_os(e, "delete '%s'", path);
	if (!S_ISDIR(st.st_mode)) {
		if (unlinkat(folder, name, 0) < 0)
			return err_os(e, "delete '%s'", path);
		*bytes += (uint64_t)st.st_blocks * 512;
		return 0;
	}
	if (depth > DEEPEST)
		return err_set(e, ERR_LIMIT, "'%s' is more than %d folders deep", path, DEEPEST);
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_os(e, "open folder '%s'", path);
	if (remove_content(fd, path, depth, bytes, e) < 0)
		return -1;
	return unlinkat(folder, name, AT_REMOVEDIR) < 0 ? err_os(e, "delete '%s'", path) : 0;
}

int remove_tree(const char *path, uint64_t *ret_bytes, struct err *e)
{
	uint64_t bytes = 0;
	int r = remove_at(AT_FDCWD, path, path, 0, &bytes, e);

	if (ret_bytes)
		*ret_bytes += bytes;
	return r;
}
