#ifndef MKOS_INIT_NETWORK_DOMAIN_NAME_H
#define MKOS_INIT_NETWORK_DOMAIN_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Names that strangers on the network send and that end up in resolv.conf: nothing but letters,
 * digits, '-', '_' and '.', so that none can add a line there.
 */
bool domain_name_valid(const char *name);

/*
 * Appends the names of a list in DNS encoding (RFC 1035, 3.1; without compression, as RFC 3315 and
 * 8106 want it) to text, a space between them. Names that are not valid or do not fit are left out.
 */
void domain_name_list(const uint8_t *data, size_t len, char *text, size_t size);

#endif
