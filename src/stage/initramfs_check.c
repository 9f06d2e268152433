#include "stage/initramfs_check.h"

#include "base/log.h"
#include "host/elf.h"
#include "host/file.h"
#include "stage/initramfs_pideisn.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	MACHINE_X86_64 = 62, /* EM_X86_64 */
	SCRIPT_HEAD = 255,   /* the kernel looks at this many bytes for the "#!" line */
};

int initramfs_doubt(const struct initramfs_options *options, struct err *e, const char *format, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (options->strict)
		return err_set(e, ERR_INPUT, "%s", text);
	log_warning("%s", text);
	return 0;
}

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
static int check_init_script(const struct image_tree *plan, const char *path, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	char head[SCRIPT_HEAD + 1] = "";
	char *interpreter;
	size_t len;

	if (file_source_open(&f, path, e) < 0)
		return -1;
	len = f.source.size < SCRIPT_HEAD ? (size_t)f.source.size : SCRIPT_HEAD;
	if (source_read(&f.source, 0, head, len, e) < 0)
		return -1;
	if (strncmp(head, "#!", 2))
		return err_set(
			e, ERR_INPUT,
			"/init ('%s') is neither an ELF program nor a script that begins with "
			"#!",
			path);
	interpreter = head + 2 + strspn(head + 2, " \t");
	interpreter[strcspn(interpreter, " \t\n")] = '\0';
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
		return initramfs_doubt(options, e,
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
	if (elf_examine(init->location, &elf, e) < 0)
		return -1;
	return elf.is_elf ? check_init_elf(init->location, &elf, e)
			  : check_init_script(plan, init->location, e);
}

static int check_program(const struct initramfs_options *options, const struct image_tree *plan,
			 const struct image_entry *entry, struct err *e)
{
	AUTO_ELF_FACTS elf = ELF_FACTS_INIT;
	struct err broken = ERR_INIT;

	if (elf_examine(entry->location, &elf, &broken) < 0)
		return initramfs_doubt(options, e, "cannot judge '/%s': %s", entry->name,
				       broken.text);
	if (!elf.is_elf || !elf.interpreter || is_file(image_tree_resolve(plan, elf.interpreter)))
		return 0;
	return initramfs_doubt(
		options, e,
		"'/%s' ('%s') needs '%s', which is not in the image: add it with the "
		"libraries, or use a static program",
		entry->name, entry->location, elf.interpreter);
}

int initramfs_check(const struct initramfs_options *options, const struct image_tree *plan,
		    struct err *e)
{
	if (check_init(options, plan, e) < 0)
		return -1;
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];
		/* Hard links stand side by side: one of them is enough. */
		bool again = i && plan->entries[i - 1].file == entry->file;

		if (is_file(entry) && entry->mode & 0111 && !again &&
		    check_program(options, plan, entry, e) < 0)
			return -1;
	}
	return initramfs_check_pideisn(options, plan, e);
}
