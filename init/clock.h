#ifndef MKOS_INIT_CLOCK_H
#define MKOS_INIT_CLOCK_H

#include <stdint.h>

struct rtc_time;

/*
 * A machine without a battery behind its clock starts in 1970, where certificates are not valid yet
 * and logs lie. A clock that is older than the image is set from the first hardware clock that is
 * not, else to the image's time, and both are told. The image's time is that of /init, or the
 * time before which nothing of this program existed.
 */
void clock_check(void);

/* Seconds since 1970 of a hardware clock that runs on UTC; -1 for what is no date. */
int64_t clock_from_rtc(const struct rtc_time *t);

/* "2026-11-22" of seconds since 1970, the years 1970 to 9999. Returns buf. */
const char *clock_date(int64_t seconds, char buf[11]);

#endif
