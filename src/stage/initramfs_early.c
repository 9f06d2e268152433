#include "stage/initramfs_early.h"

#include "base/bytes.h"
#include "base/path.h"
#include "host/file.h"
#include "host/tree.h"

#include <string.h>

enum { MICROCODE_MAX = 64 << 20, TABLE_MAX = 16 << 20, FIRST_INO = 1 };

/* A file of the early archive: one after the other, whatever stands in the sources. */
struct blob {
	const char *name;
	struct buf data;
};

struct early {
	struct blob amd, intel;
	struct strv files; /* that went in */
};

static void early_done(struct early *early)
{
	buf_done(&early->amd.data);
	buf_done(&early->intel.data);
	strv_done(&early->files);
}

/* AMD's files begin with a mark, Intel's with the version of header and loader (SDM 3A, 9.11.1). */
static bool is_amd(const struct buf *text)
{
	return text->len > 4 && !memcmp(text->data, "DMA", 4);
}

static bool is_intel(const struct buf *text)
{
	return text->len > 48 && le32_get(text->data) == 1 && le32_get(text->data + 20) == 1;
}

static int add_microcode(struct early *early, const char *path, bool must, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	struct buf *to;

	if (file_read(path, MICROCODE_MAX, &text, e) < 0)
		return -1;
	to = is_amd(&text) ? &early->amd.data : is_intel(&text) ? &early->intel.data : NULL;
	if (!to)
		return must ? err_set(e, ERR_INPUT, "'%s' is no microcode of AMD or Intel", path)
			    : 0;
	if (strv_add(&early->files, path, e) < 0)
		return -1;
	return buf_put(to, text.data, text.len, e);
}

struct walk {
	struct early *early;
	const char *folder;
};

/* A folder may be that of all firmware: other files in it are passed over. */
static int visit(void *context, const char *path, const struct stat *status, struct err *e)
{
	const struct walk *w = context;
	AUTO_FREE char *full = NULL;

	if (!S_ISREG(status->st_mode) || status->st_size > MICROCODE_MAX)
		return 0;
	if (path_join(w->folder, path, &full, e) < 0)
		return -1;
	return add_microcode(w->early, full, false, e);
}

static int add_folder(struct early *early, const char *folder, struct err *e)
{
	struct walk w = {early, folder};
	const struct tree_visitor visitor = {&w, visit};

	return tree_walk(folder, &visitor, e);
}

