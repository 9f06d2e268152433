#include "stage/esp.h"

#include "base/doubt.h"
#include "base/log.h"
#include "base/path.h"
#include "format/pe.h"
#include "format/uki_lint.h"
#include "stage/esp_sign.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LOADER_FOLDER "/usr/lib/systemd/boot/efi"
#define TIMEOUT	      "3"

enum { LOADER_MAX = 16 << 20 };

void esp_done(struct esp *esp)
{
	for (size_t i = 0; i < esp->n; i++) {
		file_source_close(&esp->sources[i]);
		file_source_close(&esp->copies[i]);
		free(esp->names[i]);
	}
	if (esp->folder.path)
		temp_folder_remove(&esp->folder);
	free(esp->copies);
	free(esp->sources);
	free(esp->files);
	free(esp->names);
	buf_done(&esp->loader_conf);
	*esp = (struct esp)ESP_INIT;
}

/* Room for all there can be: sources must not move once files point to them. */
static int make_room(struct esp *esp, size_t n, struct err *e)
{
	esp->sources = calloc(n, sizeof(*esp->sources));
	esp->copies = calloc(n, sizeof(*esp->copies));
	esp->files = calloc(n, sizeof(*esp->files));
	esp->names = calloc(n, sizeof(char *));
	if (!esp->sources || !esp->copies || !esp->files || !esp->names)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		esp->sources[i] = esp->copies[i] = (struct file_source)FILE_SOURCE_INIT;
	esp->cap = n;
	return 0;
}

/* Takes the name over. */
static int add_source(struct esp *esp, const char *path, char *name, struct err *e)
{
	const size_t i = esp->n;

	esp->names[i] = name;
	esp->n++;
	if (file_source_open(&esp->sources[i], path, e) < 0)
		return -1;
	esp->files[i] = (struct fat32_file){.name = name, .content = &esp->sources[i].source};
	return 0;
}

/* "FILE" or "FILE=NAME": splits at the last '=' that is not part of a file's name. */
static int split(const char *option, char **ret_path, const char **ret_name, struct err *e)
{
	const char *equals = strrchr(option, '=');

	if (file_exists(option))
		equals = NULL;
	*ret_path = equals ? strndup(option, (size_t)(equals - option)) : strdup(option);
	if (!*ret_path)
		return err_memory(e);
	*ret_name = equals ? equals + 1 : NULL;
	if (equals && !equals[1])
		return err_set(e, ERR_USAGE, "'%s' is FILE=NAME without a name", option);
	return 0;
}

/* What inspect --lint calls an error does not boot, or not as it was meant to. */
static int check_lint(const struct source *s, struct err *e)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	if (uki_lint(s, &found, e) < 0)
		return -1;
	if (found.errors.n == 0)
		return 0;
	return err_set(e, ERR_INPUT,
		       "UKI '%s' is faulty: %s: %s (mvirt-mkos inspect --lint shows all)", s->name,
		       found.errors.v[0].text, found.errors.v[0].rule->cure);
}

static int check_uki(const struct esp_options *o, struct esp *esp, const struct source *s,
		     struct err *e)
{
	AUTO_PE pe = {.e_lfanew = 0};

	if (pe_read(s, &pe, e) < 0)
		return err_ctx(e, "UKI");
	if (!pe_machine_name(pe.Machine))
		return err_set(e, ERR_INPUT, "'%s' is for a machine that no UEFI firmware is for",
			       s->name);
	if (esp->machine && esp->machine != pe.Machine)
		return err_set(e, ERR_INPUT, "'%s' is for %s, the UKI before it for %s", s->name,
			       pe_machine_name(pe.Machine), pe_machine_name(esp->machine));
	esp->machine = pe.Machine;
	if (!pe_section_find(&pe, ".linux"))
		return doubt(o->strict, e,
			     "'%s': no kernel is in it: it is an EFI program, but no UKI", s->name);
	return check_lint(s, e);
}

/* "EFI/BOOT/BOOTX64.EFI" */
static int boot_name(uint16_t machine, char **ret, struct err *e)
{
	const char *name = pe_machine_name(machine);
	char capitals[16] = "";

	for (size_t i = 0; name[i] && i + 1 < sizeof(capitals); i++)
		capitals[i] = (char)toupper((unsigned char)name[i]);
	if (asprintf(ret, "EFI/BOOT/BOOT%s.EFI", capitals) < 0)
		return err_memory(e);
	return 0;
}

/* In EFI/Linux only what ends in .efi is looked at. */
static int menu_name(const char *path, const char *name, char **ret, struct err *e)
{
	size_t len;

	name = name ? name : path_base(path);
	len = strlen(name);
	if (strchr(name, '/'))
		return err_set(e, ERR_USAGE, "--uki: '%s' is a path, not a name in EFI/Linux",
			       name);
	if (asprintf(ret, "EFI/Linux/%s%s", name,
		     len > 4 && !strcasecmp(name + len - 4, ".efi") ? "" : ".efi") < 0)
		return err_memory(e);
	return 0;
}

