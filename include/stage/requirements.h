#ifndef MKOS_STAGE_REQUIREMENTS_H
#define MKOS_STAGE_REQUIREMENTS_H

/*
 * config/requirements: what a machine needs, one line each, shared with
 * setup.sh:
 *
 *	PACKAGE[|PACKAGE]  KIND:NAME  ROLE[,ROLE]  WHAT NEEDS IT
 *
 * KIND is program (in PATH), library (of the dynamic loader), header (of the C
 * compiler) or file (a path, * matches). Alternatives of a package are packages
 * that all bring it, the preferred one first.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>

#define REQUIREMENTS "config/requirements"

struct requirement {
	char *package, *kind, *name, *roles, *reason;
	bool missing;
};

struct requirements {
	struct requirement *v;
	size_t n;
	size_t missing;
	struct strv roles; /* every role that the file names, also those not asked for */
};

#define REQUIREMENTS_INIT \
	{                 \
		.v = NULL \
	}

void requirements_done(struct requirements *r);
#define AUTO_REQUIREMENTS AUTO(requirements_done) struct requirements

/* Reads the rows of one of the roles (NULL: of all but "slow") and looks for each thing. */
MUST_CHECK int requirements_look(const char *const *roles, struct requirements *ret, struct err *e);

/* Fails with one sentence that names what is missing for the roles, and the packages. */
MUST_CHECK int requirements_check(const char *const *roles, struct err *e);

#endif
