#include "acpi_event.h"

#include <linux/genetlink.h>
#include <string.h>

/* Without the two bits that say how the value is written. */
#define TYPE_MASK 0x3fff

#define GROUP_NAME "acpi_mc_group"

/* drivers/acpi/event.c: the attribute is struct acpi_genl_event, which begins with the class. */
#define ATTR_EVENT  1
#define CLASS_BYTES 20
#define POWER_CLASS "button/power"

struct piece {
	const unsigned char *at;
	size_t len;
};

/* Takes the next attribute off the front of *all; false at the end, or where a length is wrong. */
static bool attr_next(struct piece *all, uint16_t *ret_type, struct piece *ret_value)
{
	struct nlattr head;
	size_t step;

	if (all->len < sizeof(head))
		return false;
	memcpy(&head, all->at, sizeof(head));
	if (head.nla_len < sizeof(head) || head.nla_len > all->len)
		return false;
	*ret_type = head.nla_type & TYPE_MASK;
	*ret_value = (struct piece){all->at + sizeof(head), head.nla_len - sizeof(head)};
	step = (head.nla_len + 3U) & ~3U;
	if (step > all->len)
		step = all->len;
	all->at += step;
	all->len -= step;
	return true;
}

static bool attr_find(struct piece all, uint16_t wanted, struct piece *ret_value)
{
	struct piece value;
	uint16_t type;

	while (attr_next(&all, &type, &value)) {
		if (type == wanted) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool is_text(struct piece value, const char *text)
{
	size_t len = strlen(text) + 1;

	return value.len >= len && memcmp(value.at, text, len) == 0;
}

/* The attributes of a message; none if it is shorter than it says. */
static struct piece attributes(const void *message, size_t len)
{
	const size_t heads = sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr);
	struct nlmsghdr head;

	if (len < heads)
		return (struct piece){message, 0};
	memcpy(&head, message, sizeof(head));
	if (head.nlmsg_len < heads || head.nlmsg_len > len || head.nlmsg_type < NLMSG_MIN_TYPE)
		return (struct piece){message, 0};
	return (struct piece){(const unsigned char *)message + heads, head.nlmsg_len - heads};
}

bool acpi_event_group(const void *message, size_t len, uint32_t *ret_group)
{
	struct piece groups;
	struct piece group;
	struct piece value;
	uint16_t type;

	if (!attr_find(attributes(message, len), CTRL_ATTR_MCAST_GROUPS, &groups))
		return false;
	while (attr_next(&groups, &type, &group)) {
		if (!attr_find(group, CTRL_ATTR_MCAST_GRP_NAME, &value) ||
		    !is_text(value, GROUP_NAME) ||
		    !attr_find(group, CTRL_ATTR_MCAST_GRP_ID, &value) ||
		    value.len < sizeof(*ret_group))
			continue;
		memcpy(ret_group, value.at, sizeof(*ret_group));
		return true;
	}
	return false;
}

bool acpi_event_is_power(const void *message, size_t len)
{
	struct piece event;

	return attr_find(attributes(message, len), ATTR_EVENT, &event) &&
	       event.len >= CLASS_BYTES && is_text(event, POWER_CLASS);
}
