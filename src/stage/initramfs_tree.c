#include "stage/initramfs_planner.h"

#include "base/log.h"
#include "base/path.h"
#include "host/file.h"
#include "host/tree.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct walk {
	struct initramfs_planner *planner;
	struct initramfs_links links;
};

/* A pattern with a slash is for the whole name, one without for its last part. */
static bool matches(const char *pattern, const char *name)
{
	if (strchr(pattern, '/'))
		return fnmatch(pattern + (*pattern == '/'), name, FNM_PATHNAME) == 0;
	return fnmatch(pattern, path_base(name), 0) == 0;
}

bool initramfs_is_excluded(const struct initlist_settings *settings, const char *name)
{
	char folder[CPIO_NAME_MAX + 1];

	for (size_t i = 0; i < settings->n_excludes; i++) {
		const char *pattern = settings->excludes[i];

		if (matches(pattern, name))
			return true;
		/* What is in a folder that is left out is left out too. */
		for (const char *slash = strchr(name, '/');
		     slash && (size_t)(slash - name) < sizeof(folder);
		     slash = strchr(slash + 1, '/')) {
			memcpy(folder, name, (size_t)(slash - name));
			folder[slash - name] = '\0';
			if (matches(pattern, folder))
				return true;
		}
	}
	return false;
}

void initramfs_apply(const struct initlist_settings *s, struct image_entry *entry)
{
	uint32_t type = entry->mode & CPIO_TYPE_MASK;
	int32_t mode = type == CPIO_FOLDER ? s->dir_mode : s->file_mode;

	if (s->uid != INITLIST_UNSET)
		entry->uid = (uint32_t)s->uid;
	if (s->gid != INITLIST_UNSET)
		entry->gid = (uint32_t)s->gid;
	if (mode != INITLIST_UNSET && type != CPIO_SYMLINK) {
		entry->mode = type | (uint32_t)mode;
		entry->was_private = entry->was_setuid = false;
	}
	if (s->mtime != INITLIST_UNSET) {
		entry->has_mtime = true;
		entry->mtime = (uint32_t)s->mtime;
	}
}

static uint32_t tree_mode(const struct initramfs_options *o, const struct stat *status)
{
	if (o->keep_modes)
		return status->st_mode & 07777;
	return S_ISDIR(status->st_mode) || status->st_mode & 0100 ? 0755 : 0644;
}

static int read_target(const char *path, char target[CPIO_TARGET_MAX + 1], struct err *e)
{
	ssize_t n = readlink(path, target, CPIO_TARGET_MAX + 1);

	if (n < 0)
		return err_os(e, "read symbolic link '%s'", path);
	if (n > CPIO_TARGET_MAX)
		return err_set(e, ERR_LIMIT, "the target of symbolic link '%s' is over %d bytes",
			       path, CPIO_TARGET_MAX);
	target[n] = '\0';
	return 0;
}

int initramfs_lay_over(struct initramfs_planner *p, const struct image_entry *entry,
		       const char **ret_name, struct err *e)
{
	bool folder = (entry->mode & CPIO_TYPE_MASK) == CPIO_FOLDER;
	struct image_entry new = *entry;
	AUTO_FREE char *real = NULL;
	const struct image_entry *there;
	const char *old;

	if (image_tree_real_name(p->plan, entry->name, folder, &real, e) < 0)
		return -1;
	there = image_tree_find(p->plan, entry->name);
	if (folder && there && there->target)
		log_info("%s: '%s' is a symbolic link of the image: what is in the folder goes to "
			 "'%s'",
			 entry->where, there->name, real);
	new.name = real;
	if (image_tree_overlay(p->plan, &new, &old, e) < 0)
		return -1;
	if (old && !p->as_it_is)
		log_info("%s: '%s' takes the place of the one of %s", entry->where, real, old);
	*ret_name = image_tree_find(p->plan, real)->name;
	return 0;
}

static int add(struct initramfs_planner *p, const struct image_entry *entry,
	       struct image_entry **ret, struct err *e)
{
	const size_t before = p->plan->n;
	const char *name = entry->name;

	if (p->line->type == INITLIST_OVERLAY ? initramfs_lay_over(p, entry, &name, e) < 0
					      : image_tree_add(p->plan, entry, e) < 0)
		return -1;
	*ret = p->plan->n > before ? &p->plan->entries[p->plan->n - 1]
				   : image_tree_find(p->plan, name);
	return 0;
}

/* Names of one inode stay names of one file. */
static int link_up(struct walk *w, const struct stat *status, struct image_entry *entry,
		   struct err *e)
{
	const struct initramfs_link link = {
		.device = status->st_dev, .inode = status->st_ino, .file = entry->file};
	bool known;

	return initramfs_links_add(&w->links, &link, &known, &entry->file, e);
}

