#ifndef MKOS_INIT_NETWORK_SAY_H
#define MKOS_INIT_NETWORK_SAY_H

/* A line for people, on the standard output: PID 1 puts it on the console, this program's name first. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
