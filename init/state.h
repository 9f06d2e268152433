#ifndef MKOS_INIT_STATE_H
#define MKOS_INIT_STATE_H

#include "init.h"
#include "state_disk.h"

/*
 * Waits until the disk with the state is mounted, has failed, or has not appeared in time; a
 * request to shut down ends the wait too. From then on the loss of the disk is told. Services start
 * after this, since what they wrote before would be hidden under the mount.
 */
void state_mount(struct init *i, const struct state_settings *plan);

#endif
