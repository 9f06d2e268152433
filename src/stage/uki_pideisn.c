#include "stage/uki_pideisn.h"

#include "base/doubt.h"
#include "format/pideisn_conf.h"
#include "stage/initrd_read.h"

#include <string.h>

enum {
	CMDLINE_MAX = 64 * 1024, /* far above what a kernel takes */
	PROGRAM_MAX = 1024 * 1024,
};

/* What services are told; every pideisn has the text. */
static const char mark[] = "NOTIFY_SOCKET=/run/pideisn/";

/* The last /init of all archives, which is the one that is started. */
struct init_search {
	struct buf program;
	bool inside;
};

static int on_entry(void *context, const struct cpio_found *found, uint64_t data_at, struct err *e)
{
	struct init_search *search = context;
	const char *name = found->entry.name;

	(void)data_at;
	(void)e;
	while (*name == '/' || !strncmp(name, "./", 2))
		name += *name == '/' ? 1 : 2;
	search->inside = !strcmp(name, "init");
	if (search->inside)
		buf_clear(&search->program);
	return 0;
}

static int on_data(void *context, const void *data, size_t len, struct err *e)
{
	struct init_search *search = context;

	if (!search->inside || search->program.len + len > PROGRAM_MAX)
		return 0;
	return buf_put(&search->program, data, len, e);
}

static void search_done(struct init_search *search)
{
	buf_done(&search->program);
}

/* An archive that cannot be unpacked here holds what nobody knows: its words are not judged. */
static bool holds_pideisn(const struct uki_parts *parts)
{
	static const struct initrd_limits usual = {.unpacked = 0};
	AUTO(search_done) struct init_search search = {.program = BUF_INIT};
	const struct initrd_visitor visitor = {
		.context = &search, .entry = on_entry, .data = on_data};
	struct err unreadable = ERR_INIT;

	for (size_t i = 0; i < parts->n; i++) {
		const struct uki_part *part = &parts->v[i];

		for (size_t k = 0; !strcmp(part->name, ".initrd") && k < part->n_pieces; k++)
			if (initrd_read(part->pieces[k], &visitor, &usual, &unreadable) < 0)
				return false;
	}
	return search.program.len &&
	       memmem(search.program.data, search.program.len, mark, strlen(mark));
}

/* The command line of a part, or "" if it has none with words for PID 1. */
static int read_words(const struct uki_part *part, struct buf *to, struct err *e)
{
	uint64_t size = part->n_pieces ? part->pieces[0]->size : 0;

	buf_clear(to);
	if (strcmp(part->name, ".cmdline") != 0 || !size || size > CMDLINE_MAX)
		return 0;
	if (buf_reserve(to, (size_t)size, e) < 0 ||
	    source_read(part->pieces[0], 0, to->data, (size_t)size, e) < 0)
		return -1;
	to->len = (size_t)size;
	to->data[size] = '\0';
	if (!pideisn_conf_has_words(to->data))
		buf_clear(to);
	return 0;
}

static int add_verdicts(struct pideisn_conf *conf, const struct uki_parts *parts, const char *file,
			struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	for (size_t i = 0; i < parts->n; i++) {
		if (read_words(&parts->v[i], &text, e) < 0)
			return -1;
		if (!text.len)
			continue;
		if (pideisn_conf_words(conf, file ? file : "command line", file != NULL,
				       buf_str(&text), e) < 0)
			return -1;
	}
	return 0;
}

int uki_check_pideisn(const struct uki_options *options, const struct uki_gathered *g,
		      struct err *e)
{
	const char *value = options->cmdline;
	const char *file = value && value[0] == '@' ? value + 1 : NULL;
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;

	if (pideisn_conf_new(&conf, e) < 0 || add_verdicts(conf, &g->base, file, e) < 0 ||
	    add_verdicts(conf, &g->profiles, NULL, e) < 0)
		return -1;
	verdicts = pideisn_conf_verdicts(conf);
	if (!verdicts->n || !holds_pideisn(&g->base))
		return 0;
	for (size_t i = 0; i < verdicts->n; i++)
		if (doubt(options->strict, e, "%s", verdicts->v[i]) < 0)
			return -1;
	return 0;
}

int pideisn_check_words(const char *path, const char *cmdline, struct err *e)
{
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;

	if (pideisn_conf_new(&conf, e) < 0 || pideisn_conf_words(conf, path, true, cmdline, e) < 0)
		return -1;
	verdicts = pideisn_conf_verdicts(conf);
	return verdicts->n ? err_set(e, ERR_INPUT, "%s", verdicts->v[0]) : 0;
}
