#include "shared/words.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool words_next(const char **text, char *ret_word, size_t size)
{
	const char *at = *text;
	bool quoted = false;
	size_t len = 0;

	while (is_space(*at))
		at++;
	if (*at == '\0') {
		*text = at;
		return false;
	}
	for (; *at != '\0' && (quoted || !is_space(*at)); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (len + 1 < size)
			ret_word[len++] = *at;
	}
	ret_word[len] = '\0';
	*text = at;
	return true;
}

bool words_has(const char *text, const char *wanted)
{
	char word[256];

	while (words_next(&text, word, sizeof(word)))
		if (strcmp(word, wanted) == 0)
			return true;
	return false;
}
