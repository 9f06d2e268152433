#ifndef MKOS_INIT_HOST_NOTIFY_H
#define MKOS_INIT_HOST_NOTIFY_H

#include <stdint.h>

/*
 * Tells the host of a virtual machine that it is up, over vsock: READY=1 to the address in the
 * credential vmm.notify_socket, as systemd does it, and "READY" to that port of the host, unless it
 * is 0. A host that does not listen is no news. In a child, since connecting takes up to 2 s.
 */
void host_notify_ready(int64_t port);

#endif
