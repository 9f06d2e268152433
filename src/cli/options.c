#include "cli/options.h"

#include "base/log.h"
#include "base/nearest.h"
#include "base/parse.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPTIONS_MAX = 96,
	HELP_ID = 1000,
	QUIET_ID,
	VERBOSE_ID,
	FIRST_ID = 2000,
	COLUMNS = 80,
	HELP_COLUMN = 26
};

/* Options of every command: help, and the two that stand before the command just as well. */
static const struct option common[] = {
	{"help", no_argument, NULL, HELP_ID},
	{"quiet", no_argument, NULL, QUIET_ID},
	{"verbose", no_argument, NULL, VERBOSE_ID},
	{NULL, 0, NULL, 0},
};

/* What getopt_long() wants, made from the rows; option i has the number FIRST_ID + i. */
struct tables {
	struct option longs[OPTIONS_MAX + ARRAY_LEN(common)];
	char shorts[2 * OPTIONS_MAX + 8];
};

static int has_arg(const struct option_row *row)
{
	if (row->kind == OPTION_OPTIONAL)
		return optional_argument;
	return row->value ? required_argument : no_argument;
}

static void fill(const struct command *c, struct tables *t)
{
	size_t n = (size_t)snprintf(t->shorts, sizeof(t->shorts), ":hqv");
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option_row *row = &c->options[i];

		t->longs[i] = (struct option){row->name, has_arg(row), NULL, FIRST_ID + (int)i};
		if (!row->letter)
			continue;
		t->shorts[n++] = row->letter;
		if (row->value)
			t->shorts[n++] = ':';
	}
	t->shorts[n] = '\0';
	memcpy(t->longs + c->n_options, common, sizeof(common));
}

void help_wrap(const char *text, unsigned int column, unsigned int indent)
{
	while (*text) {
		size_t word = strcspn(text, " \n");

		if (column + word > COLUMNS && column > indent) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		}
		printf("%.*s", (int)word, text);
		column += (unsigned int)word;
		text += word;
		if (*text == '\n') {
			printf("\n%*s", text[1] ? (int)indent : 0, "");
			column = indent;
			text++;
		} else if (*text == ' ') {
			text++;
			if (column + 1 + strcspn(text, " \n") <= COLUMNS) {
				putchar(' ');
				column++;
			} else {
				column = COLUMNS + 1;
			}
		}
	}
	putchar('\n');
}

static void print_option(char letter, const char *name, const char *value, bool optional,
			 const char *help)
{
	char left[64];
	int n = snprintf(left, sizeof(left), letter ? "  -%c, --%s" : "  %c   --%s",
			 letter ? letter : ' ', name);

	if (value && n > 0 && (size_t)n < sizeof(left))
		n += snprintf(left + n, sizeof(left) - (size_t)n, optional ? "[=%s]" : " %s",
			      value);
	printf("%s", left);
	if (n + 2 > HELP_COLUMN)
		printf("\n%*s", HELP_COLUMN, "");
	else
		printf("%*s", HELP_COLUMN - n, "");
	help_wrap(help, HELP_COLUMN, HELP_COLUMN);
}

static const char *program_of(const struct command *c)
{
	return c->program ? c->program : "mvirt-mkos";
}

static void print_help(const struct command *c)
{
	printf("Usage: %s %s [OPTION]...%s%s\n\n", program_of(c), c->name, *c->operands ? " " : "",
	       c->operands);
	help_wrap(c->details ? c->details : c->summary, 0, 0);
	printf("\nOptions:\n");
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option_row *row = &c->options[i];

		if (row->help)
			print_option(row->letter, row->name, row->value,
				     row->kind == OPTION_OPTIONAL, row->help);
	}
	print_option('h', "help", NULL, false, "show this text");
}

