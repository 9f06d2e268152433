#include "watchdog.h"

#include "console.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICES_MAX	   8
#define DEFAULT_TIMEOUT_MS (60 * 1000)

/* Two feedings may come late before the third is missed. */
#define FEEDS_IN_TIMEOUT 3

static struct {
	int fd;
	int64_t period_ms;
	struct loop *loop;
	struct loop_timer timer;
	bool failed;
} watchdog = {.fd = -1};

static void feed(void *data)
{
	(void)data;
	if (ioctl(watchdog.fd, (int)WDIOC_KEEPALIVE, 0) < 0 && !watchdog.failed) {
		watchdog.failed = true;
		console_say("the watchdog cannot be fed, the machine may be reset: %s",
			    strerror(errno));
	}
	loop_timer_set(watchdog.loop, &watchdog.timer, loop_now_ms() + watchdog.period_ms);
}

/* The kernel's own timer, which a crash of the kernel stops together with everything else. */
static bool is_software(const struct watchdog_info *info)
{
	return strcmp((const char *)info->identity, "Software Watchdog") == 0;
}

/* Opening it has started it; this stops it where that is allowed. */
static void give_back(int fd)
{
	if (write(fd, "V", 1) < 0)
		console_say("a watchdog that is not used cannot be stopped: %s", strerror(errno));
	close(fd);
}

static int open_device(int number, bool software, struct watchdog_info *ret_info)
{
	char path[32];
	int fd;

	message_put(path, sizeof(path), "/dev/watchdog%d", number);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT)
			console_say("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (ioctl(fd, (int)WDIOC_GETSUPPORT, ret_info) < 0) {
		console_say("%s is no watchdog: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	if (is_software(ret_info) == software)
		return fd;
	give_back(fd);
	return -1;
}

static int find(bool software, struct watchdog_info *ret_info)
{
	for (int number = 0; number < DEVICES_MAX; number++) {
		int fd = open_device(number, software, ret_info);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

static void set_timeout(int seconds, const char *name)
{
	int is = seconds;

	if (ioctl(watchdog.fd, (int)WDIOC_SETTIMEOUT, &is) < 0 &&
	    ioctl(watchdog.fd, (int)WDIOC_GETTIMEOUT, &is) < 0)
		is = seconds;
	if (is < 1)
		is = 1;
	watchdog.period_ms = is * INT64_C(1000) / FEEDS_IN_TIMEOUT;
	console_say("the watchdog '%s' resets this machine after %d s without a sign of life", name,
		    is);
}

void watchdog_start(struct loop *l, int64_t timeout_ms)
{
	bool asked = timeout_ms > 0;
	struct watchdog_info info;

	if (timeout_ms == WATCHDOG_OFF)
		return;
	watchdog.fd = find(false, &info);
	if (watchdog.fd < 0 && asked)
		watchdog.fd = find(true, &info);
	if (watchdog.fd < 0) {
		if (asked)
			console_say("there is no watchdog");
		return;
	}
	watchdog.loop = l;
	watchdog.timer = (struct loop_timer){.fire = feed};
	info.identity[sizeof(info.identity) - 1] = '\0';
	set_timeout((int)((asked ? timeout_ms : DEFAULT_TIMEOUT_MS) + 999) / 1000,
		    (const char *)info.identity);
	feed(NULL);
}

void watchdog_hand_over(void)
{
	if (watchdog.fd < 0)
		return;
	loop_timer_clear(watchdog.loop, &watchdog.timer);
	ioctl(watchdog.fd, (int)WDIOC_KEEPALIVE, 0);
}

void watchdog_stop(void)
{
	if (watchdog.fd < 0)
		return;
	loop_timer_clear(watchdog.loop, &watchdog.timer);
	give_back(watchdog.fd);
	watchdog.fd = -1;
}
