#include "cmdline.h"

#include "console.h"
#include "host_name.h"
#include "small_file.h"
#include "words.h"

#include <string.h>

#define PREFIX	    "pideisn."
#define GRACE_MAX_S 3600

void cmdline_init(struct cmdline *c)
{
	*c = (struct cmdline){.shell = true, .grace_ms = CMDLINE_GRACE_UNSET};
}

/* The part of word behind "key=", or NULL if that is not its key. */
static const char *value_of(const char *word, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(word, key, len) != 0 || word[len] != '=')
		return NULL;
	return word + len + 1;
}

static enum cmdline_verdict take_shell(struct cmdline *c, const char *value)
{
	if ((value[0] != '0' && value[0] != '1') || value[1] != '\0')
		return CMDLINE_BAD_VALUE;
	c->shell = value[0] == '1';
	return CMDLINE_TAKEN;
}

static enum cmdline_verdict take_grace(struct cmdline *c, const char *value)
{
	int64_t seconds = 0;

	if (*value == '\0')
		return CMDLINE_BAD_VALUE;
	for (; *value != '\0'; value++) {
		if (*value < '0' || *value > '9')
			return CMDLINE_BAD_VALUE;
		seconds = seconds * 10 + (*value - '0');
		if (seconds > GRACE_MAX_S)
			return CMDLINE_BAD_VALUE;
	}
	c->grace_ms = seconds * 1000;
	return CMDLINE_TAKEN;
}

static enum cmdline_verdict take_host_name(struct cmdline *c, const char *value)
{
	if (!host_name_valid(value))
		return CMDLINE_BAD_VALUE;
	memcpy(c->host_name, value, strlen(value) + 1);
	return CMDLINE_TAKEN;
}

enum cmdline_verdict cmdline_word(struct cmdline *c, const char *word)
{
	const char *value;

	if (strncmp(word, PREFIX, strlen(PREFIX)) != 0)
		return CMDLINE_FOREIGN;
	word += strlen(PREFIX);

	value = value_of(word, "hostname");
	if (value != NULL)
		return take_host_name(c, value);
	value = value_of(word, "shell");
	if (value != NULL)
		return take_shell(c, value);
	value = value_of(word, "grace");
	if (value != NULL)
		return take_grace(c, value);
	return CMDLINE_UNKNOWN;
}

static void apply(struct cmdline *c, const char *word)
{
	switch (cmdline_word(c, word)) {
	case CMDLINE_TAKEN:
	case CMDLINE_FOREIGN:
		break;
	case CMDLINE_UNKNOWN:
		console_say("unknown word '%s' on the command line", word);
		break;
	case CMDLINE_BAD_VALUE:
		console_say("'%s' on the command line has a value that cannot be", word);
		break;
	}
}

void cmdline_read(struct cmdline *c, char *const argv[])
{
	char text[4096];
	char word[256];
	const char *rest = text;

	cmdline_init(c);
	if (small_file_read("/proc/cmdline", text, sizeof(text)) < 0)
		console_say("cannot read /proc/cmdline, going on without");
	else
		while (words_next(&rest, word, sizeof(word)))
			apply(c, word);

	if (argv[0] == NULL)
		return;
	for (size_t i = 1; argv[i] != NULL; i++)
		apply(c, argv[i]);
}
