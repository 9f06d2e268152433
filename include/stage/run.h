#ifndef MKOS_STAGE_RUN_H
#define MKOS_STAGE_RUN_H

/*
 * Boots an image in QEMU with OVMF, its serial console on the terminal, or
 * under a script: steps that are done one after the other.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum run_step_kind {
	RUN_EXPECT,  /* wait until the guest has printed the text, behind what was found before */
	RUN_SEND,    /* type the text and Enter into the console */
	RUN_BUTTON,  /* press the power button */
	RUN_MONITOR, /* give QEMU's human monitor the command */
};

struct run_step {
	enum run_step_kind kind;
	const char *text; /* of all but the button */
};

struct run_options {
	const char *file; /* a UKI */
	uint64_t memory_bytes;
	uint64_t cpus;
	const struct strv *qemu; /* further arguments, behind ours */
	const struct run_step *steps;
	size_t n_steps;
	uint64_t timeout_s;   /* 0: none */
	const char *log_path; /* what the console said is kept here; NULL: nowhere */
	bool no_kvm;
	bool dry_run; /* print the commands and start nothing */
};

/*
 * With steps it succeeds when all were done and the guest powered itself off;
 * without, when QEMU ends. Says which step it waited for in vain.
 */
MUST_CHECK int stage_run(const struct run_options *options, struct err *e);

#endif
