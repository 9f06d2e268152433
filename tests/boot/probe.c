/*
 * Runs as PID 1 of a kernel and tries what a role promises: each thing answers, or the line says
 * how it failed. Which roles are tried stands on the kernel command line, "roles=guest,host".
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TMPFS_MAGIC_NUMBER = 0x01021994,
	MEGABYTE = 1 << 20,
};

/* 0 when it answers, -1 with errno when it does not. */
typedef int (*probe)(void);

struct probe_row {
	const char *role;
	const char *name;
	probe run;
};

static int close_result(int fd)
{
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

/* In a child, so that what it does to itself ends with it. */
static int in_child(probe run)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid)
		_exit(run() < 0 ? errno : 0);
	if (waitpid(pid, &status, 0) < 0)
		return -1;
	if (!WIFEXITED(status))
		return fail(EFAULT);
	return WEXITSTATUS(status) ? fail(WEXITSTATUS(status)) : 0;
}

static int tmpfs_has_a_limit(void)
{
	struct statfs s;
	int result = 0;

	if (mkdir("/t", 0755) < 0 || mount("tmpfs", "/t", "tmpfs", 0, "size=1M") < 0 ||
	    statfs("/t", &s) < 0)
		return -1;
	if (s.f_type != TMPFS_MAGIC_NUMBER || s.f_blocks * (unsigned long)s.f_bsize != MEGABYTE)
		result = fail(EMEDIUMTYPE);
	umount("/t");
	return result;
}

static int file_lock(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open("/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	return fcntl(fd, F_SETLK, &lock) < 0 ? -1 : close_result(fd);
}

/* The kernel changes to fine timers some ticks after it has settled on a clock source. */
static int fine_clock(void)
{
	for (int tick = 0; tick < 200; tick++) {
		struct timespec resolution;

		if (clock_getres(CLOCK_MONOTONIC, &resolution) < 0)
			return -1;
		if (!resolution.tv_sec && resolution.tv_nsec == 1)
			return 0;
		usleep(10000);
	}
	return fail(ERANGE);
}

static int timer(void)
{
	timer_t id;

	return timer_create(CLOCK_MONOTONIC, NULL, &id);
}

static int timer_descriptor(void)
{
	return close_result(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
}

static int signal_descriptor(void)
{
	sigset_t set;

	sigemptyset(&set);
	return close_result(signalfd(-1, &set, SFD_CLOEXEC));
}

static int event_descriptor(void)
{
	return close_result(eventfd(0, EFD_CLOEXEC));
}

static int epoll(void)
{
	return close_result(epoll_create1(EPOLL_CLOEXEC));
}

static int inotify(void)
{
	return close_result(inotify_init1(IN_CLOEXEC));
}

static int process_descriptor(void)
{
	return close_result((int)syscall(SYS_pidfd_open, getpid(), 0));
}

static int memory_file(void)
{
	int fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, MEGABYTE) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		return -1;
	return close_result(fd);
}

static int io_uring(void)
{
	struct io_uring_params parameters = {0};

	return close_result((int)syscall(SYS_io_uring_setup, 4, &parameters));
}

static int seccomp_filter(void)
{
	/* A filter that is not there is told from a kernel that has none. */
	if (prctl(PR_SET_SECCOMP, 2 /* SECCOMP_MODE_FILTER */, NULL) < 0 && errno == EFAULT)
		return 0;
	return -1;
}

static int landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1
		       ? -1
		       : 0;
}

static int membarrier(void)
{
	return syscall(SYS_membarrier, 0 /* QUERY */, 0, 0) < 0 ? -1 : 0;
}

static int user_fault(void)
{
	return close_result((int)syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int random_now(void)
{
	char byte;

	return syscall(SYS_getrandom, &byte, 1, 1 /* GRND_NONBLOCK */) == 1 ? 0 : -1;
}

static int of_family(int family, int type, int protocol)
{
	return close_result(socket(family, type | SOCK_CLOEXEC, protocol));
}

static int local_socket(void)
{
	return of_family(AF_UNIX, SOCK_SEQPACKET, 0);
}

static int packet_socket(void)
{
	return of_family(AF_PACKET, SOCK_DGRAM, 0);
}

static int ipv4(void)
{
	return of_family(AF_INET, SOCK_STREAM, 0);
}

static int ipv6(void)
{
	return of_family(AF_INET6, SOCK_STREAM, 0);
}

static int vsock(void)
{
	return of_family(AF_VSOCK, SOCK_STREAM, 0);
}

static int device(const char *path)
{
	return close_result(open(path, O_RDWR | O_CLOEXEC));
}

static int rtc(void)
{
	return close_result(open("/dev/rtc0", O_RDONLY | O_CLOEXEC));
}

static int cgroup_controllers(void)
{
	static const char *const wanted[] = {"cpuset", "cpu", "io", "memory", "pids"};
	char text[256] = "";
	int fd;

	if (mkdir("/cgroup", 0755) < 0 || mount("cgroup2", "/cgroup", "cgroup2", 0, NULL) < 0)
		return -1;
	fd = open("/cgroup/cgroup.controllers", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		if (!strstr(text, wanted[i])) {
			printf("probe: no cgroup controller %s in: %s\n", wanted[i], text);
			return fail(ENOENT);
		}
	}
	return close_result(fd);
}

static int all_namespaces(void)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
		       CLONE_NEWUTS | CLONE_NEWCGROUP);
}

