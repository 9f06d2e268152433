#include "cli/inspect_initrd.h"

#include "base/log.h"
#include "cli/options.h"
#include "format/entry_text.h"
#include "host/file.h"
#include "stage/initrd_files.h"
#include "stage/initrd_lint.h"
#include "stage/initrd_sizes.h"
#include "stage/inspect_initramfs.h"

#include <stdio.h>

/* Standard output as a sink. */
static int stdout_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)s;
	return print_text(data, len, e);
}

static const struct sink_ops stdout_ops = {.put = stdout_put};

static int print_name(void *context, const struct cpio_found *found, uint64_t data_at,
		      struct err *e)
{
	AUTO_BUF line = BUF_INIT;

	(void)context;
	(void)data_at;
	if (entry_name_text(&line, found->entry.name, e) < 0 || buf_puts(&line, "\n", e) < 0)
		return -1;
	return print_text(line.data, line.len, e);
}

static int add_name(void *context, const struct cpio_found *found, uint64_t data_at, struct err *e)
{
	(void)data_at;
	(void)e;
	json_text(context, NULL, found->entry.name);
	return 0;
}

static int list(const char *path, const struct initrd_request *r, struct err *e)
{
	const struct initrd_visitor lines = {NULL, print_name, NULL, NULL};
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	const struct initrd_visitor names = {&out.w, add_name, NULL, NULL};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, path, e) < 0)
		return -1;
	if (!r->json->wanted)
		return initrd_read(&f.source, &lines, &r->limits, e);
	json_output_begin(&out, r->json);
	json_open_array(&out.w, "names");
	if (initrd_read(&f.source, &names, &r->limits, e) < 0)
		return -1;
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

static int sizes_as_text(const struct initrd_sizes *s, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (buf_puts(&text, "      packed     unpacked  name\n", e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		const struct initrd_size *one = &s->all[i];

		if (buf_putf(&text, e, "%12llu %12llu  %*s", (unsigned long long)one->packed,
			     (unsigned long long)one->size, (int)one->depth * 2, "") < 0 ||
		    entry_name_text(&text, one->label, e) < 0 ||
		    buf_puts(&text, one->folder && one->depth ? "/\n" : "\n", e) < 0)
			return -1;
	}
	if (buf_putf(&text, e, "%12llu %12s  between and behind the entries\n",
		     (unsigned long long)s->rest, "") < 0)
		return -1;
	return print_text(text.data, text.len, e);
}

static int sizes_as_json(const struct initrd_sizes *s, const struct json_request *json,
			 struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, json);
	json_number(&out.w, "size", s->file);
	json_number(&out.w, "rest", s->rest);
	json_open_array(&out.w, "sizes");
	for (size_t i = 0; i < s->n; i++) {
		const struct initrd_size *one = &s->all[i];

		json_open_object(&out.w, NULL);
		json_text(&out.w, "name", one->name);
		json_bool(&out.w, "folder", one->folder);
		json_number(&out.w, "packed", one->packed);
		json_number(&out.w, "unpacked", one->size);
		json_close_object(&out.w);
	}
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

static int sizes(const char *path, const struct initrd_request *r, struct err *e)
{
	AUTO_INITRD_SIZES s = {.n = 0};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, path, e) < 0 ||
	    initrd_sizes_read(&f.source, &r->limits, &s, e) < 0)
		return -1;
	return r->json->wanted ? sizes_as_json(&s, r->json, e) : sizes_as_text(&s, e);
}

struct difference {
	const struct image_tree *old, *new;
	const char *old_path, *new_path;
};

static int diff_as_text(const struct difference *d, bool *ret_same, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	const struct initrd_diff_form form = {.text = &text};

	if (buf_putf(&text, e, "from '%s' to '%s':\n", d->old_path, d->new_path) < 0 ||
	    initrd_diff(d->old, d->new, &form, ret_same, e) < 0)
		return -1;
	return *ret_same ? 0 : print_text(text.data, text.len, e);
}

