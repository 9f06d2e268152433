#include "notify.h"

#include "console.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A flood of messages does not keep PID 1 from anything else. */
#define DRAIN_MAX     64
#define MESSAGE_BYTES 2048
#define HANDLES_MAX   16

static struct {
	struct loop *loop;
	struct loop_source source;
	void (*receive)(void *data, pid_t sender, const struct notify_message *m);
	void *data;
} notify = {.source = {.fd = -1}};

/* musl's CMSG_NXTHDR mixes signs where its arithmetic does not mind. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

/* BARRIER=1 waits until the handle that comes with it is closed; other handles are not for us. */
static pid_t take_control(struct msghdr *head)
{
	pid_t sender = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c != NULL; c = CMSG_NXTHDR(head, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred user;

			memcpy(&user, CMSG_DATA(c), sizeof(user));
			sender = user.pid;
		} else if (c->cmsg_type == SCM_RIGHTS) {
			size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

			for (size_t i = 0; i < count; i++) {
				int fd;

				memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
				close(fd);
			}
		}
	}
	return sender;
}
#pragma GCC diagnostic pop

/* False when nothing is waiting. What does not fit is no message of ours. */
static bool receive_one(void)
{
	char text[MESSAGE_BYTES + 1];
	_Alignas(struct cmsghdr) char
		control[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(HANDLES_MAX * sizeof(int))];
	struct iovec part = {.iov_base = text, .iov_len = MESSAGE_BYTES};
	struct msghdr head = {.msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(notify.source.fd, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct notify_message m;
	pid_t sender;

	if (got < 0)
		return false;
	sender = take_control(&head);
	if (sender <= 0 || (head.msg_flags & MSG_TRUNC) != 0)
		return true;
	notify_message_parse(text, (size_t)got, &m);
	notify.receive(notify.data, sender, &m);
	return true;
}

void notify_drain(void)
{
	for (int i = 0; i < DRAIN_MAX && notify.source.fd >= 0 && receive_one(); i++)
		;
}

static void on_message(void *data)
{
	(void)data;
	receive_one();
}

static int make_socket(void)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = NOTIFY_SOCKET};
	const int on = 1;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	unlink(NOTIFY_SOCKET);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    chmod(NOTIFY_SOCKET, 0666) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

void notify_open(struct loop *l,
		 void (*receive)(void *data, pid_t sender, const struct notify_message *m),
		 void *data)
{
	if (mkdir(NOTIFY_FOLDER, 0755) < 0 && errno != EEXIST)
		console_say("cannot make " NOTIFY_FOLDER ": %s", strerror(errno));
	notify.source.fd = make_socket();
	if (notify.source.fd < 0) {
		console_say("services cannot say that they are ready: " NOTIFY_SOCKET ": %s",
			    strerror(errno));
		return;
	}
	notify.loop = l;
	notify.receive = receive;
	notify.data = data;
	notify.source.events = POLLIN;
	notify.source.ready = on_message;
	loop_watch(l, &notify.source);
}

void notify_close(void)
{
	if (notify.source.fd < 0)
		return;
	loop_unwatch(notify.loop, &notify.source);
	close(notify.source.fd);
	unlink(NOTIFY_SOCKET);
	notify.source.fd = -1;
}
