#include "stage/fetch.h"

#include "base/buf.h"
#include "base/path.h"
#include "format/pins.h"
#include "host/download.h"
#include "host/file.h"
#include "host/output.h"
#include "host/workspace.h"

#include <string.h>
#include <unistd.h>

enum { PINS_MAX = 1 << 20 };

/* A file of unknown size: a kernel has 150 MB, firmware and programs some 10. */
static const uint64_t max_bytes = 1ULL << 30;

static int check_users_file(const struct fetch_item *i, struct hashes *hashes, struct err *e)
{
	char hex[HASH_HEX];

	if (hashes_file(hashes, i->path, hex, e) < 0)
		return err_ctx(e, "%s", i->name);
	if (strcmp(hex, i->sha256) != 0)
		return err_set(e, ERR_INPUT, "%s: '%s' has the SHA-256 %s, not %s", i->name,
			       i->path, hex, i->sha256);
	return 0;
}

/* Is it in cache/ with the right hash? What is there with another one is told to be. */
static int look(const struct fetch_item *i, const struct fetch_options *o, struct hashes *hashes,
		bool *ret_there, struct err *e)
{
	char hex[HASH_HEX] = "";

	if (!i->url) {
		*ret_there = true;
		return check_users_file(i, hashes, e);
	}
	if (file_exists(i->path) && hashes_file(hashes, i->path, hex, e) < 0)
		return -1;
	*ret_there = !strcmp(hex, i->sha256);
	if (*ret_there || !o->offline)
		return 0;
	if (*hex)
		return err_set(
			e, ERR_MISSING,
			"'%s' has the SHA-256 %s, not %s, and --offline forbids to fetch it: "
			"get it elsewhere, or give %s",
			i->path, hex, i->sha256, i->option);
	return err_set(e, ERR_MISSING,
		       "'%s' is not there, and --offline forbids to fetch it from '%s': get "
		       "it elsewhere, or give %s",
		       i->path, i->url, i->option);
}

static int download(struct fetch_plan *plan, const struct download *files, size_t n,
		    const struct fetch_options *o, bool sync, struct err *e)
{
	const struct download_options options = {.timeout_s = o->timeout_s, .sync = sync};
	AUTO_CLOSE int lock = -1;
	uint64_t bytes;

	if (workspace_folder(PROJECT_CACHE, e) < 0 || workspace_lock(PROJECT_CACHE, &lock, e) < 0)
		return -1;
	if (download_all(files, n, &options, &bytes, e) < 0)
		return -1;
	for (size_t i = 0; i < plan->n; i++)
		for (size_t k = 0; k < n; k++)
			if (files[k].path == plan->v[i].path)
				plan->v[i].came = true;
	return 0;
}

int fetch_run(struct fetch_plan *plan, const struct fetch_options *o, struct hashes *hashes,
	      bool sync, struct err *e)
{
	AUTO_FREE struct download *files = NULL;
	size_t n = 0;

	if (plan->n == 0)
		return 0;
	files = calloc(plan->n, sizeof(*files));
	if (!files)
		return err_memory(e);
	for (size_t i = 0; i < plan->n; i++) {
		const struct fetch_item *item = &plan->v[i];
		bool there;

		if (look(item, o, hashes, &there, e) < 0)
			return -1;
		if (!there)
			files[n++] = (struct download){
				.url = item->url,
				.path = item->path,
				.sha256 = item->sha256,
				.size = item->size,
				.max_bytes = max_bytes,
				.instead = item->instead,
			};
	}
	return n ? download(plan, files, n, o, sync, e) : 0;
}

static int add_pin(const struct fetch_item *item, struct buf *to, struct err *e)
{
	struct stat st;

	if (stat(item->path, &st) < 0)
		return err_os(e, "stat '%s'", item->path);
	return buf_putf(to, e, "%s  %s  %s  %llu\n", item->sha256, item->name, item->origin,
			(unsigned long long)st.st_size);
}

int fetch_pin(const struct fetch_plan *plan, bool sync, size_t *ret_lines, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	size_t lines = 0;
	bool found;

	if (file_read_if_there(FETCH_PINS, PINS_MAX, &text, &found, e) < 0)
		return -1;
	if (text.len && text.data[text.len - 1] != '\n' && buf_puts(&text, "\n", e) < 0)
		return -1;
	for (size_t i = 0; i < plan->n; i++) {
		const struct fetch_item *item = &plan->v[i];

		if (!item->url || item->pinned)
			continue;
		if (add_pin(item, &text, e) < 0)
			return -1;
		lines++;
	}
	*ret_lines = lines;
	return lines ? output_write(FETCH_PINS, text.data, text.len, sync, e) : 0;
}

int fetch_mirrored(const struct fetch_options *o, const char *url, char **ret, struct err *e)
{
	const char *mirror = o->mirror ? o->mirror : getenv("MVIRT_MKOS_MIRROR");
	AUTO_BUF text = BUF_INIT;

	if (!mirror || !*mirror) {
		*ret = strdup(url);
		return *ret ? 0 : err_memory(e);
	}
	if (!pin_url_is_https(mirror))
		return err_set(e, ERR_USAGE, "the mirror '%s' is no https URL", mirror);
	if (buf_putf(&text, e, "%s%s%s", mirror, text_ends_with(mirror, "/") ? "" : "/",
		     url + strlen("https://")) < 0)
		return -1;
	return buf_take(&text, ret, e);
}
