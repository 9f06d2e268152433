#include "format/entry_text.h"

#include "format/cpio.h"

static char type_letter(uint32_t mode)
{
	switch (mode & CPIO_TYPE_MASK) {
	case CPIO_FILE:
		return '-';
	case CPIO_FOLDER:
		return 'd';
	case CPIO_SYMLINK:
		return 'l';
	case CPIO_CHAR:
		return 'c';
	case CPIO_BLOCK:
		return 'b';
	case CPIO_PIPE:
		return 'p';
	case CPIO_SOCKET:
		return 's';
	default:
		return '?';
	}
}

void entry_mode_text(uint32_t mode, char to[ENTRY_MODE_TEXT])
{
	static const char letters[] = "rwxrwxrwx";
	static const struct {
		uint32_t bit;
		int at;
		char with_x, without_x;
	} special[] = {{04000, 3, 's', 'S'}, {02000, 6, 's', 'S'}, {01000, 9, 't', 'T'}};

	to[0] = type_letter(mode);
	for (int i = 0; i < 9; i++)
		to[i + 1] = mode & (0400U >> i) ? letters[i] : '-';
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (mode & special[i].bit)
			to[special[i].at] =
				to[special[i].at] == 'x' ? special[i].with_x : special[i].without_x;
	to[ENTRY_MODE_TEXT - 1] = '\0';
}

int entry_name_text(struct buf *to, const char *name, struct err *e)
{
	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p;
		int r;

		if (c < ' ' || c == 0x7f || c == '\\')
			r = buf_putf(to, e, "\\x%02x", c);
		else
			r = buf_put(to, p, 1, e);
		if (r < 0)
			return -1;
	}
	return 0;
}
