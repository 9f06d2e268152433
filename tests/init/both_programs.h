#ifndef MKOS_TESTS_INIT_BOTH_PROGRAMS_H
#define MKOS_TESTS_INIT_BOTH_PROGRAMS_H

/*
 * A file of the configuration, or a command line, as the image reads it: by PID 1 and by the network's program, which
 * share what there is to tell. Together, in the order of the lines, they say each sentence once.
 */

#include "config_check.h"
#include "config_keys.h"
#include "network/network_settings.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { BOTH_VERDICTS_MAX = 4096 };

struct reader {
	struct config config;
	int word; /* counts those of the command line */
	size_t n;
	struct {
		int line; /* or word */
		char *sentence;
	} verdict[BOTH_VERDICTS_MAX];
};

struct both {
	struct settings settings;
	struct network_settings network_settings;
	struct reader pid1;
	struct reader network;
};

/* What is wrong with the whole stands behind what is wrong with a line. */
static inline void both_note(void *data, const char *sentence)
{
	struct reader *r = data;

	if (r->n == BOTH_VERDICTS_MAX)
		abort();
	r->verdict[r->n].line = r->config.line_number > 0 ? r->config.line_number : r->word;
	r->verdict[r->n].sentence = strdup(sentence);
	if (r->verdict[r->n++].sentence == NULL)
		abort();
}

static inline void both_begin(struct both *b, const char *file)
{
	memset(b, 0, sizeof(*b));
	config_init(&b->pid1.config, &config_grammar, &b->settings, &b->settings.text);
	config_init(&b->network.config, &network_grammar, &b->network_settings,
		    &b->network_settings.text);
	b->pid1.config.verdict = b->network.config.verdict = both_note;
	b->pid1.config.data = &b->pid1;
	b->network.config.data = &b->network;
	config_begin(&b->pid1.config, file);
	config_begin(&b->network.config, file);
}

static inline void both_feed(struct both *b, const char *text, size_t len)
{
	config_feed(&b->pid1.config, text, len);
	config_feed(&b->network.config, text, len);
}

static inline void both_word(struct both *b, const char *word)
{
	b->pid1.word++;
	b->network.word++;
	config_word(&b->pid1.config, word);
	config_word(&b->network.config, word);
}

/* The end of a file, and the last one. */
static inline void both_check(struct both *b)
{
	config_finish(&b->pid1.config);
	config_finish(&b->network.config);
	b->pid1.config.line_number = b->network.config.line_number = INT_MAX;
	config_check(&b->settings, both_note, &b->pid1);
	network_settings_check(&b->network_settings, both_note, &b->network);
}

static inline void both_tell(struct both *b, void (*say)(void *data, const char *sentence),
			     void *data)
{
	struct reader *p = &b->pid1;
	struct reader *n = &b->network;
	size_t i = 0;
	size_t j = 0;

	while (i < p->n || j < n->n) {
		bool is_pid1s = j == n->n || (i < p->n && p->verdict[i].line <= n->verdict[j].line);
		char *sentence = is_pid1s ? p->verdict[i++].sentence : n->verdict[j++].sentence;

		say(data, sentence);
		free(sentence);
	}
}

#endif
