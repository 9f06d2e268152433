#include "test.h"

#include "network/dhcp6.h"

#include <arpa/inet.h>

#define ADVERTISE 2
#define REPLY	  7

static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};
static const uint8_t own_duid[10] = {0, 3, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56};

struct run {
	struct dhcp6 d;
	struct dhcp6_actions a;
	int64_t now;
};

/* A server's answer, written after RFC 8415, section 21. */
struct answer {
	uint8_t data[1024];
	size_t len;
};

static void put(struct answer *a, const void *data, size_t len)
{
	memcpy(a->data + a->len, data, len);
	a->len += len;
}

static void put16(struct answer *a, unsigned int number)
{
	const uint8_t byte[2] = {(uint8_t)(number >> 8), (uint8_t)number};

	put(a, byte, 2);
}

static void put32(struct answer *a, uint32_t number)
{
	put16(a, number >> 16);
	put16(a, number & 0xffff);
}

static void option(struct answer *a, unsigned int code, const void *data, size_t len)
{
	put16(a, code);
	put16(a, (unsigned int)len);
	put(a, data, len);
}

static void put_ip(struct answer *a, const char *text)
{
	uint8_t byte[16];

	assert_int_equal(inet_pton(AF_INET6, text, byte), 1);
	put(a, byte, sizeof(byte));
}

static void answer_begin(struct answer *a, uint8_t type, uint32_t xid, const char *server)
{
	memset(a, 0, sizeof(*a));
	put32(a, (uint32_t)type << 24 | xid);
	option(a, 1, own_duid, sizeof(own_duid));
	option(a, 2, server, strlen(server));
}

static void answer_address(struct answer *a, const char *ip, uint32_t preferred, uint32_t valid)
{
	put16(a, 3);
	put16(a, 12 + 28);
	put32(a, 0x00123456);
	put32(a, 0);
	put32(a, 0);
	put16(a, 5);
	put16(a, 24);
	put_ip(a, ip);
	put32(a, preferred);
	put32(a, valid);
}

static void answer_prefix(struct answer *a, const char *ip, uint8_t len, uint32_t valid)
{
	put16(a, 25);
	put16(a, 12 + 29);
	put32(a, 0x00123456);
	put32(a, valid / 4);
	put32(a, valid / 2);
	put16(a, 26);
	put16(a, 25);
	put32(a, valid);
	put32(a, valid);
	put(a, &len, 1);
	put_ip(a, ip);
}

static void answer_no(struct answer *a, unsigned int code)
{
	put16(a, 3);
	put16(a, 12 + 6);
	put32(a, 0x00123456);
	put32(a, 0);
	put32(a, 0);
	put16(a, 13);
	put16(a, 2);
	put16(a, code);
}

static void receive(struct run *r, const struct answer *a)
{
	dhcp6_receive(&r->d, r->now, a->data, a->len, &r->a);
}

static void begin(struct run *r, bool address, bool network)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->d.mac, mac, sizeof(mac));
	r->d.random = 4711;
	r->d.want_address = address;
	r->d.want_network = network;
	r->now = 1000000;
	dhcp6_start(&r->d, r->now, &r->a);
}

static int64_t pass(struct run *r)
{
	int64_t waited = r->d.due_ms - r->now;

	r->now = r->d.due_ms;
	dhcp6_timer(&r->d, r->now, &r->a);
	return waited;
}

static int sent_type(const struct run *r)
{
	return r->a.send ? r->a.packet[0] : 0;
}

/* The data of an option that the client sent, or NULL. */
static const uint8_t *sent(const struct run *r, unsigned int code, size_t *ret_len)
{
	size_t at = 4;

	while (at + 4 <= r->a.len) {
		size_t len = (size_t)(r->a.packet[at + 2] << 8 | r->a.packet[at + 3]);

		if ((unsigned int)(r->a.packet[at] << 8 | r->a.packet[at + 1]) == code) {
			*ret_len = len;
			return r->a.packet + at + 4;
		}
		at += 4 + len;
	}
	assert_int_equal(at, r->a.len);
	return NULL;
}

