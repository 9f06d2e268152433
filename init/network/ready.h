#ifndef MKOS_INIT_NETWORK_READY_H
#define MKOS_INIT_NETWORK_READY_H

/* Tells PID 1 that services which wait for the network can start, as sd_notify(3) would. */
void ready_tell(void);

#endif
