#ifndef MKOS_INIT_CONFIG_FILES_H
#define MKOS_INIT_CONFIG_FILES_H

#include "settings.h"

/*
 * Fills the settings: what is built in, then /etc/pideisn/NAME.conf in the order of their names,
 * then /proc/cmdline, then the arguments of PID 1, each over what was before. The kernel hands
 * PID 1 what stands behind "--", and a container, which cannot change /proc/cmdline, has only this
 * way. What is wrong is said on the console and left out.
 */
void config_read(struct settings *s, char *const argv[]);

#endif
