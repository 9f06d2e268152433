#include "stage/initrd_lint.h"

#include "format/image_tree.h"
#include "stage/initramfs_planner.h"

#include <string.h>

enum {
	GZIP_FLAGS = 3,	 /* offset in a header (RFC 1952) */
	GZIP_NAME = 8,	 /* the only flag that the kernel goes over */
	XZ_CHECK = 7,	 /* offset of the check's type in a stream */
	XZ_CRC32 = 1,	 /* the last one that the kernel has */
	FINDINGS = 1000, /* are enough: what follows is not judged */
};

struct lint {
	const struct source *from;
	struct initrd_findings *findings;
	struct image_tree tree; /* what is there so far */
	struct initramfs_links links;
	struct group *groups; /* by what the links tell */
	uint32_t n_groups, cap_groups;
	uint32_t segment;
};

/* Names of one file, for the kernel. */
struct group {
	uint32_t segment;
	uint64_t size; /* of its content so far; 0: none */
};

void initrd_findings_done(struct initrd_findings *f)
{
	strv_done(&f->errors);
	strv_done(&f->warnings);
}

/* The folders above a name, as the kernel would find them. */
static int check_parents(struct lint *l, const char *name, struct err *e)
{
	AUTO_FREE char *parent = strdup(name);
	const struct image_entry *entry;
	char *slash;

	if (!parent)
		return err_memory(e);
	slash = strrchr(parent, '/');
	if (!slash)
		return 0;
	*slash = '\0';
	entry = image_tree_resolve(&l->tree, parent);
	if (!entry || entry->origin == IMAGE_MADE)
		return strv_addf(
			&l->findings->errors, e,
			"'%.200s' is dropped: no entry makes the folder '%.200s' before it", name,
			parent);
	if ((entry->mode & CPIO_TYPE_MASK) != CPIO_FOLDER)
		return strv_addf(&l->findings->errors, e, "'%.200s' is dropped: '%.200s' is a %s",
				 name, parent, image_type_name(entry->mode));
	return 0;
}

static int check_again(struct lint *l, const struct image_entry *old, uint32_t mode, struct err *e)
{
	bool was = (old->mode & CPIO_TYPE_MASK) == CPIO_FOLDER;
	bool is = (mode & CPIO_TYPE_MASK) == CPIO_FOLDER;

	if (was && is)
		return 0;
	if (is && old->target)
		return strv_addf(&l->findings->errors, e,
				 "folder '%.200s' replaces the symbolic link to '%.200s' before it",
				 old->name, old->target);
	if (was)
		return strv_addf(&l->findings->errors, e,
				 "%s '%.200s' is dropped where the folder before it is not empty",
				 image_type_name(mode), old->name);
	return strv_addf(&l->findings->warnings, e, "'%.200s' is there twice: the later one counts",
			 old->name);
}

static int check_facts(struct lint *l, const struct cpio_found *found, const char *name,
		       struct err *e)
{
	const struct cpio_entry *entry = &found->entry;
	struct strv *warnings = &l->findings->warnings;

	if (found->size > INT32_MAX &&
	    strv_addf(warnings, e, "'%.200s' has 2 GiB or more: Linux 6.1 cannot unpack it", name) <
		    0)
		return -1;
	if (!image_type_known(entry->mode))
		return strv_addf(&l->findings->errors, e,
				 "'%.200s' is dropped: its mode %o is no type of file", name,
				 entry->mode);
	if (!strcmp(name, ".") && (entry->mode & CPIO_TYPE_MASK) != CPIO_FOLDER)
		return strv_addf(&l->findings->errors, e,
				 "'%.200s' is dropped: the root cannot be a %s", name,
				 image_type_name(entry->mode));
	if (!strcmp(name, ".") && (entry->mode & 0555) != 0555 &&
	    strv_addf(warnings, e, "the root gets mode %04o: not everybody can enter it",
		      entry->mode & 07777) < 0)
		return -1;
	if (!strcmp(name, "init") && (entry->mode & CPIO_TYPE_MASK) == CPIO_FILE &&
	    !(entry->mode & 0111))
		return strv_addf(&l->findings->errors, e,
				 "/init has mode %04o: it cannot be executed", entry->mode & 07777);
	return cpio_check_name(name, e);
}

static int add_group(struct lint *l, uint64_t size, struct err *e)
{
	if (l->n_groups == l->cap_groups) {
		uint32_t cap = l->cap_groups ? l->cap_groups * 2 : 64;
		struct group *groups = reallocarray(l->groups, cap, sizeof(*groups));

		if (!groups)
			return err_memory(e);
		l->groups = groups;
		l->cap_groups = cap;
	}
	l->groups[l->n_groups++] = (struct group){l->segment, size};
	return 0;
}

