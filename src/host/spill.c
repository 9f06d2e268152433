#include "host/spill.h"

#include "base/path.h"
#include "host/write_all.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int spill_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	const struct spill *spill = (const struct spill *)s;

	if (write_all(spill->fd, data, len) < 0)
		return err_os(e, "write a temporary file (TMPDIR says where)");
	return 0;
}

/* Not all file systems have files without a name from the start. */
static int open_and_unlink(const char *folder, struct err *e)
{
	AUTO_FREE char *path = NULL;
	int fd;

	if (path_join(folder, "mvirt-mkos-XXXXXX", &path, e) < 0)
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_os(e, "make a temporary file in '%s' (TMPDIR says where)", folder);
	unlink(path);
	return fd;
}

int spill_begin(struct spill *s, struct err *e)
{
	static const struct sink_ops ops = {.put = spill_put};
	const char *folder = getenv("TMPDIR");

	if (!folder || !*folder)
		folder = "/var/tmp";
	*s = (struct spill){.sink = {.ops = &ops}};
	s->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd < 0)
		s->fd = open_and_unlink(folder, e);
	return s->fd < 0 ? -1 : 0;
}

void spill_done(struct spill *s)
{
	auto_close_(&s->fd);
}

int spill_take(struct spill *s, const char *name, struct file_source *ret, struct err *e)
{
	int fd = s->fd;

	s->fd = -1;
	return file_source_take(ret, fd, name, e);
}
