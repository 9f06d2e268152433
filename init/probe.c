#include "probe.h"

#include "shared/small_file.h"
#include "shared/words.h"

#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/*
 * One after the other, since a table of pointers would weigh more than the texts: how it is looked
 * for, the option, and what it is looked for by.
 */
#define FEATURE(how, option, what) #how #option "\0" what "\0"

static const char features[] =
	/* a path that is there */
	FEATURE(P, PROC_FS, "/proc/self") FEATURE(P, PROC_SYSCTL, "/proc/sys/kernel")
		FEATURE(P, SYSFS, "/sys/class") FEATURE(P, PRINTK, "/dev/kmsg") FEATURE(
			P, RTC_CLASS, "/sys/class/rtc") FEATURE(P, WATCHDOG, "/sys/class/watchdog")
			FEATURE(P, DMI_SYSFS, "/sys/firmware/dmi/entries")
				FEATURE(P, ACPI, "/sys/firmware/acpi")
					FEATURE(P, KEXEC_CORE, "/sys/kernel/kexec_loaded")
	/* a type of file system */
	FEATURE(F, DEVTMPFS, "devtmpfs") FEATURE(F, UNIX98_PTYS, "devpts")
		FEATURE(F, POSIX_MQUEUE, "mqueue") FEATURE(F, CGROUPS, "cgroup2")
			FEATURE(F, SECURITYFS, "securityfs") FEATURE(F, EFIVAR_FS, "efivarfs")
				FEATURE(F, PSTORE, "pstore") FEATURE(F, HUGETLBFS, "hugetlbfs")
					FEATURE(F, EXT4_FS, "ext4") FEATURE(F, VFAT_FS, "vfat")
						FEATURE(R, SHMEM, "/run")
	/* a controller of control groups */
	FEATURE(C, MEMCG, "memory") FEATURE(C, CGROUP_SCHED, "cpu") FEATURE(C, CGROUP_PIDS, "pids")
	/* a family of sockets, by its number */
	FEATURE(S, UNIX, "\x01") FEATURE(S, INET, "\x02") FEATURE(S, IPV6, "\x0a")
		FEATURE(S, NET, "\x10") FEATURE(S, PACKET, "\x11") FEATURE(S, VSOCKETS, "\x28")
			FEATURE(N, SIGNALFD, "") FEATURE(T, TIMERFD, "");

static bool opened(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* One that only root may have is there too. */
static bool has_family(int family)
{
	return opened(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) ||
	       (errno != EAFNOSUPPORT && errno != ENOSYS);
}

static bool file_has(const char *path, const char *word)
{
	char text[2048];

	return small_file_read(path, text, sizeof(text)) > 0 && words_has(text, word);
}

/* Without the option "tmpfs" is a ramfs. */
static bool is_no_ramfs(const char *path)
{
	struct statfs s;

	return statfs(path, &s) < 0 || (unsigned long)s.f_type != RAMFS_MAGIC;
}

static bool is_there(char how, const char *what)
{
	sigset_t none;

	switch (how) {
	case 'P':
		return access(what, F_OK) == 0;
	case 'F':
		return file_has("/proc/filesystems", what);
	case 'R':
		return is_no_ramfs(what);
	case 'C':
		return file_has("/sys/fs/cgroup/cgroup.controllers", what);
	case 'S':
		return has_family(*what);
	case 'N':
		sigemptyset(&none);
		return opened(signalfd(-1, &none, SFD_CLOEXEC));
	default:
		return opened(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
	}
}

bool probe_kernel(void (*missing)(const char *option))
{
	bool all = true;

	for (const char *at = features; *at != '\0';) {
		const char *option = at + 1;
		const char *what = option + strlen(option) + 1;

		if (!is_there(*at, what)) {
			missing(option);
			all = false;
		}
		at = what + strlen(what) + 1;
	}
	return all;
}
