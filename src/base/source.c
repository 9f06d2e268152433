#include "base/source.h"

#include <string.h>

int source_read(const struct source *s, uint64_t offset, void *data, size_t len, struct err *e)
{
	if (offset > s->size || len > s->size - offset)
		return err_set(
			e, ERR_INPUT,
			"'%s' ends after %llu bytes, but %zu at %llu are needed: it is cut short",
			s->name, (unsigned long long)s->size, len, (unsigned long long)offset);
	if (len == 0)
		return 0;
	return s->ops->read(s, offset, data, len, e);
}

static int memory_read(const struct source *s, uint64_t offset, void *data, size_t len,
		       struct err *e)
{
	const struct memory_source *m = (const struct memory_source *)s;

	(void)e;
	memcpy(data, (const char *)m->data + offset, len);
	return 0;
}

static const struct source_ops memory_ops = {.read = memory_read};

void memory_source_init(struct memory_source *m, const void *data, size_t len, const char *name)
{
	*m = (struct memory_source){
		.source = {.ops = &memory_ops, .size = len, .name = name},
		.data = data,
	};
}

static int read_range(const struct source *s, uint64_t offset, void *data, size_t len,
		      struct err *e)
{
	const struct range_source *r = (const struct range_source *)s;

	return source_read(r->from, r->offset + offset, data, len, e);
}

int range_source_init(struct range_source *r, const struct source *from, uint64_t offset,
		      uint64_t len, struct err *e)
{
	static const struct source_ops ops = {.read = read_range};

	if (offset > from->size || len > from->size - offset)
		return err_set(e, ERR_INPUT,
			       "'%s' ends at byte %llu, before the %llu bytes at %llu do",
			       from->name, (unsigned long long)from->size, (unsigned long long)len,
			       (unsigned long long)offset);
	r->source = (struct source){.ops = &ops, .size = len, .name = from->name};
	r->from = from;
	r->offset = offset;
	return 0;
}
