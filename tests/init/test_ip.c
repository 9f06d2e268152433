#include "test.h"

#include "network/ip.h"

#include <sys/socket.h>

static void addresses_are_read_with_and_without_a_prefix(void **state)
{
	static const uint8_t wanted[16] = {0x20, 1, 0xd, 0xb8, [15] = 0x12};
	struct ip ip;

	(void)state;
	assert_true(ip_parse("192.0.2.1", &ip));
	assert_int_equal(ip.family, AF_INET);
	assert_int_equal(ip.prefix, 32);
	assert_int_equal(ip_to4(&ip), 0xc0000201);
	assert_true(ip_parse("192.0.2.1/0", &ip));
	assert_int_equal(ip.prefix, 0);
	assert_true(ip_parse("2001:db8::12/64", &ip));
	assert_int_equal(ip.family, AF_INET6);
	assert_int_equal(ip.prefix, 64);
	assert_memory_equal(ip.byte, wanted, sizeof(wanted));
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1/33",
		"192.0.2.1/",
		"192.0.2.1/2x",
		"192.0.2.1 ",
		"2001:db8::/129",
		"2001:db8::1::",
		":",
		"fe80::1%eth0",
		"host",
		"192.0.2.1/4294967297",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0001",
	};
	struct ip ip = {.family = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(ip_parse(wrong[i], &ip));
	assert_int_equal(ip.family, 7);
}

/* Inputs and outputs of RFC 5952, section 4. */
static void ip6_is_written_as_rfc_5952_wants(void **state)
{
	static const char *const pairs[][2] = {
		{"2001:0db8::0001", "2001:db8::1"},
		{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
		{"2001:DB8::ABCD", "2001:db8::abcd"},
		{"::", "::"},
		{"::1", "::1"},
		{"fe80::", "fe80::"},
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"0:2:3:4:5:6:0:0", "0:2:3:4:5:6::"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	char text[IP_TEXT_BYTES];
	struct ip ip;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_true(ip_parse(pairs[i][0], &ip));
		assert_string_equal(ip_text(text, &ip, false), pairs[i][1]);
	}
}

static void prefix_stands_behind_the_address(void **state)
{
	char text[IP_TEXT_BYTES];
	struct ip ip;

	(void)state;
	assert_true(ip_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &ip));
	assert_string_equal(ip_text(text, &ip, true),
			    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	assert_true(ip_parse("255.255.255.255/8", &ip));
	assert_string_equal(ip_text(text, &ip, true), "255.255.255.255/8");
	assert_string_equal(ip_text(text, &ip, false), "255.255.255.255");
}

static void mask_must_be_ones_then_zeros(void **state)
{
	uint8_t prefix = 99;

	(void)state;
	assert_true(ip_mask_prefix(0xffffff00, &prefix));
	assert_int_equal(prefix, 24);
	assert_true(ip_mask_prefix(0xffffffff, &prefix));
	assert_int_equal(prefix, 32);
	assert_true(ip_mask_prefix(0, &prefix));
	assert_int_equal(prefix, 0);
	assert_false(ip_mask_prefix(0xff00ff00, &prefix));
	assert_false(ip_mask_prefix(1, &prefix));
	assert_int_equal(prefix, 0);
}

static void classes_tell_the_prefix(void **state)
{
	(void)state;
	assert_int_equal(ip_class_prefix(0x0a000001), 8);
	assert_int_equal(ip_class_prefix(0x7fffffff), 8);
	assert_int_equal(ip_class_prefix(0x80000001), 16);
	assert_int_equal(ip_class_prefix(0xbfffffff), 16);
	assert_int_equal(ip_class_prefix(0xc0000201), 24);
}

static void numbers_end_where_they_must(void **state)
{
	uint32_t number = 5;

	(void)state;
	assert_true(ip_number("4294967295", UINT32_MAX, &number));
	assert_int_equal(number, UINT32_MAX);
	assert_true(ip_number("032", 32, &number));
	assert_int_equal(number, 32);
	assert_false(ip_number("33", 32, &number));
	assert_false(ip_number("", 32, &number));
	assert_false(ip_number("-1", 32, &number));
	assert_false(ip_number("99999999999999999999999", UINT32_MAX, &number));
	assert_int_equal(number, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_with_and_without_a_prefix),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(ip6_is_written_as_rfc_5952_wants),
		cmocka_unit_test(prefix_stands_behind_the_address),
		cmocka_unit_test(mask_must_be_ones_then_zeros),
		cmocka_unit_test(classes_tell_the_prefix),
		cmocka_unit_test(numbers_end_where_they_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
