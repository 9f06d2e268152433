#include "stage/run_files.h"

#include "base/log.h"
#include "base/path.h"
#include "base/strv.h"
#include "format/fat32.h"
#include "format/pe.h"
#include "host/file.h"
#include "host/output.h"
#include "stage/enroll.h"
#include "stage/secure_boot.h"

#include <stdio.h>
#include <string.h>

/* What the firmware boots when nothing else is said (UEFI 2.10, section 3.5.1.1). */
#define BOOT_FOLDER "EFI/BOOT"
#define BOOT_FILE   BOOT_FOLDER "/BOOTX64.EFI"

/* Beside the program a boot loader may want to leave something: a random seed, a counter. */
enum { ESP_SPARE = 4 << 20, ESP_UNIT = 1 << 20, SECTOR = 512 };

static int plan_esp(const struct source *program, struct fat32_plan **ret, struct err *e)
{
	const struct fat32_file file = {BOOT_FILE, program};
	const struct fat32_options options = {
		.spare = ESP_SPARE, .unit = ESP_UNIT, .label = "MVIRT"};

	return fat32_plan_new(&file, 1, &options, ret, e);
}

/* A disk that is nothing but an EFI system partition: the program is cloned into it, or copied. */
static int make_esp(const struct run_plan *p, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_FAT32_PLAN fat = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (path_join(p->folder, RUN_ESP, &path, e) < 0 ||
	    file_source_open(&f, p->options->file, e) < 0 || plan_esp(&f.source, &fat, e) < 0 ||
	    output_begin(&o, path, false, e) < 0 || fat32_write(fat, &o.sink, e) < 0)
		return -1;
	return output_commit(&o, e);
}

static int put_section(const struct file_source *f, const struct pe *pe, const char *name,
		       struct output *o, struct err *e)
{
	const struct pe_section *section = pe_section_find(pe, name);
	struct pe_section_source content;

	if (!section)
		return 0;
	/* systemd-stub joins the parts at multiples of 4 as well. */
	if (pe_section_source_init(&content, &f->source, section, e) < 0 ||
	    sink_align(&o->sink, 4, e) < 0)
		return -1;
	return sink_range(&o->sink, &f->source, content.offset, content.source.size, e);
}

/* The sections, one behind the other, as a file. */
static int extract(const struct run_plan *p, const char *const *sections, const char *to,
		   struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_PE pe = {.sections = NULL};

	if (file_source_open(&f, p->options->file, e) < 0 || pe_read(&f.source, &pe, e) < 0 ||
	    output_begin(&o, to, false, e) < 0)
		return -1;
	for (; *sections; sections++)
		if (put_section(&f, &pe, *sections, &o, e) < 0)
			return -1;
	return output_commit(&o, e);
}

static int make_parts(const struct run_plan *p, struct err *e)
{
	static const char *const linux_sections[] = {".linux", NULL};
	static const char *const initrd_sections[] = {".ucode", ".initrd", NULL};

	if (extract(p, linux_sections, p->kernel, e) < 0)
		return -1;
	return p->initrd ? extract(p, initrd_sections, p->initrd, e) : 0;
}

/* The firmware writes to it: a copy, or one with the keys that were asked for. */
static int make_vars(const struct run_plan *p, struct err *e)
{
	AUTO_FREE char *vars = NULL;
	struct enroll_summary summary;
	struct enroll_options enroll = {.vars = p->vars, .keys = {.db = p->options->trusted}};

	if (path_join(p->folder, "vars.fd", &vars, e) < 0)
		return -1;
	enroll.output = vars;
	return run_has_keys(p->options) ? stage_enroll(&enroll, &summary, e)
					: output_copy(p->vars, vars, false, e);
}

