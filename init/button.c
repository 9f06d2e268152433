#include "button.h"

#include "acpi_event.h"
#include "shared/folder.h"
#include "shared/message.h"
#include "signals.h"

#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/input.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAMILY	     "acpi_event"
#define INPUTS_MAX   4
#define INPUT_FOLDER "/dev/input"

/* The question for the family's numbers: a name in one attribute, filled up to four bytes. */
struct question {
	struct nlmsghdr head;
	struct genlmsghdr controller;
	struct nlattr attribute;
	char name[(sizeof(FAMILY) + 3) / 4 * 4];
};

static struct loop_source events = {.fd = -1};
static struct loop_source inputs[INPUTS_MAX];

/* To ourselves: it waits with the other signals and is handled with them. */
static void press(void)
{
	kill(getpid(), SIGNAL_POWER_BUTTON);
}

static void on_event(void *data)
{
	char message[1024];
	ssize_t got;

	(void)data;
	while ((got = recv(events.fd, message, sizeof(message), MSG_DONTWAIT)) > 0)
		if (acpi_event_is_power(message, (size_t)got))
			press();
}

static bool find_group(int fd, uint32_t *ret_group)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct question question = {
		.head = {.nlmsg_len = sizeof(question),
			 .nlmsg_type = GENL_ID_CTRL,
			 .nlmsg_flags = NLM_F_REQUEST},
		.controller = {.cmd = CTRL_CMD_GETFAMILY, .version = 1},
		.attribute = {.nla_len = sizeof(struct nlattr) + sizeof(FAMILY),
			      .nla_type = CTRL_ATTR_FAMILY_NAME},
		.name = FAMILY,
	};
	char answer[2048];
	ssize_t got;

	/* The kernel answers within the call that asks. */
	if (sendto(fd, &question, sizeof(question), 0, (struct sockaddr *)&kernel, sizeof(kernel)) <
	    0)
		return false;
	got = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
	return got > 0 && acpi_event_group(answer, (size_t)got, ret_group);
}

static void watch_events(struct loop *l)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	uint32_t group;

	if (fd < 0)
		return;
	if (!find_group(fd, &group) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		close(fd);
		return;
	}
	events = (struct loop_source){.fd = fd, .events = POLLIN, .ready = on_event};
	loop_watch(l, &events);
}

static void on_input(void *data)
{
	const struct loop_source *input = data;
	struct input_event e;

	while (read(input->fd, &e, sizeof(e)) == (ssize_t)sizeof(e))
		if (e.type == EV_KEY && e.code == KEY_POWER && e.value == 1)
			press();
}

static bool has_power_key(int fd)
{
	unsigned char keys[KEY_MAX / 8 + 1] = {0};

	return ioctl(fd, (int)EVIOCGBIT(EV_KEY, sizeof(keys)), keys) >= 0 &&
	       (keys[KEY_POWER / 8] >> (KEY_POWER % 8) & 1) != 0;
}

static void watch_inputs(struct loop *l)
{
	struct folder folder;
	const char *name;
	size_t count = 0;
	char path[64];

	if (folder_open(&folder, INPUT_FOLDER) < 0)
		return;
	while (count < INPUTS_MAX && (name = folder_next(&folder)) != NULL) {
		int fd;

		if (strncmp(name, "event", 5) != 0)
			continue;
		message_put(path, sizeof(path), INPUT_FOLDER "/%s", name);
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!has_power_key(fd)) {
			close(fd);
			continue;
		}
		inputs[count] = (struct loop_source){
			.fd = fd, .events = POLLIN, .ready = on_input, .data = &inputs[count]};
		loop_watch(l, &inputs[count++]);
	}
	folder_close(&folder);
}

void button_watch(struct loop *l)
{
	watch_events(l);
	watch_inputs(l);
}
