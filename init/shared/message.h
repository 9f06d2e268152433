#ifndef MKOS_INIT_SHARED_MESSAGE_H
#define MKOS_INIT_SHARED_MESSAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Formats into buf, always terminated, cut where it does not fit; returns the length. Knows %s, %d
 * and %% only: musl's printf would weigh a third of the program. Bytes of a %s that could steer a
 * terminal come out as '?'.
 */
size_t message_format(char *buf, size_t size, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/* The same with the values as arguments. */
size_t message_put(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A number that may be wider than an int. */
void message_number(char *buf, size_t size, int64_t n);

/* "SIGKILL" for 9; NULL for a number without a name of its own. */
const char *message_signal_name(int signal);

/* How a process ended, from its wait status: "exited with status 3". Returns buf. */
const char *message_ending(char *buf, size_t size, int status);

#endif
