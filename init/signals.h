#ifndef MKOS_INIT_SIGNALS_H
#define MKOS_INIT_SIGNALS_H

/*
 * What the kernel sends for the power button (ACPI_TINY_POWER_BUTTON), and systemd's number for
 * powering off.
 */
#define SIGNAL_POWER_BUTTON 38

enum request {
	REQUEST_NONE,
	REQUEST_POWER_OFF,
	REQUEST_HALT,
	REQUEST_REBOOT,
};

/* What a signal to PID 1 asks for, in the conventions of busybox, of systemd and of our kernel. */
enum request signals_request(int signal);

/* Blocks everything but the signals of a crash. The first thing PID 1 does. */
void signals_block(void);

/* A descriptor, never blocking, that tells of SIGCHLD and of all requests; -1 with errno set. */
int signals_open(void) __attribute__((warn_unused_result));

/* In a child: nothing blocked, nothing ignored, whatever PID 1 itself was started with. */
void signals_reset(void);

#endif
