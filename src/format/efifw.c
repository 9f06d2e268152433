#include "format/efifw.h"

#include "base/bytes.h"

#include <string.h>

enum { MAGIC = 0xfeeddead, HEADER = 16 };

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
