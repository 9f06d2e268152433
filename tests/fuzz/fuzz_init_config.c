/*
 * The readers of the configuration, those of PID 1 and of the network's program and the one that
 * checks an image when it is packed: whatever the file, they say the same. So they do of the same
 * bytes as a command line, where the last one adds what may have been meant.
 */

#include "../init/both_programs.h"
#include "format/pideisn_conf.h"
#include "network/config_ip.h"
#include "shared/words.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct strv said;

static void on_verdict(void *data, const char *sentence)
{
	struct err e = ERR_INIT;

	(void)data;
	if (strv_add(&said, sentence, &e) < 0)
		abort();
}

static void read_by_init(const char *text, size_t size)
{
	static struct both both;

	both_begin(&both, "f");
	both_feed(&both, text, size);
	both_check(&both);
	both_tell(&both, on_verdict, NULL);
}

static void read_command_line_by_init(const char *text)
{
	static struct both both;
	char word[1024];

	both_begin(&both, "f");
	while (words_next(&text, word, sizeof(word)))
		both_word(&both, word);
	both_tell(&both, on_verdict, NULL);
}

/* The kernel's ip=, which is not judged when an image is packed. */
static void read_ip_words(const char *text)
{
	static struct network_settings settings;
	struct config c;
	char word[1024];

	settings = (struct network_settings){0};
	config_init(&c, &network_grammar, &settings, &settings.text);
	while (words_next(&text, word, sizeof(word)))
		config_ip(&c, word);
}

/* What was said in the image so far, and what was said when the image was packed. */
static void compare(const struct pideisn_conf *conf, bool with_hints)
{
	const struct strv *verdicts = pideisn_conf_verdicts(conf);

	for (size_t i = 0; i < verdicts->n || i < said.n; i++) {
		const char *ours = i < verdicts->n ? verdicts->v[i] : "nothing";
		const char *its = i < said.n ? said.v[i] : "nothing";

		if (with_hints ? strncmp(ours, its, strlen(its)) != 0 : strcmp(ours, its) != 0) {
			fprintf(stderr, "packing: %s\npideisn: %s\n", ours, its);
			abort();
		}
	}
	strv_done(&said);
}

static void try_file(const char *text, size_t size)
{
	AUTO_PIDEISN_CONF conf = NULL;
	struct err e = ERR_INIT;

	read_by_init(text, size);
	if (pideisn_conf_new(&conf, &e) < 0 || pideisn_conf_read(conf, "f", text, size, &e) < 0 ||
	    pideisn_conf_check(conf, &e) < 0)
		abort();
	compare(conf, false);
}

static void try_command_line(const char *text)
{
	AUTO_PIDEISN_CONF conf = NULL;
	struct err e = ERR_INIT;

	read_command_line_by_init(text);
	if (pideisn_conf_new(&conf, &e) < 0 ||
	    pideisn_conf_words(conf, "command line", false, text, &e) < 0)
		abort();
	compare(conf, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	try_file((const char *)data, size);
	if (text) {
		try_command_line(text);
		read_ip_words(text);
	}
	free(text);
	return 0;
}
