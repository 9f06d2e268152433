#include "rlimits.h"

#include <stddef.h>
#include <string.h>

static bool take_value(const char **text, rlim_t *ret)
{
	const char *at = *text;
	rlim_t n = 0;

	if (strncmp(at, "max", 3) == 0) {
		*ret = RLIM_INFINITY;
		*text = at + 3;
		return true;
	}
	for (; *at >= '0' && *at <= '9'; at++) {
		if (n > (rlim_t)1 << 56)
			return false;
		n = n * 10 + (rlim_t)(*at - '0');
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = n;
	return true;
}

bool rlimits_parse(const char *word, struct rlimit_wish *ret)
{
	static const char names[][11] = {
		[RLIMIT_CPU] = "cpu",		[RLIMIT_FSIZE] = "fsize",
		[RLIMIT_DATA] = "data",		[RLIMIT_STACK] = "stack",
		[RLIMIT_CORE] = "core",		[RLIMIT_RSS] = "rss",
		[RLIMIT_NPROC] = "nproc",	[RLIMIT_NOFILE] = "nofile",
		[RLIMIT_MEMLOCK] = "memlock",	[RLIMIT_AS] = "as",
		[RLIMIT_LOCKS] = "locks",	[RLIMIT_SIGPENDING] = "sigpending",
		[RLIMIT_MSGQUEUE] = "msgqueue", [RLIMIT_NICE] = "nice",
		[RLIMIT_RTPRIO] = "rtprio",	[RLIMIT_RTTIME] = "rttime",
	};
	size_t len = strcspn(word, "=");
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) &&
	       (strlen(names[i]) != len || memcmp(names[i], word, len) != 0))
		i++;
	if (word[len] != '=' || i == sizeof(names) / sizeof(names[0]))
		return false;
	ret->resource = (int)i;
	word += len + 1;
	if (!take_value(&word, &ret->limit.rlim_cur))
		return false;
	ret->limit.rlim_max = ret->limit.rlim_cur;
	if (*word == ':') {
		word++;
		if (!take_value(&word, &ret->limit.rlim_max))
			return false;
	}
	return *word == '\0' && ret->limit.rlim_cur <= ret->limit.rlim_max;
}

int rlimits_apply(const char *list)
{
	struct rlimit_wish wish;

	for (; *list != '\0'; list += strlen(list) + 1)
		if (rlimits_parse(list, &wish) && prlimit(0, wish.resource, &wish.limit, NULL) < 0)
			return -1;
	return 0;
}
