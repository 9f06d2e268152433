#include "base/hex.h"

#include <stdint.h>

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void hex_put(const void *data, size_t n, char *to)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = '\0';
}

bool hex_get(const char *text, void *to, size_t n)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < 2 * n; i++)
		if (hex_digit(text[i]) < 0)
			return false;
	if (text[2 * n])
		return false;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
	return true;
}
