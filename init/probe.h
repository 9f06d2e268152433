#ifndef MKOS_INIT_PROBE_H
#define MKOS_INIT_PROBE_H

#include <stdbool.h>

/*
 * Looks for what PID 1 uses of the kernel, all that it can live without included, and calls missing
 * for each thing that is not there, by the name of the kernel's option without CONFIG_. False when
 * something is missing. Asked of a running machine: proc, sys and control groups are where PID 1
 * mounts them.
 */
bool probe_kernel(void (*missing)(const char *option));

#endif
