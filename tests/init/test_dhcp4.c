#include "test.h"

#include "dhcp4_server.h"
#include "network/dhcp4.h"

#define SERVER	0xc0000201U
#define FOREIGN 0xc0000266U
#define OFFER	2
#define ACK	5
#define NAK	6

static const uint8_t first[4] = {192, 0, 2, 50};
static const uint8_t second[4] = {192, 0, 2, 51};

struct run {
	struct dhcp4 d;
	struct dhcp4_actions a;
	int64_t now;
};

static void begin(struct run *r)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->d.mac, test_mac, sizeof(test_mac));
	r->d.random = 12345;
	r->d.host_name = "";
	r->now = 1000000;
	dhcp4_start(&r->d, r->now, &r->a);
}

static uint32_t sent_type(const struct run *r)
{
	return r->a.send ? sent_number(r->a.packet, r->a.len, 53) : 0;
}

static void reply_xid(struct run *r, uint32_t xid, uint8_t type, uint32_t server,
		      const uint8_t address[4], uint32_t lease_s)
{
	struct answer a;

	answer_begin(&a, xid, address);
	answer_usual(&a, type, server, lease_s);
	answer_end(&a);
	dhcp4_receive(&r->d, r->now, a.data, a.len, &r->a);
}

static void reply(struct run *r, uint8_t type, uint32_t server, const uint8_t address[4],
		  uint32_t lease_s)
{
	reply_xid(r, r->d.xid, type, server, address, lease_s);
}

/* Lets the time pass until something is due. */
static int64_t pass(struct run *r)
{
	int64_t waited = r->d.due_ms - r->now;

	r->now = r->d.due_ms;
	dhcp4_timer(&r->d, r->now, &r->a);
	return waited;
}

static void bind_lease(struct run *r, uint32_t lease_s)
{
	begin(r);
	reply(r, OFFER, SERVER, first, lease_s);
	reply(r, ACK, SERVER, first, lease_s);
	assert_int_equal(r->d.state, DHCP4_BOUND);
}

static void lease_is_had_in_four_packets(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	assert_int_equal(sent_type(&r), 1);
	assert_true(r.a.raw);
	assert_int_equal(r.a.to, 0xffffffff);
	reply(&r, OFFER, SERVER, first, 3600);
	assert_int_equal(sent_type(&r), 3);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 50), 0xc0000232);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 54), SERVER);
	assert_int_equal(sent_xid(r.a.packet), r.d.xid);
	assert_false(r.a.apply);
	r.now += 5;
	reply(&r, ACK, SERVER, first, 3600);
	assert_true(r.a.apply);
	assert_true(r.a.fresh);
	assert_false(r.a.drop);
	assert_false(r.a.send);
	assert_false(dhcp4_listens_raw(&r.d));
	assert_int_equal(r.d.lease.address, 0xc0000232);
	assert_int_equal(r.d.due_ms, r.now + 1800 * 1000);
}

static void discover_goes_on_ever_slower(void **state)
{
	static const int64_t wanted[] = {2, 4, 8, 16, 32, 64, 64, 64};
	struct run r;

	(void)state;
	begin(&r);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int64_t waited = pass(&r);

		assert_in_range(waited, wanted[i] * 1000 - 1000, wanted[i] * 1000 + 1000);
		assert_int_equal(sent_type(&r), 1);
	}
}

static void jitter_comes_from_the_seed(void **state)
{
	struct run one;
	struct run two;
	struct run other;
	bool differs = false;

	(void)state;
	begin(&one);
	begin(&two);
	begin(&other);
	other.d.random = 999;
	for (int i = 0; i < 5; i++) {
		int64_t waited = pass(&one);

		assert_int_equal(waited, pass(&two));
		differs = pass(&other) != waited || differs;
	}
	assert_true(differs);
}

static void answers_to_others_change_nothing(void **state)
{
	struct run r;
	int64_t due;

	(void)state;
	begin(&r);
	due = r.d.due_ms;
	reply_xid(&r, r.d.xid + 1, OFFER, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_SELECTING);
	reply(&r, ACK, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_SELECTING);
	reply(&r, NAK, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_SELECTING);
	assert_int_equal(r.d.due_ms, due);
	assert_false(r.a.send || r.a.apply || r.a.drop);
}

static void repeated_answers_count_once(void **state)
{
	struct run r;
	uint32_t xid;

	(void)state;
	begin(&r);
	xid = r.d.xid;
	reply(&r, OFFER, SERVER, first, 3600);
	reply_xid(&r, xid, OFFER, SERVER, first, 3600);
	assert_false(r.a.send);
	reply_xid(&r, xid, OFFER, FOREIGN, second, 3600);
	assert_false(r.a.send);
	reply(&r, ACK, SERVER, first, 3600);
	assert_true(r.a.apply);
	reply_xid(&r, xid, ACK, SERVER, first, 7200);
	assert_false(r.a.apply);
	assert_int_equal(r.d.lease.lease_s, 3600);
	reply_xid(&r, xid, NAK, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_BOUND);
}

