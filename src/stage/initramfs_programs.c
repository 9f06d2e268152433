#include "stage/initramfs_programs.h"

#include "base/doubt.h"
#include "base/path.h"
#include "host/elf.h"
#include "stage/initramfs_libraries.h"
#include "stage/initramfs_missing.h"
#include "stage/initramfs_script.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

enum {
	MACHINE_X86_64 = 62, /* EM_X86_64 */
	MACHINE_386 = 3,     /* EM_386 */
	CONF_MAX = 1 << 20,
};

struct library;

/* A library that was found, and under which path. */
struct need {
	struct library *library;
	const char *path;
};

/* Each is read once, whoever needs it. */
struct library {
	struct elf_facts facts; /* none of a file that is no ELF, or a broken one */
	bool resolved;		/* these are all that it needs, whoever it comes with: */
	struct need *needs;
	size_t n_needs;
};

/* The program at hand, and the libraries it gets, in the loader's order; each stands there once. */
struct node {
	struct need what;
	const struct elf_facts *facts;
	size_t by;
};

struct check {
	const struct initramfs_options *options;
	const struct image_tree *plan;
	struct initramfs_missing missing;
	struct library **libraries; /* by the number of the file; NULL: no program needed any yet */
	struct library_folders folders;
	struct strv paths;
	struct node *nodes;
	size_t n, cap;
};

static void check_done(struct check *c)
{
	for (size_t i = 0; c->libraries && i < c->plan->files; i++) {
		struct library *l = c->libraries[i];

		if (!l)
			continue;
		elf_facts_done(&l->facts);
		free(l->needs);
		free(l);
	}
	free(c->libraries);
	free(c->nodes);
	strv_done(&c->paths);
	library_folders_done(&c->folders);
	initramfs_missing_done(&c->missing);
}

static bool is_file(const struct image_entry *entry)
{
	return entry && (entry->mode & CPIO_TYPE_MASK) == CPIO_FILE;
}

static int examine(const struct image_entry *entry, struct elf_facts *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct range_source content;

	if (initramfs_content(entry, &f, &content, e) < 0)
		return -1;
	return elf_examine(&content.source, ret, e);
}

static struct library *read_library(const struct image_entry *entry)
{
	struct library *l = calloc(1, sizeof(*l));
	struct err unused = ERR_INIT;

	if (l && examine(entry, &l->facts, &unused) < 0)
		l->facts = (struct elf_facts)ELF_FACTS_INIT;
	return l;
}

/* The library of this path; NULL: there is no file, or no memory. */
static struct library *find_library(struct check *c, const char *path)
{
	const struct image_entry *entry = image_tree_resolve(c->plan, path);
	struct library **slot;

	if (!is_file(entry))
		return NULL;
	slot = &c->libraries[entry->file];
	if (!*slot)
		*slot = read_library(entry);
	return *slot;
}

static bool in_image(void *context, const struct library_place *place)
{
	const struct library *l = find_library(context, place->path);

	return l && l->facts.is_elf && l->facts.machine == place->facts->machine &&
	       l->facts.bits == place->facts->bits;
}

static int read_text(void *context, const char *path, struct buf *to, bool *ret_found,
		     struct err *e)
{
	const struct check *c = context;
	const struct image_entry *entry = image_tree_resolve(c->plan, path);
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct range_source content;