/* FAT does not tell capitals from small letters. */
static int check_name_is_new(const struct esp *esp, const char *name, struct err *e)
{
	for (size_t i = 0; i < esp->n; i++)
		if (!strcasecmp(esp->names[i], name))
			return err_set(e, ERR_USAGE,
				       "there are two UKIs '%s': give one another name with --uki "
				       "FILE=NAME",
				       path_base(name));
	return 0;
}

static int add_uki(const struct esp_options *o, struct esp *esp, const char *option, bool menu,
		   struct err *e)
{
	AUTO_FREE char *path = NULL;
	const char *name;
	char *in_esp = NULL;

	if (split(option, &path, &name, e) < 0)
		return -1;
	if (name && !menu)
		return err_set(e, ERR_USAGE,
			       "--uki %s: a single UKI has no name, the firmware looks for "
			       "EFI/BOOT/BOOTX64.EFI",
			       option);
	if (menu && menu_name(path, name, &in_esp, e) < 0)
		return -1;
	if (menu && check_name_is_new(esp, in_esp, e) < 0) {
		free(in_esp);
		return -1;
	}
	if (add_source(esp, path, in_esp, e) < 0 ||
	    check_uki(o, esp, &esp->sources[esp->n - 1].source, e) < 0)
		return -1;
	if (menu)
		return 0;
	if (boot_name(esp->machine, &esp->names[esp->n - 1], e) < 0)
		return -1;
	esp->files[esp->n - 1].name = esp->names[esp->n - 1];
	return 0;
}

static int add_file(struct esp *esp, const char *option, struct err *e)
{
	AUTO_FREE char *path = NULL;
	const char *name;
	char *in_esp;

	if (split(option, &path, &name, e) < 0)
		return -1;
	in_esp = strdup(name ? name : path_base(path));
	if (!in_esp)
		return err_memory(e);
	return add_source(esp, path, in_esp, e);
}

static int add_boot_loader(const struct esp_options *o, struct esp *esp, struct err *e)
{
	AUTO_FREE char *path = NULL;
	AUTO_PE pe = {.e_lfanew = 0};
	const struct source *s;
	char *name;

	if (o->boot_loader)
		path = strdup(o->boot_loader);
	else if (asprintf(&path, LOADER_FOLDER "/systemd-boot%s.efi",
			  pe_machine_name(esp->machine)) < 0)
		path = NULL;
	if (!path)
		return err_memory(e);
	if (!file_exists(path))
		return err_set(e, ERR_MISSING,
			       "'%s' is missing: install the package systemd-boot-efi, or name a "
			       "boot loader with --boot-loader",
			       path);
	if (boot_name(esp->machine, &name, e) < 0 || add_source(esp, path, name, e) < 0)
		return -1;
	esp->has_loader = true;
	esp->loader = esp->n - 1;
	s = &esp->sources[esp->loader].source;
	if (pe_read(s, &pe, e) < 0)
		return err_ctx(e, "boot loader");
	if (pe.Machine != esp->machine)
		return err_set(e, ERR_INPUT, "boot loader '%s' is for another machine than the UKI",
			       path);
	return 0;
}

/* The head of what UEFI calls EFI_VARIABLE_AUTHENTICATION_2 (UEFI 2.10, 8.2.2). */
static int check_auth(const struct source *s, struct err *e)
{
	static const uint8_t kind[] = {0x00, 0x02, 0xf1, 0x0e}; /* revision 2.0, signed by GUID */
	uint8_t head[40];

	if (s->size < sizeof(head) || source_read(s, 0, head, sizeof(head), e) < 0 ||
	    memcmp(head + 20, kind, sizeof(kind)) != 0)
		return err_set(e, ERR_INPUT,
			       "'%s' is no signed update of a variable (.auth): firmware would "
			       "not take it",
			       s->name);
	return 0;
}

/* systemd-boot takes PK last, and none of it without all three. */
static int add_keys(const struct esp_options *o, struct esp *esp, struct err *e)
{
	static const char *const names[] = {"PK.auth", "KEK.auth", "db.auth", "dbx.auth"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_FREE char *path = NULL;
		char *name;

		if (path_join(o->keys, names[i], &path, e) < 0)
			return -1;
		if (!file_exists(path) && i == 3)
			continue;
		if (!file_exists(path))
			return err_set(e, ERR_MISSING,
				       "keys to enrol are PK.auth, KEK.auth and db.auth, but '%s' "
				       "is missing",
				       path);
		if (asprintf(&name, "loader/keys/auto/%s", names[i]) < 0)
			return err_memory(e);
		if (add_source(esp, path, name, e) < 0 ||
		    check_auth(&esp->sources[esp->n - 1].source, e) < 0)
			return -1;
	}
	return 0;
}

