#include "network/net.h"
#include "network/network_settings.h"
#include "network/ready.h"
#include "network/say.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static struct network_settings settings;
static struct loop loop;
static struct net net;

/*
 * The image's network: a service of PID 1 (pideisn.8), which starts it before all others, stops it
 * after them, and starts it again when it crashes. What it has set stays when it ends.
 */
int main(void)
{
	umask(022);
	network_settings_read(&settings, link_memory_open());
	if (!net_start(&net, &loop, &settings, ready_tell)) {
		int error = errno;

		say("netlink: %s", strerror(error));
		/* A kernel without a network will not get one: this is not to be started again. */
		return error != EAFNOSUPPORT && error != EPROTONOSUPPORT && error != ENOSYS;
	}
	for (;;)
		loop_wait(&loop, LOOP_FOREVER);
}
