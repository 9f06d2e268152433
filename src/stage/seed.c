#include "stage/seed.h"

#include "base/log.h"
#include "format/cloud_init.h"
#include "format/iso9660_files.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/hash.h"
#include "host/output.h"

#include <stdio.h>
#include <string.h>

/* The label that cloud-init looks for, and the names it reads. */
#define LABEL "cidata"

enum { USER_DATA, META_DATA, NETWORK_CONFIG, FILES, YAML_MAX = 1 << 20, PIECE = 16 };

struct seed {
	struct file_source opened[FILES];
	struct memory_source made; /* the meta-data of our own */
	char meta_data[80];
	struct iso9660_file files[FILES];
	size_t n;
};

static void seed_done(struct seed *s)
{
	for (size_t i = 0; i < FILES; i++)
		file_source_close(&s->opened[i]);
}

static int check_user_data(const struct source *s, struct err *e)
{
	char head[CLOUD_INIT_HEAD];
	size_t len = s->size < sizeof(head) ? (size_t)s->size : sizeof(head);

	if (source_read(s, 0, head, len, e) < 0)
		return -1;
	return cloud_init_check_user_data(s->name, head, len, e);
}

/* cloud-init goes on without the key, with an identity or a network that nobody asked for. */
static int check_yaml(const struct source *s, const char *key, const char *without, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (s->size > YAML_MAX)
		return err_set(e, ERR_LIMIT, "'%s' has %llu bytes, which is no YAML for cloud-init",
			       s->name, (unsigned long long)s->size);
	if (s->size == 0)
		return err_set(e, ERR_INPUT, "'%s' is empty", s->name);
	if (buf_reserve(&text, (size_t)s->size, e) < 0 ||
	    source_read(s, 0, text.data, (size_t)s->size, e) < 0)
		return -1;
	if (!cloud_init_has_key(text.data, (size_t)s->size, key))
		log_warning("'%s' has no '%s': %s", s->name, key, without);
	return 0;
}

static int check_apart(const struct seed *s, const char *output, struct err *e)
{
	for (size_t i = 0; i < FILES; i++)
		if (s->opened[i].fd >= 0 && file_source_apart(&s->opened[i], output, e) < 0)
			return -1;
	return 0;
}

static int open_file(struct seed *s, int which, const char *name, const char *path, struct err *e)
{
	if (file_source_open(&s->opened[which], path, e) < 0)
		return -1;
	s->files[s->n++] = (struct iso9660_file){name, &s->opened[which].source};
	return 0;
}

/*
 * cloud-init runs again where it sees another instance-id: so it is that of the
 * content, and a seed that says something else is a new instance.
 */
static int make_meta_data(struct seed *s, struct seed_summary *summary, struct err *e)
{
	AUTO_HASH hash = HASH_INIT;
	AUTO_BUF all = BUF_INIT;
	char hex[HASH_HEX];

	for (size_t i = 0; i < s->n; i++) {
		const struct source *content = s->files[i].content;

		if (hash_source(content, 0, content->size, hex, e) < 0 ||
		    buf_putf(&all, e, "%s %s\n", s->files[i].name, hex) < 0)
			return -1;
	}
	if (hash_begin(&hash, e) < 0 || hash_put(&hash, all.data, all.len, e) < 0 ||
	    hash_hex(&hash, hex, e) < 0)
		return -1;
	snprintf(summary->instance_id, sizeof(summary->instance_id), "iid-%.*s", PIECE, hex);
	snprintf(s->meta_data, sizeof(s->meta_data), "instance-id: %s\n", summary->instance_id);
	memory_source_init(&s->made, s->meta_data, strlen(s->meta_data), "meta-data");
	s->files[s->n++] = (struct iso9660_file){"meta-data", &s->made.source};
	return 0;
}

static int open_all(const struct seed_options *o, struct seed *s, struct seed_summary *summary,
		    struct err *e)
{
	if (open_file(s, USER_DATA, "user-data", o->user_data, e) < 0 ||
	    check_user_data(&s->opened[USER_DATA].source, e) < 0)
		return -1;
	if (o->network_config) {
		if (open_file(s, NETWORK_CONFIG, "network-config", o->network_config, e) < 0 ||
		    check_yaml(&s->opened[NETWORK_CONFIG].source, "version",
			       "cloud-init does not know which format it has, 1 or 2", e) < 0)
			return -1;
	}
	if (!o->meta_data)
		return make_meta_data(s, summary, e);
	if (open_file(s, META_DATA, "meta-data", o->meta_data, e) < 0)
		return -1;
	return check_yaml(
		&s->opened[META_DATA].source, "instance-id",
		"every machine with such a seed is the instance 'nocloud', and is set up once", e);
}

static int check_unchanged(const struct seed *s, struct err *e)
{
	for (size_t i = 0; i < FILES; i++)
		if (s->opened[i].fd >= 0 && file_source_unchanged(&s->opened[i], e) < 0)
			return -1;
	return 0;
}

int stage_seed(const struct seed_options *options, struct seed_summary *ret, struct err *e)
{
	AUTO(seed_done)
	struct seed s = {.opened = {FILE_SOURCE_INIT, FILE_SOURCE_INIT, FILE_SOURCE_INIT}};
	struct iso9660_files v = {.label = LABEL, .files = s.files};
	struct seed_summary summary = {.size = 0};
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (clock_source_date(&v.time, e) < 0 || open_all(options, &s, &summary, e) < 0 ||
	    check_apart(&s, options->output, e) < 0)
		return -1;
	v.n = s.n;
	if (output_begin(&o, options->output, options->sync, e) < 0 ||
	    iso9660_write_files(&v, &o.sink, e) < 0 || check_unchanged(&s, e) < 0)
		return -1;
	summary.size = o.sink.pos;
	if (output_commit(&o, e) < 0)
		return -1;
	*ret = summary;
	return 0;
}
