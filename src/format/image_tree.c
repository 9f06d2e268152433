#include "format/image_tree.h"

#include "base/buf.h"
#include "base/strv.h"

#include <string.h>

enum { FIRST_SLOTS = 64, LINKS_FOLLOWED = 40 /* as the kernel's MAXSYMLINKS */ };

static void entry_done(struct image_entry *entry)
{
	free((char *)entry->name);
	free((char *)entry->target);
	free((char *)entry->location);
	free((char *)entry->archive);
	free((char *)entry->where);
}

void image_tree_done(struct image_tree *t)
{
	for (size_t i = 0; i < t->n; i++)
		entry_done(&t->entries[i]);
	free(t->entries);
	free(t->slots);
	free(t->replaced);
	*t = (struct image_tree)IMAGE_TREE_INIT;
}

const char *image_type_name(uint32_t mode)
{
	switch (mode & CPIO_TYPE_MASK) {
	case CPIO_FILE:
		return "file";
	case CPIO_FOLDER:
		return "folder";
	case CPIO_SYMLINK:
		return "symbolic link";
	case CPIO_CHAR:
		return "character device";
	case CPIO_BLOCK:
		return "block device";
	case CPIO_PIPE:
		return "pipe";
	case CPIO_SOCKET:
		return "socket";
	default:
		return "entry of no known type";
	}
}

bool image_type_known(uint32_t mode)
{
	switch (mode & CPIO_TYPE_MASK) {
	case CPIO_FILE:
	case CPIO_FOLDER:
	case CPIO_SYMLINK:
	case CPIO_CHAR:
	case CPIO_BLOCK:
	case CPIO_PIPE:
	case CPIO_SOCKET:
		return true;
	default:
		return false;
	}
}

int image_name(const char *name, char **ret, struct err *e)
{
	AUTO_BUF out = BUF_INIT;
	const char *p = name;

	while (*p) {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len == 2 && !memcmp(p, "..", 2))
			return err_set(e, ERR_INPUT, "'%.200s' has '..' in it: write the real name",
				       name);
		if (len && !(len == 1 && *p == '.')) {
			if ((out.len && buf_puts(&out, "/", e) < 0) || buf_put(&out, p, len, e) < 0)
				return -1;
		}
		p += len;
	}
	if (p == name)
		return err_set(e, ERR_INPUT, "the name is empty");
	if (out.len == 0 && buf_puts(&out, ".", e) < 0)
		return -1;
	return buf_take(&out, ret, e);
}

/* FNV-1a. */
static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619U;
	return hash;
}

/* The slot that holds the name, or the empty one where it belongs. */
static struct image_slot *slot_of(const struct image_tree *t, const char *name, size_t len,
				  uint32_t hash)
{
	for (size_t i = hash;; i++) {
		struct image_slot *slot = &t->slots[i & (t->n_slots - 1)];
		const char *there;

		if (!slot->number)
			return slot;
		if (slot->hash != hash)
			continue;
		there = t->entries[slot->number - 1].name;
		if (!strncmp(there, name, len) && !there[len])
			return slot;
	}
}

static struct image_entry *find(const struct image_tree *t, const char *name, size_t len)
{
	uint32_t number = t->n_slots ? slot_of(t, name, len, hash_name(name, len))->number : 0;

	return number ? &t->entries[number - 1] : NULL;
}

static int grow_slots(struct image_tree *t, struct err *e)
{
	struct image_slot *slots, *old = t->slots;
	size_t n_old = t->n_slots, n = t->n_slots ? t->n_slots * 2 : FIRST_SLOTS;

	/* At most half of the slots are taken. */
	if (t->n_slots && t->n < t->n_slots / 2)
		return 0;
	if (t->n >= UINT32_MAX - 1)
		return err_set(e, ERR_LIMIT, "an image of more than %zu entries", t->n);
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return err_memory(e);
	t->slots = slots;
	t->n_slots = n;
	for (size_t i = 0; i < n_old; i++) {
		size_t at = old[i].hash & (n - 1);

		if (!old[i].number)
			continue;
		while (slots[at].number)
			at = (at + 1) & (n - 1);
		slots[at] = old[i];
	}
	free(old);
	return 0;
}

static int grow(struct image_tree *t, struct err *e)
{
	size_t cap = t->cap ? t->cap * 2 : 32;
	struct image_entry *entries;

	if (t->n == t->cap) {
		entries = reallocarray(t->entries, cap, sizeof(*entries));
		if (!entries)
			return err_memory(e);
		t->entries = entries;
		t->cap = cap;
	}
	return grow_slots(t, e);
}

static int copy_text(const char *text, const char **ret, struct err *e)
{
	*ret = NULL;
	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : err_memory(e);
}

/* Puts a copy at the end. The name is normalised and not there yet. */
static int append(struct image_tree *t, const struct image_entry *entry, const char *name,
		  struct err *e)
{
	const size_t len = strlen(name);
	const uint32_t hash = hash_name(name, len);
	struct image_entry new = *entry;

