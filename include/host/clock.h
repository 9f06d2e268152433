#ifndef MKOS_HOST_CLOCK_H
#define MKOS_HOST_CLOCK_H

/* The time that passes while we work, and the only time that may reach an output. */

#include "base/err.h"

#include <stdint.h>

/* Milliseconds since some moment in the past; never goes backwards. */
uint64_t clock_ms(void);

/* Seconds since 1970 by this machine's calendar: for warnings, not for an output. */
int64_t clock_calendar(void);

/*
 * SOURCE_DATE_EPOCH, or the calendar's time when it is unset: for what is another each time anyway, as
 * keys with their certificates are.
 */
MUST_CHECK int clock_issue_date(int64_t *ret, struct err *e);

/* SOURCE_DATE_EPOCH, or 0 when it is unset. Limited to what a newc header can say. */
MUST_CHECK int clock_source_date(uint32_t *ret, struct err *e);

#endif
