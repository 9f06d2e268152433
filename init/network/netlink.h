#ifndef MKOS_INIT_NETWORK_NETLINK_H
#define MKOS_INIT_NETWORK_NETLINK_H

#include "network/rtnl.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The sockets to the kernel's rtnetlink: one for requests, which the kernel carries out while they
 * are sent, so that waiting for the answer never waits; one for news, to be polled.
 */
struct netlink {
	int requests; /* -1 when closed */
	int news;
};

typedef void netlink_handler(void *data, enum rtnl_news kind, const struct rtnl_event *event);

/* 0, or -1 with errno set and both closed. */
int netlink_open(struct netlink *n) __attribute__((warn_unused_result));

/* Carries out one message. 0, or the kernel's error as a positive errno. */
int netlink_do(struct netlink *n, struct rtnl *m);

/*
 * Asks for all of type RTM_GETLINK or RTM_GETADDR. They come as news, and RTNL_DUMP_END after them;
 * until then no other dump may be asked for. False if the kernel could not take the question.
 */
bool netlink_dump(struct netlink *n, uint16_t type);

/*
 * Reads what is there; the handler may call netlink_do. False when news were lost, so that only a
 * dump tells how things are.
 */
bool netlink_news(struct netlink *n, netlink_handler *handler, void *data);

#endif