/* The kernel forgets inodes at a trailer; without one, equal numbers are one file. */
static int check_link(struct lint *l, const struct cpio_found *found, struct err *e)
{
	const struct initramfs_link link = {.device = (uint64_t)found->dev_major << 32 |
						      found->dev_minor,
					    .inode = found->entry.ino,
					    .file = l->n_groups};
	struct group *group;
	uint32_t index;
	bool known;

	if ((found->entry.mode & CPIO_TYPE_MASK) != CPIO_FILE || found->entry.nlink < 2)
		return 0;
	if (initramfs_links_add(&l->links, &link, &known, &index, e) < 0)
		return -1;
	if (!known)
		return add_group(l, found->size, e);
	group = &l->groups[index];
	if (group->segment != l->segment)
		return strv_addf(&l->findings->errors, e,
				 "'%.200s' becomes a link to a file of the archive before, which "
				 "has no trailer and the same inode",
				 found->entry.name);
	if (group->size && found->size && group->size != found->size)
		return strv_addf(&l->findings->errors, e,
				 "'%.200s' becomes a link to another file of the same inode, and "
				 "overwrites it: their contents differ",
				 found->entry.name);
	group->size = found->size ? found->size : group->size;
	return 0;
}

static int lint_entry(void *context, const struct cpio_found *found, uint64_t data_at,
		      struct err *e)
{
	struct lint *l = context;
	struct image_entry entry = {.name = found->entry.name,
				    .mode = found->entry.mode,
				    .target = found->target,
				    .origin = IMAGE_COPIED};
	const struct image_entry *old;
	bool folder = (entry.mode & CPIO_TYPE_MASK) == CPIO_FOLDER;
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *real = NULL;
	struct err refused = ERR_INIT;
	const char *before;

	(void)data_at;
	if (l->findings->errors.n + l->findings->warnings.n >= FINDINGS)
		return 0;
	if (image_name(found->entry.name, &name, &refused) < 0 ||
	    check_facts(l, found, name, &refused) < 0)
		return strv_add(&l->findings->errors, refused.text, e);
	old = image_tree_find(&l->tree, name);
	if (old && old->origin != IMAGE_MADE) {
		if (check_again(l, old, found->entry.mode, e) < 0)
			return -1;
	} else if (check_parents(l, name, e) < 0) {
		return -1;
	}
	if (check_link(l, found, e) < 0)
		return -1;
	if (image_tree_real_name(&l->tree, name, folder && !old, &real, e) < 0)
		return -1;
	entry.name = real;
	/* Where that cannot be, it was told above. */
	return image_tree_overlay(&l->tree, &entry, &before, &refused) < 0 &&
			       refused.kind == ERR_MEMORY
		       ? err_memory(e)
		       : 0;
}

static int lint_form(struct lint *l, const struct initrd_segment *s, struct err *e)
{
	unsigned char head[16] = {0};
	uint64_t left = l->from->size - s->offset;
	struct strv *errors = &l->findings->errors;

	if (source_read(l->from, s->offset, head, left < sizeof(head) ? (size_t)left : sizeof(head),
			e) < 0)
		return -1;
	if (!strcmp(s->compression, "gzip") && head[GZIP_FLAGS] & ~GZIP_NAME)
		return strv_addf(
			errors, e,
			"the gzip header at byte %llu has fields that the kernel cannot read",
			(unsigned long long)s->offset);
	if (!strcmp(s->compression, "xz") && head[XZ_CHECK] > XZ_CRC32)
		return strv_addf(
			errors, e,
			"the xz data at byte %llu has a check that the kernel lacks: compress "
			"with --check=crc32",
			(unsigned long long)s->offset);
	if (!strcmp(s->compression, "lz4") && !s->zeros_behind)
		return strv_addf(
			&l->findings->warnings, e,
			"no four zeros stand behind the lz4 data: nothing may follow it, also "
			"not in a UKI");
	return 0;
}

static int lint_segment(void *context, const struct initrd_segment *s, struct err *e)
{
	struct lint *l = context;

	if (lint_form(l, s, e) < 0)
		return -1;
	if (!s->listed)
		return strv_addf(&l->findings->warnings, e,
				 "%s data at byte %llu cannot be judged here", s->compression,
				 (unsigned long long)s->offset);
	l->segment++;
	if (s->trailers)
		initramfs_links_done(&l->links);
	return 0;
}

int initrd_lint(const struct source *from, const struct initrd_limits *limits,
		struct initrd_findings *ret, struct err *e)
{
	struct lint l = {.from = from, .findings = ret, .tree = IMAGE_TREE_INIT};
	const struct initrd_visitor visitor = {&l, lint_entry, NULL, lint_segment};
	struct err damage = ERR_INIT;
	int r = initrd_read(from, &visitor, limits, &damage);

	if (r < 0 && (damage.kind == ERR_MEMORY || damage.kind == ERR_SYSTEM))
		*e = damage;
	else if (r < 0)
		r = strv_add(&ret->errors, damage.text, e);
	else if (!image_tree_resolve(&l.tree, "/init"))
		r = strv_add(&ret->warnings, "there is no /init: the kernel starts nothing from it",
			     e);
	if (r == 0 && ret->errors.n + ret->warnings.n >= FINDINGS)
		r = strv_addf(&ret->warnings, e, "there is more: only the first %d are told",
			      FINDINGS);
	initramfs_links_done(&l.links);
	image_tree_done(&l.tree);
	free(l.groups);
	return r;
}
