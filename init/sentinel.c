#include "sentinel.h"

#include "console.h"

#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define BEGIN "/.archive-begin"

void sentinel_check(void)
{
	struct sysinfo memory;
	struct stat st;

	if (lstat(BEGIN, &st) < 0 || access(BEGIN, F_OK) == 0)
		return;
	console_say("the initramfs was unpacked only in part, so files are missing");
	if (sysinfo(&memory) == 0)
		console_say("the kernel has %d MiB of memory: give the machine more",
			    (int)(memory.totalram * memory.mem_unit >> 20));
}
