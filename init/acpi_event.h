#ifndef MKOS_INIT_ACPI_EVENT_H
#define MKOS_INIT_ACPI_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of generic netlink, as they are received: struct nlmsghdr, struct genlmsghdr, and
 * attributes of 16 bits length (of itself too), 16 bits type, and the value, at multiples of four.
 * No length in them is trusted.
 */

/* The controller's answer about the family acpi_event: the number of its multicast group. */
bool acpi_event_group(const void *message, size_t len, uint32_t *ret_group);

/* Whether an event tells of a power button. */
bool acpi_event_is_power(const void *message, size_t len);

#endif
