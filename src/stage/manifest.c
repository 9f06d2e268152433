#include "stage/manifest.h"

#include "base/parse.h"
#include "format/json.h"
#include "host/file.h"
#include "host/output.h"

#include <string.h>

enum { MANIFEST_MAX = 64 << 20 };

/* Goes up when the meaning of an input changes: older manifests then count as empty. */
#define FORMAT "1"

void inputs_done(struct inputs *i)
{
	for (size_t k = 0; k < i->n; k++) {
		free(i->v[k].name);
		free(i->v[k].value);
	}
	free(i->v);
	*i = (struct inputs)INPUTS_INIT;
}

int inputs_add(struct inputs *i, const char *name, const char *value, struct err *e)
{
	struct input *v = reallocarray(i->v, i->n + 1, sizeof(*v));

	if (!v)
		return err_memory(e);
	i->v = v;
	v[i->n] = (struct input){strdup(name), strdup(value)};
	i->n++;
	return v[i->n - 1].name && v[i->n - 1].value ? 0 : err_memory(e);
}

bool inputs_equal(const struct inputs *a, const struct inputs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, b->v[i].name) || strcmp(a->v[i].value, b->v[i].value))
			return false;
	return true;
}

int inputs_hash(const struct inputs *i, char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	/* NULs keep ("a", "bc") and ("ab", "c") apart. */
	for (size_t k = 0; k < i->n; k++)
		if (buf_put(&text, i->v[k].name, strlen(i->v[k].name) + 1, e) < 0 ||
		    buf_put(&text, i->v[k].value, strlen(i->v[k].value) + 1, e) < 0)
			return -1;
	return hash_bytes(buf_str(&text), text.len, ret_hex, e);
}

void artefact_done(struct artefact *a)
{
	free(a->name);
	free(a->path);
	free(a->version);
	inputs_done(&a->inputs);
	*a = (struct artefact){.name = NULL};
}

void manifest_done(struct manifest *m)
{
	for (size_t i = 0; i < m->n; i++)
		artefact_done(&m->artefacts[i]);
	free(m->artefacts);
	free(m->recipe);
	*m = (struct manifest)MANIFEST_INIT;
}

const struct artefact *manifest_find(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->artefacts[i].name, name))
			return &m->artefacts[i];
	return NULL;
}

int manifest_put(struct manifest *m, struct artefact *a, struct err *e)
{
	struct artefact *to = (struct artefact *)manifest_find(m, a->name);

	if (!to) {
		struct artefact *all = reallocarray(m->artefacts, m->n + 1, sizeof(*all));

		if (!all) {
			artefact_done(a);
			return err_memory(e);
		}
		m->artefacts = all;
		to = &all[m->n++];
	} else {
		artefact_done(to);
	}
	*to = *a;
	*a = (struct artefact){.name = NULL};
	m->changed = true;
	return 0;
}

static void write_artefact(struct json_writer *w, const struct artefact *a)
{
	json_open_object(w, NULL);
	json_text(w, "name", a->name);
	json_text(w, "path", a->path);
	if (a->version)
		json_text(w, "version", a->version);
	json_number(w, "size", a->size);
	json_text(w, "sha256", a->sha256);
	json_open_array(w, "inputs");
	for (size_t i = 0; i < a->inputs.n; i++) {
		json_open_object(w, NULL);
		json_text(w, "name", a->inputs.v[i].name);
		json_text(w, "value", a->inputs.v[i].value);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

int manifest_save(const struct manifest *m, const char *path, bool sync, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	struct json_writer w;

	json_begin(&w, &text, JSON_PRETTY);
	json_open_object(&w, NULL);
	json_text(&w, "format", FORMAT);
	json_text(&w, "generator", "mvirt-mkos " MKOS_VERSION);
	json_text(&w, "recipe", m->recipe ? m->recipe : "");
	json_open_array(&w, "artefacts");
	for (size_t i = 0; i < m->n; i++)
		write_artefact(&w, &m->artefacts[i]);
	json_close_array(&w);
	json_close_object(&w);
	if (json_finish(&w, e) < 0)
		return -1;
	return output_write(path, text.data, text.len, sync, e);
}

static int copy_member(const struct json *j, const char *key, char **ret, struct err *e)
{
	const char *text = json_member_text(j, key);

	if (!text)
		return 0;
	*ret = strdup(text);
	return *ret ? 0 : err_memory(e);
}

static int read_inputs(const struct json *list, struct inputs *to, struct err *e)
{
	for (const struct json *j = list ? list->first : NULL; j; j = j->next) {
		const char *name = json_member_text(j, "name");
		const char *value = json_member_text(j, "value");

		if (name && value && inputs_add(to, name, value, e) < 0)
			return -1;
	}
	return 0;
}

/* One that lacks something is left out: then it is made again. */
static int read_artefact(const struct json *j, struct manifest *m, struct err *e)
{
	AUTO_ARTEFACT a = {.name = NULL};
	const struct json *size = json_member(j, "size");
	const char *sha256 = json_member_text(j, "sha256");
	struct err ignored;

	if (copy_member(j, "name", &a.name, e) < 0 || copy_member(j, "path", &a.path, e) < 0 ||
	    copy_member(j, "version", &a.version, e) < 0)
		return -1;
	if (!a.name || !a.path || !sha256 || strlen(sha256) != HASH_HEX - 1 || !size ||
	    size->type != JSON_NUMBER ||
	    parse_number(size->text, 10, UINT64_MAX, "size", &a.size, &ignored) < 0)
		return 0;
	memcpy(a.sha256, sha256, HASH_HEX);
	if (read_inputs(json_member(j, "inputs"), &a.inputs, e) < 0)
		return -1;
	return manifest_put(m, &a, e);
}

static void free_json(struct json **j)
{
	json_free(*j);
}

int manifest_load(const char *path, struct manifest *ret, struct err *e)
{
	AUTO(free_json) struct json *root = NULL;
	AUTO_MANIFEST m = MANIFEST_INIT;
	AUTO_BUF text = BUF_INIT;
	const struct json *list;
	const char *format;
	struct err ignored;
	bool found;

	if (file_read_if_there(path, MANIFEST_MAX, &text, &found, e) < 0)
		return -1;
	if (found && json_parse(buf_str(&text), text.len, path, &root, &ignored) == 0) {
		format = json_member_text(root, "format");
		list = json_member(root, "artefacts");
		if (copy_member(root, "recipe", &m.recipe, e) < 0)
			return -1;
		for (const struct json *j = list && format && !strcmp(format, FORMAT) ? list->first
										      : NULL;
		     j; j = j->next)
			if (read_artefact(j, &m, e) < 0)
				return -1;
	}
	m.changed = false;
	*ret = m;
	m = (struct manifest)MANIFEST_INIT;
	return 0;
}