static void another_server_has_no_say_in_our_request(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	reply(&r, OFFER, SERVER, first, 3600);
	reply(&r, NAK, FOREIGN, first, 3600);
	assert_int_equal(r.d.state, DHCP4_REQUESTING);
	reply(&r, ACK, FOREIGN, second, 3600);
	assert_int_equal(r.d.state, DHCP4_REQUESTING);
	reply(&r, NAK, 0, first, 3600);
	assert_int_equal(r.d.state, DHCP4_REQUESTING);
	reply(&r, ACK, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_BOUND);
}

/* The predecessor answered each refusal at once, as fast as the server could send them. */
static void refusals_make_the_pauses_longer(void **state)
{
	static const int64_t wanted[] = {1, 2, 4, 8, 16, 32, 64, 64, 64};
	struct run r;

	(void)state;
	begin(&r);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		reply(&r, OFFER, SERVER, first, 3600);
		assert_int_equal(sent_type(&r), 3);
		reply(&r, NAK, SERVER, first, 3600);
		assert_false(r.a.send);
		assert_int_equal(r.d.state, DHCP4_PAUSED);
		/* More of them in the pause change nothing. */
		reply(&r, NAK, SERVER, first, 3600);
		reply(&r, OFFER, SERVER, first, 3600);
		assert_false(r.a.send);
		assert_in_range(pass(&r), wanted[i] * 1000, wanted[i] * 1000 + 250);
		assert_int_equal(sent_type(&r), 1);
	}
	reply(&r, OFFER, SERVER, first, 3600);
	reply(&r, ACK, SERVER, first, 3600);
	assert_int_equal(r.d.naks, 0);
}

static void silent_server_after_its_offer_is_given_up(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	reply(&r, OFFER, SERVER, first, 3600);
	for (int i = 0; i < 3; i++) {
		pass(&r);
		assert_int_equal(sent_type(&r), 3);
	}
	pass(&r);
	assert_int_equal(sent_type(&r), 1);
	assert_int_equal(r.d.state, DHCP4_SELECTING);
}

static void lease_is_renewed_at_half_of_its_time(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	assert_int_equal(pass(&r), 1800 * 1000);
	assert_int_equal(sent_type(&r), 3);
	assert_false(r.a.raw);
	assert_int_equal(r.a.to, SERVER);
	assert_memory_equal(r.a.packet + 12, first, 4);
	/* RFC 2131, 4.3.2: neither address nor server as options. */
	assert_int_equal(sent_number(r.a.packet, r.a.len, 50), 0);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 54), 0);
	reply(&r, ACK, FOREIGN, first, 3600);
	assert_int_equal(r.d.state, DHCP4_RENEWING);
	reply(&r, ACK, SERVER, first, 7200);
	assert_true(r.a.apply);
	assert_false(r.a.drop);
	assert_false(r.a.fresh);
	assert_int_equal(r.d.due_ms, r.now + 3600 * 1000);
}

/* RFC 2131, 4.4.5: half of what is left each time, down to a minute. */
static void silent_server_is_followed_by_any_server_and_by_the_end(void **state)
{
	struct run r;
	int64_t start;

	(void)state;
	bind_lease(&r, 3600);
	start = r.now;
	pass(&r);
	assert_int_equal(r.d.state, DHCP4_RENEWING);
	assert_int_equal(pass(&r), 675 * 1000);
	assert_int_equal(r.d.state, DHCP4_RENEWING);
	while (r.d.state == DHCP4_RENEWING) {
		int64_t waited = pass(&r);

		assert_true(waited >= 60 * 1000 || r.d.state == DHCP4_REBINDING);
	}
	assert_int_equal(r.d.state, DHCP4_REBINDING);
	assert_int_equal(r.now - start, 3150 * 1000);
	assert_int_equal(r.a.to, 0xffffffff);
	assert_false(r.a.raw);
	while (r.d.leased)
		pass(&r);
	assert_int_equal(r.now - start, 3600 * 1000);
	assert_true(r.a.drop);
	assert_int_equal(r.a.old, 0xc0000232);
	assert_int_equal(r.a.old_prefix, 24);
	assert_int_equal(sent_type(&r), 1);
	assert_true(r.a.raw);
}

static void any_server_may_prolong_when_rebinding(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	while (r.d.state != DHCP4_REBINDING)
		pass(&r);
	reply(&r, ACK, FOREIGN, first, 3600);
	assert_int_equal(r.d.state, DHCP4_BOUND);
	assert_int_equal(r.d.lease.server, FOREIGN);
	assert_false(r.a.drop);
}

static void refused_renewal_takes_the_address_away(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	pass(&r);
	reply(&r, NAK, SERVER, first, 3600);
	assert_true(r.a.drop);
	assert_false(r.d.leased);
	assert_int_equal(r.d.state, DHCP4_PAUSED);
	pass(&r);
	assert_int_equal(sent_type(&r), 1);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 50), 0);
}

