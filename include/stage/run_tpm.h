#ifndef MKOS_STAGE_RUN_TPM_H
#define MKOS_STAGE_RUN_TPM_H

/* A TPM 2.0 for one run: swtpm, new each time, with its SHA-256 bank on. */

#include "base/err.h"

#include <sys/types.h>

struct run_tpm {
	pid_t pid; /* 0: none */
};

/*
 * Its socket is RUN_TPM_SOCKET in the folder, and listens already when this
 * returns. It ends with the connection of the virtual machine.
 */
MUST_CHECK int run_tpm_start(const char *folder, struct run_tpm *t, struct err *e);

void run_tpm_end(struct run_tpm *t);
#define AUTO_RUN_TPM AUTO(run_tpm_end) struct run_tpm

#endif
