/* Archives of an initramfs. However they come in, the reader says the same. */

#include "format/cpio.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int note_entry(void *context, const struct cpio_found *f, struct err *e)
{
	return buf_putf(context, e, "%s %o %u %llu %s;", f->entry.name, f->entry.mode,
			f->entry.nlink, (unsigned long long)f->size, f->target ? f->target : "");
}

static int note_data(void *context, const void *data, size_t len, struct err *e)
{
	return buf_put(context, data, len, e);
}

static int read_in_pieces(const uint8_t *data, size_t size, size_t piece, struct buf *notes,
			  struct err *e)
{
	const struct cpio_visitor visitor = {notes, note_entry, note_data};
	struct cpio_reader r;

	cpio_reader_init(&r, &visitor, "fuzz");
	for (size_t i = 0; i < size; i += piece)
		if (sink_put(&r.sink, data + i, size - i < piece ? size - i : piece, e) < 0)
			return -1;
	if (r.sink.pos != size)
		__builtin_trap();
	return cpio_reader_finish(&r, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF whole = BUF_INIT;
	AUTO_BUF pieces = BUF_INIT;
	struct err e = ERR_INIT, e2 = ERR_INIT;

	if (read_in_pieces(data, size, size + 1, &whole, &e) !=
	    read_in_pieces(data, size, 7, &pieces, &e2))
		__builtin_trap();
	if (strcmp(e.text, e2.text) || whole.len != pieces.len ||
	    memcmp(buf_str(&whole), buf_str(&pieces), whole.len))
		__builtin_trap();
	return 0;
}
