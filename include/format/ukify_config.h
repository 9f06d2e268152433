#ifndef MKOS_FORMAT_UKIFY_CONFIG_H
#define MKOS_FORMAT_UKIFY_CONFIG_H

/*
 * The configuration file of ukify(1): INI with the sections [UKI] and [PCRSignature:NAME], whose
 * keys stand for options. A '#' that begins a line or follows a blank begins a comment.
 */

#include "base/strv.h"
#include "format/ini.h"

#include <stdbool.h>
#include <stddef.h>

struct ukify_setting {
	const char *option; /* "linux", as on the command line */
	const char *key;    /* "Linux" */
	char *value;
	size_t line;
	bool is_words; /* the value is a list with blanks between */
	size_t group;  /* counts the sections [PCRSignature:NAME] from 1; 0: [UKI] */
};

struct ukify_config {
	struct ini ini;
	struct ukify_setting *settings; /* in the file's order */
	size_t n;
	struct strv groups;  /* their names */
	struct strv unknown; /* sentences on keys that are none of ukify's */
};

#define UKIFY_CONFIG_INIT        \
	{                        \
		.ini = INI_INIT, \
	}

void ukify_config_done(struct ukify_config *c);
#define AUTO_UKIFY_CONFIG AUTO(ukify_config_done) struct ukify_config

/* `name` is told in messages, with the line. */
MUST_CHECK int ukify_config_parse(const char *text, size_t len, const char *name,
				  struct ukify_config *ret, struct err *e);

#endif
