#ifndef MKOS_BASE_HEX_H
#define MKOS_BASE_HEX_H

/* Bytes as hexadecimal digits. */

#include <stdbool.h>
#include <stddef.h>

/* The value of a digit, small or capital; -1: it is none. */
int hex_digit(char c);

/* Puts 2 * n small digits and a NUL. */
void hex_put(const void *data, size_t n, char *to);

/* Reads n bytes. False, and nothing put, when the text is not just their 2 * n digits. */
bool hex_get(const char *text, void *to, size_t n);

#endif
