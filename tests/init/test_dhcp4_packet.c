#include "test.h"

#include "dhcp4_server.h"
#include "network/dhcp4_packet.h"

static const uint8_t address[4] = {192, 0, 2, 50};
static const struct dhcp4_query query = {.xid = 0x01020304, .mac = test_mac};

static bool parse(const struct answer *a, struct dhcp4_lease *ret)
{
	enum dhcp4_type type;

	return dhcp4_parse(a->data, a->len, &query, &type, ret);
}

static void discover_is_as_rfc_2131_draws_it(void **state)
{
	static const uint8_t client[7] = {1, 0x52, 0x54, 0, 0x12, 0x34, 0x56};
	static const uint8_t head[12] = {1, 1, 6, 0, 1, 2, 3, 4, 0, 9, 0, 0};
	const struct dhcp4_query q = {.type = DHCP4_DISCOVER,
				      .xid = 0x01020304,
				      .secs = 9,
				      .mac = test_mac,
				      .host_name = "node-1"};
	uint8_t packet[DHCP4_PACKET_BYTES];
	size_t len = dhcp4_build(packet, &q);
	const uint8_t *at;
	uint8_t size;

	(void)state;
	assert_int_equal(len, 300);
	assert_memory_equal(packet, head, sizeof(head));
	assert_memory_equal(packet + 28, test_mac, 6);
	assert_int_equal(sent_number(packet, len, 53), 1);
	at = sent_option(packet, len, 61, &size);
	assert_non_null(at);
	assert_int_equal(size, sizeof(client));
	assert_memory_equal(at, client, sizeof(client));
	at = sent_option(packet, len, 12, &size);
	assert_non_null(at);
	assert_memory_equal(at, "node-1", 6);
	assert_null(sent_option(packet, len, 50, &size));
	assert_null(sent_option(packet, len, 54, &size));
	at = sent_option(packet, len, 55, &size);
	assert_non_null(at);
	/* RFC 3442: 121 before 3. */
	assert_true(memchr(at, 121, size) < memchr(at, 3, size));
}

static void longest_message_fits_its_buffer(void **state)
{
	static const char name[] =
		"abcdefghijklmnopqrstuvwxyz0123456789.abcdefghijklmnopqrstuvwxyz0";
	const struct dhcp4_query q = {.type = DHCP4_REQUEST,
				      .mac = test_mac,
				      .own = 1,
				      .wanted = 2,
				      .server = 3,
				      .host_name = name};
	uint8_t packet[DHCP4_PACKET_BYTES];
	size_t len = dhcp4_build(packet, &q);

	(void)state;
	assert_int_equal(strlen(name), 64);
	assert_true(len <= sizeof(packet));
	assert_int_equal(packet[len - 1], 255);
	assert_int_equal(sent_number(packet, len, 50), 2);
	assert_int_equal(sent_number(packet, len, 54), 3);
}

static void everything_a_server_tells_is_read(void **state)
{
	static const uint8_t dns[20] = {192, 0, 2,   1, 127, 0, 0,   1, 192, 0,
					2,   2, 192, 0, 2,   3, 192, 0, 2,   4};
	static const uint8_t mtu[2] = {0x05, 0xdc};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 2, 0xc0000201, 3600);
	answer_number(&a, 3, 0xc00002fe);
	answer_option(&a, 6, dns, sizeof(dns));
	answer_option(&a, 15, "lab.example\0", 12);
	answer_option(&a, 12, "node-7", 6);
	answer_option(&a, 26, mtu, 2);
	answer_number(&a, 42, 0xc0000209);
	answer_number(&a, 58, 600);
	answer_number(&a, 59, 1200);
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.address, 0xc0000232);
	assert_int_equal(l.prefix, 24);
	assert_int_equal(l.server, 0xc0000201);
	assert_int_equal(l.lease_s, 3600);
	assert_int_equal(l.renew_s, 600);
	assert_int_equal(l.rebind_s, 1200);
	assert_int_equal(l.mtu, 1500);
	assert_int_equal(l.routes, 1);
	assert_int_equal(l.route[0].prefix, 0);
	assert_int_equal(l.route[0].via, 0xc00002fe);
	/* Three are the most, and this machine is none. */
	assert_int_equal(l.dns[0], 0xc0000201);
	assert_int_equal(l.dns[1], 0xc0000202);
	assert_int_equal(l.dns[2], 0xc0000203);
	assert_int_equal(l.ntp[0], 0xc0000209);
	assert_string_equal(l.domain, "lab.example");
	assert_string_equal(l.host_name, "node-7");
}

