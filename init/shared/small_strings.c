/*
 * In the place of functions of the C library that are as fast as they are large: what is searched here
 * is a line of configuration. The linker takes these first.
 */

#include <string.h>

void *memchr(const void *text, int byte, size_t len)
{
	const unsigned char *at = text;

	for (; len > 0; at++, len--)
		if (*at == (unsigned char)byte)
			return (void *)at;
	return NULL;
}

char *strchrnul(const char *text, int byte)
{
	while (*text != '\0' && *text != (char)byte)
		text++;
	return (char *)text;
}

char *strchr(const char *text, int byte)
{
	text = strchrnul(text, byte);
	return *text == (char)byte ? (char *)text : NULL;
}

/* How many bytes at the start are (or are not) among those. */
static size_t span(const char *text, const char *bytes, int among)
{
	size_t len = 0;

	while (text[len] != '\0' && (strchr(bytes, text[len]) != NULL) == among)
		len++;
	return len;
}

size_t strspn(const char *text, const char *bytes)
{
	return span(text, bytes, 1);
}

size_t strcspn(const char *text, const char *bytes)
{
	return span(text, bytes, 0);
}
