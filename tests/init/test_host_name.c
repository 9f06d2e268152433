#include "test.h"

#include "host_name.h"
#include "shared/host_name_valid.h"

static void letters_digits_hyphens_and_dots_are_allowed(void **state)
{
	(void)state;
	assert_true(host_name_valid("a"));
	assert_true(host_name_valid("7"));
	assert_true(host_name_valid("Node-01.rack.example"));
}

static void other_characters_are_refused(void **state)
{
	(void)state;
	assert_false(host_name_valid("a_b"));
	assert_false(host_name_valid("a b"));
	assert_false(host_name_valid("a\nb"));
	assert_false(host_name_valid("a/b"));
	assert_false(host_name_valid("n\xc3\xb6"
				     "de"));
}

static void ends_are_letters_or_digits(void **state)
{
	(void)state;
	assert_false(host_name_valid("-a"));
	assert_false(host_name_valid("a-"));
	assert_false(host_name_valid(".a"));
	assert_false(host_name_valid("a."));
	assert_false(host_name_valid("-"));
}

static void length_is_one_to_64(void **state)
{
	char name[66];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[65] = '\0';
	assert_false(host_name_valid(name));
	name[64] = '\0';
	assert_true(host_name_valid(name));
	assert_false(host_name_valid(""));
}

static void name_from_a_mac_is_a_host_name(void **state)
{
	static const unsigned char mac[6] = {0x52, 0x54, 0x00, 0xab, 0xcd, 0x09};
	char name[HOST_NAME_FROM_MAC];

	(void)state;
	assert_string_equal(host_name_from_mac(mac, name), "mvirt-525400abcd09");
	assert_true(host_name_valid(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_digits_hyphens_and_dots_are_allowed),
		cmocka_unit_test(other_characters_are_refused),
		cmocka_unit_test(ends_are_letters_or_digits),
		cmocka_unit_test(length_is_one_to_64),
		cmocka_unit_test(name_from_a_mac_is_a_host_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
