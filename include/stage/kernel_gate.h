#ifndef MKOS_STAGE_KERNEL_GATE_H
#define MKOS_STAGE_KERNEL_GATE_H

/*
 * Kconfig drops what it does not like without a word. The gate compares every
 * option that was asked for with what came out, says of each that is not as
 * asked why, and holds the kernel to what an image cannot do without, whatever
 * the layers say.
 */

#include "format/kconfig.h"
#include "stage/kernel_source.h"

/* Each finding is told in a line of its own; the error counts them. */
MUST_CHECK int kernel_gate(const struct kernel_source *source, const struct project *project,
			   const struct kconfig *asked, const struct kconfig *made, struct err *e);

/* One option that a kernel must have, and what breaks without it. */
struct contract_row {
	const char *name;
	const char *value;
	const char *reason;
};

/* The contract of a role: "guest" or "host"; *ret_n rows. NULL: no such role. */
const struct contract_row *kernel_contract(const char *role, size_t *ret_n);

#endif
