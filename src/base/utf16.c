#include "base/utf16.h"

#include "base/bytes.h"

/* One character; *text goes behind it. UINT32_MAX: it is not UTF-8. */
static uint32_t next_character(const unsigned char **text)
{
	/* The smallest value that needs so many bytes: longer forms of smaller ones are wrong. */
	static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *p = *text;
	size_t more = *p < 0x80 ? 0 : *p >> 5 == 6 ? 1 : *p >> 4 == 14 ? 2 : *p >> 3 == 30 ? 3 : 4;
	uint32_t c;

	if (more == 4)
		return UINT32_MAX;
	c = more ? *p & (0x3fU >> more) : *p;
	for (size_t i = 1; i <= more; i++) {
		if (p[i] >> 6 != 2)
			return UINT32_MAX;
		c = c << 6 | (p[i] & 0x3fU);
	}
	*text = p + 1 + more;
	if (c < smallest[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return UINT32_MAX;
	return c;
}

int utf16_from_text(const char *text, const char *what, uint16_t *to, size_t max, size_t *ret_n,
		    struct err *e)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = 0;

	while (*p) {
		uint32_t c = next_character(&p);
		size_t units = c > 0xffff ? 2 : 1;

		if (c == UINT32_MAX)
			return err_set(e, ERR_INPUT, "%s '%s' is not UTF-8", what, text);
		if (units > max - n)
			return err_set(e, ERR_LIMIT, "%s '%s' has more than %zu characters", what,
				       text, max);
		if (units == 2) {
			to[n++] = (uint16_t)(0xd7c0 + (c >> 10));
			to[n++] = (uint16_t)(0xdc00 | (c & 0x3ff));
		} else {
			to[n++] = (uint16_t)c;
		}
	}
	*ret_n = n;
	return 0;
}

static char *put_character(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

void utf16_to_text(const uint8_t *units, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t c = le16_get(units + 2 * i);
		uint32_t low = i + 1 < n ? le16_get(units + 2 * i + 2) : 0;

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i++;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		to = put_character(to, c);
	}
	*to = '\0';
}
