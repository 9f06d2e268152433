/*
 * A service that stands for the host of a virtual machine: vsock TYPE PORT [TYPE PORT]..., each TYPE
 * stream or seqpacket. It says to PID 1 that it is ready when it listens, and prints what comes:
 * type, port, text, and whether it came from a port that only root may have.
 */

#include <linux/vm_sockets.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTENERS_MAX = 8, FIRST_FREE_PORT = 1024 };

static int listen_on(int type, unsigned int port)
{
	const struct sockaddr_vm address = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = port};
	int fd = socket(AF_VSOCK, type, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 8) < 0) {
		perror("vsock");
		exit(1);
	}
	return fd;
}

static void say_ready(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	strncpy(address.sun_path, path ? path : "", sizeof(address.sun_path) - 1);
	if (fd < 0 ||
	    sendto(fd, "READY=1", 7, 0, (const struct sockaddr *)&address, sizeof(address)) != 7)
		perror("notify");
	close(fd);
}

static void tell(int listener, const char *type, const char *port)
{
	struct sockaddr_vm peer = {.svm_family = AF_VSOCK};
	socklen_t len = sizeof(peer);
	int fd = accept(listener, (struct sockaddr *)&peer, &len);
	char text[256];
	ssize_t got = 0, n;

	while (fd >= 0 && (n = recv(fd, text + got, sizeof(text) - 1 - (size_t)got, 0)) > 0)
		got += n;
	text[got] = '\0';
	for (char *at = strchr(text, '\n'); at; at = strchr(at, '\n'))
		*at = '|';
	printf("%s %s got [%s] from CID %u, %s port\n", type, port, text, peer.svm_cid,
	       peer.svm_port < FIRST_FREE_PORT ? "a reserved" : "any");
	fflush(stdout);
	close(fd);
}

int main(int argc, char *argv[])
{
	struct pollfd listeners[LISTENERS_MAX];
	int n = 0;

	for (; n < LISTENERS_MAX && 2 * n + 2 < argc; n++) {
		int type = strcmp(argv[2 * n + 1], "stream") ? SOCK_SEQPACKET : SOCK_STREAM;

		listeners[n].fd = listen_on(type, (unsigned int)strtoul(argv[2 * n + 2], NULL, 10));
		listeners[n].events = POLLIN;
	}
	say_ready();
	while (poll(listeners, (nfds_t)n, -1) > 0)
		for (int i = 0; i < n; i++)
			if (listeners[i].revents)
				tell(listeners[i].fd, argv[2 * i + 1], argv[2 * i + 2]);
	return 1;
}