/* What the walk saw already; an entry that was there before may be another file's. */
static void note_size(struct image_entry *entry, const char *location, const struct stat *status)
{
	if (!entry->location || strcmp(entry->location, location) != 0)
		return;
	entry->size = (uint64_t)status->st_size;
	entry->stamp = file_stamp(status);
}

static int add_from_tree(void *context, const char *path, const struct stat *status, struct err *e)
{
	struct walk *w = context;
	struct initramfs_planner *p = w->planner;
	char target[CPIO_TARGET_MAX + 1];
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *location = NULL;
	struct image_entry entry = {.origin = IMAGE_COPIED, .where = p->where};
	struct image_entry *added;

	if (initramfs_is_excluded(&p->line->settings, path))
		return 0;
	if (path_join(p->line->name, path, &name, e) < 0 ||
	    path_join(p->line->location, path, &location, e) < 0)
		return -1;
	entry.name = name;
	entry.mode = tree_mode(p->options, status);
	if (S_ISDIR(status->st_mode)) {
		entry.mode |= CPIO_FOLDER;
	} else if (S_ISREG(status->st_mode)) {
		entry.mode |= CPIO_FILE;
		entry.location = location;
		entry.was_private = !(status->st_mode & 077);
		entry.was_setuid = status->st_mode & (S_ISUID | S_ISGID);
	} else if (S_ISLNK(status->st_mode)) {
		if (read_target(location, target, e) < 0)
			return -1;
		entry.mode = CPIO_SYMLINK | 0777;
		entry.target = target;
	} else {
		return err_set(
			e, ERR_INPUT,
			"'%s' is neither file, folder nor symbolic link: write a nod, pipe or "
			"sock line instead",
			location);
	}
	initramfs_apply(&p->line->settings, &entry);
	if ((entry.location && initramfs_apart(p, location, status, e) < 0) ||
	    add(p, &entry, &added, e) < 0)
		return -1;
	if (!S_ISREG(status->st_mode))
		return 0;
	note_size(added, location, status);
	return status->st_nlink > 1 ? link_up(w, status, added, e) : 0;
}

/* The next run would pack what this one makes, also where the output is not there yet. */
static int check_outside(const struct initramfs_planner *p, struct err *e)
{
	const char *output = p->options->output, *within;
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *tree = NULL;
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *path = NULL;
	struct err none = ERR_INIT;
	size_t len;

	if (!output)
		return 0;
	if (path_folder(output, &folder, e) < 0)
		return -1;
	/* Whoever opens them has the words for what is not there. */
	if (file_real_path(folder, &name, &none) < 0 ||
	    file_real_path(p->line->location, &tree, &none) < 0)
		return 0;
	if (path_join(name, path_base(output), &path, e) < 0)
		return -1;
	len = strcmp(tree, "/") ? strlen(tree) : 0;
	if (strncmp(path, tree, len) != 0 || path[len] != '/')
		return 0;
	within = path + len + 1;
	if (initramfs_is_excluded(&p->line->settings, within))
		return 0;
	return err_set(e, ERR_INPUT,
		       "output '%s' lies in '%s', which is packed: give another --output, or add "
		       "exclude=%s",
		       output, p->line->location, within);
}

int initramfs_add_tree(struct initramfs_planner *p, struct err *e)
{
	struct walk w = {.planner = p};
	const struct tree_visitor visitor = {&w, add_from_tree};
	struct image_entry top = {.name = p->line->name,
				  .mode = CPIO_FOLDER | 0755,
				  .origin = IMAGE_COPIED,
				  .where = p->where};
	AUTO_FREE char *name = NULL;
	struct image_entry *added;
	int r;

	if (image_name(p->line->name, &name, e) < 0 || check_outside(p, e) < 0)
		return -1;
	initramfs_apply(&p->line->settings, &top);
	/* The root is there without an entry. */
	if (strcmp(name, ".") && add(p, &top, &added, e) < 0)
		return -1;
	r = tree_walk(p->line->location, &visitor, e);
	initramfs_links_done(&w.links);
	return r;
}

int initramfs_set(struct initramfs_planner *p, struct err *e)
{
	const char *pattern = p->line->name;
	size_t n = 0;

	pattern += *pattern == '/';
	for (size_t i = 0; i < p->plan->n; i++) {
		struct image_entry *entry = &p->plan->entries[i];

		if (fnmatch(pattern, entry->name, FNM_PATHNAME) != 0)
			continue;
		initramfs_apply(&p->line->settings, entry);
		n++;
	}
	if (n == 0)
		return err_set(e, ERR_INPUT,
			       "'%s' matches no entry so far: a set line stands below the entries "
			       "that it is for",
			       p->line->name);
	return 0;
}
