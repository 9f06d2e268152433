#include "mounts.h"

#include "console.h"
#include "message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct mount_point {
	const char *target;
	const char *type;
	unsigned long flags;
	const char *data;
};

/*
 * A parent comes before what is inside it. /dev may hold programs of nobody, so noexec, but nodev
 * would make it void. Terminals are 0600 without the usual gid=5: nobody but root logs in here.
 * The sizes leave a machine usable when all three are full; the kernel's default is half the memory
 * for each of them.
 */
static const struct mount_point mount_points[] = {
	{"/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL},
	{"/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755"},
	{"/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "mode=0600,ptmxmode=0666"},
	{"/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=25%"},
	{"/run", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=10%"},
	{"/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=25%"},
};

static const struct {
	const char *target;
	const char *name;
} links[] = {
	{"/proc/self/fd", "/dev/fd"},
	{"/proc/self/fd/0", "/dev/stdin"},
	{"/proc/self/fd/1", "/dev/stdout"},
	{"/proc/self/fd/2", "/dev/stderr"},
};

/* A mount point is on another device than the folder it is in. */
static bool is_mounted(const char *path)
{
	char above_path[64];
	struct stat here;
	struct stat above;

	message_put(above_path, sizeof(above_path), "%s/..", path);
	if (lstat(path, &here) < 0 || lstat(above_path, &above) < 0)
		return false;
	return here.st_dev != above.st_dev;
}

static void mount_one(const struct mount_point *m)
{
	if (is_mounted(m->target)) {
		/* Often by the kernel itself, and then without flags. */
		if (mount(NULL, m->target, NULL, MS_REMOUNT | MS_BIND | m->flags, NULL) < 0)
			console_say("cannot set the flags of %s: %s", m->target, strerror(errno));
		return;
	}
	/* If that fails for another reason than being there, mount says so. */
	if (mkdir(m->target, 0755) < 0 && errno != EEXIST && errno != EROFS)
		console_say("cannot make %s: %s", m->target, strerror(errno));
	if (mount(m->type, m->target, m->type, m->flags, m->data) < 0 && errno != EBUSY)
		console_say("cannot mount %s on %s: %s", m->type, m->target, strerror(errno));
}

void mounts_make(void)
{
	for (size_t i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++)
		mount_one(&mount_points[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].target, links[i].name) < 0 && errno != EEXIST)
			console_say("cannot make %s: %s", links[i].name, strerror(errno));
}
