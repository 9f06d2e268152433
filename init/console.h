#ifndef MKOS_INIT_CONSOLE_H
#define MKOS_INIT_CONSOLE_H

#include "shared/loop.h"

/*
 * What PID 1 has to say. Each line stands once on the console, with "pideisn: " in front, and once
 * in the kernel's log. Nothing here ever waits: what the console does not take at once is kept,
 * up to 4 KiB, and written when there is room; lines beyond that are counted and the count told.
 * Lines said before there is a console are kept the same way.
 */
void console_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A line of a service, without its end, with "NAME: " in front; output is an enum service_output.
 * Bytes that could steer a terminal come out as '?'.
 */
void console_service(const char *name, const char *text, int64_t output);

/* Opens the console, and lets the loop write kept lines as soon as it takes them. Call once. */
void console_watch(struct loop *l);

/* In a child that goes on saying things: forgets kept lines, which the parent will write. */
void console_forked(void);

/* Waits until the terminal has sent everything; may wait for ever, so only in a child. */
void console_drain(void);

/* For the handler of fatal signals: the same line, at once or never, touching no kept ones. */
void console_last_words(const char *text);

#endif
