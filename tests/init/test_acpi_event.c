#include "test.h"

#include "acpi_event.h"

/* As little-endian machines receive them; layout of netlink(7) and linux/genetlink.h. */
/* clang-format off */
static const unsigned char press[] = {
	0x40, 0, 0, 0, 0x1a, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* 64 bytes, family 26 */
	1, 1, 0, 0,                                           /* ACPI_GENL_CMD_EVENT */
	0x2c, 0, 1, 0,                                        /* 44 bytes, ACPI_GENL_ATTR_EVENT */
	'b', 'u', 't', 't', 'o', 'n', '/', 'p', 'o', 'w', 'e', 'r', 0, 0, 0, 0, 0, 0, 0, 0,
	'L', 'N', 'X', 'P', 'W', 'R', 'B', 'N', ':', '0', '0', 0, 0, 0, 0, 0,
	0x80, 0, 0, 0,
};

static const unsigned char family[] = {
	0x50, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 80 bytes, the controller */
	1, 2, 0, 0,                                           /* CTRL_CMD_NEWFAMILY */
	0x0f, 0, 2, 0, 'a', 'c', 'p', 'i', '_', 'e', 'v', 'e', 'n', 't', 0, 0,
	6, 0, 1, 0, 0x1a, 0, 0, 0,                            /* CTRL_ATTR_FAMILY_ID */
	0x24, 0, 7, 0,                                        /* CTRL_ATTR_MCAST_GROUPS */
	0x20, 0, 1, 0,                                        /* the first */
	8, 0, 2, 0, 5, 0, 0, 0,                               /* CTRL_ATTR_MCAST_GRP_ID */
	0x12, 0, 1, 0, 'a', 'c', 'p', 'i', '_', 'm', 'c', '_', 'g', 'r', 'o', 'u', 'p', 0, 0, 0,
};
/* clang-format on */

static void press_of_the_power_button_is_seen(void **state)
{
	(void)state;
	assert_int_equal(sizeof(press), 64);
	assert_true(acpi_event_is_power(press, sizeof(press)));
}

static void other_events_are_not(void **state)
{
	unsigned char other[sizeof(press)];

	(void)state;
	memcpy(other, press, sizeof(press));
	memcpy(other + 24, "button/sleep", 12);
	assert_false(acpi_event_is_power(other, sizeof(other)));
	memcpy(other + 24, "button/powers", 13);
	assert_false(acpi_event_is_power(other, sizeof(other)));
	assert_false(acpi_event_is_power(family, sizeof(family)));
}

static void group_is_found_by_its_name(void **state)
{
	unsigned char other[sizeof(family)];
	uint32_t group = 0;

	(void)state;
	assert_int_equal(sizeof(family), 80);
	assert_true(acpi_event_group(family, sizeof(family), &group));
	assert_int_equal(group, 5);
	memcpy(other, family, sizeof(family));
	other[64] = 'x';
	assert_false(acpi_event_group(other, sizeof(other), &group));
}

/* Each byte of the message made wrong in turn, and each length too short: nothing beyond is read. */
static void broken_lengths_read_nothing_beyond(void **state)
{
	uint32_t group;

	(void)state;
	for (size_t len = 0; len < sizeof(press); len++) {
		unsigned char *cut = test_malloc(len + 1);

		memcpy(cut + 1, press, len);
		assert_false(acpi_event_is_power(cut + 1, len));
		test_free(cut);
	}
	for (size_t i = 0; i < sizeof(family); i++) {
		for (int value = 0; value < 256; value++) {
			unsigned char *wrong = test_malloc(sizeof(family));

			memcpy(wrong, family, sizeof(family));
			wrong[i] = (unsigned char)value;
			group = 0;
			if (acpi_event_group(wrong, sizeof(family), &group))
				assert_true(group != 0 || i >= 52);
			test_free(wrong);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(press_of_the_power_button_is_seen),
		cmocka_unit_test(other_events_are_not),
		cmocka_unit_test(group_is_found_by_its_name),
		cmocka_unit_test(broken_lengths_read_nothing_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
