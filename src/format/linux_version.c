#include "format/linux_version.h"

#include <string.h>

#define BEFORE "Linux version "

enum {
	BEFORE_LEN = sizeof(BEFORE) - 1,
	KEPT = BEFORE_LEN + LINUX_RELEASE_MAX + 2, /* with " (" */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is there a release at the text, with " (" behind it? */
static bool take_release(struct linux_version *v, const char *text, size_t left)
{
	size_t len = 0;

	while (len < left && text[len] > 0x20 && text[len] < 0x7f)
		len++;
	if (len < 3 || len > LINUX_RELEASE_MAX || len + 1 >= left || text[len] != ' ' ||
	    text[len + 1] != '(' || !is_digit(text[0]) || !memchr(text, '.', len))
		return false;
	memcpy(v->release, text, len);
	v->release[len] = '\0';
	return true;
}

static void look(struct linux_version *v)
{
	const char *at = v->window, *end = v->window + v->len;

	while (!v->found && (at = memmem(at, (size_t)(end - at), BEFORE, BEFORE_LEN))) {
		at += BEFORE_LEN;
		v->found = take_release(v, at, (size_t)(end - at));
	}
}

static int version_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct linux_version *v = (struct linux_version *)s;
	const char *from = data;

	while (len && !v->found) {
		size_t n = sizeof(v->window) - v->len;

		n = len < n ? len : n;
		memcpy(v->window + v->len, from, n);
		v->len += n;
		from += n;
		len -= n;
		look(v);
		/* It may be cut at the end of what was put: that much is looked at again. */
		if (v->len == sizeof(v->window)) {
			memmove(v->window, v->window + v->len - KEPT, KEPT);
			v->len = KEPT;
		}
	}
	return v->found ? err_set(e, ERR_LIMIT, "the kernel's version is found") : 0;
}

void linux_version_init(struct linux_version *v)
{
	static const struct sink_ops ops = {.put = version_put};

	v->sink = (struct sink){.ops = &ops};
	v->found = false;
	v->release[0] = '\0';
	v->len = 0;
}
