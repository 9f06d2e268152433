#include "clock.h"

#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* 2026-01-01 00:00:00 UTC. */
#define OLDEST INT64_C(1767225600)

#define DAY_S 86400

/*
 * Days before and years of the Gregorian calendar, in years that begin with March, so that the leap
 * day is the last one. Month 0 is March.
 */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	if (month < 2)
		year--;
	month = (month + 10) % 12;
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 -
	       719468;
}

int64_t clock_from_rtc(const struct rtc_time *t)
{
	int64_t day;

	if (t->tm_year < 70 || t->tm_year > 8099 || t->tm_mon < 0 || t->tm_mon > 11 ||
	    t->tm_mday < 1 || t->tm_mday > 31 || t->tm_hour < 0 || t->tm_hour > 23 ||
	    t->tm_min < 0 || t->tm_min > 59 || t->tm_sec < 0 || t->tm_sec > 60)
		return -1;
	day = days_of(t->tm_year + 1900, t->tm_mon, t->tm_mday);
	return day * DAY_S + t->tm_hour * 3600 + t->tm_min * 60 + t->tm_sec;
}

static void put_digits(char *at, int count, int64_t n)
{
	while (count-- > 0) {
		at[count] = (char)('0' + n % 10);
		n /= 10;
	}
}

const char *clock_date(int64_t seconds, char buf[11])
{
	int64_t days = seconds / DAY_S;
	int64_t year = 1970;
	int64_t month = 0;

	while (days_of(year + 1, 0, 1) <= days)
		year++;
	while (month < 11 && days_of(year, month + 1, 1) <= days)
		month++;
	memcpy(buf, "0000-00-00", 11);
	put_digits(buf, 4, year);
	put_digits(buf + 5, 2, month + 1);
	put_digits(buf + 8, 2, days - days_of(year, month, 1) + 1);
	return buf;
}

static int64_t image_time(void)
{
	struct stat st;

	if (stat("/init", &st) < 0 || st.st_mtime < OLDEST)
		return OLDEST;
	return st.st_mtime;
}

/* By number, since C libraries differ in the type of ioctl()'s request, and not all take it as it is. */
static long read_rtc(int fd, struct rtc_time *ret)
{
	return syscall(SYS_ioctl, fd, RTC_RD_TIME, ret);
}

/* The kernel took its time from the first one that was there; another may know better. */
static int64_t hardware_time(void)
{
	static const char clocks[][10] = {"/dev/rtc0", "/dev/rtc1"};
	int64_t newest = -1;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		int fd = open(clocks[i], O_RDONLY | O_CLOEXEC);
		struct rtc_time t;

		if (fd >= 0 && read_rtc(fd, &t) == 0 && clock_from_rtc(&t) > newest)
			newest = clock_from_rtc(&t);
		if (fd >= 0)
			close(fd);
	}
	return newest;
}

void clock_check(void)
{
	struct timespec now;
	int64_t oldest = image_time();
	int64_t hardware;
	char was[11];
	char is[11];

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || now.tv_sec >= oldest)
		return;
	clock_date(now.tv_sec < 0 ? 0 : now.tv_sec, was);
	hardware = hardware_time();
	now = (struct timespec){.tv_sec = (time_t)(hardware >= oldest ? hardware : oldest)};
	clock_date(now.tv_sec, is);
	if (clock_settime(CLOCK_REALTIME, &now) < 0)
		console_say("the clock says %s, before this image was made, and cannot be set: %s",
			    was, strerror(errno));
	else
		console_say("the clock said %s, before this image was made: set to %s, %s", was, is,
			    hardware >= oldest ? "which the hardware's clock says"
					       : "the time of the image");
}
