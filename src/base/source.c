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
