#include "test.h"

#include "network/domain_name.h"
#include "network/nd_options.h"

#define SERVER(last) 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (last)

static void servers_and_names_are_read(void **state)
{
	static const uint8_t options[] =
		{
			1,   1,	  0,   0,   0,	 0,   0, 0, /* link-layer address */
			25,  5,	  0,   0,   0,	 0,   2, 0x58, SERVER(1), SERVER(2), /* for 600 s */
			31,  4,	  0,   0,   0,	 0,   1, 0,    3,	  'l',
			'a', 'b', 7,   'e', /* for 256 s */
			'x', 'a', 'm', 'p', 'l', 'e', 0, 3,    'n',	  'e',
			't', 0,	  0,   0,   0,	 0,   0, 0,
		};
	static const uint8_t second[16] = {SERVER(2)};
	struct nd_dns dns;

	(void)state;
	assert_true(nd_options_read(options, sizeof(options), &dns));
	assert_true(dns.has_servers);
	assert_int_equal(dns.servers, 2);
	assert_memory_equal(dns.server[1], second, 16);
	assert_int_equal(dns.server_life_s, 600);
	assert_true(dns.has_search);
	assert_string_equal(dns.search, "lab.example net");
	assert_int_equal(dns.search_life_s, 256);
}

static void no_more_servers_than_fit_are_taken(void **state)
{
	static const uint8_t options[] = {25, 9, 0,	    0,	       0,	  0,
					  2,  0, SERVER(1), SERVER(2), SERVER(3), SERVER(4)};
	struct nd_dns dns;

	(void)state;
	assert_true(nd_options_read(options, sizeof(options), &dns));
	assert_int_equal(dns.servers, ND_SERVERS_MAX);
}

/* An option of length 0 would be read for ever. */
static void malformed_options_end_the_reading(void **state)
{
	static const uint8_t zero[] = {25, 0, 0, 0, 0, 0, 2, 0, 25, 3, 0, 0, 0, 0, 2, 0, SERVER(1)};
	static const uint8_t past[] = {25, 4, 0, 0, 0, 0, 2, 0, SERVER(1)};
	struct nd_dns dns;

	(void)state;
	assert_false(nd_options_read(zero, sizeof(zero), &dns));
	assert_false(nd_options_read(past, sizeof(past), &dns));
	for (size_t len = 0; len < sizeof(past); len++)
		assert_false(nd_options_read(past, len, &dns));
}

static void half_a_server_is_none(void **state)
{
	static const uint8_t options[] = {25, 2, 0, 0, 0, 0, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8};
	struct nd_dns dns;

	(void)state;
	assert_true(nd_options_read(options, sizeof(options), &dns));
	assert_int_equal(dns.servers, 0);
}

static void only_names_are_names(void **state)
{
	(void)state;
	assert_true(domain_name_valid("lab.example"));
	assert_true(domain_name_valid("_x-1.Lab"));
	assert_false(domain_name_valid(""));
	assert_false(domain_name_valid(".lab"));
	assert_false(domain_name_valid("a b"));
	assert_false(domain_name_valid("a\nb"));
	assert_false(domain_name_valid("a/b"));
	assert_false(domain_name_valid("\xc3\xa4"));
}

static void hidden_dots_and_line_ends_spoil_a_name_not_the_list(void **state)
{
	static const uint8_t list[] = {3, 'a', '.', 'b', 0, 2, 'c', '\n', 0, 1, 'd', 0};
	char text[32] = "";

	(void)state;
	domain_name_list(list, sizeof(list), text, sizeof(text));
	assert_string_equal(text, "d");
}

static void list_that_ends_within_a_name_loses_that_name(void **state)
{
	static const uint8_t list[] = {1, 'a', 0, 3, 'b', 'c'};
	static const uint8_t pointer[] = {0xc0, 0, 0};
	char text[32] = "";

	(void)state;
	domain_name_list(list, sizeof(list), text, sizeof(text));
	assert_string_equal(text, "a");
	domain_name_list(pointer, sizeof(pointer), text, sizeof(text));
	assert_string_equal(text, "a");
}

static void names_beyond_the_room_are_left_out(void **state)
{
	static const uint8_t list[] = {3, 'a', 'b', 'c', 0, 3, 'd', 'e', 'f', 0, 1, 'g', 0};
	char text[7] = "";

	(void)state;
	domain_name_list(list, sizeof(list), text, sizeof(text));
	assert_string_equal(text, "abc g");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_and_names_are_read),
		cmocka_unit_test(no_more_servers_than_fit_are_taken),
		cmocka_unit_test(malformed_options_end_the_reading),
		cmocka_unit_test(half_a_server_is_none),
		cmocka_unit_test(only_names_are_names),
		cmocka_unit_test(hidden_dots_and_line_ends_spoil_a_name_not_the_list),
		cmocka_unit_test(list_that_ends_within_a_name_loses_that_name),
		cmocka_unit_test(names_beyond_the_room_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
