#ifndef MKOS_INIT_SHARED_CONFIG_FILES_H
#define MKOS_INIT_SHARED_CONFIG_FILES_H

#include "shared/config.h"

/*
 * Reads /etc/pideisn/NAME.conf in the order of their names, then the words of /proc/cmdline, then
 * the arguments of PID 1, each over what was before. The kernel hands PID 1 what stands behind "--",
 * and a container, which cannot change /proc/cmdline, has only this way. Each word goes through
 * "word". What is wrong is told by the verdict and left out.
 */
void config_files_read(struct config *c, void (*word)(struct config *c, const char *word));

#endif
