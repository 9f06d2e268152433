#include "format/volume.h"

#include <stdlib.h>

void volume_extents_done(struct volume_extents *x)
{
	free(x->v);
	*x = (struct volume_extents){.v = NULL};
}

int volume_extents_add(struct volume_extents *x, uint64_t offset, uint64_t len, struct err *e)
{
	if (len == 0)
		return 0;
	if (x->n && x->v[x->n - 1].offset + x->v[x->n - 1].len == offset) {
		x->v[x->n - 1].len += len;
		return 0;
	}
	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 8;
		struct volume_extent *v = reallocarray(x->v, cap, sizeof(*v));

		if (!v)
			return err_memory(e);
		x->v = v;
		x->cap = cap;
	}
	x->v[x->n++] = (struct volume_extent){offset, len};
	return 0;
}

static int read_extents(const struct source *s, uint64_t offset, void *data, size_t len,
			struct err *e)
{
	const struct volume_source *v = (const struct volume_source *)s;

	for (size_t i = 0; i < v->extents->n && len; i++) {
		const struct volume_extent *x = &v->extents->v[i];
		uint64_t part;

		if (offset >= x->len) {
			offset -= x->len;
			continue;
		}
		part = x->len - offset < len ? x->len - offset : len;
		if (source_read(v->volume, x->offset + offset, data, (size_t)part, e) < 0)
			return -1;
		data = (char *)data + part;
		len -= (size_t)part;
		offset = 0;
	}
	return 0;
}

int volume_source_init(struct volume_source *v, const struct source *volume,
		       const struct volume_extents *extents, uint64_t size, struct err *e)
{
	static const struct source_ops ops = {.read = read_extents};
	uint64_t sum = 0;

	for (size_t i = 0; i < extents->n; i++) {
		const struct volume_extent *x = &extents->v[i];

		if (x->offset > volume->size || x->len > volume->size - x->offset ||
		    x->len > UINT64_MAX - sum)
			return err_set(e, ERR_INPUT,
				       "'%s' ends at byte %llu, before what a file in it has there",
				       volume->name, (unsigned long long)volume->size);
		sum += x->len;
	}
	if (sum < size)
		return err_set(e, ERR_INPUT, "'%s': a file of %llu bytes has room for %llu",
			       volume->name, (unsigned long long)size, (unsigned long long)sum);
	v->source = (struct source){.ops = &ops, .size = size, .name = volume->name};
	v->volume = volume;
	v->extents = extents;
	return 0;
}

void volume_clean_name(char *name)
{
	for (unsigned char *c = (unsigned char *)name; *c; c++)
		if (*c < ' ' || *c == 0x7f || *c == '/')
			*c = '?';
}
