#include "host/readback.h"

#include <errno.h>
#include <unistd.h>

static int readback_read(const struct source *s, uint64_t offset, void *data, size_t len,
			 struct err *e)
{
	const struct readback *r = (const struct readback *)s;
	char *to = data;

	while (len) {
		ssize_t n = pread(r->fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read '%s' back", s->name);
		if (n == 0)
			return err_set(e, ERR_SYSTEM, "'%s' became shorter while it was written",
				       s->name);
		to += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static const struct source_ops readback_ops = {.read = readback_read};

int readback_init(struct readback *r, struct output *o, struct err *e)
{
	if (output_flush(o, e) < 0)
		return -1;
	*r = (struct readback){
		.source = {.ops = &readback_ops, .size = o->sink.pos, .name = o->path},
		.fd = o->fd,
	};
	return 0;
}
