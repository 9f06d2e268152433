#include "unmount.h"

#include "console.h"
#include "mount_list.h"
#include "shared/small_file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#define MOUNTS_FILE "/proc/self/mounts"

/* One mount on top of another in disorder may need a second look; a longer list, a few more. */
#define PASSES_MAX 10

static struct {
	char text[64 * 1024];
	char path[PATH_MAX];
} list;

static size_t list_read(void)
{
	ssize_t len = small_file_read(MOUNTS_FILE, list.text, sizeof(list.text));

	if (len < 0) {
		console_say("cannot read " MOUNTS_FILE ": %s", strerror(errno));
		return 0;
	}
	return (size_t)len;
}

static int unmount_pass(void)
{
	size_t len = list_read();
	int done = 0;

	while (mount_list_take_last(list.text, &len, list.path, sizeof(list.path)))
		if (!mount_list_stays(list.path) && umount2(list.path, UMOUNT_NOFOLLOW) == 0)
			done++;
	return done;
}

static void read_only_pass(void)
{
	size_t len = list_read();

	while (mount_list_take_last(list.text, &len, list.path, sizeof(list.path))) {
		if (mount_list_stays(list.path) && strcmp(list.path, "/") != 0)
			continue;
		if (mount(NULL, list.path, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
			console_say("cannot make %s read-only: %s", list.path, strerror(errno));
		else if (strcmp(list.path, "/") != 0)
			console_say("%s is busy, made read-only", list.path);
	}
}

void unmount_all(void)
{
	for (int pass = 0; pass < PASSES_MAX && unmount_pass() > 0; pass++)
		;
	read_only_pass();
}