static int store(const struct option_row *row, void *into, const char *value, struct err *e)
{
	void *to = (char *)into + row->offset;
	char what[64];

	snprintf(what, sizeof(what), "--%s", row->name);
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)to = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)to = value;
		return 0;
	case OPTION_OPTIONAL:
		*(const char **)to = value ? value : "";
		return 0;
	case OPTION_LIST:
		return strv_add(to, value, e);
	case OPTION_NUMBER:
		if (parse_number(value, 10, UINT32_MAX, what, to, e) < 0)
			return -1;
		return *(uint64_t *)to ? 0 : err_set(e, ERR_USAGE, "%s is at least 1", what);
	case OPTION_SIZE:
		return parse_size(value, what, to, e);
	case OPTION_CALL:
		return row->call(into, value, e);
	case OPTION_YES:
		*(enum choice *)to = CHOICE_YES;
		return 0;
	case OPTION_NO:
		*(enum choice *)to = CHOICE_NO;
		return 0;
	}
	return err_set(e, ERR_USAGE, "%s has no meaning", what);
}

static const struct option_row *row_of(const struct command *c, int id)
{
	if (id >= FIRST_ID)
		return &c->options[id - FIRST_ID];
	for (size_t i = 0; i < c->n_options; i++)
		if (c->options[i].letter == (char)id)
			return &c->options[i];
	return NULL;
}

static const char *long_name(const struct command *c, int id)
{
	for (size_t i = 0; common[i].name; i++)
		if (common[i].val == id)
			return common[i].name;
	return row_of(c, id)->name;
}

/* getopt's optopt is 0 for a long option that it does not know; then the word names it. */
static int unknown_option(const struct command *c, const char *word, struct err *e)
{
	const char *names[OPTIONS_MAX + ARRAY_LEN(common)] = {"help", "quiet", "verbose"};
	char name[64];
	const char *near;

	if (optopt > 0 && optopt < 256)
		return err_set(e, ERR_USAGE, "unknown option '-%c': see %s %s --help", optopt,
			       program_of(c), c->name);
	if (optopt)
		return err_set(e, ERR_USAGE, "option '--%s' takes no value", long_name(c, optopt));
	for (size_t i = 0; i < c->n_options; i++)
		names[i + ARRAY_LEN(common) - 1] = c->options[i].name;
	word += strspn(word, "-");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	near = nearest_name(name, names);
	if (near)
		return err_set(e, ERR_USAGE, "unknown option '--%s': did you mean '--%s'?", name,
			       near);
	return err_set(e, ERR_USAGE, "unknown option '--%s': see %s %s --help", name, program_of(c),
		       c->name);
}

static int missing_value(const struct command *c, struct err *e)
{
	const struct option_row *row = row_of(c, optopt);

	return err_set(e, ERR_USAGE, "option '--%s' needs a value: %s", row->name, row->value);
}

static bool takes_common(const struct command *c, int id, enum parsed *ret)
{
	if (id == 'h' || id == HELP_ID) {
		print_help(c);
		*ret = PARSED_HELP;
		return true;
	}
	if (id != 'q' && id != QUIET_ID && id != 'v' && id != VERBOSE_ID)
		return false;
	log_set_level(id == 'q' || id == QUIET_ID ? LOG_QUIET : LOG_VERBOSE);
	return true;
}

int options_parse(const struct command *c, int argc, char **argv, void *into, int max,
		  int *ret_first, enum parsed *ret, struct err *e)
{
	struct tables t;

	*ret = PARSED;
	fill(c, &t);
	opterr = 0;
	optind = 0; /* both glibc and musl then start anew */
	for (;;) {
		const struct option_row *row;
		int id = getopt_long(argc, argv, t.shorts, t.longs, NULL);

		if (id == -1)
			break;
		if (takes_common(c, id, ret)) {
			if (*ret == PARSED_HELP)
				return 0;
			continue;
		}
		if (id == ':')
			return missing_value(c, e);
		row = id == '?' ? NULL : row_of(c, id);
		if (!row)
			return unknown_option(c, argv[optind - 1], e);
		if (store(row, into, optarg, e) < 0)
			return err_usage(e);
	}
	if (argc - optind > max)
		return err_set(e, ERR_USAGE, "'%s' is one operand too many: see %s %s --help",
			       argv[optind + max], program_of(c), c->name);
	*ret_first = optind;
	return 0;
}

int print_text(const char *text, size_t len, struct err *e)
{
	if (fwrite(text, 1, len, stdout) != len)
		return err_os(e, "write standard output");
	return 0;
}
