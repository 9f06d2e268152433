/* What a kernel says of itself: its boot header, and the search for its version. */

#include "format/linux_image.h"
#include "format/linux_version.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct linux_version whole, pieces;
	struct err e = ERR_INIT;
	struct memory_source m;
	struct linux_image image;

	memory_source_init(&m, data, size, "fuzz");
	if (linux_image_read(&m.source, &image, &e) == 0) {
		if (strlen(image.release) > LINUX_RELEASE_MAX ||
		    (uint64_t)image.zboot_offset + image.zboot_size > size)
			__builtin_trap();
	} else if (!e.text[0]) {
		__builtin_trap();
	}
	/* In one piece or byte by byte it is the same. */
	linux_version_init(&whole);
	linux_version_init(&pieces);
	if (size && sink_put(&whole.sink, data, size, &e) < 0 && !whole.found)
		__builtin_trap();
	for (size_t i = 0; i < size && i < 2048; i++)
		if (sink_put(&pieces.sink, data + i, 1, &e) < 0)
			break;
	if (size <= 2048 && strcmp(whole.release, pieces.release) != 0)
		__builtin_trap();
	return 0;
}
