#include "config_kinds.h"

#include "rlimits.h"
#include "shared/config_value.h"
#include "shared/host_name_valid.h"
#include "shared/message.h"

#include <string.h>

/* As much as the name of a GPT partition can take. */
#define DEVICE_BYTES 80

/* The number of value times the factor that its unit has in the list "unit" NUL "unit" NUL NUL. */
static bool take_scaled(const char *value, const char *units, const int64_t *factors, int64_t *ret)
{
	if (!config_value_digits(&value, ret))
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

static bool take_signal(const char *value, int64_t *ret)
{
	const char *name = strncmp(value, "SIG", 3) == 0 ? value + 3 : value;

	if (config_value_whole(value, ret))
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

bool config_kinds_number(const struct config_key *key, const char *value, int64_t *ret)
{
	int64_t n = SETTING_UNSET;
	bool good = false;

	switch (key->kind) {
	case KIND_TIME:
		good = take_time(value, &n) && n >= key->min && n <= key->max;
		break;
	case KIND_SIZE:
		good = strcmp(value, "max") == 0 || take_size(value, &n);
		break;
	case KIND_PERCENT:
		good = strcmp(value, "max") == 0 || take_percent(value, &n);
		break;
	case KIND_SIGNAL:
		good = take_signal(value, &n);
		break;
	}
	if (good)
		*ret = n;
	return good;
}

static bool is_assignment(const char *word)
{
	size_t name = strcspn(word, "=");

	return name > 0 && word[name] == '=' && (word[0] < '0' || word[0] > '9');
}

static bool is_device(const char *word)
{
	static const char starts[][11] = {"LABEL=", "PARTLABEL=", "/dev/"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t len = strlen(starts[i]);

		if (strncmp(word, starts[i], len) == 0)
			return word[len] != '\0' && strlen(word) < DEVICE_BYTES;
	}
	return false;
}

bool config_kinds_suits(uint8_t kind, const char *word, size_t index)
{
	struct rlimit_wish wish;

	switch (kind) {
	case KIND_HOST_NAME:
		return host_name_valid(word);
	case KIND_PATH:
		return *word == '/';
	case KIND_DEVICE:
		return is_device(word);
	case KIND_NAMES:
		return config_value_name(word);
	case KIND_COMMAND:
		return index > 0 || *word == '/';
	case KIND_ASSIGNMENTS:
		return is_assignment(word);
	case KIND_LIMITS:
		return rlimits_parse(word, &wish);
	default:
		return false;
	}
}

static const char *wanted_text(uint8_t kind)
{
	switch (kind) {
	case KIND_SIZE:
		return "a size such as 512M, or max";
	case KIND_PERCENT:
		return "a share such as 150%, or max";
	case KIND_SIGNAL:
		return "a signal";
	case KIND_HOST_NAME:
		return "a host name";
	case KIND_DEVICE:
		return "LABEL=NAME, PARTLABEL=NAME or /dev/NAME";
	case KIND_NAMES:
		return "a name";
	case KIND_ASSIGNMENTS:
		return "NAME=VALUE";
	case KIND_LIMITS:
		return "a limit such as nofile=1024 or core=0:max";
	default:
		return "an absolute path";
	}
}

void config_kinds_wanted(const struct config_key *key, char *buf, size_t size)
{
	if (key->kind == KIND_TIME)
		message_put(buf, size, "a time from %d ms to %d s", (int)key->min,
			    (int)key->max / 1000);
	else
		message_put(buf, size, "%s", wanted_text(key->kind));
}
