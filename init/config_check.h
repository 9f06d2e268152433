#ifndef MKOS_INIT_CONFIG_CHECK_H
#define MKOS_INIT_CONFIG_CHECK_H

#include "settings.h"

/*
 * What no single line shows, when all files are read: a service without a program, one that waits
 * for what does not exist, and those that wait for each other. What is wrong is told and taken out
 * of the settings, so that it cannot keep another service from starting.
 */
void config_check(struct settings *s, void (*verdict)(void *data, const char *sentence),
		  void *data);

#endif
