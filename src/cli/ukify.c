#include "cli/ukify.h"

#include "base/log.h"
#include "base/path.h"
#include "base/strv.h"
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

/* Whose options these are, for tools that go by ukify's version. */
#define UKIFY_VERSION "262"

bool ukify_is_wanted(const char *argv0)
{
	return argv0 && !strcmp(path_base(argv0), "ukify");
}

static bool has_value(const struct command *c, const char *word)
{
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option_row *row = &c->options[i];

		if (!row->value || row->kind == OPTION_OPTIONAL)
			continue;
		if (!strncmp(word, "--", 2) ? !strcmp(word + 2, row->name)
					    : row->letter == word[1] && !word[2])
			return true;
	}
	return false;
}

/* A command line taken apart: options may stand in front of the verb too. */
struct line {
	struct strv options;
	struct strv words; /* the verb, and files */
	bool version;
};

static void line_done(struct line *l)
{
	strv_done(&l->options);
	strv_done(&l->words);
}

/* Here --json has its value as a word of its own, or 'off'. */
static int take_json(struct line *l, const char *style, struct err *e)
{
	if (!style)
		return err_set(e, ERR_USAGE, "option '--json' needs a value: pretty, short, off");
	return strcmp(style, "off") ? strv_addf(&l->options, e, "--json=%s", style) : 0;
}

static int take_apart(int argc, char **argv, struct line *l, struct err *e)
{
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--"); i++) {
		const char *word = argv[i];
		int r;

		if (!strcmp(word, "--version"))
			l->version = true;
		if (word[0] != '-' || !word[1])
			r = strv_add(&l->words, word, e);
		else if (!strcmp(word, "-j"))
			r = take_json(l, "pretty", e);
		else if (!strcmp(word, "--json"))
			r = take_json(l, i + 1 < argc ? argv[++i] : NULL, e);
		else if (!strncmp(word, "--json=", 7))
			r = take_json(l, word + 7, e);
		else
			r = strv_add(&l->options, word, e);
		if (r < 0)
			return -1;
		if (word[0] == '-' && i + 1 < argc &&
		    (has_value(&cmd_ukify_build, word) || has_value(&cmd_ukify_genkey, word) ||
		     has_value(&cmd_ukify_inspect, word)) &&
		    strv_add(&l->options, argv[++i], e) < 0)
			return -1;
	}
	for (i++; i < argc; i++)
		if (strv_add(&l->words, argv[i], e) < 0)
			return -1;
	return 0;
}

/* Until systemd 254 there was no verb: "ukify LINUX INITRD...". */
static int take_old_words(struct line *l, struct err *e)
{
	for (size_t i = 0; i < l->words.n; i++)
		if (strv_addf(&l->options, e, i ? "--initrd=%s" : "--linux=%s", l->words.v[i]) < 0)
			return -1;
	strv_done(&l->words);
	l->words = (struct strv)STRV_INIT;
	return 0;
}

static int call(const struct command *c, const struct line *l, size_t first_word, struct err *e)
{
	AUTO_STRV args = STRV_INIT;

	if (strv_add(&args, c->name, e) < 0)
		return -1;
	for (size_t i = 0; i < l->options.n; i++)
		if (strv_add(&args, l->options.v[i], e) < 0)
			return -1;
	if (strv_add(&args, "--", e) < 0)
		return -1;
	for (size_t i = first_word; i < l->words.n; i++)
		if (strv_add(&args, l->words.v[i], e) < 0)
			return -1;
	return c->run(c, (int)args.n, args.v, e);
}

int ukify_run(int argc, char **argv, const struct command **ret_command, struct err *e)
{
	AUTO(line_done) struct line l = {.version = false};
	const char *verb;

	if (take_apart(argc, argv, &l, e) < 0)
		return -1;
	if (l.version) {
		printf("ukify " UKIFY_VERSION " (" UKIFY_VERSION "-mvirt-mkos-" MKOS_VERSION ")\n");
		return 0;
	}
	verb = l.words.n ? l.words.v[0] : "";
	if (!strcmp(verb, "genkey")) {
		*ret_command = &cmd_ukify_genkey;
		return call(*ret_command, &l, 1, e);
	}
	if (!strcmp(verb, "inspect")) {
		*ret_command = &cmd_ukify_inspect;
		return call(*ret_command, &l, 1, e);
	}
	*ret_command = &cmd_ukify_build;
	if (!strcmp(verb, "build"))
		return call(*ret_command, &l, 1, e);
	if (take_old_words(&l, e) < 0)
		return -1;
	return call(*ret_command, &l, 0, e);
}