	if (grow(t, e) < 0)
		return -1;
	new.name = new.target = new.location = new.archive = new.where = NULL;
	if (copy_text(name, &new.name, e) < 0 || copy_text(entry->target, &new.target, e) < 0 ||
	    copy_text(entry->location, &new.location, e) < 0 ||
	    copy_text(entry->archive, &new.archive, e) < 0 ||
	    copy_text(entry->where, &new.where, e) < 0) {
		entry_done(&new);
		return -1;
	}
	t->entries[t->n++] = new;
	*slot_of(t, name, len, hash) = (struct image_slot){(uint32_t)t->n, hash};
	return 0;
}

static const char *where(const struct image_entry *entry)
{
	return entry->where ? entry->where : "elsewhere";
}

static int refuse_child(const struct image_entry *parent, const char *name, struct err *e)
{
	if ((parent->mode & CPIO_TYPE_MASK) == CPIO_SYMLINK)
		return err_set(
			e, ERR_INPUT,
			"'%.200s' is below '%.200s', a symbolic link to '%.200s' (%s): write it "
			"below the folder itself",
			name, parent->name, parent->target, where(parent));
	return err_set(e, ERR_INPUT, "'%.200s' is below '%.200s', which is a %s (%s)", name,
		       parent->name, image_type_name(parent->mode), where(parent));
}

/* Every folder above the name is there afterwards. */
static int make_parents(struct image_tree *t, const char *name, const char *for_whom, struct err *e)
{
	const struct image_entry made = {
		.mode = CPIO_FOLDER | 0755, .origin = IMAGE_MADE, .where = for_whom, .links = 1};
	const char *last = strrchr(name, '/');
	const struct image_entry *nearest = last ? find(t, name, (size_t)(last - name)) : NULL;

	/* Those above a folder that is there are too. */
	if (nearest && (nearest->mode & CPIO_TYPE_MASK) == CPIO_FOLDER)
		return 0;
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		const struct image_entry *parent = find(t, name, (size_t)(slash - name));
		AUTO_FREE char *folder = NULL;

		if (parent && (parent->mode & CPIO_TYPE_MASK) != CPIO_FOLDER)
			return refuse_child(parent, name, e);
		if (parent)
			continue;
		folder = strndup(name, (size_t)(slash - name));
		if (!folder)
			return err_memory(e);
		if (cpio_check_name(folder, e) < 0 || append(t, &made, folder, e) < 0)
			return -1;
		t->entries[t->n - 1].file = t->files++;
		t->made++;
	}
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same(const struct image_entry *a, const struct image_entry *b)
{
	return a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
	       a->rdev_major == b->rdev_major && a->rdev_minor == b->rdev_minor &&
	       same_text(a->target, b->target) && same_text(a->location, b->location) &&
	       a->offset == b->offset && a->has_mtime == b->has_mtime && a->mtime == b->mtime;
}

static int refuse_twice(const struct image_entry *old, const struct image_entry *new, struct err *e)
{
	const char *old_type = image_type_name(old->mode), *new_type = image_type_name(new->mode);

	if (old_type != new_type)
		return err_set(e, ERR_INPUT, "'%.200s' is a %s here, but a %s before (%s)",
			       old->name, new_type, old_type, where(old));
	if ((old->mode & CPIO_TYPE_MASK) == CPIO_FOLDER)
		return err_set(e, ERR_INPUT,
			       "folder '%.200s' has mode %04o and owner %u:%u here, but %04o and "
			       "%u:%u before (%s)",
			       old->name, new->mode & 07777, new->uid, new->gid, old->mode & 07777,
			       old->uid, old->gid, where(old));
	return err_set(e, ERR_INPUT, "%s '%.200s' differs from the one before (%s): remove one",
		       new_type, old->name, where(old));
}

/* A folder may be named often: whoever is surer of mode and owner decides. */
static int merge(struct image_entry *old, const struct image_entry *new, struct err *e)
{
	const char *told;

	if (same(old, new) && old->links == new->links && old->origin >= new->origin)
		return 0;
	if ((old->mode & CPIO_TYPE_MASK) == CPIO_FOLDER &&
	    (new->mode &CPIO_TYPE_MASK) == CPIO_FOLDER && old->origin != new->origin) {
		if (old->origin > new->origin)
			return 0;
		if (copy_text(new->where, &told, e) < 0)
			return -1;
		free((char *)old->where);
		old->where = told;
		old->mode = new->mode;
		old->uid = new->uid;
		old->gid = new->gid;
		old->origin = new->origin;
		return 0;
	}
	if (same(old, new) && old->links == new->links)
		return 0;
	return refuse_twice(old, new, e);
}

static int check_entry(const struct image_entry *entry, const char *name, struct err *e)
{
	uint32_t type = entry->mode & CPIO_TYPE_MASK;
	size_t len;

	if (cpio_check_name(name, e) < 0)
		return -1;
	if (!strcmp(name, ".") && type != CPIO_FOLDER)
		return err_set(e, ERR_INPUT, "the root of the image cannot be a %s",
			       image_type_name(entry->mode));
	if (type == CPIO_SYMLINK) {
		len = strlen(entry->target);
		if (len == 0 || len > CPIO_TARGET_MAX)
			return err_set(
				e, ERR_LIMIT,
				"the target of symbolic link '%.200s' has %zu bytes; 1 to %d "
				"are possible",
				name, len, CPIO_TARGET_MAX);
	}
	return 0;
}