/* The examples of RFC 3442. */
static void classless_routes_replace_the_router(void **state)
{
	static const uint8_t routes[] = {0,  10, 0,  0,	 1,   8, 10,  10, 0,  0,  1,  24,
					 10, 0,	 0,  10, 0,   0, 1,   16, 10, 17, 10, 0,
					 0,  1,	 32, 10, 229, 0, 128, 0,  0,  0,  0};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 3600);
	answer_number(&a, 3, 0xc00002fe);
	answer_option(&a, 121, routes, sizeof(routes));
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.routes, 5);
	assert_int_equal(l.route[0].prefix, 0);
	assert_int_equal(l.route[0].to, 0);
	assert_int_equal(l.route[0].via, 0x0a000001);
	assert_int_equal(l.route[1].to, 0x0a000000);
	assert_int_equal(l.route[1].prefix, 8);
	assert_int_equal(l.route[2].to, 0x0a000000);
	assert_int_equal(l.route[2].prefix, 24);
	assert_int_equal(l.route[3].to, 0x0a110000);
	assert_int_equal(l.route[4].to, 0x0ae50080);
	assert_int_equal(l.route[4].via, 0);
}

static void broken_classless_routes_end_at_the_break(void **state)
{
	static const uint8_t routes[] = {8, 10, 10, 0, 0, 1, 33, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const uint8_t cut[] = {24, 10, 0, 0, 10, 0, 0};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 3600);
	answer_option(&a, 121, routes, sizeof(routes));
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.routes, 1);

	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 3600);
	answer_option(&a, 121, cut, sizeof(cut));
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.routes, 0);
}

/* RFC 3396: both pieces are one option. */
static void option_in_pieces_is_put_together(void **state)
{
	static const uint8_t first[] = {24, 10, 0};
	static const uint8_t second[] = {1, 192, 0, 2, 9};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 3600);
	answer_option(&a, 121, first, sizeof(first));
	answer_number(&a, 58, 1);
	answer_option(&a, 121, second, sizeof(second));
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.routes, 1);
	assert_int_equal(l.route[0].to, 0x0a000100);
	assert_int_equal(l.route[0].via, 0xc0000209);
}

static void overloaded_fields_hold_options(void **state)
{
	static const uint8_t both = 3;
	static const uint8_t in_file[] = {1, 4, 255, 255, 0, 0, 51, 4, 0, 0, 0, 99, 255};
	static const uint8_t in_sname[] = {0, 0, 6, 4, 192, 0, 2, 7};
	const uint8_t type = 2;
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_option(&a, 53, &type, 1);
	answer_number(&a, 54, 0xc0000201);
	memcpy(a.data + 108, in_file, sizeof(in_file));
	memcpy(a.data + 44, in_sname, sizeof(in_sname));
	answer_option(&a, 52, &both, 1);
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.lease_s, 99);
	assert_int_equal(l.prefix, 16);
	assert_int_equal(l.dns[0], 0xc0000207);

	/* The same bytes are a file name when nothing says that they are options. */
	a.data[a.len - 2] = 0;
	assert_false(parse(&a, &l));
}

