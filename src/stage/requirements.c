#include "stage/requirements.h"

#include "base/buf.h"
#include "base/path.h"
#include "base/strv.h"
#include "host/dynlib.h"
#include "host/file.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX_BYTES = 1 << 20 };

static void row_done(struct requirement *r)
{
	free(r->package);
	free(r->kind);
	free(r->name);
	free(r->roles);
	free(r->reason);
}

void requirements_done(struct requirements *r)
{
	for (size_t i = 0; i < r->n; i++)
		row_done(&r->v[i]);
	free(r->v);
	strv_done(&r->roles);
	*r = (struct requirements)REQUIREMENTS_INIT;
}

static int program_is_missing(const char *name, bool *ret, struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (program_find(name, &path, e) < 0)
		return -1;
	*ret = path == NULL;
	return 0;
}

/* Where Debian's compilers look; enough to say which package is missing. */
static bool header_is_missing(const char *name)
{
	static const char *const folders[] = {"/usr/include", "/usr/local/include",
					      "/usr/include/x86_64-linux-gnu"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (file_exists(path))
			return false;
	}
	return true;
}

static bool file_is_missing(const char *pattern)
{
	glob_t found;
	bool missing = glob(pattern, 0, NULL, &found) != 0;

	if (!missing)
		globfree(&found);
	return missing;
}

static int look(struct requirement *r, struct err *e)
{
	if (!strcmp(r->kind, "program"))
		return program_is_missing(r->name, &r->missing, e);
	if (!strcmp(r->kind, "library"))
		r->missing = !dynlib_is_there(r->name);
	else if (!strcmp(r->kind, "header"))
		r->missing = header_is_missing(r->name);
	else if (!strcmp(r->kind, "file"))
		r->missing = file_is_missing(r->name);
	else
		return err_set(e, ERR_INPUT, "'%s' is neither program, library, header nor file",
			       r->kind);
	return 0;
}

static bool has_role(const char *roles, const char *const *wanted)
{
	/* What only the long tests need is looked for when it is asked for. */
	if (!wanted)
		return strcmp(roles, "slow") != 0;
	for (; *wanted; wanted++) {
		size_t len = strlen(*wanted);

		for (const char *p = roles; *p; p += strcspn(p, ","), p += *p == ',')
			if (strcspn(p, ",") == len && !strncmp(p, *wanted, len))
				return true;
	}
	return false;
}

/* The next word of the line, or with `rest` all that is left. */
static int next_field(const char **line, bool rest, char **ret, struct err *e)
{
	size_t len;

	*line += strspn(*line, " \t");
	len = rest ? strlen(*line) : strcspn(*line, " \t");
	if (len == 0)
		return err_set(e, ERR_INPUT, "a row is: package kind:name roles reason");
	*ret = strndup(*line, len);
	*line += len;
	return *ret ? 0 : err_memory(e);
}

static int read_row(const char *line, struct requirement *r, struct err *e)
{
	char *colon;

	if (next_field(&line, false, &r->package, e) < 0 ||
	    next_field(&line, false, &r->kind, e) < 0 ||
	    next_field(&line, false, &r->roles, e) < 0 ||
	    next_field(&line, true, &r->reason, e) < 0)
		return -1;
	colon = strchr(r->kind, ':');
	if (!colon || !colon[1])
		return err_set(e, ERR_INPUT, "'%s' is not kind:name", r->kind);
	r->name = strdup(colon + 1);
	*colon = '\0';
	return r->name ? 0 : err_memory(e);
}

static int note_roles(const char *roles, struct strv *to, struct err *e)
{
	for (const char *p = roles; *p; p += strcspn(p, ","), p += *p == ',') {
		AUTO_FREE char *role = strndup(p, strcspn(p, ","));

		if (!role)
			return err_memory(e);
		if (!strv_has(to, role) && strv_add(to, role, e) < 0)
			return -1;
	}
	return 0;
}

static int add_row(struct requirements *all, const char *line, const char *const *roles,
		   struct err *e)
{
	struct requirement *v = reallocarray(all->v, all->n + 1, sizeof(*v));

	if (!v)
		return err_memory(e);
	all->v = v;
	v += all->n++;
	*v = (struct requirement){.package = NULL};
	if (read_row(line, v, e) < 0 || note_roles(v->roles, &all->roles, e) < 0)
		return -1;
	if (!has_role(v->roles, roles)) {
		row_done(v);
		all->n--;
		return 0;
	}
	if (look(v, e) < 0)
		return -1;
	all->missing += v->missing;
	return 0;
}

int requirements_look(const char *const *roles, struct requirements *ret, struct err *e)
{
	AUTO_REQUIREMENTS all = REQUIREMENTS_INIT;
	AUTO_BUF text = BUF_INIT;
	size_t number = 0;

	if (file_read(REQUIREMENTS, FILE_MAX_BYTES, &text, e) < 0)
		return err_ctx(e, "run mvirt-mkos in a project's folder, or give it with -C");
	for (char *line = text.data, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		else
			next = line + strlen(line);
		number++;
		if (!line[strspn(line, " \t")] || line[0] == '#')
			continue;
		if (add_row(&all, line, roles, e) < 0)
			return err_ctx(e, REQUIREMENTS ":%zu", number);
	}
	*ret = all;
	all = (struct requirements)REQUIREMENTS_INIT;
	return 0;
}

static int list_missing(const struct requirements *all, struct buf *things, struct buf *packages,
			struct err *e)
{
	AUTO_STRV named = STRV_INIT;

	for (size_t i = 0; i < all->n; i++) {
		const struct requirement *r = &all->v[i];
		int len = (int)strcspn(r->package, "|");
		AUTO_FREE char *package = strndup(r->package, (size_t)len);

		if (!package)
			return err_memory(e);
		if (!r->missing)
			continue;
		if (buf_putf(things, e, "%s%s '%s'", things->len ? ", " : "", r->kind, r->name) < 0)
			return -1;
		if (!strv_has(&named, package) &&
		    (strv_add(&named, package, e) < 0 || buf_putf(packages, e, " %s", package) < 0))
			return -1;
	}
	return 0;
}

int requirements_check(const char *const *roles, struct err *e)
{
	AUTO_REQUIREMENTS all = REQUIREMENTS_INIT;
	AUTO_BUF things = BUF_INIT;
	AUTO_BUF packages = BUF_INIT;

	if (requirements_look(roles, &all, e) < 0)
		return -1;
	if (all.missing == 0)
		return 0;
	if (list_missing(&all, &things, &packages, e) < 0)
		return -1;
	return err_set(e, ERR_MISSING,
		       "this machine lacks %s: run ./setup.sh, or apt-get install%s",
		       buf_str(&things), buf_str(&packages));
}
