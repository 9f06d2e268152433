#ifndef MKOS_TESTS_UNIT_H
#define MKOS_TESTS_UNIT_H

/* What every unit test includes: cmocka, and checks of results that fill a struct err. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* The call succeeds; when it does not, its sentence is shown. */
#define assert_ok(call)                                    \
	do {                                               \
		if ((call) < 0)                            \
			fail_msg("%s: %s", #call, e.text); \
	} while (0)

/* The call fails and says exactly this. */
#define assert_fails_with(call, sentence)              \
	do {                                           \
		e = (struct err)ERR_INIT;              \
		assert_int_equal((call), -1);          \
		assert_string_equal(e.text, sentence); \
	} while (0)

/* What this machine lacks for a test: nothing may be lacking where it counts. */
static inline void skip_without(const char *what)
{
	const char *ci = getenv("CI");

	if (ci && !strcmp(ci, "true"))
		fail_msg("%s is missing here: with CI=true no test may be left out", what);
	print_message("left out: there is no %s here\n", what);
	skip();
}

/* Fails with the offset and both sides around the first byte that differs. */
static inline void assert_bytes(const void *got, size_t got_len, const void *want, size_t want_len)
{
	const unsigned char *g = got, *w = want;
	size_t shorter = got_len < want_len ? got_len : want_len;

	for (size_t i = 0; i < shorter; i++)
		if (g[i] != w[i])
			fail_msg("byte %zu (0x%zx) is %02x, not %02x", i, i, g[i], w[i]);
	if (got_len != want_len)
		fail_msg("%zu bytes, not %zu", got_len, want_len);
}

#endif
