#include "base/path.h"

#include <stdio.h>
#include <string.h>

int path_join(const char *folder, const char *name, char **ret, struct err *e)
{
	const char *slash;
	char *path = NULL;

	if (name[0] == '/' || !folder[0] || !strcmp(folder, ".")) {
		path = strdup(name);
	} else {
		slash = text_ends_with(folder, "/") ? "" : "/";
		if (asprintf(&path, "%s%s%s", folder, slash, name) < 0)
			path = NULL;
	}
	if (!path)
		return err_memory(e);
	*ret = path;
	return 0;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int path_folder(const char *path, char **ret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder;

	if (!slash)
		folder = strdup(".");
	else
		folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (!folder)
		return err_memory(e);
	*ret = folder;
	return 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t a = strlen(text), b = strlen(suffix);

	return a >= b && !memcmp(text + a - b, suffix, b);
}
