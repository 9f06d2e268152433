#include "host/crc.h"

#include <libdeflate.h>

uint32_t crc_add(uint32_t crc, const void *data, size_t len)
{
	return len ? libdeflate_crc32(crc, data, len) : crc;
}

static int crc_read(const struct source *s, uint64_t offset, void *data, size_t len, struct err *e)
{
	const struct crc_source *c = (const struct crc_source *)s;

	if (source_read(c->from, offset, data, len, e) < 0)
		return -1;
	*c->crc = crc_add(*c->crc, data, len);
	return 0;
}

static const struct source_ops crc_ops = {.read = crc_read};

void crc_source_init(struct crc_source *c, const struct source *from, uint32_t *crc)
{
	*c = (struct crc_source){
		.source = {.ops = &crc_ops, .size = from->size, .name = from->name},
		.from = from,
		.crc = crc,
	};
	*crc = 0;
}
