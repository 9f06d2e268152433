#include "format/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_put(struct buf *to, const void *data, size_t len, struct err *e)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)at[i] << 16;
		char four[4];

		if (n > 1)
			bits |= (uint32_t)at[i + 1] << 8;
		if (n > 2)
			bits |= at[i + 2];
		for (size_t k = 0; k < 4; k++)
			four[k] = k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
		if (buf_put(to, four, sizeof(four), e) < 0)
			return -1;
	}
	return 0;
}

bool base64_is_valid(const char *text)
{
	size_t len = strlen(text), n = strspn(text, digits);
	size_t padding = len - n;

	return n > 0 && len % 4 == 0 && padding <= 2 && strspn(text + n, "=") == padding;
}

int base64_get(const char *text, struct buf *to, struct err *e)
{
	uint32_t bits = 0;
	unsigned int n = 0;

	for (; *text && *text != '='; text++) {
		const char *digit = strchr(digits, *text);

		if (!digit)
			return err_set(e, ERR_INPUT, "this is no base64");
		bits = bits << 6 | (uint32_t)(digit - digits);
		n += 6;
		if (n >= 8) {
			const uint8_t byte = (uint8_t)(bits >> (n -= 8));

			if (buf_put(to, &byte, 1, e) < 0)
				return -1;
		}
	}
	return 0;
}
