#include "format/der.h"

#include <string.h>

enum { HEADER_MAX = 2 + sizeof(size_t), SHORT_MAX = 127, LONG = 0x80, HIGH_TAG = 0x1f };

/* Returns the bytes it takes. */
static size_t encode_header(uint8_t header[HEADER_MAX], enum der_tag tag, size_t len)
{
	size_t n = 0;

	header[0] = (uint8_t)tag;
	if (len <= SHORT_MAX) {
		header[1] = (uint8_t)len;
		return 2;
	}
	for (size_t i = sizeof(len); i-- > 0;) {
		uint8_t byte = (uint8_t)(len >> 8 * i);

		if (n || byte)
			header[2 + n++] = byte;
	}
	header[1] = (uint8_t)(LONG | n);
	return 2 + n;
}

int der_put(struct buf *to, enum der_tag tag, const void *content, size_t len, struct err *e)
{
	uint8_t header[HEADER_MAX];

	if (buf_put(to, header, encode_header(header, tag, len), e) < 0)
		return -1;
	return len ? buf_put(to, content, len, e) : 0;
}

int der_wrap(struct buf *to, size_t start, enum der_tag tag, struct err *e)
{
	uint8_t header[HEADER_MAX];
	size_t len = to->len - start;
	size_t n = encode_header(header, tag, len);

	/* Makes room at the end, then moves the content there. */
	if (buf_put(to, header, n, e) < 0)
		return -1;
	memmove(to->data + start + n, to->data + start, len);
	memcpy(to->data + start, header, n);
	return 0;
}

static int read_length(struct der *from, size_t *ret, struct err *e)
{
	size_t n = from->data[0];

	from->data++;
	from->len--;
	*ret = n;
	if (n <= SHORT_MAX)
		return 0;
	n &= SHORT_MAX;
	if (n == 0 || n > sizeof(uint32_t) || n > from->len)
		return err_set(e, ERR_INPUT, "DER: an item has a length that cannot be read");
	*ret = 0;
	for (size_t i = 0; i < n; i++)
		*ret = *ret << 8 | from->data[i];
	from->data += n;
	from->len -= n;
	return 0;
}

int der_next(struct der *from, struct der_item *ret, struct err *e)
{
	struct der rest = *from;
	struct der_item item;
	size_t len;

	if (rest.len < 2)
		return err_set(e, ERR_INPUT, "DER: the data ends where an item is expected");
	item.tag = rest.data[0];
	if ((item.tag & HIGH_TAG) == HIGH_TAG)
		return err_set(e, ERR_INPUT, "DER: a tag of several bytes, which nothing here has");
	rest.data++;
	rest.len--;
	if (read_length(&rest, &len, e) < 0)
		return -1;
	if (len > rest.len)
		return err_set(e, ERR_INPUT, "DER: an item of %zu bytes where %zu are left", len,
			       rest.len);
	item.content = (struct der){rest.data, len};
	rest.data += len;
	rest.len -= len;
	item.whole = (struct der){from->data, from->len - rest.len};
	*from = rest;
	*ret = item;
	return 0;
}

int der_expect(struct der *from, enum der_tag tag, struct der_item *ret, struct err *e)
{
	struct der rest = *from;
	struct der_item item;

	if (der_next(&rest, &item, e) < 0)
		return -1;
	if (item.tag != tag)
		return err_set(e, ERR_INPUT, "DER: tag 0x%02x where 0x%02x is expected", item.tag,
			       (unsigned int)tag);
	*from = rest;
	*ret = item;
	return 0;
}
