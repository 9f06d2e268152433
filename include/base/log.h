#ifndef MKOS_BASE_LOG_H
#define MKOS_BASE_LOG_H

/*
 * What is told to the person at the terminal, on standard error. Results go to
 * standard output and errors through struct err: neither comes through here.
 */

#include "base/cleanup.h"

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE };

void log_set_level(enum log_level level);
enum log_level log_level(void);

/* "error: TEXT", for one of several findings; the error that ends the command counts them. */
void log_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* "warning: TEXT"; told also when quiet. */
void log_warning(const char *format, ...) PRINTF_LIKE(1, 2);

/* What is being done: not told when quiet. */
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);

/* Details: told when verbose only. */
void log_detail(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
