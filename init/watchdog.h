#ifndef MKOS_INIT_WATCHDOG_H
#define MKOS_INIT_WATCHDOG_H

#include "shared/loop.h"

/* What watchdog_start() takes besides a time. */
#define WATCHDOG_OFF	    INT64_C(0)
#define WATCHDOG_IF_PRESENT INT64_C(-1)

/*
 * The machine resets itself when PID 1 has not run its loop for timeout_ms: hardware does that, or
 * the VMM, and only if there is such a device. WATCHDOG_IF_PRESENT means 60 s and no watchdog that
 * is only a timer of this very kernel; a time that was asked for takes that one too, and says so if
 * there is none. It is fed from the loop and nowhere else.
 */
void watchdog_start(struct loop *l, int64_t timeout_ms);

/*
 * Right before the machine ends: fed a last time and not turned off, so that an end that hangs, or
 * a next kernel that does not come up, is reset too.
 */
void watchdog_hand_over(void);

/* For a machine that is to stand still. One that cannot be stopped will reset it after all. */
void watchdog_stop(void);

#endif
