#ifndef MKOS_INIT_CMDLINE_H
#define MKOS_INIT_CMDLINE_H

#include <stdbool.h>
#include <stdint.h>

#define CMDLINE_GRACE_UNSET (-1)

/*
 * What the kernel's command line asks of PID 1, one word each:
 *
 *   pideisn.hostname=NAME   the host name, before /etc/hostname
 *   pideisn.shell=0|1       no shell on the console (default 1)
 *   pideisn.grace=SECONDS   how long any service may take to stop, 0 to 3600
 */
struct cmdline {
	char host_name[65];
	bool shell;
	int64_t grace_ms;
};

enum cmdline_verdict {
	CMDLINE_TAKEN,
	CMDLINE_FOREIGN, /* not for us: does not begin with "pideisn." */
	CMDLINE_UNKNOWN, /* for us, but not one of the words above */
	CMDLINE_BAD_VALUE,
};

void cmdline_init(struct cmdline *c);

/* Applies one word; of a word that comes twice the last one counts. */
enum cmdline_verdict cmdline_word(struct cmdline *c, const char *word);

/*
 * Applies /proc/cmdline, then PID 1's own arguments, and says what is wrong with them. The kernel
 * hands PID 1 what stands behind "--", and a container, which cannot change /proc/cmdline, has only
 * this way.
 */
void cmdline_read(struct cmdline *c, char *const argv[]);

#endif
