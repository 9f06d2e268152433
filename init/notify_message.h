#ifndef MKOS_INIT_NOTIFY_MESSAGE_H
#define MKOS_INIT_NOTIFY_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a message of sd_notify(3) says; what else it may say is passed over. */
struct notify_message {
	bool ready;
	bool stopping;
	bool alive;	    /* WATCHDOG=1 */
	bool stuck;	    /* WATCHDOG=trigger */
	pid_t main_process; /* 0 if it names none */
	const char *status; /* NULL, or a part of the text */
};

/* Takes a message of len bytes apart; text has room for one more and is changed. */
void notify_message_parse(char *text, size_t len, struct notify_message *ret);

#endif
