#include "stage/media_bios.h"

#include "base/log.h"
#include "base/path.h"
#include "format/pe.h"
#include "host/output.h"
#include "host/process.h"
#include "host/temp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MBR	 "/usr/lib/ISOLINUX/isohdpfx.bin"
#define ISOLINUX "/usr/lib/ISOLINUX/isolinux.bin"
#define MODULE	 "/usr/lib/syslinux/modules/bios/ldlinux.c32"

enum { CMDLINE_MAX = 2047 };

struct bios {
	const struct media_layout *layout;
	const char *folder; /* a private one */
	struct buf config;  /* isolinux.cfg */
	struct strv argv;
	char trouble[512]; /* what xorriso complained of */
};

static void bios_done(struct bios *b)
{
	buf_done(&b->config);
	strv_done(&b->argv);
}

static int check_tools(struct err *e)
{
	static const struct {
		const char *file, *package;
	} needed[] = {{MBR, "isolinux"}, {ISOLINUX, "isolinux"}, {MODULE, "syslinux-common"}};
	AUTO_FREE char *xorriso = NULL;

	if (program_find("xorriso", &xorriso, e) < 0)
		return -1;
	if (!xorriso)
		return err_set(e, ERR_MISSING,
			       "--bios needs the program xorriso: install the package xorriso");
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!file_exists(needed[i].file))
			return err_set(e, ERR_MISSING, "--bios needs '%s': install the package %s",
				       needed[i].file, needed[i].package);
	return 0;
}

/* To xorriso 0 means that no time is given: it takes the clock's then. */
static uint32_t volume_time(const struct bios *b)
{
	return b->layout->options->time ? b->layout->options->time : 1;
}

/* The file of the private folder; freed by the caller. */
static int in_folder(const struct bios *b, const char *name, char **ret, struct err *e)
{
	return path_join(b->folder, name, ret, e);
}

/* A section of a UKI as a file for isolinux. */
static int extract(const struct bios *b, const struct source *content, const char *kind,
		   size_t number, struct err *e)
{
	AUTO_OUTPUT out = OUTPUT_INIT;
	AUTO_FREE char *path = NULL;
	char name[64];

	snprintf(name, sizeof(name), "root/isolinux/%s%zu", kind, number);
	if (in_folder(b, name, &path, e) < 0 || output_begin(&out, path, false, e) < 0 ||
	    sink_range(&out.sink, content, 0, content->size, e) < 0)
		return -1;
	return output_commit(&out, e);
}

/* isolinux has one line for the command line. */
static int add_append(struct bios *b, const struct source *cmdline, struct err *e)
{
	char text[CMDLINE_MAX + 1];
	const size_t len = (size_t)cmdline->size;

	if (cmdline->size > CMDLINE_MAX)
		return err_set(e, ERR_LIMIT,
			       "'%s': the command line has %llu bytes, a BIOS hands on %d",
			       cmdline->name, (unsigned long long)cmdline->size, CMDLINE_MAX);
	if (source_read(cmdline, 0, text, len, e) < 0)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r' || text[i] == '\0')
			text[i] = ' ';
	text[len] = '\0';
	return buf_putf(&b->config, e, "  APPEND %s\n", text);
}

static int add_uki(struct bios *b, const struct source *uki, size_t number, struct err *e)
{
	struct pe_section_source linux_part, part;
	const struct pe_section *found;
	AUTO_PE pe = {.e_lfanew = 0};
	const char *comma = "";

	if (pe_read(uki, &pe, e) < 0)
		return -1;
	found = pe_section_find(&pe, ".linux");
	if (!found)
		return err_set(e, ERR_INPUT, "'%s' has no kernel that a BIOS could start",
			       uki->name);
	if (pe_section_source_init(&linux_part, uki, found, e) < 0 ||
	    extract(b, &linux_part.source, "linux", number, e) < 0 ||
	    buf_putf(&b->config, e, "LABEL %zu\n  LINUX linux%zu\n", number + 1, number) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		static const char *const sections[] = {".ucode", ".initrd"};

		found = pe_section_find(&pe, sections[i]);
		if (!found)
			continue;
		if (pe_section_source_init(&part, uki, found, e) < 0 ||
		    extract(b, &part.source, sections[i] + 1, number, e) < 0 ||
		    buf_putf(&b->config, e, "%s%s%zu", *comma ? comma : "  INITRD ",
			     sections[i] + 1, number) < 0)
			return -1;
		comma = ",";
	}
	if (*comma && buf_puts(&b->config, "\n", e) < 0)
		return -1;
	found = pe_section_find(&pe, ".cmdline");
	if (!found)
		return 0;
	if (pe_section_source_init(&part, uki, found, e) < 0)
		return -1;
	return add_append(b, &part.source, e);
}

static int copy_file(const struct bios *b, const char *from, const char *name, struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (in_folder(b, name, &path, e) < 0)
		return -1;
	return output_copy(from, path, false, e);
}

