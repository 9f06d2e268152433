#include "format/efifw.h"

#include "base/bytes.h"

#include <string.h>

enum { MAGIC = 0xfeeddead, HEADER = 16, FWID_MAX = 4096 };

int efifw_begin(struct buf *to, const char *fwid, uint64_t payload_len, struct err *e)
{
	size_t len = strlen(fwid) + 1;
	uint8_t header[HEADER];

	if (payload_len > UINT32_MAX - HEADER - len)
		return err_set(e, ERR_LIMIT, "firmware '%s' has 4 GiB or more", fwid);
	le32_put(header, MAGIC);
	le32_put(header + 4, HEADER);
	le32_put(header + 8, (uint32_t)len);
	le32_put(header + 12, (uint32_t)payload_len);
	if (buf_put(to, header, sizeof(header), e) < 0)
		return -1;
	return buf_put(to, fwid, len, e);
}

/* The id ends where its length says, with the only NUL in it. */
static int check_fwid(const struct source *s, uint32_t at, uint32_t len, struct err *e)
{
	AUTO_BUF fwid = BUF_INIT;

	if (len == 0 || len > FWID_MAX)
		return err_set(e, ERR_INPUT, "its id has %u bytes", len);
	if (buf_reserve(&fwid, len, e) < 0 || source_read(s, at, fwid.data, len, e) < 0)
		return -1;
	if (memchr(fwid.data, 0, len) != fwid.data + len - 1)
		return err_set(e, ERR_INPUT, "its id does not end in the only NUL of it");
	return 0;
}

int efifw_check(const struct source *s, struct err *e)
{
	uint8_t header[HEADER];
	uint32_t header_len, fwid_len, payload_len;

	if (s->size < sizeof(header))
		return err_set(e, ERR_INPUT, "it has only %llu bytes", (unsigned long long)s->size);
	if (source_read(s, 0, header, sizeof(header), e) < 0)
		return -1;
	header_len = le32_get(header + 4);
	fwid_len = le32_get(header + 8);
	payload_len = le32_get(header + 12);
	if (le32_get(header) != MAGIC)
		return err_set(e, ERR_INPUT, "it begins with 0x%x, not with 0x%x", le32_get(header),
			       MAGIC);
	if (header_len < HEADER || (uint64_t)header_len + fwid_len + payload_len > s->size)
		return err_set(e, ERR_INPUT,
			       "header, id and firmware have %u, %u and %u bytes, all of it %llu",
			       header_len, fwid_len, payload_len, (unsigned long long)s->size);
	return check_fwid(s, header_len, fwid_len, e);
}
