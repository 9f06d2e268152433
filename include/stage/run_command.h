#ifndef MKOS_STAGE_RUN_COMMAND_H
#define MKOS_STAGE_RUN_COMMAND_H

/* The command lines that boot what a plan says. */

#include "base/err.h"
#include "base/strv.h"
#include "stage/run_plan.h"

/* A scripted QEMU has its monitor as this descriptor. */
enum { RUN_MONITOR_FD = 3 };

/* Of the socket that swtpm listens on, in the folder of the run. */
#define RUN_TPM_SOCKET "tpm.sock"

MUST_CHECK int run_qemu_command(const struct run_plan *p, struct strv *to, struct err *e);
MUST_CHECK int run_cloud_hypervisor_command(const struct run_plan *p, struct strv *to,
					    struct err *e);

#endif
