#include "host/temp.h"

#include "base/log.h"
#include "host/remove.h"

#include <stdio.h>
#include <stdlib.h>

int temp_folder_make(struct temp_folder *t, struct err *e)
{
	const char *base = getenv("TMPDIR");
	char *path;

	if (!base || base[0] != '/')
		base = "/tmp";
	if (asprintf(&path, "%s/mvirt-mkos-XXXXXX", base) < 0)
		return err_memory(e);
	if (!mkdtemp(path)) {
		free(path);
		return err_os(e, "make a folder in '%s'", base);
	}
	t->path = path;
	return 0;
}

void temp_folder_remove(struct temp_folder *t)
{
	struct err e;

	if (t->path && remove_tree(t->path, NULL, &e) < 0)
		log_warning("%s", e.text);
	free(t->path);
	t->path = NULL;
}
