#include "state_disk.h"

#include "block_content.h"
#include "console.h"
#include "shared/folder.h"
#include "shared/message.h"
#include "shared/small_file.h"
#include "signals.h"
#include "uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTE	     "/run/pideisn/state"
#define BLOCK_FOLDER "/sys/class/block"

/* A disk that is to get a file system holds zeros here, at its start and at its end. */
#define BLANK_BYTES (1 << 20)

#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* How to deal with each kind: what to call, and the worst status that still means a good disk. */
static const struct tools {
	uint8_t kind;
	uint8_t good_status;
	char type[5];
	char options[18];
	char make[20];
	char check[21];
	char check_option[3];
} tools[] = {
	/* 1: errors were corrected; 2: and a reboot is wanted, which is for the root only. */
	{BLOCK_EXT, 3, "ext4", "errors=remount-ro", "/usr/sbin/mkfs.ext4", "/usr/sbin/e2fsck",
	 "-p"},
	{BLOCK_VFAT, 1, "vfat", "umask=077", "/usr/sbin/mkfs.vfat", "/usr/sbin/fsck.vfat", "-a"},
};

static const struct tools *tools_for(enum block_kind kind)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (tools[i].kind == kind)
			return &tools[i];
	return NULL;
}

void state_disk_note(const char *what, const char *device)
{
	char line[128];
	size_t len = message_put(line, sizeof(line), "%s%s%s\n", what, *device != '\0' ? " " : "",
				 device);
	int fd;

	mkdir("/run/pideisn", 0755);
	fd = open(NOTE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line, len) < 0)
		console_say("cannot write " NOTE ": %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

void state_disk_mounted(char *ret_device, size_t size)
{
	char text[128];
	size_t len;

	ret_device[0] = '\0';
	if (small_file_read(NOTE, text, sizeof(text)) < 0 || strncmp(text, "mounted ", 8) != 0)
		return;
	len = strcspn(text + 8, "\n");
	if (len < size) {
		memcpy(ret_device, text + 8, len);
		ret_device[len] = '\0';
	}
}

static ssize_t read_start(const char *device, unsigned char *buf, size_t size)
{
	int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = pread(fd, buf, size, 0);
	close(fd);
	return got;
}

static struct block_content content_of(const char *device)
{
	unsigned char bytes[BLOCK_CONTENT_BYTES];
	ssize_t got = read_start(device, bytes, sizeof(bytes));

	return block_content_of(bytes, got > 0 ? (size_t)got : 0);
}

/* What comes behind prefix in wanted, or NULL. */
static const char *behind(const char *wanted, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(wanted, prefix, len) == 0 ? wanted + len : NULL;
}

static bool suits(const char *wanted, const char *uevent, size_t len, const char *device)
{
	const char *label = behind(wanted, "LABEL=");
	const char *name = behind(wanted, "PARTLABEL=");
	char value[80];

	if (name != NULL)
		return uevent_value(uevent, len, "PARTNAME", value, sizeof(value)) &&
		       strcmp(value, name) == 0;
	return label != NULL && strcmp(content_of(device).label, label) == 0;
}

/* Returns how many devices suit; the path of one of them is in ret_device. */
static int search(const char *wanted, char *ret_device, size_t size)
{
	struct folder folder;
	const char *name;
	int count = 0;

	if (folder_open(&folder, BLOCK_FOLDER) < 0)
		return 0;
	while ((name = folder_next(&folder)) != NULL) {
		char text[512];
		char path[300];
		char node[64];
		ssize_t len;

		message_put(path, sizeof(path), BLOCK_FOLDER "/%s/uevent", name);
		len = small_file_read(path, text, sizeof(text));
		if (len < 0 || !uevent_value(text, (size_t)len, "DEVNAME", node, sizeof(node)))
			continue;
		message_put(path, sizeof(path), "/dev/%s", node);
		if (!suits(wanted, text, (size_t)len, path))
			continue;
		message_put(ret_device, size, "%s", path);
		count++;
	}
	folder_close(&folder);
	return count;
}

static int find(const char *wanted, char *ret_device, size_t size)
{
	struct stat st;

	if (wanted[0] != '/')
		return search(wanted, ret_device, size);
	message_put(ret_device, size, "%s", wanted);
	return stat(wanted, &st) == 0 && S_ISBLK(st.st_mode) ? 1 : 0;
}

/* The status that a program ended with, -1 if it did not end by itself or could not be started. */
static int run(const char *program, const char *option, const char *device)
{
	char name[64], flag[8], path[64];
	char *argv[] = {name, path, NULL, NULL};
	char *env[] = {NULL};
	int status;
	pid_t pid = _Fork();

	if (pid == 0) {
		message_put(name, sizeof(name), "%s", program);
		message_put(path, sizeof(path), "%s", device);
		message_put(flag, sizeof(flag), "%s", option != NULL ? option : "");
		if (option != NULL) {
			argv[1] = flag;
			argv[2] = path;
		}
		signals_reset();
		execve(program, argv, env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static bool range_is_zero(int fd, uint64_t from, uint64_t to)
{
	unsigned char bytes[BLOCK_CONTENT_BYTES];

	while (from < to) {
		size_t want = to - from < sizeof(bytes) ? (size_t)(to - from) : sizeof(bytes);
		ssize_t got = pread(fd, bytes, want, (off_t)from);

		if (got <= 0 || !block_content_is_zero(bytes, (size_t)got))
			return false;
		from += (uint64_t)got;
	}
	return true;
}

/* What cannot be read is not blank. */
static bool is_blank(const char *device)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	uint64_t size = 0;
	uint64_t last;
	bool blank;

	if (fd < 0)
		return false;
	blank = ioctl(fd, (int)BLKGETSIZE64, &size) == 0 && size > 0;
	last = size > BLANK_BYTES ? size - BLANK_BYTES : 0;
	blank = blank && range_is_zero(fd, 0, size < BLANK_BYTES ? size : BLANK_BYTES) &&
		range_is_zero(fd, last, size);
	close(fd);
	return blank;
}

/* A file system is made only where nothing is: a disk that was mistaken for ours stays as it is. */
static bool make(const struct state_settings *plan, const char *device)
{
	const struct tools *t =
		tools_for(plan->create == STATE_CREATE_VFAT ? BLOCK_VFAT : BLOCK_EXT);
	int status;

	if (!is_blank(device)) {
		console_say("%s holds neither ext4 nor vfat and is not blank: left alone", device);
		return false;
	}
	if (plan->create == STATE_CREATE_NO) {
		console_say("%s is blank; pideisn.state.create=ext4 makes a file system on it",
			    device);
		return false;
	}
	if (access(t->make, X_OK) < 0) {
		console_say("%s is blank, but this image has no %s", device, t->make);
		return false;
	}
	console_say("%s is blank, making %s on it", device, t->type);
	status = run(t->make, NULL, device);
	if (status != 0)
		console_say("%s ended with status %d", t->make, status);
	return status == 0;
}

/* True if it may be written to. */
static bool check(const struct tools *t, const char *device)
{
	int status;

	if (access(t->check, X_OK) < 0)
		return true;
	status = run(t->check, t->check_option, device);
	if (status == 0)
		return true;
	if (status > 0 && status <= t->good_status) {
		console_say("%s had errors, which %s has corrected", device, t->check);
		return true;
	}
	console_say("%s has errors that %s did not correct (status %d): mounted read-only", device,
		    t->check, status);
	return false;
}

static bool mount_it(const struct tools *t, const char *device)
{
	unsigned long flags = MOUNT_FLAGS | (check(t, device) ? 0 : MS_RDONLY);

	mkdir("/var", 0755);
	mkdir("/var/lib", 0755);
	mkdir(STATE_FOLDER, 0755);
	if (mount(device, STATE_FOLDER, t->type, flags, t->options) < 0) {
		console_say("cannot mount %s on " STATE_FOLDER ": %s", device, strerror(errno));
		return false;
	}
	console_say("%s (%s) is mounted on " STATE_FOLDER, device, t->type);
	state_disk_note("mounted", device);
	return true;
}

enum state_result state_disk_mount(const struct state_settings *plan)
{
	char device[80];
	int count = find(plan->device, device, sizeof(device));
	const struct tools *t;

	if (count == 0)
		return STATE_ABSENT;
	if (count > 1) {
		console_say("%d devices are %s: none of them is taken", count, plan->device);
		return STATE_FAILED;
	}
	t = tools_for(content_of(device).kind);
	if (t == NULL) {
		if (!make(plan, device))
			return STATE_FAILED;
		t = tools_for(content_of(device).kind);
	}
	return t != NULL && mount_it(t, device) ? STATE_MOUNTED : STATE_FAILED;
}
