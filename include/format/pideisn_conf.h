#ifndef MKOS_FORMAT_PIDEISN_CONF_H
#define MKOS_FORMAT_PIDEISN_CONF_H

/*
 * The configuration of PID 1, /etc/pideisn/NAME.conf in the image (pideisn(8)):
 *
 *	# comment
 *	[section]  or  [section NAME]
 *	key = value
 *
 * Lines have at most 1023 bytes. What PID 1 would say about a file on the
 * console, and skip, is said here word for word when the image is packed.
 */

#include "base/strv.h"

#include <stdbool.h>

struct pideisn_conf;

MUST_CHECK int pideisn_conf_new(struct pideisn_conf **ret, struct err *e);
void pideisn_conf_free(struct pideisn_conf **conf);
#define AUTO_PIDEISN_CONF AUTO(pideisn_conf_free) struct pideisn_conf *

/* Files come in the order of their names, as PID 1 reads them. */
MUST_CHECK int pideisn_conf_read(struct pideisn_conf *conf, const char *file, const char *text,
				 size_t len, struct err *e);

/*
 * The words of a kernel command line that are for PID 1, pideisn.KEY=VALUE (pideisn(8)). Of each that
 * is wrong the verdict is what PID 1 would say behind "command line: ", then what may have been
 * meant. `where` is a file, whose line is put behind it, or, with `is_file` false, any other text.
 */
MUST_CHECK int pideisn_conf_words(struct pideisn_conf *conf, const char *where, bool is_file,
				  const char *text, struct err *e);

/* Whether a command line has such words. */
bool pideisn_conf_has_words(const char *text);

/* After the last one: what no single line shows. */
MUST_CHECK int pideisn_conf_check(struct pideisn_conf *conf, struct err *e);

/* What was wrong so far, a sentence each. */
const struct strv *pideisn_conf_verdicts(const struct pideisn_conf *conf);

struct pideisn_service {
	const char *name;
	const char *exec; /* the program's absolute path in the image */
	bool optional;	  /* an image without it is meant so */
	bool for_links;	  /* it is the one that reads the sections [link], and there are some */
};

/* The next service from *index on, which starts as 0; false behind the last. */
bool pideisn_conf_service(const struct pideisn_conf *conf, size_t *index,
			  struct pideisn_service *ret);

#endif
