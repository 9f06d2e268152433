#include "network/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUP(number) (1U << ((number)-1))

/* As large as the pieces in which the kernel hands out a dump. */
static uint8_t buffer[8192];

static int open_one(uint32_t groups)
{
	const struct sockaddr_nl own = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int error;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof(own)) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int netlink_open(struct netlink *n)
{
	n->news = open_one(GROUP(RTNLGRP_LINK) | GROUP(RTNLGRP_ND_USEROPT) |
			   GROUP(RTNLGRP_IPV6_IFADDR) | GROUP(RTNLGRP_IPV6_IFINFO));
	n->requests = n->news < 0 ? -1 : open_one(0);
	if (n->requests >= 0)
		return 0;
	if (n->news >= 0)
		close(n->news);
	n->news = -1;
	return -1;
}

/* Reads one datagram; only the kernel, whose port is 0, may speak here. */
static ssize_t receive(int fd, void *buf, size_t size)
{
	struct sockaddr_nl from;
	socklen_t from_len;
	ssize_t got;

	do {
		from_len = sizeof(from);
		got = recvfrom(fd, buf, size, 0, (struct sockaddr *)&from, &from_len);
	} while (got >= 0 && from.nl_pid != 0);
	return got;
}

/* An answer holds the request again behind the error, which is cut off here. */
int netlink_do(struct netlink *n, struct rtnl *m)
{
	struct {
		struct nlmsghdr head;
		int error;
	} answer;

	if (send(n->requests, m->data, m->len, 0) < 0)
		return errno;
	if (receive(n->requests, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		return EIO;
	return -answer.error;
}

bool netlink_dump(struct netlink *n, uint16_t type)
{
	struct rtnl m;

	rtnl_dump(&m, type);
	return send(n->news, m.data, m.len, 0) >= 0;
}

static void each_message(size_t got, netlink_handler *handler, void *data)
{
	const uint8_t *at = buffer;
	struct rtnl_event event;
	uint32_t len;

	while (got >= NLMSG_HDRLEN) {
		memcpy(&len, at, sizeof(len));
		if (len < NLMSG_HDRLEN || len > got)
			return;
		handler(data, rtnl_read(at, len, &event), &event);
		/* The last message need not be padded. */
		if (NLMSG_ALIGN(len) >= got)
			return;
		at += NLMSG_ALIGN(len);
		got -= NLMSG_ALIGN(len);
	}
}

/*
 * Once news got lost, the kernel drops further ones without a word until it finds the socket empty.
 * So it is emptied first; a dump that is asked for before that would miss what happens meanwhile.
 */
bool netlink_news(struct netlink *n, netlink_handler *handler, void *data)
{
	bool whole = true;
	ssize_t got;

	for (;;) {
		got = receive(n->news, buffer, sizeof(buffer));
		if (got >= 0)
			each_message((size_t)got, handler, data);
		else if (errno == ENOBUFS)
			whole = false;
		else
			return whole;
	}
}
