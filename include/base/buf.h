#ifndef MKOS_BASE_BUF_H
#define MKOS_BASE_BUF_H

/*
 * A growing run of bytes that is always followed by a NUL, so that text in it
 * can be used as a string. The owner declares it AUTO_BUF or calls buf_done().
 */

#include "base/err.h"

#include <stddef.h>

struct buf {
	char *data; /* NULL while empty */
	size_t len; /* without the NUL */
	size_t cap;
};

#define BUF_INIT             \
	{                    \
		.data = NULL \
	}

void buf_done(struct buf *b);
#define AUTO_BUF AUTO(buf_done) struct buf

/* Makes room for extra more bytes; the length stays. */
MUST_CHECK int buf_reserve(struct buf *b, size_t extra, struct err *e);

MUST_CHECK int buf_put(struct buf *b, const void *data, size_t len, struct err *e);
MUST_CHECK int buf_puts(struct buf *b, const char *text, struct err *e);
MUST_CHECK int buf_putf(struct buf *b, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);

/* The text, "" while empty. Valid until the buffer changes. */
const char *buf_str(const struct buf *b);

/* The text as memory of the caller's (never NULL on success); the buffer is empty afterwards. */
MUST_CHECK int buf_take(struct buf *b, char **ret_text, struct err *e);

/* Length becomes 0, the memory stays for the next use. */
void buf_clear(struct buf *b);

#endif
