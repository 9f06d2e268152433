#ifndef MKOS_INIT_NOTIFY_H
#define MKOS_INIT_NOTIFY_H

#include "notify_message.h"
#include "shared/loop.h"

#define NOTIFY_FOLDER "/run/pideisn"
#define NOTIFY_SOCKET NOTIFY_FOLDER "/notify"

/*
 * The socket that NOTIFY_SOCKET names to services. Each message comes with the process that sent
 * it, as the kernel knows it; whose it is the receiver has to find out.
 */
void notify_open(struct loop *l,
		 void (*receive)(void *data, pid_t sender, const struct notify_message *m),
		 void *data);

/* Receives all that is waiting: before a process is reaped whose last words may be among it. */
void notify_drain(void);

/* A socket with a name keeps its file system busy. */
void notify_close(void);

#endif
