/*
 * genisoimage, as far as mvirt-vmm calls it in the image: it packs files into an ISO for cloud-init.
 *
 *	genisoimage -output FILE -volid LABEL -joliet -rock FILES...
 *
 * The options are genisoimage's, in their long and short spellings; another one is refused, not
 * ignored. The ISO has Joliet and Rock Ridge names in any case.
 */

#include "base/err.h"
#include "base/path.h"
#include "format/iso9660_files.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/output.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LABEL "CDROM" /* genisoimage's */

struct request {
	const char *output, *label;
	char **paths;
	size_t n;
};

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(word, *words))
			return true;
	return false;
}

/* genisoimage takes its options anywhere, with one dash or two. */
static int parse(int argc, char **argv, struct request *r, struct err *e)
{
	static const char *const output[] = {"-output", "--output", "-o", NULL};
	static const char *const label[] = {"-volid", "--volid", "-V", NULL};
	static const char *const always[] = {"-joliet", "--joliet", "-J",     "-rock",	 "--rock",
					     "-R",	"-r",	    "-quiet", "--quiet", NULL};

	r->paths = argv;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		const char **value = is_one_of(word, output)  ? &r->output
				     : is_one_of(word, label) ? &r->label
							      : NULL;

		if (value && i + 1 == argc)
			return err_set(e, ERR_USAGE, "option '%s' needs a value", word);
		if (value)
			*value = argv[++i];
		else if (word[0] != '-')
			r->paths[r->n++] = argv[i];
		else if (!is_one_of(word, always))
			return err_set(e, ERR_USAGE,
				       "option '%s' is unknown here: there are -output FILE, "
				       "-volid LABEL, -joliet, -rock and -quiet",
				       word);
	}
	if (!r->output || r->n == 0)
		return err_set(
			e, ERR_USAGE,
			"usage: genisoimage -output FILE -volid LABEL -joliet -rock FILES...");
	return 0;
}

struct opened {
	struct file_source *sources;
	struct iso9660_file *files;
	size_t n;
};

static void opened_done(struct opened *o)
{
	for (size_t i = 0; i < o->n; i++)
		file_source_close(&o->sources[i]);
	free(o->sources);
	free(o->files);
}

static int open_all(const struct request *r, struct opened *o, struct err *e)
{
	o->sources = calloc(r->n, sizeof(*o->sources));
	o->files = calloc(r->n, sizeof(*o->files));
	if (!o->sources || !o->files)
		return err_memory(e);
	for (; o->n < r->n; o->n++) {
		struct file_source *source = &o->sources[o->n];

		*source = (struct file_source)FILE_SOURCE_INIT;
		if (file_source_open(source, r->paths[o->n], e) < 0)
			return -1;
		o->files[o->n] = (struct iso9660_file){path_base(source->path), &source->source};
	}
	return 0;
}

static int write_iso(const struct request *r, struct err *e)
{
	AUTO(opened_done) struct opened opened = {.n = 0};
	AUTO_OUTPUT out = OUTPUT_INIT;
	struct iso9660_files v = {.label = r->label};

	if (clock_source_date(&v.time, e) < 0 || open_all(r, &opened, e) < 0)
		return -1;
	v.files = opened.files;
	v.n = opened.n;
	if (output_begin(&out, r->output, true, e) < 0 || iso9660_write_files(&v, &out.sink, e) < 0)
		return -1;
	for (size_t i = 0; i < opened.n; i++)
		if (file_source_unchanged(&opened.sources[i], e) < 0)
			return -1;
	return output_commit(&out, e);
}

int main(int argc, char **argv)
{
	struct request r = {.label = DEFAULT_LABEL};
	struct err e = ERR_INIT;

	signal(SIGPIPE, SIG_IGN);
	if (parse(argc, argv, &r, &e) == 0 && write_iso(&r, &e) == 0)
		return 0;
	fprintf(stderr, "genisoimage: %s\n", e.text);
	return e.kind == ERR_USAGE ? 2 : 1;
}
