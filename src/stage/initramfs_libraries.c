#include "stage/initramfs_libraries.h"

#include "base/buf.h"
#include "base/path.h"

#include <string.h>

static const char *const folders64[] = {"/lib/x86_64-linux-gnu",
					"/usr/lib/x86_64-linux-gnu",
					"/lib64",
					"/usr/lib64",
					"/lib",
					"/usr/lib",
					"/usr/local/lib",
					NULL};
static const char *const folders32[] = {"/lib/i386-linux-gnu",
					"/usr/lib/i386-linux-gnu",
					"/lib32",
					"/usr/lib32",
					"/lib",
					"/usr/lib",
					"/usr/local/lib",
					NULL};

/* One folder of a library path, with $ORIGIN replaced. */
static int expand(const char *folder, size_t len, const char *program, struct buf *to,
		  struct err *e)
{
	static const char *const words[] = {"${ORIGIN}", "$ORIGIN"};
	AUTO_FREE char *origin = NULL;

	if (path_folder(program, &origin, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (len < n || strncmp(folder, words[i], n) != 0)
			continue;
		if (buf_puts(to, origin, e) < 0)
			return -1;
		folder += n;
		len -= n;
		break;
	}
	return buf_put(to, folder, len, e);
}

/* Takes the path over; ret stays NULL when nothing is there. */
static void try(const struct library_search *search, const struct elf_facts *facts, char *path,
		char **ret)
{
	if (search->is_there(search->context, path, facts))
		*ret = path;
	else
		free(path);
}

static int try_own(const struct library_search *search, const struct library_user *user,
		   const char *library, char **ret, struct err *e)
{
	const char *p = user->facts->library_path ? user->facts->library_path : "";

	while (*p && !*ret) {
		size_t len = strcspn(p, ":");
		AUTO_BUF folder = BUF_INIT;
		char *path;

		if (expand(p, len, user->path, &folder, e) < 0)
			return -1;
		if (folder.len && folder.data[0] == '/') {
			if (path_join(folder.data, library, &path, e) < 0)
				return -1;
			try(search, user->facts, path, ret);
		}
		p += len;
		p += *p == ':';
	}
	return 0;
}

int library_find(const struct library_search *search, const struct library_user *user,
		 const char *library, char **ret, struct err *e)
{
	const char *const *folders = user->facts->bits == 64 ? folders64 : folders32;
	char *path;

	*ret = NULL;
	if (strchr(library, '/')) {
		path = strdup(library);
		if (!path)
			return err_memory(e);
		try(search, user->facts, path, ret);
		return 0;
	}
	if (try_own(search, user, library, ret, e) < 0)
		return -1;
	for (size_t i = 0; folders[i] && !*ret; i++) {
		if (path_join(folders[i], library, &path, e) < 0)
			return -1;
		try(search, user->facts, path, ret);
	}
	return 0;
}
