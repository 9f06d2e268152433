#ifndef MKOS_INIT_SHUTDOWN_H
#define MKOS_INIT_SHUTDOWN_H

#include "init.h"

/*
 * Stops services, the last first, then every other process; writes everything to disk, unmounts,
 * and does what i->request says. Every step is bounded, and all of them together by 30 s above what
 * the services may take. Never returns, also when the machine will not end.
 */
_Noreturn void shutdown_run(struct init *i);

#endif