/* Debian's packages put them there. */
static int add_distribution(struct early *early, struct err *e)
{
	static const char *const folders[] = {"/lib/firmware/amd-ucode",
					      "/lib/firmware/intel-ucode"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (file_is_folder(folders[i]) && add_folder(early, folders[i], e) < 0)
			return -1;
	if (early->files.n == 0)
		return err_set(e, ERR_MISSING,
			       "there is no microcode here: install amd64-microcode or "
			       "intel-microcode, or name a file");
	return 0;
}

static int gather(const struct initramfs_options *o, struct early *early, struct err *e)
{
	for (size_t i = 0; o->microcode && i < o->microcode->n; i++) {
		const char *path = o->microcode->v[i];
		size_t before = early->files.n;
		int r;

		if (!strcmp(path, "auto"))
			r = add_distribution(early, e);
		else if (file_is_folder(path))
			r = add_folder(early, path, e);
		else
			r = add_microcode(early, path, true, e);
		if (r < 0)
			return -1;
		if (early->files.n == before)
			return err_set(e, ERR_INPUT, "no microcode of AMD or Intel is in '%s'",
				       path);
	}
	return 0;
}

struct writing {
	const struct initramfs_options *options;
	struct sink *out;
	uint32_t ino;
};

static int put_folders(struct writing *w, const char *const *names, struct err *e)
{
	for (; *names; names++) {
		const struct cpio_entry entry = {.name = *names,
						 .ino = w->ino++,
						 .mode = CPIO_FOLDER | 0755,
						 .nlink = 2,
						 .mtime = w->options->time};

		if (cpio_write(w->out, &entry, NULL, e) < 0)
			return -1;
	}
	return 0;
}

static int put_file(struct writing *w, const char *name, const struct source *data, struct err *e)
{
	const struct cpio_entry entry = {.name = name,
					 .ino = w->ino++,
					 .mode = CPIO_FILE | 0644,
					 .nlink = 1,
					 .mtime = w->options->time};

	return cpio_write(w->out, &entry, data, e);
}

static int put_blob(struct writing *w, const struct blob *blob, struct err *e)
{
	struct memory_source data;

	if (!blob->data.len)
		return 0;
	memory_source_init(&data, blob->data.data, blob->data.len, blob->name);
	return put_file(w, blob->name, &data.source, e);
}

static int put_table(struct writing *w, const char *path, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_FREE char *name = NULL;
	char head[8];

	if (file_source_open(&f, path, e) < 0)
		return -1;
	/* Signature, then the length of all of it (ACPI 6.5, 5.2.6). */
	if (f.source.size < 36 || f.source.size > TABLE_MAX)
		return err_set(e, ERR_INPUT, "'%s' is no ACPI table", path);
	if (source_read(&f.source, 0, head, sizeof(head), e) < 0)
		return -1;
	if (le32_get(head + 4) != f.source.size)
		return err_set(e, ERR_INPUT,
			       "'%s' is no ACPI table: it says that it has %u bytes, and has %llu",
			       path, le32_get(head + 4), (unsigned long long)f.source.size);
	if (path_join("kernel/firmware/acpi", path_base(path), &name, e) < 0)
		return -1;
	return put_file(w, name, &f.source, e);
}

static int put_tables(struct writing *w, struct err *e)
{
	static const char *const folders[] = {"kernel/firmware", "kernel/firmware/acpi", NULL};

	if (!w->options->acpi || w->options->acpi->n == 0)
		return 0;
	if (put_folders(w, folders, e) < 0)
		return -1;
	for (size_t i = 0; i < w->options->acpi->n; i++)
		if (put_table(w, w->options->acpi->v[i], e) < 0)
			return -1;
	return 0;
}

static bool is_asked(const struct initramfs_options *o)
{
	return (o->microcode && o->microcode->n) || (o->acpi && o->acpi->n);
}

int initramfs_write_early(const struct initramfs_options *options, struct sink *out, struct err *e)
{
	static const char *const top[] = {"kernel", NULL};
	static const char *const folders[] = {"kernel/x86", "kernel/x86/microcode", NULL};
	AUTO(early_done)
	struct early early = {
		.amd = {.name = "kernel/x86/microcode/AuthenticAMD.bin"},
		.intel = {.name = "kernel/x86/microcode/GenuineIntel.bin"},
	};
	struct writing w = {.options = options, .out = out, .ino = FIRST_INO};

	if (!is_asked(options))
		return 0;
	if (gather(options, &early, e) < 0 || put_folders(&w, top, e) < 0 ||
	    (early.files.n && put_folders(&w, folders, e) < 0) || put_blob(&w, &early.amd, e) < 0 ||
	    put_blob(&w, &early.intel, e) < 0 || put_tables(&w, e) < 0)
		return -1;
	return cpio_write_trailer(out, e);
}

int initramfs_describe_early(const struct initramfs_options *options, initramfs_hash hash,
			     void *context, struct buf *text, struct err *e)
{
	AUTO(early_done) struct early early = {.files = STRV_INIT};
	char hex[65];

	if (!is_asked(options))
		return 0;
	if (gather(options, &early, e) < 0)
		return -1;
	for (size_t i = 0; options->acpi && i < options->acpi->n; i++)
		if (strv_add(&early.files, options->acpi->v[i], e) < 0)
			return -1;
	for (size_t i = 0; i < early.files.n; i++)
		if (hash(context, early.files.v[i], hex, e) < 0 ||
		    buf_putf(text, e, "early\t%s\t%s\n", path_base(early.files.v[i]), hex) < 0)
			return -1;
	return 0;
}

/* Compares what comes with what the output has. */
struct comparing {
	struct sink sink; /* first */
	const struct source *output;
};

static int compare_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	const struct comparing *c = (const struct comparing *)s;
	AUTO_BUF there = BUF_INIT;

	if (buf_reserve(&there, len, e) < 0 ||
	    source_read(c->output, s->pos, there.data, len, e) < 0)
		return -1;
	if (memcmp(there.data, data, len) != 0)
		return err_set(
			e, ERR_SYSTEM,
			"what was written reads back differently: the early archive: memory or "
			"disk is not to be trusted");
	return 0;
}

static const struct sink_ops compare_ops = {.put = compare_put};

int initramfs_verify_early(const struct initramfs_options *options, const struct source *output,
			   uint64_t size, struct err *e)
{
	struct comparing c = {.sink = {.ops = &compare_ops}, .output = output};

	if (initramfs_write_early(options, &c.sink, e) < 0)
		return -1;
	return c.sink.pos == size ? 0
				  : err_set(e, ERR_SYSTEM, "the early archive changed its size");
}
