#ifndef MKOS_CLI_INSPECT_INITRD_H
#define MKOS_CLI_INSPECT_INITRD_H

/* What inspect does with an initramfs beyond a listing. */

#include "cli/json_output.h"
#include "stage/initrd_read.h"

/* What is asked for; at most one of the texts is set. */
struct initrd_request {
	const char *cat;     /* a name in it */
	const char *extract; /* a folder to make */
	const char *diff;    /* an older initramfs */
	bool list;	     /* names alone */
	bool sizes;	     /* what files and folders take */
	struct initrd_limits limits;
	const struct json_request *json; /* of a list and a difference */
};

/* Is it any of these? */
bool initrd_requested(const struct initrd_request *r);

MUST_CHECK int initrd_answer(const char *path, const struct initrd_request *r, struct err *e);

/* The listing, line by line as it is read. */
MUST_CHECK int initrd_print(const struct source *s, const struct initrd_limits *limits,
			    struct err *e);

MUST_CHECK int initrd_lint_answer(const struct source *s, const struct initrd_limits *limits,
				  const struct json_request *json, struct err *e);

#endif