static void bind_lease(struct run *r, uint32_t preferred, uint32_t valid)
{
	struct answer a;

	begin(r, true, false);
	answer_begin(&a, ADVERTISE, r->d.xid, "server-one");
	answer_address(&a, "2001:db8::50", preferred, valid);
	receive(r, &a);
	answer_begin(&a, REPLY, r->d.xid, "server-one");
	answer_address(&a, "2001:db8::50", preferred, valid);
	receive(r, &a);
	assert_int_equal(r->d.state, DHCP6_BOUND);
}

static void solicit_is_as_rfc_8415_draws_it(void **state)
{
	const uint8_t *at;
	struct run r;
	size_t len;

	(void)state;
	begin(&r, true, true);
	assert_int_equal(sent_type(&r), 1);
	at = sent(&r, 1, &len);
	assert_int_equal(len, sizeof(own_duid));
	assert_memory_equal(at, own_duid, len);
	at = sent(&r, 3, &len);
	assert_int_equal(len, 12);
	assert_memory_equal(at, "\0\x12\x34\x56\0\0\0\0\0\0\0\0", 12);
	assert_non_null(sent(&r, 25, &len));
	at = sent(&r, 8, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(at, "\0\0", 2);
	assert_non_null(sent(&r, 14, &len));
	assert_null(sent(&r, 2, &len));
	assert_non_null(sent(&r, 6, &len));
}

static void address_is_had_in_four_packets(void **state)
{
	const uint8_t *at;
	struct answer a;
	struct run r;
	size_t len;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	assert_int_equal(sent_type(&r), 3);
	at = sent(&r, 2, &len);
	assert_int_equal(len, 10);
	assert_memory_equal(at, "server-one", 10);
	at = sent(&r, 3, &len);
	assert_int_equal(len, 12 + 28);
	assert_false(r.a.apply);

	answer_begin(&a, REPLY, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	assert_true(r.a.apply);
	assert_true(r.a.fresh);
	assert_false(r.a.send);
	assert_int_equal(r.d.due_ms - r.now, 300 * 1000);
	assert_int_equal(r.d.rebind_ms - r.now, 480 * 1000);
	assert_int_equal(r.d.expire_ms - r.now, 1000 * 1000);
}

static void rapid_reply_needs_its_option(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, REPLY, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
	option(&a, 14, "", 0);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_BOUND);
}

static void prefix_is_delegated_with_its_times(void **state)
{
	static const uint8_t prefix[16] = {0x20, 1, 0xd, 0xb8, 0, 0x12};
	struct answer a;
	struct run r;
	size_t len;

	(void)state;
	begin(&r, false, true);
	assert_null(sent(&r, 3, &len));
	assert_non_null(sent(&r, 25, &len));
	answer_begin(&a, REPLY, r.d.xid, "server-one");
	option(&a, 14, "", 0);
	answer_prefix(&a, "2001:db8:12::", 56, 4000);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_BOUND);
	assert_int_equal(r.d.lease.network.prefix, 56);
	assert_memory_equal(r.d.lease.network.byte, prefix, 16);
	assert_int_equal(r.d.lease.address.valid_s, 0);
	assert_true(r.a.fresh);
	assert_int_equal(r.d.due_ms - r.now, 1000 * 1000);
	pass(&r);
	assert_int_equal(sent_type(&r), 5);
	assert_non_null(sent(&r, 25, &len));
	assert_int_equal(len, 12 + 29);
}

