#ifndef MKOS_STAGE_SEED_H
#define MKOS_STAGE_SEED_H

/* A seed for cloud-init's data source NoCloud: an ISO of the label cidata. */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct seed_options {
	const char *user_data;
	const char *meta_data;	    /* NULL: an instance-id that is made of the rest */
	const char *network_config; /* NULL: none */
	const char *output;
	bool sync;
};

struct seed_summary {
	uint64_t size;
	char instance_id[64]; /* "" when meta-data was given */
};

/* Refuses what cloud-init would ignore, and warns of what it does not expect. */
MUST_CHECK int stage_seed(const struct seed_options *options, struct seed_summary *ret,
			  struct err *e);

#endif
