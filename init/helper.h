#ifndef MKOS_INIT_HELPER_H
#define MKOS_INIT_HELPER_H

#include "init.h"

/*
 * Does in a child what might never return (sync, umount, reboot), so that PID 1 cannot hang in it.
 * Waits at most wait_ms while the loop goes on; a child that takes longer is left behind. Returns
 * whether it has ended.
 */
bool helper_run(struct init *i, void (*work)(void), int64_t wait_ms);

#endif
