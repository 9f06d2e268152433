#include "mounts.h"

#include "console.h"
#include "settings.h"
#include "shared/message.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Texts stand in the tables themselves: a pointer to one would weigh four times as much as itself. */
struct mount_point {
	char target[27];
	char type[11];
	char data[24]; /* empty: none */
	uint8_t flags;
	bool found; /* only where the kernel has made the folder: it does when it can fill it */
};

#define NO_PROGRAMS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/*
 * A parent comes before what is inside it. /dev may hold programs of nobody, so noexec, but nodev
 * would make it void. Terminals are 0600 without the usual gid=5: nobody but root logs in here.
 * Who is not root sees only its own processes (hidepid). The sizes leave a machine usable when all
 * three are full; the kernel's default is half the memory for each of them.
 */
static const struct mount_point mount_points[] = {
	{"/proc", "proc", "hidepid=2", NO_PROGRAMS, false},
	{"/sys", "sysfs", "", NO_PROGRAMS, false},
	{"/sys/fs/cgroup", "cgroup2", "nsdelegate", NO_PROGRAMS, true},
	{"/sys/fs/pstore", "pstore", "", NO_PROGRAMS, true},
	{"/sys/kernel/security", "securityfs", "", NO_PROGRAMS, true},
	{"/sys/firmware/efi/efivars", "efivarfs", "", NO_PROGRAMS, true},
	{"/dev", "devtmpfs", "mode=0755", MS_NOSUID | MS_NOEXEC, false},
	{"/dev/pts", "devpts", "mode=0600,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, false},
	{"/dev/shm", "tmpfs", "mode=1777,size=25%", NO_PROGRAMS, false},
	{"/dev/mqueue", "mqueue", "", NO_PROGRAMS, false},
	{"/run", "tmpfs", "mode=0755,size=10%", NO_PROGRAMS, false},
	{"/tmp", "tmpfs", "mode=1777,size=25%", MS_NOSUID | MS_NODEV, false},
};

static const struct {
	char target[16];
	char name[12];
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

static void say_failed(const struct mount_point *m)
{
	if (errno == ENODEV)
		console_say("this kernel has no %s, so there is no %s", m->type, m->target);
	else
		console_say("cannot mount %s on %s: %s", m->type, m->target, strerror(errno));
}

const char *mounts_size_fault(const struct statfs *s)
{
	if ((unsigned long)s->f_type == RAMFS_MAGIC)
		return "a ramfs, since this kernel has no SHMEM";
	return (unsigned long)s->f_type == TMPFS_MAGIC && s->f_blocks == 0 ? "a tmpfs without size"
									   : NULL;
}

/* "tmpfs" may be given a ramfs, which takes every option and heeds none. */
static void check_size(const char *target)
{
	struct statfs s;
	const char *fault;

	if (statfs(target, &s) < 0)
		return;
	fault = mounts_size_fault(&s);
	if (fault != NULL)
		console_say("%s is %s: what is written there can fill the memory", target, fault);
}

static void mount_one(const struct mount_point *m)
{
	if (m->found && access(m->target, F_OK) < 0)
		return;
	if (is_mounted(m->target)) {
		/* Often by the kernel itself, and then without flags. */
		if (mount(NULL, m->target, NULL, (unsigned long)(MS_REMOUNT | MS_BIND) | m->flags,
			  NULL) < 0)
			console_say("cannot set the flags of %s: %s", m->target, strerror(errno));
	} else {
		/* If that fails for another reason than being there, mount says so. */
		if (mkdir(m->target, 0755) < 0 && errno != EEXIST && errno != EROFS)
			console_say("cannot make %s: %s", m->target, strerror(errno));
		if (mount(m->type, m->target, m->type, m->flags, m->data) < 0 && errno != EBUSY) {
			say_failed(m);
			return;
		}
	}
	check_size(m->target);
}

void mounts_make(void)
{
	/* The kernel's first root is a tmpfs like any other: everybody may write to it. */
	if (chmod("/", 0755) < 0 && errno != EROFS)
		console_say("cannot set the mode of /: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++)
		mount_one(&mount_points[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].target, links[i].name) < 0 && errno != EEXIST)
			console_say("cannot make %s: %s", links[i].name, strerror(errno));
}

void mounts_huge_pages(int64_t wanted)
{
	struct mount_point m = {"/dev/hugepages", "hugetlbfs", "mode=0700", NO_PROGRAMS, false};

	if (wanted == HUGE_PAGES_NONE)
		return;
	if (wanted != HUGE_PAGES_DEFAULT)
		message_put(m.data, sizeof(m.data), "mode=0700,pagesize=%s",
			    wanted == HUGE_PAGES_2M ? "2M" : "1G");
	mount_one(&m);
}
