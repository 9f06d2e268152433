#include "config_value.h"

#include "config_keys.h"
#include "domain_name.h"
#include "host_name.h"
#include "ip.h"
#include "message.h"
#include "rlimits.h"
#include "settings.h"

#include <string.h>

/* As much as the name of a GPT partition can take. */
#define DEVICE_BYTES 80

/* The digits at the start of *text; values that could overflow on the way are refused. */
static bool take_digits(const char **text, int64_t *ret)
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

static bool take_number(const char *value, int64_t *ret)
{
	bool negative = *value == '-';

	value += negative;
	if (!take_digits(&value, ret) || *value != '\0')
		return false;
	if (negative)
		*ret = -*ret;
	return true;
}

/* The number of value times the factor that its unit has in the list "unit" NUL "unit" NUL NUL. */
static bool take_scaled(const char *value, const char *units, const int64_t *factors, int64_t *ret)
{
	if (!take_digits(&value, ret))
		return false;
	for (size_t i = 0; factors[i] != 0; i++) {
		if (strcmp(value, units) == 0) {
			if (*ret > INT64_MAX / factors[i])
				return false;
			*ret *= factors[i];
			return true;
		}
		units += strlen(units) + 1;
	}
	return false;
}

static bool take_time(const char *value, int64_t *ret)
{
	static const int64_t factors[] = {1, 1000, 1000, 60 * 1000, 3600 * 1000, 0};

	return take_scaled(value, "ms\0s\0\0min\0h", factors, ret);
}

static bool take_size(const char *value, int64_t *ret)
{
	static const int64_t factors[] = {1, 1 << 10, 1 << 20, 1 << 30, INT64_C(1) << 40, 0};

	return take_scaled(value, "\0K\0M\0G\0T", factors, ret) && *ret > 0;
}

static bool take_percent(const char *value, int64_t *ret)
{
	static const int64_t factors[] = {1, 0};

	return take_scaled(value, "%", factors, ret) && *ret > 0 && *ret <= 100000;
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

static bool take_signal(const char *value, int64_t *ret)
{
	const char *name = strncmp(value, "SIG", 3) == 0 ? value + 3 : value;

	if (take_number(value, ret))
		return *ret >= 1 && *ret <= 64;
	for (int i = 1; i < 32; i++) {
		const char *known = message_signal_name(i);

		if (known != NULL && strcmp(known + 3, name) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

bool config_value_number(const struct config_key *key, const char *value, int64_t *ret)
{
	int64_t n = SETTING_UNSET;
	bool good = false;

	switch (key->kind) {
	case CONFIG_BOOL:
		good = take_choice("no|yes", value, &n) || take_choice("0|1", value, &n);
		break;
	case CONFIG_CHOICE:
		good = take_choice(key->choices, value, &n);
		break;
	case CONFIG_NUMBER:
		good = take_number(value, &n) && n >= key->min && n <= key->max;
		break;
	case CONFIG_TIME:
		good = take_time(value, &n) && n >= key->min && n <= key->max;
		break;
	case CONFIG_SIZE:
		good = strcmp(value, "max") == 0 || take_size(value, &n);
		break;
	case CONFIG_PERCENT:
		good = strcmp(value, "max") == 0 || take_percent(value, &n);
		break;
	case CONFIG_SIGNAL:
		good = take_signal(value, &n);
		break;
	}
	if (good)
		*ret = n;
	return good;
}

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_name(const char *word)
{
	if (!is_alphanumeric(*word) || strlen(word) > 31)
		return false;
	for (; *word != '\0'; word++)
		if (!is_alphanumeric(*word) && strchr("-_.", *word) == NULL)
			return false;
	return true;
}

static bool is_assignment(const char *word)
{
	size_t name = strcspn(word, "=");

	return name > 0 && word[name] == '=' && (word[0] < '0' || word[0] > '9');
}

static bool is_device(const char *word)
{
	static const char *const starts[] = {"LABEL=", "PARTLABEL=", "/dev/"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t len = strlen(starts[i]);

		if (strncmp(word, starts[i], len) == 0)
			return word[len] != '\0' && strlen(word) < DEVICE_BYTES;
	}
	return false;
}

bool config_value_word(enum config_kind kind, const char *word, size_t index)
{
	struct rlimit_wish wish;
	struct ip ip;

	switch (kind) {
	case CONFIG_HOST_NAME:
		return host_name_valid(word);
	case CONFIG_NAME:
	case CONFIG_NAMES:
		return is_name(word);
	case CONFIG_PATH:
		return *word == '/';
	case CONFIG_DEVICE:
		return is_device(word);
	case CONFIG_COMMAND:
		return index > 0 || *word == '/';
	case CONFIG_ASSIGNMENTS:
		return is_assignment(word);
	case CONFIG_LIMITS:
		return rlimits_parse(word, &wish);
	case CONFIG_NETWORKS:
		return strchr(word, '/') != NULL && ip_parse(word, &ip);
	case CONFIG_ADDRESSES:
		return strchr(word, '/') == NULL && ip_parse(word, &ip);
	case CONFIG_DOMAINS:
		return domain_name_valid(word);
	default:
		return false;
	}
}

const char *config_value_wanted(const struct config_key *key, char *buf, size_t size)
{
	static const char *const fixed[] = {
		[CONFIG_BOOL] = "yes or no",
		[CONFIG_SIZE] = "a size such as 512M, or max",
		[CONFIG_PERCENT] = "a share such as 150%, or max",
		[CONFIG_SIGNAL] = "a signal",
		[CONFIG_HOST_NAME] = "a host name",
		[CONFIG_NAME] = "a name",
		[CONFIG_PATH] = "an absolute path",
		[CONFIG_DEVICE] = "LABEL=NAME, PARTLABEL=NAME or /dev/NAME",
		[CONFIG_NAMES] = "a name",
		[CONFIG_COMMAND] = "an absolute path",
		[CONFIG_ASSIGNMENTS] = "NAME=VALUE",
		[CONFIG_LIMITS] = "a limit such as nofile=1024 or core=0:max",
		[CONFIG_NETWORKS] = "an address such as 192.0.2.5/24",
		[CONFIG_ADDRESSES] = "an address such as 192.0.2.1",
		[CONFIG_DOMAINS] = "a domain",
	};

	if (key->kind == CONFIG_CHOICE)
		message_put(buf, size, "%s", key->choices);
	else if (key->kind == CONFIG_NUMBER)
		message_put(buf, size, "a number from %d to %d", (int)key->min, (int)key->max);
	else if (key->kind == CONFIG_TIME)
		message_put(buf, size, "a time from %d ms to %d s", (int)key->min,
			    (int)key->max / 1000);
	else
		message_put(buf, size, "%s", fixed[key->kind]);
	return buf;
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
