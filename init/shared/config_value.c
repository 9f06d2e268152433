#include "shared/config_value.h"

#include "shared/message.h"

#include <string.h>

#define NAME_BYTES 31

/* Values that could overflow on the way are refused. */
bool config_value_digits(const char **text, int64_t *ret)
{
	const char *at = *text;
	int64_t n = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (n > INT64_MAX / 100)
			return false;
		n = n * 10 + (*at - '0');
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = n;
	return true;
}

bool config_value_whole(const char *value, int64_t *ret)
{
	bool negative = *value == '-';

	value += negative;
	if (!config_value_digits(&value, ret) || *value != '\0')
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool take_choice(const char *choices, const char *value, int64_t *ret)
{
	size_t len = strlen(value);

	for (int64_t i = 0;; i++) {
		size_t choice = strcspn(choices, "|");

		if (choice == len && memcmp(choices, value, len) == 0) {
			*ret = i;
			return true;
		}
		if (choices[choice] == '\0')
			return false;
		choices += choice + 1;
	}
}

bool config_value_number(const struct config_grammar *g, const struct config_key *key,
			 const char *value, int64_t *ret)
{
	int64_t n;
	bool good;

	switch (key->kind) {
	case CONFIG_BOOL:
		good = take_choice("no|yes", value, &n) || take_choice("0|1", value, &n);
		break;
	case CONFIG_CHOICE:
		good = take_choice(g->choices + key->min, value, &n);
		break;
	case CONFIG_NUMBER:
		good = config_value_whole(value, &n) && n >= key->min && n <= key->max;
		break;
	default:
		return g->number(key, value, ret);
	}
	if (good)
		*ret = n;
	return good;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool config_value_name(const char *word)
{
	if (!is_alphanumeric(*word) || strlen(word) > NAME_BYTES)
		return false;
	for (; *word != '\0'; word++)
		if (!is_alphanumeric(*word) && strchr("-_.", *word) == NULL)
			return false;
	return true;
}

bool config_value_suits(const struct config_grammar *g, uint8_t kind, const char *word,
			size_t index)
{
	return kind == CONFIG_NAME ? config_value_name(word) : g->suits(kind, word, index);
}

void config_value_wanted(const struct config_grammar *g, const struct config_key *key, char *buf,
			 size_t size)
{
	switch (key->kind) {
	case CONFIG_BOOL:
		message_put(buf, size, "yes or no");
		break;
	case CONFIG_CHOICE:
		message_put(buf, size, "%s", g->choices + key->min);
		break;
	case CONFIG_NUMBER:
		message_put(buf, size, "a number from %d to %d", (int)key->min, (int)key->max);
		break;
	case CONFIG_NAME:
		message_put(buf, size, "a name");
		break;
	default:
		g->wanted(key, buf, size);
	}
}

int config_value_split(const char **text, char *ret_word, size_t size)
{
	const char *at = *text + strspn(*text, " \t");
	bool quoted = false;
	size_t len = 0;

	if (*at == '\0')
		return 0;
	for (; *at != '\0' && (quoted || (*at != ' ' && *at != '\t')); at++) {
		if (*at == '"') {
			quoted = !quoted;
			continue;
		}
		if (*at == '\\' && at[1] != '\0')
			at++;
		if (len + 1 >= size)
			return -1;
		ret_word[len++] = *at;
	}
	ret_word[len] = '\0';
	*text = at;
	return quoted ? -1 : 1;
}
