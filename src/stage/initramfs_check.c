#include "stage/initramfs_check.h"

#include "base/doubt.h"
#include "host/elf.h"
#include "host/file.h"
#include "stage/initramfs_libraries.h"
#include "stage/initramfs_pideisn.h"

#include <stdio.h>
#include <string.h>

enum {
	MACHINE_X86_64 = 62, /* EM_X86_64 */
	MACHINE_386 = 3,     /* EM_386 */
	SCRIPT_HEAD = 255,   /* the kernel looks at this many bytes for the "#!" line */
};

static bool is_file(const struct image_entry *entry)
{
	return entry && (entry->mode & CPIO_TYPE_MASK) == CPIO_FILE;
}

static int check_init_elf(const char *path, const struct elf_facts *elf, struct err *e)
{
	if (elf->machine != MACHINE_X86_64 || elf->bits != 64)
		return err_set(e, ERR_INPUT,
			       "/init ('%s') is a %u-bit program for ELF machine %u: build it for "
			       "x86-64",
			       path, elf->bits, elf->machine);
	if (!elf->is_program)
		return err_set(e, ERR_INPUT, "/init ('%s') is an ELF file but no program: link it",
			       path);
	if (elf->interpreter)
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is dynamically linked (needs '%s'): link it with -static",
			path, elf->interpreter);
	return 0;
}

/* The program that a script's first line names; "" for what is no script. */
static int read_interpreter(const char *path, char head[SCRIPT_HEAD + 1], const char **ret,
			    struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	char *interpreter;
	size_t len;

	*ret = "";
	if (file_source_open(&f, path, e) < 0)
		return -1;
	len = f.source.size < SCRIPT_HEAD ? (size_t)f.source.size : SCRIPT_HEAD;
	if (source_read(&f.source, 0, head, len, e) < 0)
		return -1;
	head[len] = '\0';
	if (strncmp(head, "#!", 2))
		return 0;
	interpreter = head + 2 + strspn(head + 2, " \t");
	interpreter[strcspn(interpreter, " \t\n")] = '\0';
	*ret = interpreter;
	return 0;
}

/* A script's interpreter has to be in the image too. */
static int check_init_script(const struct image_tree *plan, const char *path, struct err *e)
{
	char head[SCRIPT_HEAD + 1];
	const char *interpreter;

	if (read_interpreter(path, head, &interpreter, e) < 0)
		return -1;
	if (!*interpreter)
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is neither an ELF program nor a script that begins with "
			"#!",
			path);
	if (!is_file(image_tree_resolve(plan, interpreter)))
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is a script for '%s', which is not in the image: add it",
			path, interpreter);
	return 0;
}

static int check_init(const struct initramfs_options *options, const struct image_tree *plan,
		      struct err *e)
{
	const struct image_entry *named = image_tree_find(plan, "/init");
	const struct image_entry *init = image_tree_resolve(plan, "/init");
	AUTO_ELF_FACTS elf = ELF_FACTS_INIT;

	if (!named)
		return doubt(options->strict, e,
			     "there is no /init: the kernel will start nothing from this "
			     "image, unless rdinit= names another program");
	if (!init)
		return err_set(
			e, ERR_INPUT,
			"/init is a symbolic link to '%.200s', which is not in the image (%s)",
			named->target, named->where);
	if (!is_file(init))
		return err_set(e, ERR_INPUT, "/init is a %s, not a program (%s)",
			       image_type_name(init->mode), init->where);
	if (!(init->mode & 0111))
		return err_set(e, ERR_INPUT,
			       "/init has mode %04o and cannot be executed: give it mode 0755 (%s)",
			       init->mode & 07777, init->where);
	/* What is inside an archive cannot be judged by its name. */
	if (init->archive)
		return 0;
	if (elf_examine(init->location, &elf, e) < 0)
		return -1;
	return elf.is_elf ? check_init_elf(init->location, &elf, e)
			  : check_init_script(plan, init->location, e);
}

/* Something that is not in the image, and who needs it. */
struct missing {
	char *name;
	const struct image_entry *first;
	const char *as; /* how the first one needs it */
	size_t others;
};

