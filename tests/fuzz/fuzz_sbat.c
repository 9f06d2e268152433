/* SBAT texts: what is merged has one first line, and merging it again changes nothing. */

#include "format/sbat.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct err e = ERR_INIT;
	AUTO_BUF once = BUF_INIT;
	AUTO_BUF twice = BUF_INIT;

	if (!sbat_is_valid(text, size))
		return 0;
	if (sbat_merge(&once, text, size, &e) < 0 ||
	    sbat_merge(&twice, once.data, once.len, &e) < 0)
		__builtin_trap();
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0 ||
	    strncmp(once.data, SBAT_HEADER, strlen(SBAT_HEADER)) != 0 ||
	    once.data[once.len - 1] != '\n')
		__builtin_trap();
	return 0;
}