/* A name such as "new+3.efi" counts tries: the boot loader has to be free to fall back. */
static bool counts_tries(const char *name)
{
	const char *plus = strrchr(name, '+');

	return plus && isdigit((unsigned char)plus[1]);
}

/* Does the boot loader have the word? Older ones tell so what they do not know yet. */
static int loader_has(const struct source *loader, const char *word, bool *ret, struct err *e)
{
	const size_t size = (size_t)loader->size;
	AUTO_FREE char *content = NULL;

	if (loader->size > LOADER_MAX)
		return err_set(e, ERR_LIMIT, "boot loader '%s' has more than 16 MiB", loader->name);
	content = malloc(size);
	if (!content)
		return err_memory(e);
	if (source_read(loader, 0, content, size, e) < 0)
		return -1;
	*ret = memmem(content, size, word, strlen(word)) != NULL;
	return 0;
}

/* systemd-boot knows if-safe from version 253 on. */
static int choose_enrol(const struct esp_options *o, const struct source *loader, const char **ret,
			struct err *e)
{
	const char *wanted = o->enrol ? o->enrol : "if-safe";
	bool known = true;

	if (!strcmp(wanted, "if-safe") && loader_has(loader, wanted, &known, e) < 0)
		return -1;
	if (!known && o->enrol)
		return err_set(e, ERR_INPUT,
			       "boot loader '%s' is too old for --enroll if-safe: say manual or "
			       "force",
			       loader->name);
	if (!known)
		log_warning("boot loader '%s' is too old to enrol keys by itself in virtual "
			    "machines only: they are enrolled from its menu, or with --enroll "
			    "force",
			    loader->name);
	*ret = known ? wanted : "manual";
	return 0;
}

static int add_loader_conf(const struct esp_options *o, struct esp *esp, struct err *e)
{
	const struct source *loader = &esp->sources[esp->n - 1].source;
	const char *first = path_base(esp->names[0]);
	struct buf *text = &esp->loader_conf;
	const char *enrol = NULL;
	bool counted = false;
	const size_t i = esp->n;

	if (o->keys && choose_enrol(o, loader, &enrol, e) < 0)
		return -1;

	for (size_t k = 0; k < o->ukis->n; k++)
		counted = counted || counts_tries(esp->names[k]);
	if (buf_puts(text, "timeout " TIMEOUT "\n", e) < 0 ||
	    (!counted && buf_putf(text, e, "default %s\n", first) < 0) ||
	    (enrol && buf_putf(text, e, "secure-boot-enroll %s\n", enrol) < 0))
		return -1;
	memory_source_init(&esp->loader_conf_source, text->data, text->len, "loader.conf");
	esp->names[i] = strdup("loader/loader.conf");
	if (!esp->names[i])
		return err_memory(e);
	esp->files[i] = (struct fat32_file){esp->names[i], &esp->loader_conf_source.source};
	esp->n++;
	return 0;
}

static int check_options(const struct esp_options *o, struct err *e)
{
	static const char *const modes[] = {"if-safe", "force", "manual"};
	bool known = !o->enrol;

	if (o->ukis->n == 0)
		return err_set(e, ERR_INPUT, "there is no UKI to put on it");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		known = known || !strcmp(modes[i], o->enrol);
	if (!known)
		return err_set(e, ERR_USAGE, "--enroll is if-safe, force or manual, not '%s'",
			       o->enrol);
	if (o->enrol && !o->keys)
		return err_set(e, ERR_USAGE, "--enroll goes with --enroll-keys");
	return 0;
}

static int open_all(const struct esp_options *o, struct esp *esp, struct err *e)
{
	const bool menu = o->ukis->n > 1 || o->keys || o->boot_loader;
	const size_t n_files = o->files ? o->files->n : 0;

	/* Boot loader, its settings, four keys. */
	if (check_options(o, e) < 0 || make_room(esp, o->ukis->n + n_files + 6, e) < 0)
		return -1;
	for (size_t i = 0; i < o->ukis->n; i++)
		if (add_uki(o, esp, o->ukis->v[i], menu, e) < 0)
			return -1;
	if (menu && (add_boot_loader(o, esp, e) < 0 || add_loader_conf(o, esp, e) < 0))
		return -1;
	if (o->keys && add_keys(o, esp, e) < 0)
		return -1;
	for (size_t i = 0; i < n_files; i++)
		if (add_file(esp, o->files->v[i], e) < 0)
			return -1;
	return esp_sign(o, esp, e);
}

int esp_open(const struct esp_options *options, struct esp *esp, struct err *e)
{
	*esp = (struct esp)ESP_INIT;
	if (open_all(options, esp, e) < 0) {
		esp_done(esp);
		return -1;
	}
	return 0;
}

int esp_unchanged(const struct esp *esp, struct err *e)
{
	for (size_t i = 0; i < esp->n; i++)
		if (esp->sources[i].fd >= 0 && file_source_unchanged(&esp->sources[i], e) < 0)
			return -1;
	return 0;
}
