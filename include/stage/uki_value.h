#ifndef MKOS_STAGE_UKI_VALUE_H
#define MKOS_STAGE_UKI_VALUE_H

/* Values of options as ukify has them: TEXT or @PATH. */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Adds the value to `to`. A file without content is refused: that is hardly what was meant. */
MUST_CHECK int uki_value_read(const char *value, const char *what, struct buf *to, struct err *e);

/* The same; a text that is the name of a file has hardly been meant as a text. */
MUST_CHECK int uki_value_read_text(bool strict, const char *value, const char *what, struct buf *to,
				   struct err *e);

/* White space runs become one blank, those at the ends go. */
void uki_value_collapse(struct buf *text);

/* Line feeds and NULs at the end go. */
void uki_value_cut_end(struct buf *text);

#endif
