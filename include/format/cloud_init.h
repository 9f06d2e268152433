#ifndef MKOS_FORMAT_CLOUD_INIT_H
#define MKOS_FORMAT_CLOUD_INIT_H

/*
 * What cloud-init makes of a seed for its data source NoCloud (cloud-init from 22.4
 * on, doc/rtd/explanation/format.rst and reference/datasources/nocloud.rst):
 * user data is told by how it begins, meta-data and network-config are YAML or
 * JSON. YAML itself is not parsed here.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* So much of user data is enough to tell what it is. */
enum { CLOUD_INIT_HEAD = 4096 };

/*
 * `head` is the begin of the user data. Refuses what cloud-init would not
 * handle, or would ignore without a word; `name` is for the sentence.
 */
MUST_CHECK int cloud_init_check_user_data(const char *name, const void *head, size_t len,
					  struct err *e);

/* Does a line of the text, or a member of the JSON that it is, have that key? */
bool cloud_init_has_key(const char *text, size_t len, const char *key);

#endif
