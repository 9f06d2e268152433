#include "stage/initrd_files.h"

#include "host/file.h"
#include "host/write_all.h"
#include "stage/initramfs_planner.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int initrd_load(const char *path, const struct initrd_limits *limits, struct temp_folder *scratch,
		struct image_tree *ret, struct err *e)
{
	const struct initramfs_options options = {.scratch = scratch};
	const struct initlist_line line = {
		.type = INITLIST_ARCHIVE,
		.location = path,
		.settings = {.uid = INITLIST_UNSET,
			     .gid = INITLIST_UNSET,
			     .mtime = INITLIST_UNSET,
			     .file_mode = INITLIST_UNSET,
			     .dir_mode = INITLIST_UNSET},
	};
	AUTO_FREE char *where = strdup(path);
	struct initramfs_planner p = {.options = &options,
				      .plan = ret,
				      .where = where,
				      .line = &line,
				      .limits = limits,
				      .as_it_is = true};

	if (!where)
		return err_memory(e);
	if (initramfs_add_archive(&p, e) < 0)
		return -1;
	return image_tree_finish(ret, e);
}

static int copy_content(const struct image_entry *entry, struct sink *out, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (!entry->size)
		return 0;
	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	return sink_range(out, &f.source, entry->offset, entry->size, e);
}

int initrd_cat(const struct image_tree *tree, const char *name, struct sink *out, struct err *e)
{
	const struct image_entry *entry = image_tree_resolve(tree, name);

	if (!entry)
		return err_set(e, ERR_MISSING, "there is no '%s' in it", name);
	if (!entry->location)
		return err_set(e, ERR_INPUT, "'%s' is a %s, not a file", name,
			       image_type_name(entry->mode));
	return copy_content(entry, out, e);
}

/* A file below the folder; the sink of its content. */
struct file_sink {
	struct sink sink; /* first */
	int fd;
	const char *name;
};

static int file_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	const struct file_sink *f = (const struct file_sink *)s;

	if (write_all(f->fd, data, len) < 0)
		return err_os(e, "write '%s'", f->name);
	return 0;
}

static const struct sink_ops file_ops = {.put = file_put};

struct extraction {
	const struct image_tree *tree;
	int root;	    /* the folder */
	const char **first; /* by number: the name of a file that is there already */
	bool as_root;
	size_t left;
};

static int write_file(const struct extraction *x, const struct image_entry *entry, struct err *e)
{
	AUTO_CLOSE int fd = openat(x->root, entry->name,
				   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct file_sink out = {.sink = {.ops = &file_ops}, .fd = fd, .name = entry->name};

	if (fd < 0)
		return err_os(e, "write '%s'", entry->name);
	return copy_content(entry, &out.sink, e);
}

static int make_node(struct extraction *x, const struct image_entry *entry, struct err *e)
{
	uint32_t type = entry->mode & CPIO_TYPE_MASK;

	if (!x->as_root && (type == CPIO_CHAR || type == CPIO_BLOCK)) {
		x->left++;
		return 0;
	}
	if (mknodat(x->root, entry->name, type | 0600,
		    makedev(entry->rdev_major, entry->rdev_minor)) < 0)
		return err_os(e, "make '%s'", entry->name);
	return 0;
}

/* Symbolic links are made last: until then no name leads through one. */
static int make_entry(struct extraction *x, const struct image_entry *entry, struct err *e)
{
	const char **first = &x->first[entry->file];

	switch (entry->mode & CPIO_TYPE_MASK) {
	case CPIO_FOLDER:
		if (strcmp(entry->name, ".") && mkdirat(x->root, entry->name, 0700) < 0)
			return err_os(e, "make folder '%s'", entry->name);
		return 0;
	case CPIO_SYMLINK:
		return 0;
	case CPIO_FILE:
		if (!*first) {
			*first = entry->name;
			return write_file(x, entry, e);
		}
		if (linkat(x->root, *first, x->root, entry->name, 0) < 0)
			return err_os(e, "link '%s'", entry->name);
		return 0;
	default:
		return make_node(x, entry, e);
	}
}

/* Owner before mode: a change of owner takes setuid away. */
static int set_facts(const struct extraction *x, const struct image_entry *entry, struct err *e)
{
	const struct timespec times[2] = {{.tv_sec = entry->mtime}, {.tv_sec = entry->mtime}};
	uint32_t type = entry->mode & CPIO_TYPE_MASK;

	if (faccessat(x->root, entry->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (x->as_root &&
	    fchownat(x->root, entry->name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(e, "set the owner of '%s'", entry->name);
	if (type != CPIO_SYMLINK &&
	    fchmodat(x->root, entry->name, entry->mode & (x->as_root ? 07777 : 0777), 0) < 0)
		return err_os(e, "set the mode of '%s'", entry->name);
	if (utimensat(x->root, entry->name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(e, "set the time of '%s'", entry->name);
	return 0;
}

static int make_all(struct extraction *x, struct err *e)
{
	const struct image_tree *t = x->tree;

	for (size_t i = 0; i < t->n; i++)
		if (make_entry(x, &t->entries[i], e) < 0)
			return -1;
	/* Backwards, so that a folder's mode and time come after what is in it. */
	for (size_t i = t->n; i-- > 0;)
		if (!t->entries[i].target && set_facts(x, &t->entries[i], e) < 0)
			return -1;
	for (size_t i = 0; i < t->n; i++) {
		const struct image_entry *entry = &t->entries[i];

		if (!entry->target)
			continue;
		if (symlinkat(entry->target, x->root, entry->name) < 0)
			return err_os(e, "make symbolic link '%s'", entry->name);
		if (set_facts(x, entry, e) < 0)
			return -1;
	}
	return 0;
}

int initrd_extract(const struct image_tree *tree, const char *folder, size_t *ret_left,
		   struct err *e)
{
	AUTO_FREE const char **first = calloc((size_t)tree->files + 1, sizeof(*first));
	AUTO_CLOSE int root = -1;
	struct extraction x = {.tree = tree, .first = first, .as_root = geteuid() == 0};

	if (!first)
		return err_memory(e);
	if (mkdir(folder, 0755) < 0)
		return err_os(e, "make folder '%s'", folder);
	root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_os(e, "open folder '%s'", folder);
	x.root = root;
	if (make_all(&x, e) < 0)
		return err_ctx(e, "%s", folder);
	*ret_left = x.left;
	return 0;
}