static void foreign_and_broken_answers_are_none(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} flips[] = {{0, 1}, {1, 6}, {2, 8}, {4, 9}, {7, 9}, {28, 0}, {33, 0}, {236, 0}, {239, 0}};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 2, 0xc0000201, 3600);
	answer_end(&a);
	assert_true(parse(&a, &l));
	for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
		struct answer wrong = a;

		wrong.data[flips[i].at] = flips[i].value;
		assert_false(parse(&wrong, &l));
	}
	a.len = 239;
	assert_false(parse(&a, &l));
}

static void lease_without_its_essentials_is_none(void **state)
{
	static const uint8_t bad[][4] = {
		{0, 0, 0, 0}, {127, 0, 0, 1}, {224, 0, 0, 1}, {255, 255, 255, 255}, {0, 1, 2, 3}};
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer_begin(&a, query.xid, bad[i]);
		answer_usual(&a, 5, 0xc0000201, 3600);
		answer_end(&a);
		assert_false(parse(&a, &l));
	}
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0, 3600);
	assert_false(parse(&a, &l));
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 0);
	assert_false(parse(&a, &l));
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 1, 0xc0000201, 3600);
	assert_false(parse(&a, &l));
}

/* Cut at every length, an answer is read or refused, and never more of it than there is. */
static void cut_answers_are_safe(void **state)
{
	static const uint8_t routes[] = {24, 10, 0, 1, 192, 0, 2, 9};
	struct answer a;
	struct dhcp4_lease l;
	enum dhcp4_type type;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 2, 0xc0000201, 3600);
	answer_option(&a, 121, routes, sizeof(routes));
	answer_end(&a);
	for (size_t len = 0; len < a.len; len++) {
		uint8_t exact[sizeof(a.data)];

		memcpy(exact + sizeof(exact) - len, a.data, len);
		dhcp4_parse(exact + sizeof(exact) - len, len, &query, &type, &l);
	}
	/* A length that runs past the end: the option is not there. */
	a.data[a.len - 10] = 200;
	assert_true(parse(&a, &l));
	assert_int_equal(l.routes, 0);
}

static void names_that_would_write_more_than_a_name_are_dropped(void **state)
{
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_usual(&a, 5, 0xc0000201, 3600);
	answer_option(&a, 15, "x\nnameserver 6.6.6.6", 20);
	answer_option(&a, 12, "$(reboot)", 9);
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_string_equal(l.domain, "");
	assert_string_equal(l.host_name, "");
}

static void small_mtu_and_odd_mask_are_left_out(void **state)
{
	static const uint8_t mtu[2] = {0x04, 0xff};
	const uint8_t type = 5;
	struct answer a;
	struct dhcp4_lease l;

	(void)state;
	answer_begin(&a, query.xid, address);
	answer_option(&a, 53, &type, 1);
	answer_number(&a, 54, 0xc0000201);
	answer_number(&a, 51, 3600);
	answer_number(&a, 1, 0xff00ff00);
	answer_option(&a, 26, mtu, 2);
	answer_end(&a);
	assert_true(parse(&a, &l));
	assert_int_equal(l.mtu, 0);
	assert_int_equal(l.prefix, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(discover_is_as_rfc_2131_draws_it),
		cmocka_unit_test(longest_message_fits_its_buffer),
		cmocka_unit_test(everything_a_server_tells_is_read),
		cmocka_unit_test(classless_routes_replace_the_router),
		cmocka_unit_test(broken_classless_routes_end_at_the_break),
		cmocka_unit_test(option_in_pieces_is_put_together),
		cmocka_unit_test(overloaded_fields_hold_options),
		cmocka_unit_test(foreign_and_broken_answers_are_none),
		cmocka_unit_test(lease_without_its_essentials_is_none),
		cmocka_unit_test(cut_answers_are_safe),
		cmocka_unit_test(names_that_would_write_more_than_a_name_are_dropped),
		cmocka_unit_test(small_mtu_and_odd_mask_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
