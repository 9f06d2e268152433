#ifndef MKOS_INIT_SYSCTL_H
#define MKOS_INIT_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the settings of /etc/sysctl.conf and of /etc/sysctl.d/NAME.conf, these in the order of
 * their names, into /proc/sys. Wrong lines are told by file and line and skipped.
 */
void sysctl_apply(void);

enum sysctl_verdict {
	SYSCTL_NOTHING, /* an empty line or a comment */
	SYSCTL_SETTING,
	SYSCTL_WRONG,
};

struct sysctl_setting {
	char path[256];	 /* /proc/sys/net/ipv4/ip_forward */
	char value[256]; /* with a newline, which some of these files insist on */
	bool may_fail;
};

/*
 * One line in the form of sysctl.conf(5): KEY = VALUE, with '-' in front if it may fail, '#' or ';'
 * in front of a comment. In a key dots stand for slashes and slashes for dots, unless a slash comes
 * first: then all is as it stands.
 */
enum sysctl_verdict sysctl_line(const char *line, size_t len, struct sysctl_setting *ret);

#endif
