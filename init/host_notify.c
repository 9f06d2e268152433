#include "host_notify.h"

#include "console.h"
#include "credential.h"
#include "shared/message.h"
#include "shared/small_file.h"

#include <errno.h>
#include <linux/vm_sockets.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STRUCTURES_MAX 8
#define LAST_RESERVED  1023

/* From a port that only root may have: a host can tell PID 1 from somebody else in the machine. */
static void bind_reserved(int fd)
{
	struct sockaddr_vm own = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY};

	own.svm_port = LAST_RESERVED;
	while (bind(fd, (const struct sockaddr *)&own, sizeof(own)) < 0 && errno == EADDRINUSE &&
	       own.svm_port > 1)
		own.svm_port--;
}

static bool send_by(int type, const struct credential_vsock *to, const char *text)
{
	struct sockaddr_vm address = {.svm_family = AF_VSOCK};
	const ssize_t len = (ssize_t)strlen(text);
	int fd = socket(AF_VSOCK, type | SOCK_CLOEXEC, 0);
	bool done;

	if (fd < 0)
		return false;
	bind_reserved(fd);
	address.svm_cid = to->cid;
	address.svm_port = to->port;
	done = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	       send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
	close(fd);
	return done;
}

static bool send_to(const struct credential_vsock *to, const char *text)
{
	if (to->type != 0)
		return send_by(to->type, to, text);
	return send_by(SOCK_SEQPACKET, to, text) || send_by(SOCK_STREAM, to, text);
}

static void tell_credential(void)
{
	char path[64];
	char entry[4096];
	struct credential_vsock to;

	for (int i = 0; i < STRUCTURES_MAX; i++) {
		const char *value;
		ssize_t len;

		message_put(path, sizeof(path), "/sys/firmware/dmi/entries/11-%d/raw", i);
		len = small_file_read(path, entry, sizeof(entry));
		value = len > 0 ? credential_find(entry, (size_t)len, "vmm.notify_socket") : NULL;
		if (value == NULL)
			continue;
		if (!credential_vsock_parse(value, &to))
			console_say("vmm.notify_socket is '%s', which is no vsock address", value);
		else if (!send_to(&to, "READY=1\n"))
			console_say("cannot tell the host at %s: %s", value, strerror(errno));
		return;
	}
}

void host_notify_ready(int64_t port)
{
	const struct credential_vsock host = {
		.cid = VMADDR_CID_HOST, .port = (unsigned int)port, .type = SOCK_STREAM};

	if (_Fork() != 0)
		return;
	console_forked();
	tell_credential();
	if (port != 0)
		send_to(&host, "READY\n");
	_exit(0);
}
