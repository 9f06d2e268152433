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

/* The hash beside the kernel tells a damaged copy from a good one. */
static int is_whole(const char *folder, bool *ret, struct err *e)
{
	AUTO_FREE char *image = NULL;
	AUTO_FREE char *sum = NULL;
	AUTO_BUF kept = BUF_INIT;
	char hex[HASH_HEX];

	*ret = false;
	if (path_join(folder, "bzImage", &image, e) < 0 ||
	    path_join(folder, "bzImage.sha256", &sum, e) < 0)
		return -1;
	if (!file_exists(image) || !file_exists(sum))
		return 0;
	if (file_read(sum, 4096, &kept, e) < 0 || hash_file(image, hex, e) < 0)
		return -1;
	*ret = !strncmp(buf_str(&kept), hex, HASH_HEX - 1);
	if (!*ret)
		log_warning("the kept kernel '%s' is damaged: it is built again", image);
	return 0;
}

static int get(const char *folder, bool sync, bool *ret_found, struct err *e)
{
	bool whole;

	if (is_whole(folder, &whole, e) < 0)
		return -1;
	if (!whole)
		return 0;
	if (folder_make(PROJECT_KERNEL "/arch/x86/boot", e) < 0 ||
	    copy_between(folder, "config", PROJECT_KERNEL, ".config", sync, e) < 0 ||
	    copy_between(folder, "bzImage", PROJECT_KERNEL, "arch/x86/boot/bzImage", sync, e) < 0)
		return -1;
	/* A kernel that cloud-hypervisor boots without firmware; kbuild's own name for it. */
	if (copy_between(folder, "vmlinux", PROJECT_KERNEL, "vmlinux", sync, e) < 0)
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

/* The sum goes last: without it, or when it does not fit, the kernel counts as not kept. */
static int put(const struct inputs *inputs, struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *sum = NULL;
	char hex[HASH_HEX];

	if (entry_folder(inputs, &folder, e) < 0)
		return -1;
	if (!folder)
		return 0;
	if (hash_file(PROJECT_BZIMAGE, hex, e) < 0 ||
	    path_join(folder, "bzImage.sha256", &sum, e) < 0 || folder_make(folder, e) < 0 ||
	    copy_between(PROJECT_KERNEL, ".config", folder, "config", false, e) < 0 ||
	    copy_between(PROJECT_KERNEL, "vmlinux", folder, "vmlinux", false, e) < 0 ||
	    copy_between(PROJECT_KERNEL, "arch/x86/boot/bzImage", folder, "bzImage", false, e) < 0)
		return -1;
	return output_write(sum, hex, HASH_HEX - 1, false, e);
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