/* Checks and makes what stands above, but does not add the name itself. */
static int prepare(struct image_tree *t, const struct image_entry *entry, const char *raw,
		   char **ret_name, struct err *e)
{
	AUTO_FREE char *name = NULL;

	if (image_name(raw, &name, e) < 0 || check_entry(entry, name, e) < 0 ||
	    make_parents(t, name, entry->where, e) < 0)
		return -1;
	*ret_name = TAKE(name);
	return 0;
}

static int add_name(struct image_tree *t, const struct image_entry *entry, const char *name,
		    struct err *e)
{
	struct image_entry *old = find(t, name, strlen(name));

	return old ? merge(old, entry, e) : append(t, entry, name, e);
}

int image_tree_add(struct image_tree *t, const struct image_entry *entry, struct err *e)
{
	struct image_entry new = *entry;
	AUTO_FREE char *name = NULL;
	size_t before;

	new.links = 1;
	new.size = 0;
	if (prepare(t, &new, entry->name, &name, e) < 0)
		return -1;
	new.file = t->files;
	before = t->n;
	if (add_name(t, &new, name, e) < 0)
		return -1;
	t->files += t->n != before;
	return 0;
}

int image_tree_add_links(struct image_tree *t, const struct image_entry *entry, char *const *names,
			 size_t n_names, struct err *e)
{
	struct image_entry new = *entry;
	AUTO_STRV all = STRV_INIT;
	size_t before;

	if (n_names == 0)
		return image_tree_add(t, entry, e);
	new.links = (uint32_t)n_names + 1;
	new.size = 0;
	/* Folders first, so that the names of one file stand side by side. */
	for (size_t i = 0; i <= n_names; i++) {
		AUTO_FREE char *name = NULL;

		if (prepare(t, &new, i ? names[i - 1] : entry->name, &name, e) < 0)
			return -1;
		if (strv_has(&all, name))
			return err_set(e, ERR_INPUT, "'%.200s' is named twice", name);
		if (strv_add(&all, name, e) < 0)
			return -1;
	}
	new.file = t->files;
	before = t->n;
	for (size_t i = 0; i < all.n; i++)
		if (add_name(t, &new, all.v[i], e) < 0)
			return -1;
	if (t->n != before && t->n != before + all.n)
		return err_set(e, ERR_INPUT, "a hard link of '%.200s' is there already", all.v[0]);
	t->files += t->n != before;
	return 0;
}

struct image_entry *image_tree_find(const struct image_tree *t, const char *name)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *normal = NULL;

	if (image_name(name, &normal, &e) < 0)
		return NULL;
	return find(t, normal, strlen(normal));
}

static void drop_last(struct buf *path)
{
	const char *slash = path->len ? strrchr(path->data, '/') : NULL;

	path->len = slash ? (size_t)(slash - path->data) : 0;
	if (path->data)
		path->data[path->len] = '\0';
}

/* One step: goes into the first component of rest, or replaces it by where its link points to. */
static int step(const struct image_tree *t, struct buf *done, struct buf *rest,
		const struct image_entry **ret, struct err *e)
{
	AUTO_BUF next = BUF_INIT;
	size_t start = strspn(rest->data, "/"), len = strcspn(rest->data + start, "/");
	const char *word = rest->data + start;
	size_t before = done->len;

	*ret = NULL;
	if (len == 2 && !memcmp(word, "..", 2)) {
		drop_last(done);
	} else if (len && !(len == 1 && *word == '.')) {
		if ((before && buf_puts(done, "/", e) < 0) || buf_put(done, word, len, e) < 0)
			return -1;
		*ret = find(t, buf_str(done), done->len);
		if (!*ret)
			return err_set(e, ERR_MISSING, "'%.200s' is not there", buf_str(done));
	}
	if (*ret && (*ret)->target) {
		done->len = (*ret)->target[0] == '/' ? 0 : before;
		done->data[done->len] = '\0';
		if (buf_puts(&next, (*ret)->target, e) < 0)
			return -1;
	}
	if (buf_puts(&next, word + len, e) < 0)
		return -1;
	buf_done(rest);
	*rest = next;
	next = (struct buf)BUF_INIT;
	return 0;
}

struct image_entry *image_tree_resolve(const struct image_tree *t, const char *name)
{
	struct image_entry *there = image_tree_find(t, name);
	struct err e = ERR_INIT;
	AUTO_BUF done = BUF_INIT;
	AUTO_BUF rest = BUF_INIT;
	int links = 0;

	/* All above an entry are folders, and no links. */
	if (there && !there->target)
		return there;
	if (buf_puts(&rest, name, &e) < 0)
		return NULL;
	while (rest.len) {
		const struct image_entry *entry;

		if (step(t, &done, &rest, &entry, &e) < 0)
			return NULL;
		if (entry && entry->target && ++links > LINKS_FOLLOWED)
			return NULL;
	}
	return done.len ? find(t, done.data, done.len) : find(t, ".", 1);
}
