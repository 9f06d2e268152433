#include "test.h"

#include "uevent.h"

/* As /sys/class/block/vda1/uevent has it. */
static const char file[] = "MAJOR=254\nMINOR=1\nDEVNAME=vda1\nDEVTYPE=partition\nDISKSEQ=2\n"
			   "PARTN=1\nPARTNAME=mvirt state\n";

/* As a netlink socket receives it: the first piece has no key. */
static const char message[] = "add@/devices/virtual/block/vdb\0ACTION=add\0SUBSYSTEM=block\0"
			      "DEVNAME=vdb";

static void value_is_found_by_its_whole_key(void **state)
{
	char value[32];

	(void)state;
	assert_true(uevent_value(file, sizeof(file) - 1, "DEVNAME", value, sizeof(value)));
	assert_string_equal(value, "vda1");
	assert_true(uevent_value(file, sizeof(file) - 1, "PARTNAME", value, sizeof(value)));
	assert_string_equal(value, "mvirt state");
	assert_false(uevent_value(file, sizeof(file) - 1, "PART", value, sizeof(value)));
	assert_false(uevent_value(file, sizeof(file) - 1, "NAME", value, sizeof(value)));
	assert_false(uevent_value(file, sizeof(file) - 1, "SUBSYSTEM", value, sizeof(value)));
}

static void message_is_read_up_to_its_end(void **state)
{
	char value[32];

	(void)state;
	assert_true(uevent_value(message, sizeof(message) - 1, "ACTION", value, sizeof(value)));
	assert_string_equal(value, "add");
	/* The last piece needs no NUL, and what is beyond the end is not read. */
	assert_true(uevent_value(message, sizeof(message) - 1, "DEVNAME", value, sizeof(value)));
	assert_string_equal(value, "vdb");
	assert_true(uevent_value(message, sizeof(message) - 2, "DEVNAME", value, sizeof(value)));
	assert_string_equal(value, "vd");
	assert_false(uevent_value(message, 0, "ACTION", value, sizeof(value)));
}

static void value_that_does_not_fit_is_none(void **state)
{
	char value[5];

	(void)state;
	assert_true(uevent_value("A=1234", 6, "A", value, sizeof(value)));
	assert_false(uevent_value("A=12345", 7, "A", value, sizeof(value)));
	assert_true(uevent_value("A=\n", 3, "A", value, sizeof(value)));
	assert_string_equal(value, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_found_by_its_whole_key),
		cmocka_unit_test(message_is_read_up_to_its_end),
		cmocka_unit_test(value_that_does_not_fit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
