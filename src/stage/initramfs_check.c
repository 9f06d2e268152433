#include "stage/initramfs_check.h"

#include "base/doubt.h"
#include "base/log.h"
#include "host/elf.h"
#include "host/file.h"
#include "stage/initramfs_pideisn.h"
#include "stage/initramfs_programs.h"
#include "stage/initramfs_script.h"

#include <stdio.h>

enum {
	MACHINE_X86_64 = 62, /* EM_X86_64 */
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

/* A script's interpreter has to be in the image too. */
static int check_init_script(const struct image_tree *plan, const struct source *content,
			     struct err *e)
{
	struct script script;

	if (initramfs_read_script(content, &script, e) < 0)
		return -1;
	if (!*script.interpreter)
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is neither an ELF program nor a script that begins with "
			"#!",
			content->name);
	if (!is_file(image_tree_resolve(plan, script.interpreter)))
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is a script for '%s', which is not in the image: add it",
			content->name, script.interpreter);
	return 0;
}

static int check_init_content(const struct image_tree *plan, const struct image_entry *init,
			      struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_ELF_FACTS elf = ELF_FACTS_INIT;
	struct range_source content;

	if (initramfs_content(init, &f, &content, e) < 0)
		return -1;
	/* The file that a compressed archive was unpacked to has no name for the user. */
	content.source.name = initramfs_origin(init);
	if (elf_examine(&content.source, &elf, e) < 0)
		return -1;
	if (!elf.is_elf)
		return check_init_script(plan, &content.source, e);
	/* Others make images that start with a dynamic program, as systemd is one. */
	if (init->archive && elf.interpreter)
		return 0;
	return check_init_elf(content.source.name, &elf, e);
}

static int check_init(const struct initramfs_options *options, const struct image_tree *plan,
		      struct err *e)
{
	const struct image_entry *named = image_tree_find(plan, "/init");
	const struct image_entry *init = image_tree_resolve(plan, "/init");

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
	return check_init_content(plan, init, e);
}

/* Everybody who is not root has to go through it. */
static int check_root(const struct initramfs_options *options, const struct image_tree *plan,
		      struct err *e)
{
	const struct image_entry *root = image_tree_find(plan, ".");

	if (!root || (root->mode & 0555) == 0555)
		return 0;
	return doubt(options->strict, e,
		     "%s: the root gets mode %04o, and only its owner can enter it: give it 0755",
		     root->where, root->mode & 07777);
}

/* Programs that are somebody else's when they run stop working without a word. */
static void tell_setuid(const struct image_tree *plan)
{
	const struct image_entry *first = NULL;
	char others[48] = "";
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		if (!entry->was_setuid || !entry->content || entry->mode & 06000)
			continue;
		first = first ? first : entry;
		n++;
	}
	if (n > 1)
		snprintf(others, sizeof(others), " and %zu more", n - 1);
	if (first)
		log_warning("%s: '%s'%s: setuid or setgid here, but not in the image (%04o): give "
			    "the mode with a set or a file line, or say --keep-modes",
			    first->where, first->location, others, first->mode & 07777);
}

int initramfs_check(const struct initramfs_options *options, const struct image_tree *plan,
		    struct err *e)
{
	if (check_init(options, plan, e) < 0 || check_root(options, plan, e) < 0 ||
	    initramfs_check_programs(options, plan, e) < 0)
		return -1;
	tell_setuid(plan);
	return initramfs_check_pideisn(options, plan, e);
}
