/*
 * The two readers of PID 1's configuration, its own and the one that checks an image when it is
 * packed: whatever the file, they say the same. So they do of the same bytes as a command line,
 * where the second one adds what may have been meant.
 */

#include "config.h"
#include "config_check.h"
#include "format/pideisn_conf.h"
#include "words.h"

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
	static struct settings settings;
	struct config c;

	settings = (struct settings){0};
	config_init(&c, &settings);
	c.verdict = on_verdict;
	config_begin(&c, "f");
	config_feed(&c, text, size);
	config_finish(&c);
	config_check(&settings, on_verdict, NULL);
}

static void read_command_line_by_init(const char *text)
{
	static struct settings settings;
	char word[1024];
	struct config c;

	settings = (struct settings){0};
	config_init(&c, &settings);
	c.verdict = on_verdict;
	while (words_next(&text, word, sizeof(word)))
		config_word(&c, word);
}

/* What PID 1 said so far, and what was said when the image was packed. */
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
	if (text)
		try_command_line(text);
	free(text);
	return 0;
}
