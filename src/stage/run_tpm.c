#include "stage/run_tpm.h"

#include "base/path.h"
#include "base/strv.h"
#include "host/file.h"
#include "host/process.h"
#include "stage/run_command.h"
#include "stage/run_script.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SOCKET_FD = 3, SAID_MAX = 64 * 1024 };

static int check_tools(struct err *e)
{
	static const char *const names[] = {"swtpm", "swtpm_setup"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_FREE char *path = NULL;

		if (program_find(names[i], &path, e) < 0)
			return -1;
		if (!path)
			return err_set(e, ERR_MISSING,
				       "there is no '%s': install swtpm and swtpm-tools", names[i]);
	}
	return 0;
}

/* The one bank that is on is what makes a boot measure each thing once, not four times. */
static int manufacture(const char *state, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;
	AUTO_FREE char *said = NULL;
	struct process_options p = PROCESS_OPTIONS_INIT;

	if (strv_add_all(&argv, e, "swtpm_setup", "--tpm2", "--tpmstate", state, "--pcr-banks",
			 "sha256", "--overwrite", NULL) < 0)
		return -1;
	p.argv = &argv;
	return process_capture(&p, SAID_MAX, &said, e);
}

/* The socket is ours and swtpm inherits it: nobody has to wait until it is there. */
static int listen_at(const char *path, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(e, ERR_LIMIT,
			       "'%s' is too long for a socket: set TMPDIR to a shorter folder",
			       path);
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_os(e, "make a socket");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
		err_os(e, "listen on '%s'", path);
		close(fd);
		return -1;
	}
	return fd;
}

static int start(const char *state, int socket_fd, pid_t *ret, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;
	struct process_options p = PROCESS_OPTIONS_INIT;

	if (strv_add_all(&argv, e, "swtpm", "socket", "--tpm2", "--terminate", "--tpmstate", NULL) <
		    0 ||
	    strv_addf(&argv, e, "dir=%s", state) < 0 || strv_add(&argv, "--ctrl", e) < 0 ||
	    strv_addf(&argv, e, "type=unixio,fd=%d", SOCKET_FD) < 0)
		return -1;
	p.argv = &argv;
	p.errors = STDERR_FILENO;
	p.extra = socket_fd;
	return process_start(&p, ret, e);
}

int run_tpm_start(const char *folder, struct run_tpm *t, struct err *e)
{
	AUTO_FREE char *state = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = -1;

	if (check_tools(e) < 0 || path_join(folder, "tpm", &state, e) < 0 ||
	    path_join(folder, RUN_TPM_SOCKET, &path, e) < 0 || folder_make(state, e) < 0 ||
	    manufacture(state, e) < 0)
		return -1;
	fd = listen_at(path, e);
	return fd < 0 ? -1 : start(state, fd, &t->pid, e);
}

void run_tpm_end(struct run_tpm *t)
{
	if (t->pid)
		run_end(t->pid);
	t->pid = 0;
}
