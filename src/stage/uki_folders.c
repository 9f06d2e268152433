#include "stage/uki_folders.h"

#include "base/path.h"
#include "format/efifw.h"
#include "format/hwids.h"
#include "host/file.h"
#include "host/tree.h"

#include <string.h>

#define HWIDS_FOLDER "/usr/lib/systemd/boot/hwids"

enum { DESCRIPTION_MAX = 1024 * 1024 };

/* Files of a folder: the JSON files in it and below, or all that lies in it. */
struct listing {
	const char *suffix; /* NULL: whatever lies in the folder itself */
	struct strv names;
};

static int list_entry(void *context, const char *path, const struct stat *status, struct err *e)
{
	struct listing *list = context;

	if (list->suffix ? S_ISDIR(status->st_mode) || !text_ends_with(path, list->suffix)
			 : strchr(path, '/') != NULL)
		return 0;
	return strv_add(&list->names, path, e);
}

static int list_files(const char *folder, const char *suffix, struct strv *names, struct err *e)
{
	struct listing list = {.suffix = suffix};
	const struct tree_visitor visitor = {.context = &list, .visit = list_entry};
	int r = tree_walk(folder, &visitor, e);

	*names = list.names;
	return r;
}

static int read_hwids(const char *folder, struct hwids *h, struct err *e)
{
	AUTO_STRV names = STRV_INIT;

	if (list_files(folder, ".json", &names, e) < 0)
		return -1;
	if (names.n == 0)
		return err_set(e, ERR_INPUT, "hardware ids: no file NAME.json in '%s'", folder);
	for (size_t i = 0; i < names.n; i++) {
		AUTO_FREE char *path = NULL;
		AUTO_BUF text = BUF_INIT;

		if (path_join(folder, names.v[i], &path, e) < 0)
			return -1;
		if (file_read(path, DESCRIPTION_MAX, &text, e) < 0)
			return err_ctx(e, "hardware ids");
		if (hwids_add(h, buf_str(&text), text.len, path, e) < 0)
			return -1;
	}
	return 0;
}

/* systemd 260 and newer come with a folder for each machine, which serves where it is used. */
static int default_folder(const struct uki_gathered *g, char **ret, struct err *e)
{
	const char *arch = pe_machine_name(g->kernel.Machine);
	AUTO_BUF path = BUF_INIT;

	*ret = NULL;
	for (size_t i = 0; arch && i < g->base.n; i++) {
		if (!stub_section_may_repeat(g->base.v[i].name))
			continue;
		if (buf_putf(&path, e, HWIDS_FOLDER "/%s", arch) < 0)
			return -1;
		return file_is_folder(path.data) ? buf_take(&path, ret, e) : 0;
	}
	return 0;
}

static int add_hwids(struct uki_gathered *g, const char *folder, struct err *e)
{
	AUTO_FREE char *found = NULL;
	AUTO_HWIDS h = HWIDS_INIT;
	AUTO_BUF content = BUF_INIT;

	if (!folder) {
		if (default_folder(g, &found, e) < 0)
			return -1;
		folder = found;
	}
	if (!folder || !*folder)
		return 0;
	if (read_hwids(folder, &h, e) < 0 || hwids_write(&h, &content, e) < 0 ||
	    uki_parts_begin(&g->base, ".hwids", e) < 0)
		return -1;
	return uki_parts_text(&g->base, &content, e);
}

/* The folder's name is the firmware's id; exactly one file lies in it. */
static int add_firmware(struct uki_gathered *g, const char *folder, struct err *e)
{
	AUTO_FREE char *real = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_STRV names = STRV_INIT;
	AUTO_BUF head = BUF_INIT;
	const struct source *s;

	if (file_real_path(folder, &real, e) < 0 || list_files(folder, NULL, &names, e) < 0)
		return err_ctx(e, "firmware");
	if (names.n != 1)
		return err_set(e, ERR_INPUT, "firmware folder '%s' holds %zu files, not one",
			       folder, names.n);
	if (path_join(folder, names.v[0], &path, e) < 0 ||
	    uki_parts_open(&g->base, path, &s, e) < 0)
		return err_ctx(e, "firmware");
	if (s->size == 0)
		return err_set(e, ERR_INPUT, "firmware '%s' is empty", path);
	if (efifw_begin(&head, path_base(real), s->size, e) < 0 ||
	    uki_parts_begin(&g->base, ".efifw", e) < 0 || uki_parts_text(&g->base, &head, e) < 0)
		return -1;
	uki_parts_pack(&g->base);
	return uki_parts_source(&g->base, s, e);
}

int uki_add_folders(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const struct strv *firmware = options->efifw;

	for (size_t i = 0; firmware && i < firmware->n; i++)
		if (add_firmware(g, firmware->v[i], e) < 0)
			return -1;
	return add_hwids(g, options->hwids, e);
}
