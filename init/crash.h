#ifndef MKOS_INIT_CRASH_H
#define MKOS_INIT_CRASH_H

/*
 * A crash of PID 1 would be a panic of the kernel. From here on it is a line on the console, a sync
 * of at most a second and a reboot.
 */
void crash_trap(void);

#endif