static void stateless_asks_for_facts_only_and_again_in_time(void **state)
{
	static const uint8_t search[] = {3, 'l', 'a', 'b', 0};
	static const uint8_t ntp[] = {0, 1, 0, 16, 0x20, 1, 0xd, 0xb8, [19] = 0x7b};
	struct answer a;
	struct run r;
	size_t len;

	(void)state;
	begin(&r, false, false);
	assert_int_equal(sent_type(&r), 11);
	assert_null(sent(&r, 3, &len));
	assert_null(sent(&r, 25, &len));
	answer_begin(&a, REPLY, r.d.xid, "server-one");
	put16(&a, 23);
	put16(&a, 32);
	put_ip(&a, "2001:db8::53");
	put_ip(&a, "2001:db8::54");
	option(&a, 24, search, sizeof(search));
	option(&a, 56, ntp, sizeof(ntp));
	option(&a, 32, "\0\0\x0e\x10", 4);
	receive(&r, &a);
	assert_true(r.a.apply);
	assert_int_equal(r.d.state, DHCP6_INFORMED);
	assert_int_equal(r.d.lease.dns_count, 2);
	assert_int_equal(r.d.lease.dns[1][15], 0x54);
	assert_int_equal(r.d.lease.ntp_count, 1);
	assert_int_equal(r.d.lease.ntp[0][15], 0x7b);
	assert_string_equal(r.d.lease.search, "lab");
	assert_int_equal(pass(&r), 3600 * 1000);
	assert_int_equal(sent_type(&r), 11);
}

/* RFC 8415, 7.6 and 15: one second, doubled, at most an hour, give or take a tenth. */
static void solicit_goes_on_ever_slower(void **state)
{
	struct run r;
	int64_t wanted = 1000;

	(void)state;
	begin(&r, true, false);
	for (int i = 0; i < 14; i++) {
		int64_t waited = pass(&r);

		assert_in_range(waited, wanted * 8 / 10, wanted * 12 / 10);
		assert_int_equal(sent_type(&r), 1);
		wanted = 2 * waited < 3600 * 1000 ? 2 * waited : 3600 * 1000;
	}
	assert_int_equal(wanted, 3600 * 1000);
}

static void answers_to_others_change_nothing(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, ADVERTISE, r.d.xid ^ 1, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	assert_false(r.a.send);
	/* Another client's DUID. */
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	a.data[17] ^= 1;
	receive(&r, &a);
	assert_false(r.a.send);
	/* Another identity. */
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	a.data[4 + 14 + 14 + 4 + 3] ^= 1;
	receive(&r, &a);
	assert_false(r.a.send);
	/* No server. */
	memset(&a, 0, sizeof(a));
	put32(&a, (uint32_t)ADVERTISE << 24 | r.d.xid);
	option(&a, 1, own_duid, sizeof(own_duid));
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	assert_false(r.a.send);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
}

static void another_server_has_no_say_in_our_request(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	answer_begin(&a, REPLY, r.d.xid, "server-two");
	answer_address(&a, "2001:db8::66", 600, 1000);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_REQUESTING);
	assert_false(r.a.apply);
}

static void server_without_addresses_is_not_asked_in_a_loop(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_no(&a, 2);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
	assert_false(r.a.send);

	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	receive(&r, &a);
	answer_begin(&a, REPLY, r.d.xid, "server-one");
	answer_no(&a, 2);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
	assert_false(r.a.send);
	assert_in_range(pass(&r), 9000, 11000);
	assert_int_equal(sent_type(&r), 1);
}

static void lease_is_renewed_then_rebound_then_dropped(void **state)
{
	struct run r;
	int64_t start;

	(void)state;
	bind_lease(&r, 600, 1000);
	start = r.now;
	assert_int_equal(pass(&r), 300 * 1000);
	assert_int_equal(sent_type(&r), 5);
	while (r.d.state == DHCP6_RENEWING)
		pass(&r);
	assert_int_equal(r.d.state, DHCP6_REBINDING);
	assert_int_equal(sent_type(&r), 6);
	assert_int_equal(r.now - start, 480 * 1000);
	while (r.d.leased)
		pass(&r);
	assert_int_equal(r.now - start, 1000 * 1000);
	assert_true(r.a.drop);
	assert_int_equal(r.a.old.byte[15], 0x50);
	assert_int_equal(sent_type(&r), 1);
}

static void lease_that_the_server_forgot_is_asked_for_anew(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	bind_lease(&r, 600, 1000);
	pass(&r);
	answer_begin(&a, REPLY, r.d.xid, "server-one");
	answer_no(&a, 3);
	receive(&r, &a);
	assert_true(r.a.drop);
	assert_int_equal(sent_type(&r), 1);
}