static void lease_without_end_needs_no_timer(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 0xffffffff);
	assert_int_equal(r.d.due_ms, DHCP4_NEVER);
}

static void short_leases_and_odd_times_are_made_sane(void **state)
{
	struct answer a;
	struct run r;

	(void)state;
	bind_lease(&r, 1);
	assert_int_equal(r.d.due_ms - r.now, 5000);
	bind_lease(&r, 30);
	assert_int_equal(pass(&r), 15000);
	assert_int_equal(pass(&r), 12000);
	assert_int_equal(r.d.state, DHCP4_REBINDING);
	assert_int_equal(pass(&r), 3000);
	assert_true(r.a.drop);

	begin(&r);
	reply(&r, OFFER, SERVER, first, 3600);
	answer_begin(&a, r.d.xid, first);
	answer_usual(&a, ACK, SERVER, 3600);
	answer_number(&a, 58, 5000);
	answer_number(&a, 59, 4000);
	answer_end(&a);
	dhcp4_receive(&r.d, r.now, a.data, a.len, &r.a);
	assert_int_equal(r.d.renew_ms - r.now, 1800 * 1000);
	assert_int_equal(r.d.rebind_ms - r.now, 3150 * 1000);
}

static void carrier_loss_keeps_the_lease_and_its_return_asks_for_it(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	r.now += 1000;
	dhcp4_suspend(&r.d);
	assert_int_equal(r.d.due_ms, r.d.expire_ms);
	r.now += 1000;
	dhcp4_start(&r.d, r.now, &r.a);
	assert_int_equal(r.d.state, DHCP4_REBOOTING);
	assert_int_equal(sent_type(&r), 3);
	assert_true(r.a.raw);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 50), 0xc0000232);
	assert_int_equal(sent_number(r.a.packet, r.a.len, 54), 0);
	reply(&r, ACK, SERVER, first, 3600);
	assert_int_equal(r.d.state, DHCP4_BOUND);
	assert_false(r.a.drop);
	assert_false(r.a.fresh);
}

static void lease_that_ends_without_carrier_is_dropped_in_silence(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	dhcp4_suspend(&r.d);
	pass(&r);
	assert_true(r.a.drop);
	assert_false(r.a.send);
	assert_int_equal(r.d.due_ms, DHCP4_NEVER);
	dhcp4_start(&r.d, r.now, &r.a);
	assert_int_equal(sent_type(&r), 1);
}

static void other_network_after_the_return_gives_another_address(void **state)
{
	struct run r;

	(void)state;
	bind_lease(&r, 3600);
	dhcp4_suspend(&r.d);
	dhcp4_start(&r.d, r.now, &r.a);
	pass(&r);
	assert_int_equal(sent_type(&r), 3);
	pass(&r);
	assert_int_equal(r.d.state, DHCP4_SELECTING);
	assert_true(r.d.leased);
	reply(&r, OFFER, FOREIGN, second, 600);
	reply(&r, ACK, FOREIGN, second, 600);
	assert_true(r.a.drop);
	assert_int_equal(r.a.old, 0xc0000232);
	assert_true(r.a.apply);
	assert_true(r.a.fresh);
	assert_int_equal(r.d.lease.address, 0xc0000233);
}

static void timer_that_comes_early_does_nothing(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	dhcp4_timer(&r.d, r.now, &r.a);
	assert_false(r.a.send);
	bind_lease(&r, 3600);
	dhcp4_timer(&r.d, r.now + 1, &r.a);
	assert_false(r.a.send);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lease_is_had_in_four_packets),
		cmocka_unit_test(discover_goes_on_ever_slower),
		cmocka_unit_test(jitter_comes_from_the_seed),
		cmocka_unit_test(answers_to_others_change_nothing),
		cmocka_unit_test(repeated_answers_count_once),
		cmocka_unit_test(another_server_has_no_say_in_our_request),
		cmocka_unit_test(refusals_make_the_pauses_longer),
		cmocka_unit_test(silent_server_after_its_offer_is_given_up),
		cmocka_unit_test(lease_is_renewed_at_half_of_its_time),
		cmocka_unit_test(silent_server_is_followed_by_any_server_and_by_the_end),
		cmocka_unit_test(any_server_may_prolong_when_rebinding),
		cmocka_unit_test(refused_renewal_takes_the_address_away),
		cmocka_unit_test(lease_without_end_needs_no_timer),
		cmocka_unit_test(short_leases_and_odd_times_are_made_sane),
		cmocka_unit_test(carrier_loss_keeps_the_lease_and_its_return_asks_for_it),
		cmocka_unit_test(lease_that_ends_without_carrier_is_dropped_in_silence),
		cmocka_unit_test(other_network_after_the_return_gives_another_address),
		cmocka_unit_test(timer_that_comes_early_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