static int lay_out_tree(struct bios *b, struct err *e)
{
	const struct media_layout *l = b->layout;
	const size_t n = l->options->esp.ukis->n;
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *config = NULL;

	if (in_folder(b, "root/isolinux", &folder, e) < 0 || folder_make(folder, e) < 0 ||
	    in_folder(b, "root/isolinux/isolinux.cfg", &config, e) < 0 ||
	    copy_file(b, ISOLINUX, "root/isolinux/isolinux.bin", e) < 0 ||
	    copy_file(b, MODULE, "root/isolinux/ldlinux.c32", e) < 0)
		return -1;
	/* Several to choose from: by number, within three seconds. */
	if (buf_putf(&b->config, e, "DEFAULT 1\nPROMPT %d\nTIMEOUT 30\n", n > 1) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (add_uki(b, l->esp.files[i].content, i, e) < 0)
			return -1;
	return output_write(config, b->config.data, b->config.len, false, e);
}

static int write_esp(const struct bios *b, struct err *e)
{
	AUTO_OUTPUT out = OUTPUT_INIT;
	AUTO_FREE char *path = NULL;

	if (in_folder(b, "esp.img", &path, e) < 0 || output_begin(&out, path, false, e) < 0 ||
	    fat32_write(b->layout->fat, &out.sink, e) < 0)
		return -1;
	return output_commit(&out, e);
}

static int add_arguments(struct bios *b, struct err *e)
{
	const struct media_layout *l = b->layout;
	const time_t seconds = (time_t)volume_time(b);
	AUTO_FREE char *esp = NULL;
	AUTO_FREE char *root = NULL;
	struct tm tm = {.tm_year = 70, .tm_mday = 1};
	char id[GUID_TEXT], date[64];

	gmtime_r(&seconds, &tm);
	snprintf(date, sizeof(date), "%04d%02d%02d%02d%02d%02d00", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	guid_text(&l->id, id);
	if (in_folder(b, "esp.img", &esp, e) < 0 || in_folder(b, "root", &root, e) < 0 ||
	    strv_add_all(&b->argv, e, "xorriso", "-no_rc", "-as", "mkisofs", "-iso-level", "3",
			 "-r", "-J", "-joliet-long", "-V", l->label, NULL) < 0 ||
	    strv_addf(&b->argv, e, "--modification-date=%s", date) < 0)
		return -1;
	if (strv_add_all(&b->argv, e, "--set_all_file_dates", date, "--gpt_disk_guid", id,
			 "-isohybrid-mbr", MBR, "-partition_offset", "16", "-c",
			 "isolinux/boot.cat", "-b", "isolinux/isolinux.bin", "-no-emul-boot",
			 "-boot-load-size", "4", "-boot-info-table", NULL) < 0)
		return -1;
	/* The ESP is a partition, and what UEFI firmware starts of a CD. */
	return strv_add_all(&b->argv, e, "-append_partition", "2", "0xef", esp,
			    "-appended_part_as_gpt", "-eltorito-alt-boot", "-e",
			    "--interval:appended_partition_2:all::", "-no-emul-boot",
			    "-isohybrid-gpt-basdat", "-o", "/dev/fd/3", root, NULL);
}

static int note_line(void *context, const char *line, size_t len, struct err *e)
{
	struct bios *b = context;

	(void)e;
	(void)len;
	log_detail("%s", line);
	if (!b->trouble[0] && (strstr(line, ": FAILURE :") || strstr(line, ": FATAL :")))
		snprintf(b->trouble, sizeof(b->trouble), "%s", line);
	return 0;
}

static int run_xorriso(struct bios *b, int output, struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	AUTO_STRV environment = STRV_INIT;
	int status;

	if (add_arguments(b, e) < 0 || strv_add(&environment, "TZ=UTC", e) < 0 ||
	    strv_addf(&environment, e, "SOURCE_DATE_EPOCH=%u", volume_time(b)) < 0)
		return -1;
	p.argv = &b->argv;
	p.environment = &environment;
	p.extra = output;
	if (process_pump(&p, note_line, b, &status, e) < 0)
		return -1;
	if (status)
		return err_set(e, ERR_CHILD, "xorriso ended with status %d: %s", status,
			       b->trouble[0] ? b->trouble : "run again with -v to see why");
	return 0;
}

int media_bios_write(const struct media_layout *l, struct err *e)
{
	AUTO_TEMP_FOLDER folder = TEMP_FOLDER_INIT;
	AUTO_OUTPUT out = OUTPUT_INIT;
	AUTO(bios_done) struct bios b = {.layout = l};

	if (check_tools(e) < 0 || temp_folder_make(&folder, e) < 0)
		return -1;
	b.folder = folder.path;
	if (lay_out_tree(&b, e) < 0 || write_esp(&b, e) < 0 ||
	    output_begin(&out, l->options->output, l->options->sync, e) < 0 ||
	    run_xorriso(&b, out.fd, e) < 0 || media_layout_check_inputs(l, e) < 0)
		return -1;
	return output_commit(&out, e);
}
