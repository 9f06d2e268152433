#include "base/path.h"

#include "base/buf.h"

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

int path_without_dots(const char *path, char **ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	while (*path) {
		size_t len = strcspn(path, "/");
		const char *slash = text.len ? strrchr(text.data, '/') : NULL;

		if (len == 2 && !memcmp(path, "..", 2)) {
			text.len = slash ? (size_t)(slash - text.data) : 0;
			if (text.data)
				text.data[text.len] = '\0';
		} else if (len && !(len == 1 && *path == '.')) {
			if (buf_puts(&text, "/", e) < 0 || buf_put(&text, path, len, e) < 0)
				return -1;
		}
		path += len;
		path += *path == '/';
	}
	return buf_take(&text, ret, e);
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t a = strlen(text), b = strlen(suffix);

	return a >= b && !memcmp(text + a - b, suffix, b);
}
