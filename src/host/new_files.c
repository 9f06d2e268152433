#include "host/new_files.h"

#include "host/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int new_files_begin(struct new_files *s, size_t max, bool sync, struct err *e)
{
	*s = (struct new_files){.max = max, .sync = sync};
	s->v = calloc(max, sizeof(*s->v));
	return s->v ? 0 : err_memory(e);
}

int new_files_make_folder(struct new_files *s, const char *path, struct err *e)
{
	AUTO_FREE char *copy = strdup(path);

	if (!copy)
		return err_memory(e);
	if (mkdir(path, 0700) == 0) {
		s->folder = copy;
		copy = NULL;
		return 0;
	}
	if (errno == EEXIST && file_is_folder(path))
		return 0;
	return err_os(e, "make folder '%s'", path);
}

int new_files_add(struct new_files *s, const char *path, bool is_private, struct new_file **ret,
		  struct err *e)
{
	struct new_file *f = &s->v[s->n];

	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].path, path))
			return err_set(e, ERR_USAGE, "'%s' would be two files at once", path);
	if (s->n == s->max)
		return err_set(e, ERR_LIMIT, "more than %zu new files at once", s->max);
	f->path = strdup(path);
	if (!f->path)
		return err_memory(e);
	s->n++;
	if (output_begin_new(&f->out, path, is_private, s->sync, e) < 0)
		return -1;
	*ret = f;
	return 0;
}

static void free_all(struct new_files *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	free(s->folder);
	*s = (struct new_files){.v = NULL};
}

int new_files_commit(struct new_files *s, struct err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		if (output_commit(&s->v[i].out, e) < 0)
			return -1;
		s->v[i].is_placed = true;
	}
	free_all(s);
	return 0;
}

void new_files_done(struct new_files *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].is_placed)
			unlink(s->v[i].path);
		else
			output_abort(&s->v[i].out);
	}
	if (s->folder)
		rmdir(s->folder);
	free_all(s);
}
