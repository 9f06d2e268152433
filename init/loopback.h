#ifndef MKOS_INIT_LOOPBACK_H
#define MKOS_INIT_LOOPBACK_H

/* Turns the loopback interface on: without that 127.0.0.1 and ::1 cannot be bound. */
void loopback_up(void);

#endif