/* Firmware that refuses a program says no more than 'Access Denied', and waits for a key. */
static void warn_of_refusal(const struct run_plan *p)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_FREE char *vars = NULL;
	struct err e = ERR_INIT;
	bool starts = true;

	if (path_join(p->folder, "vars.fd", &vars, &e) < 0 ||
	    file_source_open(&f, p->options->file, &e) < 0 ||
	    secure_boot_starts(vars, &f.source, &starts, &e) < 0)
		log_detail("whether the firmware starts '%s': %s", p->options->file, e.text);
	if (starts)
		return;
	if (run_has_keys(p->options))
		log_warning(
			"the firmware will refuse '%s': no certificate of --trust vouches for it",
			p->options->file);
	else
		log_warning("the firmware will refuse '%s': nothing in db of '%s' vouches for it; "
			    "--trust CERTIFICATE makes firmware trust who signed it",
			    p->options->file, p->vars);
}

int run_files_make(const struct run_plan *p, struct err *e)
{
	/* QEMU's and swtpm's option syntax has no way to quote these everywhere. */
	if (strpbrk(p->folder, ",:"))
		return err_set(e, ERR_INPUT,
			       "folder '%s' has ',' or ':' in it: set TMPDIR to another",
			       p->folder);
	if (p->vars && make_vars(p, e) < 0)
		return -1;
	if (p->kind != IMAGE_EFI)
		return 0;
	if (p->options->secure_boot)
		warn_of_refusal(p);
	return p->kernel ? make_parts(p, e) : make_esp(p, e);
}

static bool needs_quotes(const char *word)
{
	return !*word || strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_=+,./:@%") != strlen(word);
}

void run_print_word(const char *word)
{
	if (!needs_quotes(word)) {
		printf("%s", word);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		if (*word == '\'')
			printf("'\\''");
		else
			putchar(*word);
	putchar('\'');
}

static void print_parts(const struct run_plan *p)
{
	printf("objcopy --dump-section .linux=%s", p->kernel);
	if (p->initrd)
		printf(" --dump-section .initrd=%s", p->initrd);
	putchar(' ');
	run_print_word(p->options->file);
	printf(" /dev/null\n");
}

/* By mtools, which has no way to say how large: 36 MiB of room make it FAT32. */
static void print_esp(const struct run_plan *p)
{
	printf("mformat -C -F -T %llu -v MVIRT -i %s/" RUN_ESP " ::\n"
	       "mmd -i %s/" RUN_ESP " ::EFI ::" BOOT_FOLDER "\nmcopy -i %s/" RUN_ESP " ",
	       ((unsigned long long)p->size + ESP_SPARE) / SECTOR + 72 * 1024, p->folder, p->folder,
	       p->folder);
	run_print_word(p->options->file);
	printf(" ::" BOOT_FILE "\n");
}

static void print_tpm(const char *folder)
{
	printf("mkdir -p %s/tpm\n"
	       "swtpm_setup --tpm2 --tpmstate %s/tpm --pcr-banks sha256 --overwrite\n"
	       "swtpm socket --tpm2 --tpmstate dir=%s/tpm "
	       "--ctrl type=unixio,path=%s/tpm.sock --terminate --daemon\n",
	       folder, folder, folder, folder);
}

static void print_vars(const struct run_plan *p)
{
	const struct strv *trusted = p->options->trusted;

	if (!run_has_keys(p->options)) {
		printf("cp ");
		run_print_word(p->vars);
		printf(" %s/vars.fd\n", p->folder);
		return;
	}
	printf("mvirt-mkos enroll --vars ");
	run_print_word(p->vars);
	for (size_t i = 0; i < trusted->n; i++) {
		printf(" --db ");
		run_print_word(trusted->v[i]);
	}
	printf(" -o %s/vars.fd\n", p->folder);
}

void run_files_print(const struct run_plan *p)
{
	if (p->vars || p->kind == IMAGE_EFI || p->options->tpm)
		printf("mkdir -p %s\n", p->folder);
	if (p->vars)
		print_vars(p);
	if (p->kind == IMAGE_EFI && p->kernel) {
		print_parts(p);
	} else if (p->kind == IMAGE_EFI) {
		print_esp(p);
	}
	if (p->options->tpm)
		print_tpm(p->folder);
}
