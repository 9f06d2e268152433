#include "cli/uki_config.h"

#include "base/log.h"
#include "host/file.h"
#include "stage/measure.h"

#include <string.h>

enum { CONFIG_MAX = 1024 * 1024 };

const char *uki_config_find(void)
{
	static const char *const paths[] = {
		"/etc/systemd/ukify.conf",
		"/run/systemd/ukify.conf",
		"/usr/local/lib/systemd/ukify.conf",
		"/usr/lib/systemd/ukify.conf",
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (file_exists(paths[i]))
			return paths[i];
	return NULL;
}

/* The words that systemd has for it. */
static int parse_choice(const struct ukify_setting *s, enum choice *ret, struct err *e)
{
	static const char *const words[][2] = {{"yes", "no"}, {"1", "0"}, {"true", "false"},
					       {"y", "n"},    {"t", "f"}, {"on", "off"}};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (size_t k = 0; k < 2; k++)
			if (strcasecmp(s->value, words[i][k]) == 0) {
				*ret = k ? CHOICE_NO : CHOICE_YES;
				return 0;
			}
	return err_set(e, ERR_INPUT, "%s is yes or no, not '%s'", s->key, s->value);
}

/* As ukify does it: what comes later in the file stands in front. */
static int prepend(struct strv *list, const struct ukify_setting *s, struct err *e)
{
	AUTO_STRV all = STRV_INIT;
	struct strv old;

	if (s->is_words ? strv_split(&all, s->value, e) < 0 : strv_add(&all, s->value, e) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		if (strv_add(&all, list->v[i], e) < 0)
			return -1;
	old = *list;
	*list = all;
	all = old;
	return 0;
}

/* So that the n-th entry of each list is the n-th key's, also where a key has no such entry. */
static int pad(struct strv *list, const char *option, size_t n, struct err *e)
{
	while (list->n < n)
		if (strv_add(list, strcmp(option, "phases") ? "" : MEASURE_DEFAULT_PHASES, e) < 0)
			return -1;
	return 0;
}

static struct strv *list_of(const struct command *c, void *into, const char *option)
{
	for (size_t i = 0; i < c->n_options; i++)
		if (strcmp(c->options[i].name, option) == 0)
			return (struct strv *)((char *)into + c->options[i].offset);
	return NULL;
}

/* The file's keys come behind those of the command line. */
static int apply_groups(const struct ukify_config *config, const struct command *c, void *into,
			struct err *e)
{
	static const char *const options[] = {"pcr-private-key", "pcr-public-key",
					      "pcr-certificate", "policyref", "phases"};
	const struct strv *keys = list_of(c, into, options[0]);
	size_t first = keys ? keys->n : 0;

	for (size_t i = 0; i < config->n; i++) {
		const struct ukify_setting *s = &config->settings[i];
		struct strv *list = s->group ? list_of(c, into, s->option) : NULL;
		size_t place = first + s->group - 1;

		if (!list)
			continue;
		if (pad(list, s->option, place, e) < 0)
			return -1;
		if (list->n > place)
			return err_set(e, ERR_INPUT, "%s is given twice for one key", s->key);
		if (strv_add(list, s->value, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(options) && config->groups.n; i++) {
		struct strv *list = list_of(c, into, options[i]);

		if (list && list->n && pad(list, options[i], first + config->groups.n, e) < 0)
			return -1;
	}
	return 0;
}

static int apply(const struct ukify_setting *s, const struct command *c, void *into, struct err *e)
{
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option_row *row = &c->options[i];
		void *to = (char *)into + row->offset;

		if (strcmp(row->name, s->option) != 0)
			continue;
		if (row->kind == OPTION_LIST)
			return prepend(to, s, e);
		if (row->kind == OPTION_YES && *(enum choice *)to == CHOICE_UNSAID)
			return parse_choice(s, to, e);
		if (row->kind == OPTION_TEXT && !*(const char **)to)
			*(const char **)to = s->value;
		return 0;
	}
	return 0;
}

int uki_config_apply(struct ukify_config *config, const char *path, const struct command *c,
		     void *into, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	log_detail("configuration file: %s", path);
	/* How one says that there is to be none. */
	if (!strcmp(path, "/dev/null"))
		return 0;
	if (file_read(path, CONFIG_MAX, &text, e) < 0)
		return err_ctx(e, "configuration");
	if (ukify_config_parse(buf_str(&text), text.len, path, config, e) < 0)
		return -1;
	for (size_t i = 0; i < config->unknown.n; i++)
		log_warning("%s", config->unknown.v[i]);
	for (size_t i = 0; i < config->n; i++)
		if (!config->settings[i].group && apply(&config->settings[i], c, into, e) < 0)
			return err_ctx(e, "%s:%zu", path, config->settings[i].line);
	if (apply_groups(config, c, into, e) < 0)
		return err_ctx(e, "%s", path);
	return 0;
}
