#include "stage/kernel_cache.h"

#include "base/log.h"
#include "base/path.h"
#include "host/file.h"
#include "host/output.h"
#include "host/remove.h"
#include "stage/build.h"
#include "stage/kernel_config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SUMS   "SHA256SUMS"
#define PREFIX "kernel-" KERNEL_GENERATION "-"

/* What is kept at most; the kernels that were not used for the longest time go first. */
enum { KEPT_MAX = 24 };

/* The folder that all kernels are kept in; NULL when this user has none. */
static int cache_folder(char **ret, struct err *e)
{
	const char *base = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	int n = 0;

	*ret = NULL;
	if (base && base[0] == '/')
		n = asprintf(ret, "%s/mvirt-mkos", base);
	else if (home && home[0] == '/')
		n = asprintf(ret, "%s/.cache/mvirt-mkos", home);
	if (n < 0) {
		*ret = NULL;
		return err_memory(e);
	}
	return 0;
}

/* The folder of this very kernel, NULL as above. */
static int entry_folder(const struct inputs *inputs, char **ret, struct err *e)
{
	AUTO_FREE char *base = NULL;
	char hex[HASH_HEX];

	*ret = NULL;
	if (cache_folder(&base, e) < 0)
		return -1;
	if (!base)
		return 0;
	if (inputs_hash(inputs, hex, e) < 0)
		return -1;
	if (asprintf(ret, "%s/" PREFIX "%.32s", base, hex) < 0) {
		*ret = NULL;
		return err_memory(e);
	}
	return 0;
}

static int copy_between(const char *from_folder, const char *from, const char *to_folder,
			const char *to, bool sync, struct err *e)
{
	AUTO_FREE char *source = NULL;
	AUTO_FREE char *target = NULL;

	if (path_join(from_folder, from, &source, e) < 0 ||
	    path_join(to_folder, to, &target, e) < 0)
		return -1;
	return output_copy(source, target, sync, e);
}

/* What is kept of a kernel, under which name, and where it belongs in kernel/. */
static const struct {
	const char *kept, *built;
} files[] = {
	{"bzImage", "arch/x86/boot/bzImage"},
	/* cloud-hypervisor boots it without firmware. */
	{"vmlinux", "vmlinux"},
	{"config", ".config"},
};

/* The hashes of all files in a folder, as sha256sum prints them. */
static int sums_of(const char *folder, struct buf *to, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO_FREE char *path = NULL;
		char hex[HASH_HEX];

		if (path_join(folder, files[i].kept, &path, e) < 0 || hash_file(path, hex, e) < 0 ||
		    buf_putf(to, e, "%s  %s\n", hex, files[i].kept) < 0)
			return -1;
	}
	return 0;
}

/* The sums beside the kernel tell a damaged copy from a good one. */
static int is_whole(const char *folder, bool *ret, struct err *e)
{
	AUTO_FREE char *path = NULL;
	AUTO_BUF kept = BUF_INIT;
	AUTO_BUF now = BUF_INIT;

	*ret = false;
	if (path_join(folder, SUMS, &path, e) < 0)
		return -1;
	if (!file_exists(path))
		return 0;
	if (file_read(path, 4096, &kept, e) < 0 || sums_of(folder, &now, e) < 0)
		return -1;
	*ret = !strcmp(buf_str(&kept), buf_str(&now));
	if (!*ret)
		log_warning("the kept kernel in '%s' is damaged: it is built again", folder);
	return 0;
}

static int get(const char *folder, bool sync, bool *ret_found, struct err *e)
{
	bool whole;

	if (is_whole(folder, &whole, e) < 0)
		return -1;
	if (!whole)
		return 0;
	if (folder_make(PROJECT_KERNEL "/arch/x86/boot", e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (copy_between(folder, files[i].kept, PROJECT_KERNEL, files[i].built, sync, e) <
		    0)
			return -1;
	/* Its time says when it was used last: prune() goes by it. */
	if (utimensat(AT_FDCWD, folder, NULL, 0) < 0)
		log_detail("'%s': %s", folder, strerror(errno));
	*ret_found = true;
	return 0;
}

int kernel_cache_get(const struct inputs *inputs, bool sync, bool *ret_found, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	struct err why = ERR_INIT;

	*ret_found = false;
	if (entry_folder(inputs, &folder, e) < 0)
		return -1;
	if (folder && get(folder, sync, ret_found, &why) < 0)
		log_warning("the kept kernel in '%s' cannot be taken, it is built again: %s",
			    folder, why.text);
	return 0;
}

/* The sums go last: without them, or when they do not fit, the kernel counts as not kept. */
static int put(const struct inputs *inputs, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_BUF sums = BUF_INIT;

	if (entry_folder(inputs, &folder, e) < 0)
		return -1;
	if (!folder)
		return 0;
	if (path_join(folder, SUMS, &path, e) < 0 || folder_make(folder, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (copy_between(PROJECT_KERNEL, files[i].built, folder, files[i].kept, false, e) <
		    0)
			return -1;
	if (sums_of(folder, &sums, e) < 0)
		return -1;
	return output_write(path, sums.data, sums.len, false, e);
}

struct kept {
	char *path;
	struct timespec used;
};

static int compare_kept(const void *a, const void *b)
{
	const struct timespec *x = &((const struct kept *)a)->used;
	const struct timespec *y = &((const struct kept *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

static int list_kept(const char *base, struct kept **ret, size_t *ret_n, struct err *e)
{
	DIR *folder = opendir(base);
	const struct dirent *entry;
	int r = 0;

	if (!folder)
		return err_os(e, "open folder '%s'", base);
	while (r == 0 && (entry = readdir(folder))) {
		struct kept *all;
		struct stat st;
		char *path = NULL;

		if (strncmp(entry->d_name, "kernel-", 7) != 0)
			continue;
		r = path_join(base, entry->d_name, &path, e);
		all = r == 0 ? reallocarray(*ret, *ret_n + 1, sizeof(*all)) : NULL;
		if (!all) {
			free(path);
			r = r < 0 ? -1 : err_memory(e);
			break;
		}
		*ret = all;
		if (stat(path, &st) < 0)
			st.st_mtim = (struct timespec){0};
		all[(*ret_n)++] = (struct kept){path, st.st_mtim};
	}
	closedir(folder);
	return r;
}

/* Another process may take a kernel that goes now: it then finds none, or has it open already. */
static int prune(struct err *e)
{
	AUTO_FREE char *base = NULL;
	struct kept *all = NULL;
	size_t n = 0;
	int r;

	if (cache_folder(&base, e) < 0)
		return -1;
	if (!base)
		return 0;
	r = list_kept(base, &all, &n, e);
	if (r == 0 && n)
		qsort(all, n, sizeof(*all), compare_kept);
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && i >= KEPT_MAX)
			r = remove_tree(all[i].path, NULL, e);
		free(all[i].path);
	}
	free(all);
	return r;
}

void kernel_cache_put(const struct inputs *inputs)
{
	struct err e = ERR_INIT;

	if (put(inputs, &e) < 0 || prune(&e) < 0)
		log_warning("the kernel cannot be kept for other checkouts: %s", e.text);
}