	*ret_found = is_file(entry) && entry->size <= CONF_MAX;
	if (!*ret_found)
		return 0;
	if (initramfs_content(entry, &f, &content, e) < 0 ||
	    buf_reserve(to, (size_t)entry->size, e) < 0 ||
	    source_read(&content.source, 0, to->data, (size_t)entry->size, e) < 0)
		return -1;
	to->len = (size_t)entry->size;
	to->data[to->len] = '\0';
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int match_names(void *context, const char *pattern, struct strv *to, struct err *e)
{
	const struct check *c = context;
	size_t before = to->n;

	for (size_t i = 0; i < c->plan->n; i++)
		if (fnmatch(pattern + 1, c->plan->entries[i].name, FNM_PATHNAME | FNM_PERIOD) ==
			    0 &&
		    strv_addf(to, e, "/%s", c->plan->entries[i].name) < 0)
			return -1;
	if (to->n > before)
		qsort(to->v + before, to->n - before, sizeof(*to->v), by_text);
	return 0;
}

/* Only an image with dynamic programs needs these. */
static int prepare(struct check *c, struct err *e)
{
	const struct library_system system = {c, read_text, match_names};

	if (c->libraries)
		return 0;
	c->libraries = calloc((size_t)c->plan->files + 1, sizeof(struct library *));
	if (!c->libraries)
		return err_memory(e);
	return library_folders_read(&system, true, &c->folders, e);
}

static int add_node(struct check *c, const struct node *new, struct err *e)
{
	for (size_t i = 0; i < c->n; i++)
		if (new->what.library && c->nodes[i].what.library == new->what.library)
			return 0;
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct node *nodes = reallocarray(c->nodes, cap, sizeof(*nodes));

		if (!nodes)
			return err_memory(e);
		c->nodes = nodes;
		c->cap = cap;
	}
	c->nodes[c->n++] = *new;
	return 0;
}

/* The loader takes what it has under that name, whoever brought it. */
static bool is_loaded(const struct check *c, const char *library)
{
	for (size_t i = 1; i < c->n; i++)
		if (!strcmp(path_base(c->nodes[i].what.path), library))
			return true;
	return false;
}

/* The chain of who needs whom, from a node to the program; in memory of the caller's. */
static int make_users(const struct check *c, size_t index, struct library_user **ret, struct err *e)
{
	struct library_user *users = calloc(c->n, sizeof(*users));
	const struct node *n;

	if (!users)
		return err_memory(e);
	*ret = users;
	for (;; index = n->by, users++) {
		n = &c->nodes[index];
		*users = (struct library_user){n->what.path, n->facts, index ? users + 1 : NULL};
		if (index == 0)
			return 0;
	}
}

static int note_missing(struct check *c, const struct image_entry *program, size_t index,
			const char *library, struct err *e)
{
	const struct initramfs_need need = {
		.name = library,
		.by = index ? c->nodes[index].what.path : NULL,
		.who = program,
		.how = INITRAMFS_LINKED,
	};

	return initramfs_missing_add(&c->missing, &need, e);
}

/* Looks for one library that a node needs; ret_need stays empty when it is nowhere. */
static int find_need(struct check *c, const struct library_user *users, const char *library,
		     struct need *ret, struct err *e)
{
	const struct library_search search = {&c->folders, c, in_image};
	AUTO_FREE char *path = NULL;

	*ret = (struct need){NULL, NULL};
	if (library_find(&search, users, library, &path, e) < 0)
		return -1;
	if (!path)
		return 0;
	if (strv_add(&c->paths, path, e) < 0)
		return -1;
	*ret = (struct need){find_library(c, path), c->paths.v[c->paths.n - 1]};
	return 0;
}

static int resolve_node(struct check *c, const struct image_entry *program, size_t index,
			struct err *e)
{
	const struct elf_facts *facts = c->nodes[index].facts;
	struct library *l = c->nodes[index].what.library;
	AUTO_FREE struct library_user *users = NULL;
	AUTO_FREE struct need *needs = calloc(facts->needed.n + 1, sizeof(*needs));
	bool all = true;

	if (!needs)
		return err_memory(e);
	if (make_users(c, index, &users, e) < 0)
		return -1;
	for (size_t i = 0; i < facts->needed.n; i++) {
		if (find_need(c, users, facts->needed.v[i], &needs[i], e) < 0)
			return -1;
		all = all && needs[i].library;
		if (!needs[i].library && !is_loaded(c, facts->needed.v[i]) &&
		    note_missing(c, program, index, facts->needed.v[i], e) < 0)
			return -1;
		if (needs[i].library &&
		    add_node(c, &(struct node){needs[i], &needs[i].library->facts, index}, e) < 0)
			return -1;
	}
	if (l && all && !library_has_heirs(users)) {
		l->resolved = true;
		l->n_needs = facts->needed.n;
		l->needs = TAKE(needs);
	}
	return 0;
}

