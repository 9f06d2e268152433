#ifndef MKOS_INIT_CGROUP_H
#define MKOS_INIT_CGROUP_H

#include "settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A control group for each service, /sys/fs/cgroup/NAME: its limits, and what its processes are
 * found by wherever they forked to. Without the file system everything here does nothing, and a
 * service's processes are those of its session.
 */

/* Looks for them. Once, when the file systems are mounted. */
void cgroup_open(void);

/*
 * Lets groups have limits, unless that was done. It waits until every processor has rested, so it
 * comes after the first starts, or when there is a limit to set.
 */
void cgroup_control(void);

/* Makes the service's group and sets its limits; says which one the kernel refuses. */
void cgroup_make(const struct service_settings *s);

/* As fork(), with the child in the group from its start; -1 where that cannot be. */
pid_t cgroup_fork(const char *name) __attribute__((warn_unused_result));

/* In the child: joins the group. False with errno set; true as well where there are no groups. */
bool cgroup_join(const char *name) __attribute__((warn_unused_result));

/* Whether a process is in the group; without groups, in the session of the service's process. */
bool cgroup_has(const char *name, pid_t main_process, pid_t pid);

/* Kills all that is in it, and without groups the process group of the service's process. */
void cgroup_kill(const char *name, pid_t main_process);

/* How many processes of the group the kernel has killed for memory so far. */
int cgroup_oom_kills(const char *name);

#endif
