#ifndef MKOS_TESTS_INIT_GUEST_H
#define MKOS_TESTS_INIT_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * pideisn as process 1 of user, pid, mount, UTS and IPC namespaces of its own, in a root on tmpfs
 * with a pseudo terminal as /dev/console. Always a user namespace, also for root: nothing that
 * PID 1 does there can reach the machine that runs the test.
 */
struct guest {
	pid_t pid;
	int console; /* our side of the terminal */
	int other;   /* its side, kept open so that reading never fails */
	char folder[64];
	char terminal[64];
	char text[128 * 1024]; /* all it said, without a terminal's line endings */
	size_t len;
	size_t seen; /* where guest_says_next goes on */
};

struct guest_plan {
	const char *mode;	  /* what mvirt-vmm does, NULL if there is none */
	bool shell;		  /* whether there is a /bin/sh */
	const char *host_name;	  /* the content of /etc/hostname, NULL if there is none */
	const char *conf;	  /* the content of /etc/pideisn/test.conf, NULL for none */
	bool (*prepare)(void);	  /* does more in its root, which is the working folder, or NULL */
	const char *const *words; /* its arguments, NULL at the end */
	const int *lacks; /* system calls that its kernel does not have, -1 at the end, or NULL */
};

/* Whether this machine lets us make such namespaces at all; if not, why says at what it failed. */
bool guest_possible(const char **why);

/* Each of these fails the running test when it cannot do what it says. */
void guest_start(struct guest *g, const struct guest_plan *plan);
void guest_says(struct guest *g, const char *text);
void guest_says_next(struct guest *g, const char *text);
void guest_ends_by(struct guest *g, int signal);

/* Reads what is there without waiting for more. */
void guest_listen(struct guest *g);

/* Counts the children of its PID 1, all or only the zombies. */
int guest_children(const struct guest *g, bool zombies);

/* Ends it by force if it still runs, and removes what it left. */
void guest_done(struct guest *g);

#endif
