#ifndef MKOS_FORMAT_LINUX_VERSION_H
#define MKOS_FORMAT_LINUX_VERSION_H

/*
 * Looks for the release of a kernel in its bytes, wherever they come from: the text
 * "Linux version RELEASE (", which every kernel has for its log (init/version.c).
 */

#include "base/sink.h"

#include <stdbool.h>

enum { LINUX_RELEASE_MAX = 128, LINUX_VERSION_WINDOW = 64 * 1024 };

/* What is put into the sink is looked at. Once it is found, more is refused with an error, so that
 * whoever unpacks a kernel stops. */
struct linux_version {
	struct sink sink; /* first */
	bool found;
	char release[LINUX_RELEASE_MAX + 1];
	size_t len;
	char window[LINUX_VERSION_WINDOW];
};

void linux_version_init(struct linux_version *v);

#endif
