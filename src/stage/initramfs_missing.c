#include "stage/initramfs_missing.h"

#include "base/doubt.h"
#include "base/path.h"
#include "stage/initramfs_script.h"

#include <stdio.h>
#include <string.h>

struct initramfs_missed {
	struct initramfs_need need; /* the first one's */
	char *name, *by;
	const struct image_entry *last;
	size_t others; /* further programs that need it */
};

void initramfs_missing_done(struct initramfs_missing *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->all[i].name);
		free(m->all[i].by);
	}
	free(m->all);
	*m = (struct initramfs_missing){NULL, 0, 0};
}

static struct initramfs_missed *find(const struct initramfs_missing *m,
				     const struct initramfs_need *need)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->all[i].name, need->name) && m->all[i].need.how == need->how)
			return &m->all[i];
	return NULL;
}

static int make_room(struct initramfs_missing *m, struct err *e)
{
	size_t cap = m->cap ? m->cap * 2 : 16;
	struct initramfs_missed *all;

	if (m->n < m->cap)
		return 0;
	all = reallocarray(m->all, cap, sizeof(*all));
	if (!all)
		return err_memory(e);
	m->all = all;
	m->cap = cap;
	return 0;
}

int initramfs_missing_add(struct initramfs_missing *m, const struct initramfs_need *need,
			  struct err *e)
{
	struct initramfs_missed new = {.need = *need, .last = need->who};
	struct initramfs_missed *there = find(m, need);

	if (there) {
		there->others += there->last != need->who;
		there->last = need->who;
		return 0;
	}
	if (make_room(m, e) < 0)
		return -1;
	new.name = strdup(need->name);
	if (!new.name)
		return err_memory(e);
	if (need->by && path_without_dots(need->by, &new.by, e) < 0) {
		free(new.name);
		return -1;
	}
	m->all[m->n++] = new;
	return 0;
}

static const char *cure(const struct initramfs_missed *m)
{
	if (m->need.not_executable)
		return "which is in the image, but not executable: give it mode 0755";
	if (m->need.how != INITRAMFS_LINKED)
		return "which is not in the image: add it";
	return "which is not in the image: add it with the libraries (an elf line does), or use a "
	       "static program";
}

static int tell(const struct initramfs_missed *m, const struct initramfs_options *options,
		struct err *e)
{
	const char *origin = initramfs_origin(m->need.who), *verb = "needs";
	char others[48] = "";

	if (m->others)
		snprintf(others, sizeof(others), " and %zu more", m->others);
	if (m->need.how != INITRAMFS_LINKED)
		verb = m->others ? "are scripts for" : "is a script for";
	else if (m->others)
		verb = "need";
	if (m->by)
		return doubt(options->strict, e, "'/%s' ('%s')%s %s '%s', and that needs '%s', %s",
			     m->need.who->name, origin, others, verb, m->by, m->name, cure(m));
	return doubt(options->strict, e, "'/%s' ('%s')%s %s '%s'%s, %s", m->need.who->name, origin,
		     others, verb, m->name,
		     m->need.how == INITRAMFS_SCRIPT_BY_ENV ? " (by env)" : "", cure(m));
}

int initramfs_missing_tell(const struct initramfs_missing *m,
			   const struct initramfs_options *options, struct err *e)
{
	for (size_t i = 0; i < m->n; i++)
		if (tell(&m->all[i], options, e) < 0)
			return -1;
	return 0;
}