struct check {
	const struct initramfs_options *options;
	const struct image_tree *plan;
	struct missing *missing;
	size_t n, cap;
};

static void check_done(struct check *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->missing[i].name);
	free(c->missing);
}

static int note_missing(struct check *c, const char *name, const struct image_entry *who,
			const char *as, struct err *e)
{
	struct missing *m;

	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->missing[i].name, name) != 0)
			continue;
		c->missing[i].others++;
		return 0;
	}
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 16;

		m = reallocarray(c->missing, cap, sizeof(*m));
		if (!m)
			return err_memory(e);
		c->missing = m;
		c->cap = cap;
	}
	m = &c->missing[c->n];
	*m = (struct missing){.name = strdup(name), .first = who, .as = as};
	if (!m->name)
		return err_memory(e);
	c->n++;
	return 0;
}

static int tell_missing(const struct check *c, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct missing *m = &c->missing[i];
		char others[48] = "";

		if (m->others)
			snprintf(others, sizeof(others), " and %zu more", m->others);
		if (doubt(c->options->strict, e,
			  "'/%s' ('%s')%s %s '%s', which is not in the "
			  "image: %s",
			  m->first->name, m->first->location, others, m->others ? "need" : m->as,
			  m->name,
			  !strcmp(m->as, "is a script for")
				  ? "add it"
				  : "add it with the libraries (an elf line does), or use a "
				    "static program") < 0)
			return -1;
	}
	return 0;
}

static bool in_image(void *context, const char *path, const struct elf_facts *facts)
{
	(void)facts;
	return is_file(image_tree_resolve(context, path));
}

static int check_libraries(struct check *c, const struct image_entry *entry,
			   const struct elf_facts *elf, struct err *e)
{
	const struct library_search search = {(void *)c->plan, in_image};
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "/%s", entry->name) < 0) {
		path = NULL;
		return err_memory(e);
	}
	for (size_t i = 0; i < elf->needed.n; i++) {
		const struct library_user user = {path, elf};
		AUTO_FREE char *found = NULL;

		if (library_find(&search, &user, elf->needed.v[i], &found, e) < 0 ||
		    (!found && note_missing(c, elf->needed.v[i], entry, "needs", e) < 0))
			return -1;
	}
	return 0;
}

static int check_program(struct check *c, const struct image_entry *entry, struct err *e)
{
	AUTO_ELF_FACTS elf = ELF_FACTS_INIT;
	struct err broken = ERR_INIT;
	char head[SCRIPT_HEAD + 1];
	const char *interpreter;

	if (elf_examine(entry->location, &elf, &broken) < 0)
		return doubt(c->options->strict, e, "cannot judge '/%s': %s", entry->name,
			     broken.text);
	if (!elf.is_elf) {
		if (read_interpreter(entry->location, head, &interpreter, e) < 0)
			return -1;
		if (!*interpreter || is_file(image_tree_resolve(c->plan, interpreter)))
			return 0;
		return note_missing(c, interpreter, entry, "is a script for", e);
	}
	if (elf.is_program && elf.machine != MACHINE_X86_64 && elf.machine != MACHINE_386)
		return doubt(c->options->strict, e,
			     "'/%s' ('%s') is for ELF machine %u, not for x86", entry->name,
			     entry->location, elf.machine);
	if (elf.interpreter && !is_file(image_tree_resolve(c->plan, elf.interpreter)))
		/* Its libraries would be looked for by what is not there. */
		return note_missing(c, elf.interpreter, entry, "needs", e);
	return elf.interpreter ? check_libraries(c, entry, &elf, e) : 0;
}

int initramfs_check(const struct initramfs_options *options, const struct image_tree *plan,
		    struct err *e)
{
	AUTO(check_done) struct check c = {.options = options, .plan = plan};

	if (check_init(options, plan, e) < 0)
		return -1;
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		/* Of hard links one is enough; what is inside an archive was judged where it was made. */
		if (entry->content && !entry->archive && entry->mode & 0111 &&
		    check_program(&c, entry, e) < 0)
			return -1;
	}
	if (tell_missing(&c, e) < 0)
		return -1;
	return initramfs_check_pideisn(options, plan, e);
}
