#ifndef MKOS_FORMAT_ENTRY_TEXT_H
#define MKOS_FORMAT_ENTRY_TEXT_H

/* Entries of an archive in words, for people and for comparing. */

#include "base/buf.h"

#include <stdint.h>

enum { ENTRY_MODE_TEXT = 11 };

/* As ls shows it: "drwxr-xr-x". */
void entry_mode_text(uint32_t mode, char to[ENTRY_MODE_TEXT]);

/* Appends a name in which control characters and backslashes are written \xNN. */
MUST_CHECK int entry_name_text(struct buf *to, const char *name, struct err *e);

#endif
