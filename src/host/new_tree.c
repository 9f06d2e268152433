#include "host/new_tree.h"

#include "base/sink.h"
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int new_tree_begin(struct new_tree *t, const char *folder, struct err *e)
{
	if (mkdir(folder, 0755) < 0)
		return err_os(e, "make folder '%s'", folder);
	t->as_root = geteuid() == 0;
	t->fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return t->fd < 0 ? err_os(e, "open folder '%s'", folder) : 0;
}

void new_tree_done(struct new_tree *t)
{
	auto_close_(&t->fd);
}

int new_tree_folder(const struct new_tree *t, const char *name, struct err *e)
{
	return mkdirat(t->fd, name, 0700) < 0 ? err_os(e, "make folder '%s'", name) : 0;
}

/* A file below the folder as a sink. */
struct file_sink {
	struct sink sink; /* first */
	int fd;
	const char *name;
};

static int file_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	const struct file_sink *f = (const struct file_sink *)s;
	const char *from = data;

	while (len) {
		ssize_t n = write(f->fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "write '%s'", f->name);
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

int new_tree_file(const struct new_tree *t, const char *name, const struct source *from,
		  uint64_t offset, uint64_t len, struct err *e)
{
	static const struct sink_ops ops = {.put = file_put};
	AUTO_CLOSE int fd =
		openat(t->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct file_sink out = {.sink = {.ops = &ops}, .fd = fd, .name = name};

	if (fd < 0)
		return err_os(e, "write '%s'", name);
	return from ? sink_range(&out.sink, from, offset, len, e) : 0;
}

int new_tree_link(const struct new_tree *t, const char *old, const char *name, struct err *e)
{
	return linkat(t->fd, old, t->fd, name, 0) < 0 ? err_os(e, "link '%s'", name) : 0;
}

int new_tree_symlink(const struct new_tree *t, const char *name, const char *target, struct err *e)
{
	if (symlinkat(target, t->fd, name) < 0)
		return err_os(e, "make symbolic link '%s'", name);
	return 0;
}

int new_tree_node(const struct new_tree *t, const char *name, const struct new_tree_node *node,
		  struct err *e)
{
	if (mknodat(t->fd, name, node->type | 0600, makedev(node->major, node->minor)) < 0)
		return err_os(e, "make '%s'", name);
	return 0;
}

/* Owner before mode: a change of owner takes setuid away. */
int new_tree_set(const struct new_tree *t, const char *name, const struct new_tree_facts *facts,
		 struct err *e)
{
	const struct timespec times[2] = {{.tv_sec = facts->mtime}, {.tv_sec = facts->mtime}};

	if (faccessat(t->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (t->as_root && fchownat(t->fd, name, facts->uid, facts->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(e, "set the owner of '%s'", name);
	if (!S_ISLNK(facts->mode) &&
	    fchmodat(t->fd, name, facts->mode & (t->as_root ? 07777 : 0777), 0) < 0)
		return err_os(e, "set the mode of '%s'", name);
	if (utimensat(t->fd, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_os(e, "set the time of '%s'", name);
	return 0;
}
