#include "settings.h"

#include "config_check.h"
#include "config_keys.h"
#include "console.h"
#include "ip_host_name.h"
#include "shared/config_files.h"
#include "shared/message.h"

#include <string.h>

#define IP_WORD "ip="

static void say_verdict(void *data, const char *sentence)
{
	(void)data;
	console_say("%s", sentence);
}

static void take_word(struct config *c, const char *word)
{
	char name[HOST_NAME_BYTES + 1];
	char ours[HOST_NAME_BYTES + 32];

	if (strncmp(word, IP_WORD, strlen(IP_WORD)) != 0) {
		config_word(c, word);
	} else if (ip_host_name(word + strlen(IP_WORD), name)) {
		message_put(ours, sizeof(ours), "pideisn.hostname=%s", name);
		config_word(c, ours);
	}
}

void settings_read(struct settings *s)
{
	struct config c;

	config_init(&c, &config_grammar, s, &s->text);
	c.verdict = say_verdict;
	config_begin(&c, "built in");
	config_feed(&c, config_built_in, strlen(config_built_in));
	config_files_read(&c, take_word);
	config_check(s, say_verdict, NULL);
}
