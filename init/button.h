#ifndef MKOS_INIT_BUTTON_H
#define MKOS_INIT_BUTTON_H

#include "shared/loop.h"

/*
 * The power button as kernels with ACPI_BUTTON tell of it: by netlink and by an input device, each
 * if it is there, so that one press may come twice. Both become the signal that a kernel with
 * ACPI_TINY_POWER_BUTTON sends by itself, and of many requests the first one counts. Without
 * either there is nothing to watch, and nothing is said: the signal may still come.
 */
void button_watch(struct loop *l);

#endif
