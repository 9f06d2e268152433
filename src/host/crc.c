#include "host/crc.h"

#include <libdeflate.h>
#include <zlib.h>

uint32_t crc_add(uint32_t crc, const void *data, size_t len)
{
	return len ? libdeflate_crc32(crc, data, len) : crc;
}

uint32_t crc_join(uint32_t first, uint32_t second, uint64_t len)
{
	return (uint32_t)crc32_combine(first, second, (z_off_t)len);
}
