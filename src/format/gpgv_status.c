#include "format/gpgv_status.h"

#include <string.h>
#include <strings.h>

/* VALIDSIG has ten arguments: the fingerprint of the key first, that of its primary key last. */
enum { PRIMARY = 10 };

static const char prefix[] = "[GNUPG:] ";

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* What stands behind the keyword, or NULL when the line is another. */
static const char *arguments(const char *line, const char *keyword)
{
	size_t len = strlen(keyword);

	if (strncmp(line, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	line += sizeof(prefix) - 1;
	if (strncmp(line, keyword, len) != 0 || (line[len] && !strchr(" \n", line[len])))
		return NULL;
	return line + len;
}

bool gpgv_status_has(const char *text, const char *keyword)
{
	for (; *text; text = next_line(text))
		if (arguments(text, keyword))
			return true;
	return false;
}

/* The n-th word, from 1, is this text, and nothing follows it on the line. */
static bool last_word_is(const char *line, unsigned int n, const char *text)
{
	size_t len = 0;

	while (n--) {
		line += len;
		line += strspn(line, " ");
		len = strcspn(line, " \n");
	}
	return len == strlen(text) && !strncasecmp(line, text, len) &&
	       (!line[len] || line[len] == '\n');
}

bool gpgv_status_is_good(const char *text, const char *fingerprint)
{
	static const char *const bad[] = {"BADSIG",    "ERRSIG",    "EXPSIG",
					  "EXPKEYSIG", "REVKEYSIG", "NODATA"};
	bool valid = false;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (gpgv_status_has(text, bad[i]))
			return false;
	for (const char *line = text; *line; line = next_line(line)) {
		const char *words = arguments(line, "VALIDSIG");

		if (!words)
			continue;
		if (!last_word_is(words, PRIMARY, fingerprint))
			return false;
		valid = true;
	}
	return valid && gpgv_status_has(text, "GOODSIG");
}
