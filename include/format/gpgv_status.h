#ifndef MKOS_FORMAT_GPGV_STATUS_H
#define MKOS_FORMAT_GPGV_STATUS_H

/* What gpgv(1) says with --status-fd (GnuPG's doc/DETAILS): lines "[GNUPG:] KEYWORD ARGUMENTS". */

#include <stdbool.h>

/*
 * Is there a good signature of the key with this primary fingerprint? One of
 * an expired or revoked key is none, nor is one beside which another is bad.
 */
bool gpgv_status_is_good(const char *text, const char *fingerprint);

/* Does a line with this keyword stand in it? */
bool gpgv_status_has(const char *text, const char *keyword);

#endif
