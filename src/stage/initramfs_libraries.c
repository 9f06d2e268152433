#include "stage/initramfs_libraries.h"

#include "base/path.h"

#include <string.h>

/* What glibc was built with: Debian's own, and those of other distributions. */
static const char *const glibc64[] = {"/lib/x86_64-linux-gnu",
				      "/usr/lib/x86_64-linux-gnu",
				      "/lib64",
				      "/usr/lib64",
				      "/lib",
				      "/usr/lib",
				      NULL};
static const char *const glibc32[] = {"/lib/i386-linux-gnu",
				      "/usr/lib/i386-linux-gnu",
				      "/lib32",
				      "/usr/lib32",
				      "/lib",
				      "/usr/lib",
				      NULL};
/* Debian's musl has /lib/x86_64-linux-musl in its path file instead. */
static const char *const musl[] = {"/lib", "/usr/local/lib", "/usr/lib", NULL};

struct finding {
	const struct library_search *search;
	const struct library_user *user;
	const char *library;
	char *found;
};

static const struct elf_facts *program_of(const struct library_user *user)
{
	while (user->by)
		user = user->by;
	return user->facts;
}

static bool by_musl(const struct library_user *user)
{
	const char *interpreter = program_of(user)->interpreter;

	return interpreter && !strncmp(path_base(interpreter), "ld-musl-", 8);
}

/* Takes the path over. */
static void try(struct finding *f, char *path, const struct library_user *origin)
{
	const struct library_place place = {path, f->user->facts, origin};

	if (f->search->is_there(f->search->context, &place))
		f->found = path;
	else
		free(path);
}

static int try_folder(struct finding *f, const char *folder, const struct library_user *origin,
		      struct err *e)
{
	char *path;

	if (path_join(folder, f->library, &path, e) < 0)
		return -1;
	try(f, path, origin);
	return 0;
}

/* What the loader puts in place of $WORD or ${WORD}; NULL: it knows none. */
static const char *replace_word(const struct library_user *user, const char *at, const char *origin,
				size_t *ret_len)
{
	bool is64 = user->facts->bits == 64;
	const struct {
		const char *name, *value;
	} words[] = {
		{"ORIGIN", origin},
		{"LIB", is64 ? "lib/x86_64-linux-gnu" : "lib/i386-linux-gnu"},
		{"PLATFORM", is64 ? "x86_64" : "i686"},
	};
	bool braces = at[1] == '{';

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].name);

		if (strncmp(at + 1 + braces, words[i].name, len) || (braces && at[2 + len] != '}'))
			continue;
		*ret_len = 1 + len + (braces ? 2 : 0);
		return words[i].value;
	}
	return NULL;
}

/* One folder of a library path; ret_origin tells whether it begins with $ORIGIN. */
static int expand(const struct library_user *user, const char *folder, size_t len, struct buf *to,
		  bool *ret_origin, struct err *e)
{
	AUTO_FREE char *origin = NULL;
	const char *end = folder + len;

	*ret_origin = false;
	if (path_folder(user->path, &origin, e) < 0)
		return -1;
	for (const char *p = folder; p < end;) {
		size_t n = 1;
		const char *value = *p == '$' ? replace_word(user, p, origin, &n) : NULL;

		if (value == origin && p == folder)
			*ret_origin = true;
		if (value ? buf_puts(to, value, e) < 0 : buf_put(to, p, 1, e) < 0)
			return -1;
		p += n;
	}
	return 0;
}

/* The folders of a RPATH or RUNPATH, as they are meant for who has it. */
static int try_path(struct finding *f, const struct library_user *owner, const char *path,
		    struct err *e)
{
	while (path && *path && !f->found) {
		size_t len = strcspn(path, ":");
		AUTO_BUF folder = BUF_INIT;
		bool origin;

		if (expand(owner, path, len, &folder, &origin, e) < 0)
			return -1;
		/* The working directory is nothing to build on. */
		if (buf_str(&folder)[0] == '/' &&
		    try_folder(f, folder.data, origin ? owner : NULL, e) < 0)
			return -1;
		path += len;
		path += *path == ':';
	}
	return 0;
}

/* RPATH is inherited by what comes with a library, but for who has a RUNPATH. */
static int try_own_glibc(struct finding *f, struct err *e)
{
	const struct library_user *u = f->user;

	for (; u && !f->user->facts->runpath && !f->found; u = u->by)
		if (!u->facts->runpath && try_path(f, u, u->facts->rpath, e) < 0)
			return -1;
	return f->found ? 0 : try_path(f, f->user, f->user->facts->runpath, e);
}

/* musl makes no difference between the two. */
static int try_own_musl(struct finding *f, struct err *e)
{
	for (const struct library_user *u = f->user; u && !f->found; u = u->by)
		if (try_path(f, u, u->facts->runpath ? u->facts->runpath : u->facts->rpath, e) < 0)
			return -1;
	return 0;
}

static int try_list(struct finding *f, const char *const *folders, struct err *e)
{
	for (size_t i = 0; folders && folders[i] && !f->found; i++)
		if (try_folder(f, folders[i], NULL, e) < 0)
			return -1;
	return 0;
}

static int try_defaults(struct finding *f, bool of_musl, struct err *e)
{
	const struct library_folders *more = f->search->folders;
	bool small = f->user->facts->bits == 32;

	if (of_musl && more->has_musl[small])
		return try_list(f, (const char *const *)more->musl[small].v, e);
	if (of_musl)
		return try_list(f, musl, e);
	if (f->user->facts->no_defaults)
		return 0;
	if (try_list(f, (const char *const *)more->glibc.v, e) < 0)
		return -1;
	return try_list(f, small ? glibc32 : glibc64, e);
}

/* musl's loader is the library of these names too (ldso/dynlink.c, load_library()). */
static bool is_musl_itself(const char *library)
{
	static const char *const names[] = {"c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."};

	for (size_t i = 0; i < ARRAY_LEN(names) && !strncmp(library, "lib", 3); i++)
		if (!strncmp(library + 3, names[i], strlen(names[i])))
			return true;
	return false;
}

int library_find(const struct library_search *search, const struct library_user *user,
		 const char *library, char **ret, struct err *e)
{
	struct finding f = {.search = search, .user = user, .library = library};
	bool of_musl = by_musl(user);

	*ret = NULL;
	if (of_musl && is_musl_itself(library))
		library = program_of(user)->interpreter;
	if (strchr(library, '/')) {
		char *path = strdup(library);

		if (!path)
			return err_memory(e);
		try(&f, path, NULL);
		*ret = f.found;
		return 0;
	}
	if ((of_musl ? try_own_musl(&f, e) : try_own_glibc(&f, e)) < 0 ||
	    (!f.found && try_defaults(&f, of_musl, e) < 0))
		return -1;
	*ret = f.found;
	return 0;
}

bool library_has_heirs(const struct library_user *user)
{
	bool of_musl = by_musl(user);

	for (; user; user = user->by)
		if (user->facts->rpath || (of_musl && user->facts->runpath))
			return true;
	return false;
}
