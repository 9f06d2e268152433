#include "host/tree.h"

#include "base/buf.h"
#include "host/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH = 128 };

/*
 * A folder is in the list twice, as itself and with a slash behind its name
 * for its content: sorted, both stand where the whole paths belong ("a",
 * "a-b", "a/x").
 */
struct item {
	char *name;
	struct stat status;
	bool content;
};

struct items {
	struct item *v;
	size_t n, cap;
};

struct walk {
	const char *folder; /* for messages */
	const struct tree_visitor *visitor;
	struct buf path;
	unsigned int depth;
};

static void items_done(struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		free(items->v[i].name);
	free(items->v);
}

static void folder_close(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static int make_room(struct items *items, struct err *e)
{
	size_t cap = items->cap ? items->cap * 2 : 32;
	struct item *v;

	if (items->n < items->cap)
		return 0;
	v = reallocarray(items->v, cap, sizeof(*v));
	if (!v)
		return err_memory(e);
	items->v = v;
	items->cap = cap;
	return 0;
}

static int add(struct items *items, const char *name, const struct stat *status, bool content,
	       struct err *e)
{
	struct item *item;

	if (make_room(items, e) < 0)
		return -1;
	item = &items->v[items->n];
	item->status = *status;
	item->content = content;
	if (asprintf(&item->name, "%s%s", name, content ? "/" : "") < 0)
		return err_memory(e);
	items->n++;
	return 0;
}

static int fail(const struct walk *w, const char *what, const char *name, struct err *e)
{
	return err_os(e, "%s '%s/%s%s'", what, w->folder, buf_str(&w->path), name);
}

static int list(const struct walk *w, DIR *folder, struct items *items, struct err *e)
{
	const struct dirent *entry;
	struct stat status;

	while (errno = 0, (entry = readdir(folder))) {
		const char *name = entry->d_name;

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) < 0)
			return fail(w, "stat", name, e);
		if (add(items, name, &status, false, e) < 0 ||
		    (S_ISDIR(status.st_mode) && add(items, name, &status, true, e) < 0))
			return -1;
	}
	if (errno)
		return fail(w, "read folder", "", e);
	if (items->n)
		qsort(items->v, items->n, sizeof(*items->v), compare);
	return 0;
}

static int walk_folder(struct walk *w, int fd, struct err *e);

static int enter(struct walk *w, DIR *folder, const char *name, struct err *e)
{
	int fd = openat(dirfd(folder), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return fail(w, "open folder", "", e);
	return walk_folder(w, fd, e);
}

static int walk_items(struct walk *w, DIR *folder, const struct items *items, struct err *e)
{
	size_t before = w->path.len;

	for (size_t i = 0; i < items->n; i++) {
		const struct item *item = &items->v[i];
		int r;

		if (item->content) {
			AUTO_FREE char *name = strndup(item->name, strlen(item->name) - 1);

			if (!name)
				return err_memory(e);
			if (buf_puts(&w->path, item->name, e) < 0)
				return -1;
			r = enter(w, folder, name, e);
		} else {
			if (buf_puts(&w->path, item->name, e) < 0)
				return -1;
			r = w->visitor->visit(w->visitor->context, w->path.data, &item->status, e);
		}
		if (r < 0)
			return -1;
		w->path.len = before;
		w->path.data[before] = '\0';
	}
	return 0;
}

/* Takes the descriptor over. */
static int walk_folder(struct walk *w, int fd, struct err *e)
{
	AUTO(items_done) struct items items = {NULL, 0, 0};
	AUTO(folder_close) DIR *folder = fdopendir(fd);
	int r;

	if (!folder) {
		fail(w, "open folder", "", e);
		close(fd);
		return -1;
	}
	if (w->depth == DEPTH)
		return err_set(e, ERR_LIMIT, "'%s/%s' is more than %d folders deep", w->folder,
			       buf_str(&w->path), DEPTH);
	w->depth++;
	r = list(w, folder, &items, e);
	if (r == 0)
		r = walk_items(w, folder, &items, e);
	w->depth--;
	return r;
}

int tree_walk(const char *folder, const struct tree_visitor *visitor, struct err *e)
{
	struct walk w = {.folder = folder, .visitor = visitor, .path = BUF_INIT};
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_os(e, "open folder '%s'", folder);
	r = walk_folder(&w, fd, e);
	buf_done(&w.path);
	return r;
}
