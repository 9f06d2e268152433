#include "host/unpack.h"

#include "base/path.h"
#include "host/dynlib.h"
#include "host/file.h"
#include "host/progress.h"
#include "host/remove.h"
#include "host/write_all.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAMP ".mvirt-mkos"

enum { BLOCK = 256 * 1024 };

#define SYMBOLS(X)                         \
	X(archive_read_new)                \
	X(archive_read_free)               \
	X(archive_read_support_filter_all) \
	X(archive_read_support_format_tar) \
	X(archive_read_open_filename)      \
	X(archive_read_next_header)        \
	X(archive_read_data_block)         \
	X(archive_error_string)            \
	X(archive_entry_pathname)          \
	X(archive_entry_filetype)          \
	X(archive_entry_perm)              \
	X(archive_entry_symlink)           \
	X(archive_entry_hardlink)

static struct {
	DYNLIB_FIELDS(SYMBOLS)
} la;

#define ROW(f) {#f, (void **)&la.f},
static const struct dynlib_symbol symbols[] = {SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib libarchive = {
	"libarchive.so.13", "libarchive13", symbols, ARRAY_LEN(symbols), &loaded,
};

struct unpack {
	struct archive *archive;
	const char *path; /* of the archive */
	int folder;	  /* what everything goes into */
	char *top;	  /* name of the top folder, once it is known */
	char *parent;	  /* the folder that parent_fd is open on, relative to `folder` */
	int parent_fd;
	uint64_t entries, bytes;
	const struct unpack_limits *limits;
	struct progress progress;
};

static void unpack_done(struct unpack *u)
{
	if (u->archive)
		la.archive_read_free(u->archive);
	if (u->folder >= 0)
		close(u->folder);
	if (u->parent_fd >= 0)
		close(u->parent_fd);
	free(u->top);
	free(u->parent);
}

static int refuse(const struct unpack *u, const char *name, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "archive '%s' is refused: '%.300s' %s", u->path, name, why);
}

static int archive_failed(const struct unpack *u, struct err *e)
{
	const char *text = la.archive_error_string(u->archive);

	return err_set(e, ERR_INPUT, "archive '%s' cannot be read: %.400s", u->path,
		       text ? text : "unknown failure");
}