static int diff_as_json(const struct difference *d, const struct json_request *json, bool *ret_same,
			struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	const struct initrd_diff_form form = {.json = &out.w};

	json_output_begin(&out, json);
	json_text(&out.w, "from", d->old_path);
	json_text(&out.w, "to", d->new_path);
	return initrd_diff(d->old, d->new, &form, ret_same, e) < 0 ? -1
								   : json_output_print(&out, e);
}

static int diff(const struct image_tree *tree, const struct initrd_request *r, const char *path,
		struct err *e)
{
	AUTO_TEMP_FOLDER scratch = TEMP_FOLDER_INIT;
	AUTO_IMAGE_TREE old = IMAGE_TREE_INIT;
	const struct difference d = {&old, tree, r->diff, path};
	bool same;

	if (initrd_load(r->diff, &r->limits, &scratch, &old, e) < 0 ||
	    (r->json->wanted ? diff_as_json(&d, r->json, &same, e) : diff_as_text(&d, &same, e)) <
		    0)
		return -1;
	return same ? 0 : err_set(e, ERR_INPUT, "'%s' and '%s' differ", r->diff, path);
}

static int extract(const struct image_tree *tree, const char *folder, struct err *e)
{
	size_t left;

	if (initrd_extract(tree, folder, &left, e) < 0)
		return -1;
	if (left)
		log_warning("%zu device node%s left out: only root can make them", left,
			    left == 1 ? " is" : "s are");
	return 0;
}

bool initrd_requested(const struct initrd_request *r)
{
	return r->cat || r->extract || r->diff || r->list || r->sizes;
}

int initrd_answer(const char *path, const struct initrd_request *r, struct err *e)
{
	struct sink out = {.ops = &stdout_ops};
	AUTO_TEMP_FOLDER scratch = TEMP_FOLDER_INIT;
	AUTO_IMAGE_TREE tree = IMAGE_TREE_INIT;

	if (!!r->cat + !!r->extract + !!r->diff + r->list + r->sizes > 1)
		return err_set(e, ERR_USAGE,
			       "--list, --sizes, --cat, --extract and --diff do not go together");
	if (r->json->wanted && (r->cat || r->extract))
		return err_set(e, ERR_USAGE, "--json does not go with --cat and --extract");
	if (r->list)
		return list(path, r, e);
	if (r->sizes)
		return sizes(path, r, e);
	if (initrd_load(path, &r->limits, &scratch, &tree, e) < 0)
		return -1;
	if (r->cat)
		return initrd_cat(&tree, r->cat, &out, e);
	return r->extract ? extract(&tree, r->extract, e) : diff(&tree, r, path, e);
}

int initrd_print(const struct source *s, const struct initrd_limits *limits, struct err *e)
{
	struct sink out = {.ops = &stdout_ops};

	return inspect_initramfs_text(s, limits, &out, e);
}

static void write_list(struct json_writer *w, const char *key, const struct strv *texts)
{
	json_open_array(w, key);
	for (size_t i = 0; i < texts->n; i++) {
		json_open_object(w, NULL);
		json_text(w, "text", texts->v[i]);
		json_close_object(w);
	}
	json_close_array(w);
}

static int tell(const struct initrd_findings *f, const struct json_request *json, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (json->wanted) {
		json_output_begin(&out, json);
		write_list(&out.w, "errors", &f->errors);
		write_list(&out.w, "warnings", &f->warnings);
		return json_output_print(&out, e);
	}
	for (size_t i = 0; i < f->errors.n; i++)
		printf("error: %s\n", f->errors.v[i]);
	for (size_t i = 0; i < f->warnings.n; i++)
		printf("warning: %s\n", f->warnings.v[i]);
	if (f->errors.n + f->warnings.n == 0)
		printf("nothing wrong\n");
	return 0;
}

int initrd_lint_answer(const struct source *s, const struct initrd_limits *limits,
		       const struct json_request *json, struct err *e)
{
	AUTO_INITRD_FINDINGS f = INITRD_FINDINGS_INIT;

	if (initrd_lint(s, limits, &f, e) < 0 || tell(&f, json, e) < 0)
		return -1;
	if (f.errors.n)
		return err_set(e, ERR_INPUT, "'%s' has %zu error%s", s->name, f.errors.n,
			       f.errors.n == 1 ? "" : "s");
	return 0;
}