static int visit_node(struct check *c, const struct image_entry *program, size_t index,
		      struct err *e)
{
	const struct library *l = c->nodes[index].what.library;

	if (!l || !l->resolved)
		return resolve_node(c, program, index, e);
	for (size_t i = 0; i < l->n_needs; i++)
		if (add_node(c, &(struct node){l->needs[i], &l->needs[i].library->facts, index},
			     e) < 0)
			return -1;
	return 0;
}

static int check_libraries(struct check *c, const struct image_entry *program,
			   const struct elf_facts *facts, struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "/%s", program->name) < 0) {
		path = NULL;
		return err_memory(e);
	}
	c->n = 0;
	if (prepare(c, e) < 0 || add_node(c, &(struct node){{NULL, path}, facts, 0}, e) < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		if (visit_node(c, program, i, e) < 0)
			return -1;
	return 0;
}

/* Whatever executes another file has to be executable itself. */
static int check_interpreter(struct check *c, const char *interpreter,
			     const struct initramfs_need *need, bool *ret_there, struct err *e)
{
	const struct image_entry *entry = image_tree_resolve(c->plan, interpreter);
	struct initramfs_need told = *need;

	*ret_there = is_file(entry);
	told.not_executable = *ret_there && !(entry->mode & 0111);
	return *ret_there && !told.not_executable ? 0
						  : initramfs_missing_add(&c->missing, &told, e);
}

/* In the folders that a shell or init would have in PATH. */
static bool find_command(const struct check *c, const char *name)
{
	static const char *const folders[] = {"usr/local/sbin", "usr/local/bin", "usr/sbin",
					      "usr/bin",	"sbin",		 "bin"};
	char path[CPIO_NAME_MAX];

	if (strchr(name, '/'))
		return is_file(image_tree_resolve(c->plan, name));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (is_file(image_tree_resolve(c->plan, path)))
			return true;
	}
	return false;
}

static int check_script(struct check *c, const struct image_entry *entry, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct range_source content;
	struct script script;
	struct initramfs_need need = {.who = entry, .how = INITRAMFS_SCRIPT};
	bool there;

	if (initramfs_content(entry, &f, &content, e) < 0 ||
	    initramfs_read_script(&content.source, &script, e) < 0)
		return -1;
	if (!*script.interpreter)
		return 0;
	need.name = script.interpreter;
	if (check_interpreter(c, script.interpreter, &need, &there, e) < 0)
		return -1;
	if (!there || !script.by_env || find_command(c, script.by_env))
		return 0;
	need.name = script.by_env;
	need.how = INITRAMFS_SCRIPT_BY_ENV;
	return initramfs_missing_add(&c->missing, &need, e);
}

static int check_program(struct check *c, const struct image_entry *entry, struct err *e)
{
	AUTO_ELF_FACTS elf = ELF_FACTS_INIT;
	struct initramfs_need need = {.who = entry, .how = INITRAMFS_LINKED};
	struct err broken = ERR_INIT;
	bool there;

	if (examine(entry, &elf, &broken) < 0)
		return doubt(c->options->strict, e, "cannot judge '/%s': %s", entry->name,
			     broken.text);
	if (!elf.is_elf)
		return check_script(c, entry, e);
	if (elf.is_program && elf.machine != MACHINE_X86_64 && elf.machine != MACHINE_386)
		return doubt(c->options->strict, e,
			     "'/%s' ('%s') is for ELF machine %u, not for x86", entry->name,
			     initramfs_origin(entry), elf.machine);
	if (!elf.interpreter)
		return 0;
	need.name = elf.interpreter;
	if (check_interpreter(c, elf.interpreter, &need, &there, e) < 0)
		return -1;
	/* Its libraries would be looked for by what is not there. */
	return there ? check_libraries(c, entry, &elf, e) : 0;
}

int initramfs_check_programs(const struct initramfs_options *options, const struct image_tree *plan,
			     struct err *e)
{
	AUTO(check_done) struct check c = {.options = options, .plan = plan};

	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		/* Of hard links one is enough. */
		if (entry->content && entry->mode & 0111 && check_program(&c, entry, e) < 0)
			return -1;
	}
	return initramfs_missing_tell(&c.missing, options, e);
}