static int namespaces(void)
{
	return in_child(all_namespaces);
}

static int tap(void)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return ioctl(fd, TUNSETIFF, &request) < 0 ? -1 : close_result(fd);
}

static int vhost_net(void)
{
	return device("/dev/vhost-net");
}

static int vhost_vsock(void)
{
	return device("/dev/vhost-vsock");
}

static int vfio(void)
{
	return device("/dev/vfio/vfio");
}

static int loop_device(void)
{
	return device("/dev/loop-control");
}

static int device_mapper(void)
{
	return device("/dev/mapper/control");
}

static int bridge(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	return ioctl(fd, SIOCBRADDBR, "br0") < 0 ? -1 : close_result(fd);
}

static int packet_filter(void)
{
	return of_family(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static int bpf(void)
{
	/* An unknown command of a kernel that has bpf(2) is EINVAL; one without says ENOSYS. */
	return syscall(SYS_bpf, 10000, NULL, 0) < 0 && errno == EINVAL ? 0 : -1;
}

static int exists(const char *path)
{
	struct stat st;

	return stat(path, &st);
}

/* /dev/kvm needs a processor with virtualisation, which a virtual machine may lack. */
static int kvm(void)
{
	return exists("/dev/kvm") == 0 ? 0 : exists("/sys/module/kvm");
}

static int huge_pages(void)
{
	return exists("/sys/kernel/mm/hugepages/hugepages-2048kB");
}

static int transparent_huge_pages(void)
{
	return exists("/sys/kernel/mm/transparent_hugepage/enabled");
}

static int same_page_merging(void)
{
	return exists("/sys/kernel/mm/ksm/run");
}

static const struct probe_row rows[] = {
	{"guest", "tmpfs with a limit", tmpfs_has_a_limit},
	{"guest", "file lock", file_lock},
	{"guest", "clock of 1 ns", fine_clock},
	{"guest", "timer_create", timer},
	{"guest", "timerfd", timer_descriptor},
	{"guest", "signalfd", signal_descriptor},
	{"guest", "eventfd", event_descriptor},
	{"guest", "epoll", epoll},
	{"guest", "inotify", inotify},
	{"guest", "pidfd", process_descriptor},
	{"guest", "memfd with seals", memory_file},
	{"guest", "io_uring", io_uring},
	{"guest", "seccomp filter", seccomp_filter},
	{"guest", "membarrier", membarrier},
	{"guest", "getrandom at once", random_now},
	{"guest", "unix socket", local_socket},
	{"guest", "packet socket", packet_socket},
	{"guest", "IPv4", ipv4},
	{"guest", "IPv6", ipv6},
	{"guest", "vsock", vsock},
	{"guest", "rtc", rtc},
	{"guest", "cgroup controllers", cgroup_controllers},
	{"guest", "namespaces", namespaces},
	{"host", "kvm", kvm},
	{"host", "tap", tap},
	{"host", "vhost-net", vhost_net},
	{"host", "vhost-vsock", vhost_vsock},
	{"host", "vfio", vfio},
	{"host", "bridge", bridge},
	{"host", "nftables", packet_filter},
	{"host", "bpf", bpf},
	{"host", "landlock", landlock},
	{"host", "userfaultfd", user_fault},
	{"host", "huge pages", huge_pages},
	{"host", "transparent huge pages", transparent_huge_pages},
	{"host", "same-page merging", same_page_merging},
	{"host", "loop", loop_device},
	{"host", "device mapper", device_mapper},
};

static bool answers(const struct probe_row *row)
{
	bool ok = row->run() == 0;

	if (ok)
		printf("probe: %s answers\n", row->name);
	else
		printf("probe: %s FAILED: %s\n", row->name, strerror(errno));
	return ok;
}

int main(void)
{
	const char *roles = getenv("roles");
	unsigned int tried = 0;
	unsigned int failed = 0;

	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
		perror("probe: devtmpfs");
	if (mkdir("/sys", 0755) < 0 || mount("sysfs", "/sys", "sysfs", 0, NULL) < 0)
		perror("probe: sysfs");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!roles || !strstr(roles, rows[i].role))
			continue;
		tried++;
		failed += !answers(&rows[i]);
	}
	printf("probe: %u tried, %u failed\n", tried, failed);
	reboot(RB_POWER_OFF);
	return 1;
}
