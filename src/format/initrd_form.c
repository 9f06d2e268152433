#include "format/initrd_form.h"

#include "base/cleanup.h"

#include <string.h>

static const struct {
	const char *name, *magic;
	size_t len;
} forms[] = {
	{"newc", "070701", 6},	  {"newc", "070702", 6},
	{"gzip", "\x1f\x8b", 2},  {"zstd", "\x28\xb5\x2f\xfd", 4},
	{"xz", "\xfd\x37zXZ", 5}, {"lz4", "\x02\x21\x4c\x18", 4},
	{"bzip2", "BZh", 3},	  {"lzma", "\x5d\x00\x00", 3},
	{"lzo", "\x89LZO", 4},
};

const char *initrd_form(const char *head, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (len >= forms[i].len && !memcmp(head, forms[i].magic, forms[i].len))
			return forms[i].name;
	return NULL;
}