/* Resolves below `folder` and never through a symbolic link, whatever the archive made. */
static int open_beneath(int folder, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

/* Opens the folder of `name`; archives name files of one folder in a row. */
static int open_parent(struct unpack *u, const char *name, const char **ret_base, struct err *e)
{
	AUTO_FREE char *parent = NULL;

	*ret_base = path_base(name);
	if (path_folder(name, &parent, e) < 0)
		return -1;
	if (u->parent && !strcmp(u->parent, parent))
		return 0;
	if (u->parent_fd >= 0)
		close(u->parent_fd);
	u->parent_fd = open_beneath(u->folder, parent);
	free(u->parent);
	u->parent = TAKE(parent);
	if (u->parent_fd < 0)
		return err_os(e, "archive '%s': open folder of '%s'", u->path, name);
	return 0;
}

/* No empty part, no "." and no ".." anywhere. */
static bool name_is_clean(const char *name)
{
	while (*name) {
		size_t len = strcspn(name, "/");

		if (len == 0 || (len == 1 && name[0] == '.') ||
		    (len == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		name += len;
		if (*name == '/' && !*++name)
			return false;
	}
	return true;
}

/* Strips the top folder; *ret is "" for the top folder itself. `name` is changed. */
static int below_top(struct unpack *u, char *name, const char **ret, struct err *e)
{
	size_t len = strlen(name);
	char *slash;

	if (len && name[len - 1] == '/')
		name[--len] = '\0';
	if (len == 0 || name[0] == '/' || !name_is_clean(name))
		return refuse(u, name, "is not a plain relative name", e);
	slash = strchr(name, '/');
	if (!u->top) {
		u->top = strndup(name, slash ? (size_t)(slash - name) : len);
		if (!u->top)
			return err_memory(e);
	}
	if (strncmp(name, u->top, strlen(u->top)) || strlen(u->top) != strcspn(name, "/"))
		return refuse(u, name, "is outside the archive's top folder", e);
	*ret = slash ? slash + 1 : name + len;
	return 0;
}

/*
 * Judged as text from the folder of the link, which is a real one: the target
 * may not rise above the top, and not rise at all behind a name, which can be
 * another link.
 */
static bool link_stays_inside(const char *name, const char *target)
{
	bool named = false;
	int depth = 0;

	if (target[0] == '/' || !target[0])
		return false;
	for (const char *p = name; *p; p++)
		depth += *p == '/';
	while (*target) {
		size_t len = strcspn(target, "/");

		if (len == 2 && !strncmp(target, "..", 2)) {
			if (named || --depth < 0)
				return false;
		} else if (len && !(len == 1 && target[0] == '.')) {
			named = true;
		}
		target += len;
		target += strspn(target, "/");
	}
	return true;
}

static int unpack_file(struct unpack *u, struct archive_entry *entry, const char *name,
		       const char *base, struct err *e)
{
	bool executable = la.archive_entry_perm(entry) & 0100;
	AUTO_CLOSE int fd =
		openat(u->parent_fd, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       executable ? 0755 : 0644);

	if (fd < 0)
		return err_os(e, "archive '%s': write '%s'", u->path, name);
	for (;;) {
		const void *data;
		size_t len;
		int64_t offset;
		int r = la.archive_read_data_block(u->archive, &data, &len, &offset);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK)
			return archive_failed(u, e);
		if (offset < 0 || (uint64_t)offset > u->limits->bytes ||
		    len > u->limits->bytes - u->bytes)
			return err_set(
				e, ERR_LIMIT,
				"archive '%s' is refused: it unpacks to more than %llu bytes",
				u->path, (unsigned long long)u->limits->bytes);
		u->bytes += len;
		if (write_all_at(fd, data, len, (uint64_t)offset) < 0)
			return err_os(e, "archive '%s': write '%s'", u->path, name);
	}
}

static int unpack_hard_link(struct unpack *u, const char *link, const char *name, const char *base,
			    struct err *e)
{
	AUTO_FREE char *copy = strdup(link);
	AUTO_FREE char *target_folder = NULL;
	AUTO_CLOSE int fd = -1;
	const char *target;
	struct stat st;

	if (!copy)
		return err_memory(e);
	if (below_top(u, copy, &target, e) < 0 || path_folder(target, &target_folder, e) < 0)
		return -1;
	fd = open_beneath(u->folder, target_folder);
	if (fd < 0 || fstatat(fd, path_base(target), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(e, "archive '%s': link '%s' to '%s'", u->path, name, target);
	if (!S_ISREG(st.st_mode))
		return refuse(u, name, "is a hard link to something else than a file", e);
	if (linkat(fd, path_base(target), u->parent_fd, base, 0) < 0)
		return err_os(e, "archive '%s': link '%s' to '%s'", u->path, name, target);
	return 0;
}

static int unpack_entry(struct unpack *u, struct archive_entry *entry, struct err *e)
{
	const char *raw_name = la.archive_entry_pathname(entry);
	const char *hard_link = la.archive_entry_hardlink(entry);
	AUTO_FREE char *copy = strdup(raw_name ? raw_name : "");
	const char *name, *base, *target;

	if (!copy)
		return err_memory(e);
	if (++u->entries > u->limits->entries)
		return err_set(e, ERR_LIMIT,
			       "archive '%s' is refused: it has more than %llu entries", u->path,
			       (unsigned long long)u->limits->entries);
	if (below_top(u, copy, &name, e) < 0)
		return -1;
	if (!*name)
		return la.archive_entry_filetype(entry) == AE_IFDIR
			       ? 0
			       : refuse(u, copy, "is no folder, but the archive's top", e);
	if (open_parent(u, name, &base, e) < 0)
		return -1;
	if (hard_link)
		return unpack_hard_link(u, hard_link, name, base, e);
	switch (la.archive_entry_filetype(entry)) {
	case AE_IFREG:
		return unpack_file(u, entry, name, base, e);
	case AE_IFDIR:
		if (mkdirat(u->parent_fd, base, 0755) < 0)
			return err_os(e, "archive '%s': make folder '%s'", u->path, name);
		return 0;
	case AE_IFLNK:
		target = la.archive_entry_symlink(entry);
		if (!target || !link_stays_inside(name, target))
			return refuse(u, name, "is a link that points outside", e);
		if (symlinkat(target, u->parent_fd, base) < 0)
			return err_os(e, "archive '%s': make link '%s'", u->path, name);
		return 0;
	default:
		return refuse(u, name, "is neither a file nor a folder nor a link", e);
	}
}

static int unpack_all(struct unpack *u, struct err *e)
{
	struct archive_entry *entry;
	char detail[64];
	int r;

	u->archive = la.archive_read_new();
	if (!u->archive)
		return err_memory(e);
	if (la.archive_read_support_filter_all(u->archive) < ARCHIVE_WARN ||
	    la.archive_read_support_format_tar(u->archive) != ARCHIVE_OK ||
	    la.archive_read_open_filename(u->archive, u->path, BLOCK) != ARCHIVE_OK)
		return archive_failed(u, e);
	while ((r = la.archive_read_next_header(u->archive, &entry)) == ARCHIVE_OK) {
		if (unpack_entry(u, entry, e) < 0)
			return -1;
		snprintf(detail, sizeof(detail), "%llu files", (unsigned long long)u->entries);
		progress_update(&u->progress, detail);
	}
	if (r != ARCHIVE_EOF)
		return archive_failed(u, e);
	if (u->entries == 0)
		return err_set(e, ERR_INPUT, "archive '%s' is empty", u->path);
	return 0;
}

static int write_stamp(int folder, const char *stamp, struct err *e)
{
	AUTO_CLOSE int fd =
		openat(folder, STAMP, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	size_t len = strlen(stamp);

	if (fd < 0 || write(fd, stamp, len) != (ssize_t)len)
		return err_os(e, "write '" STAMP "' into the unpacked source");
	return 0;
}

static int unpack_into(const char *archive, const char *fresh, const char *stamp,
		       const struct unpack_limits *limits, struct err *e)
{
	AUTO(unpack_done)
	struct unpack u = {.path = archive, .folder = -1, .parent_fd = -1, .limits = limits};
	int r;

	if (mkdir(fresh, 0755) < 0)
		return err_os(e, "make folder '%s'", fresh);
	u.folder = open(fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u.folder < 0)
		return err_os(e, "open folder '%s'", fresh);
	progress_begin(&u.progress, "unpack");
	r = unpack_all(&u, e);
	progress_end(&u.progress);
	return r < 0 ? -1 : write_stamp(u.folder, stamp, e);
}

int unpack_archive(const char *archive, const char *folder, const char *stamp,
		   const struct unpack_limits *limits, struct err *e)
{
	AUTO_FREE char *fresh = NULL;
	struct err ignored = ERR_INIT;

	if (dynlib_load(&libarchive, e) < 0)
		return -1;
	if (asprintf(&fresh, "%s.unpacking", folder) < 0) {
		fresh = NULL;
		return err_memory(e);
	}
	if (remove_tree(fresh, NULL, e) < 0)
		return -1;
	if (unpack_into(archive, fresh, stamp, limits, e) == 0) {
		if (rename(fresh, folder) == 0)
			return 0;
		err_os(e, "rename '%s' to '%s'", fresh, folder);
	}
	/* The first failure is what counts. */
	if (remove_tree(fresh, NULL, &ignored) < 0)
		return -1;
	return -1;
}

int unpack_stamp(const char *folder, char **ret, struct err *e)
{
	AUTO_FREE char *path = NULL;
	AUTO_BUF text = BUF_INIT;
	bool found;

	*ret = NULL;
	if (path_join(folder, STAMP, &path, e) < 0 ||
	    file_read_if_there(path, 4096, &text, &found, e) < 0)
		return -1;
	return found ? buf_take(&text, ret, e) : 0;
}
