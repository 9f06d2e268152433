#include "host/clock.h"

#include "base/parse.h"

#include <stdlib.h>
#include <time.h>

uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t clock_calendar(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int clock_source_date(uint32_t *ret, struct err *e)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t value = 0;

	if (text && *text && parse_number(text, 10, UINT32_MAX, "SOURCE_DATE_EPOCH", &value, e) < 0)
		return -1;
	*ret = (uint32_t)value;
	return 0;
}

int clock_issue_date(int64_t *ret, struct err *e)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint32_t date;

	if (clock_source_date(&date, e) < 0)
		return -1;
	*ret = text && *text ? date : clock_calendar();
	return 0;
}