static void carrier_loss_keeps_the_lease_and_its_return_asks_for_it(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	bind_lease(&r, 600, 1000);
	dhcp6_suspend(&r.d);
	assert_int_equal(r.d.due_ms, r.d.expire_ms);
	r.now += 5000;
	dhcp6_start(&r.d, r.now, &r.a);
	assert_int_equal(sent_type(&r), 6);
	answer_begin(&a, REPLY, r.d.xid, "server-two");
	answer_address(&a, "2001:db8::51", 600, 1000);
	receive(&r, &a);
	assert_true(r.a.drop);
	assert_int_equal(r.a.old.byte[15], 0x50);
	assert_true(r.a.fresh);
	assert_int_equal(r.d.lease.address.byte[15], 0x51);
}

static void times_that_contradict_each_other_void_the_address(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, false);
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 1001, 1000);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
	bind_lease(&r, UINT32_MAX, UINT32_MAX);
	assert_int_equal(r.d.due_ms, DHCP6_NEVER);
	bind_lease(&r, 0, 1000);
	assert_true(r.d.due_ms - r.now >= 5000);
}

static void cut_answers_are_none(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, true);
	answer_begin(&a, ADVERTISE, r.d.xid, "server-one");
	answer_address(&a, "2001:db8::50", 600, 1000);
	answer_prefix(&a, "2001:db8:12::", 56, 4000);
	for (size_t len = 0; len < a.len; len++) {
		uint8_t exact[sizeof(a.data)];
		uint8_t *at = exact + sizeof(exact) - len;

		memcpy(at, a.data, len);
		/* Whole at the end of the address's option, where the prefix is only missing. */
		if (len == 4 + 14 + 14 + 44)
			continue;
		dhcp6_receive(&r.d, r.now, at, len, &r.a);
		assert_int_equal(r.d.state, DHCP6_SOLICITING);
	}
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_REQUESTING);
}

static void longest_server_name_fits_our_packet(void **state)
{
	char server[DHCP6_DUID_BYTES + 2];
	struct answer a;
	struct run r;

	(void)state;
	begin(&r, true, true);
	memset(server, 's', sizeof(server));
	server[DHCP6_DUID_BYTES + 1] = '\0';
	answer_begin(&a, ADVERTISE, r.d.xid, server);
	answer_address(&a, "2001:db8::50", 600, 1000);
	answer_prefix(&a, "2001:db8:12::", 56, 4000);
	receive(&r, &a);
	assert_int_equal(r.d.state, DHCP6_SOLICITING);
	server[DHCP6_DUID_BYTES] = '\0';
	answer_begin(&a, ADVERTISE, r.d.xid, server);
	answer_address(&a, "2001:db8::50", 600, 1000);
	answer_prefix(&a, "2001:db8:12::", 56, 4000);
	receive(&r, &a);
	assert_int_equal(sent_type(&r), 3);
	assert_true(r.a.len <= sizeof(r.a.packet));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(solicit_is_as_rfc_8415_draws_it),
		cmocka_unit_test(address_is_had_in_four_packets),
		cmocka_unit_test(rapid_reply_needs_its_option),
		cmocka_unit_test(prefix_is_delegated_with_its_times),
		cmocka_unit_test(stateless_asks_for_facts_only_and_again_in_time),
		cmocka_unit_test(solicit_goes_on_ever_slower),
		cmocka_unit_test(answers_to_others_change_nothing),
		cmocka_unit_test(another_server_has_no_say_in_our_request),
		cmocka_unit_test(server_without_addresses_is_not_asked_in_a_loop),
		cmocka_unit_test(lease_is_renewed_then_rebound_then_dropped),
		cmocka_unit_test(lease_that_the_server_forgot_is_asked_for_anew),
		cmocka_unit_test(carrier_loss_keeps_the_lease_and_its_return_asks_for_it),
		cmocka_unit_test(times_that_contradict_each_other_void_the_address),
		cmocka_unit_test(cut_answers_are_none),
		cmocka_unit_test(longest_server_name_fits_our_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
