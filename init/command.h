#ifndef MKOS_INIT_COMMAND_H
#define MKOS_INIT_COMMAND_H

/*
 * The program when it is not PID 1. Called as poweroff, halt or reboot, as the kernel itself calls
 * /sbin/poweroff, it asks PID 1 for that. Otherwise it only tells its version. Returns the exit
 * status: 0 done, 1 failed, 2 wrong usage.
 */
int command_run(int argc, char *const argv[]);

#endif
