#include "stage/initramfs_pideisn.h"

#include "base/doubt.h"
#include "format/pideisn_conf.h"
#include "format/pideisn_keys.h"
#include "host/file.h"
#include "stage/initramfs_check.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER "etc/pideisn/"

enum {
	FILE_MAX = 1 << 20,
	FILES_MAX = 32,	 /* that PID 1 takes */
	NAME_BYTES = 63, /* of a file's name, the same */
};

struct configuration {
	const char *name; /* in the image */
	const char *path; /* on the host */
};

/* What init/config_files.c takes: NAME.conf right in the folder, none that is hidden. */
static bool is_configuration(const struct image_entry *entry)
{
	const char *name;
	size_t len;

	if (strncmp(entry->name, FOLDER, strlen(FOLDER)) != 0 || !entry->location)
		return false;
	name = entry->name + strlen(FOLDER);
	len = strlen(name);
	return !strchr(name, '/') && name[0] != '.' && len > 5 && !strcmp(name + len - 5, ".conf");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct configuration *)a)->name,
		      ((const struct configuration *)b)->name);
}

static int read_all(struct pideisn_conf *conf, const struct configuration *files, size_t n,
		    struct err *e)
{
	if (pideisn_conf_read(conf, "built in", pideisn_built_in, strlen(pideisn_built_in), e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		AUTO_BUF text = BUF_INIT;

		if (file_read(files[i].path, FILE_MAX, &text, e) < 0 ||
		    pideisn_conf_read(conf, files[i].path, buf_str(&text), text.len, e) < 0)
			return -1;
	}
	return pideisn_conf_check(conf, e);
}

static int check_programs(const struct initramfs_options *options, const struct image_tree *plan,
			  const struct pideisn_conf *conf, struct err *e)
{
	struct pideisn_service service;
	size_t index = 0;

	while (pideisn_conf_service(conf, &index, &service)) {
		if (image_tree_resolve(plan, service.exec))
			continue;
		if (service.for_links &&
		    doubt(options->strict, e,
			  "'%s', which the sections [link] are for, is not in the image",
			  service.exec) < 0)
			return -1;
		if (service.optional || service.for_links)
			continue;
		if (doubt(options->strict, e,
			  "service %s: '%s' is not in the image: add it, or say 'optional = "
			  "yes' if it may be missing",
			  service.name, service.exec) < 0)
			return -1;
	}
	return 0;
}

int initramfs_check_pideisn(const struct initramfs_options *options, const struct image_tree *plan,
			    struct err *e)
{
	AUTO_FREE struct configuration *files = calloc(plan->n + 1, sizeof(*files));
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;
	size_t n = 0;

	if (!files)
		return err_memory(e);
	for (size_t i = 0; i < plan->n; i++)
		if (is_configuration(&plan->entries[i]))
			files[n++] = (struct configuration){plan->entries[i].name,
							    plan->entries[i].location};
	qsort(files, n, sizeof(*files), by_name);
	for (size_t i = 0; i < n; i++)
		if (i >= FILES_MAX || strlen(files[i].name) > strlen(FOLDER) + NAME_BYTES)
			return err_set(e, ERR_INPUT,
				       "PID 1 would leave out '/%s': it reads %d files, with names "
				       "of at most %d bytes",
				       files[i].name, FILES_MAX, NAME_BYTES);
	if (pideisn_conf_new(&conf, e) < 0 || read_all(conf, files, n, e) < 0)
		return -1;
	verdicts = pideisn_conf_verdicts(conf);
	for (size_t i = 0; i < verdicts->n; i++)
		if (doubt(options->strict, e, "%s", verdicts->v[i]) < 0)
			return -1;
	return check_programs(options, plan, conf, e);
}
