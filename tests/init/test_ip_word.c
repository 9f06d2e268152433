#include "test.h"

#include "network/ip_word.h"

static const char *show(const struct ip *ip)
{
	static char text[4][IP_TEXT_BYTES];
	static unsigned int turn;

	return ip->family == 0 ? "none" : ip_text(text[turn++ % 4], ip, true);
}

/* The kernel's own example, and each field by itself. */
static void all_fields_are_read(void **state)
{
	struct ip_word w;

	(void)state;
	assert_true(ip_word_read("192.0.2.5:192.0.2.9:192.0.2.1:255.255.255.192:node-1:eth1:off:"
				 "192.0.2.2:192.0.2.3:192.0.2.4",
				 &w));
	assert_string_equal(show(&w.address), "192.0.2.5/26");
	assert_string_equal(show(&w.gateway), "192.0.2.1/32");
	assert_string_equal(w.host_name, "node-1");
	assert_string_equal(w.device, "eth1");
	assert_string_equal(show(&w.dns[0]), "192.0.2.2/32");
	assert_string_equal(show(&w.dns[1]), "192.0.2.3/32");
	assert_string_equal(show(&w.ntp), "192.0.2.4/32");
	assert_false(w.off);
	assert_false(w.dhcp);
}

static void short_forms_tell_only_how(void **state)
{
	static const char *const dhcp[] = {"dhcp", "on", "any", "both", ":::::eth0:dhcp", "::::::"};
	static const char *const off[] = {"off", "none", "::::::off"};
	struct ip_word w;

	(void)state;
	for (size_t i = 0; i < sizeof(dhcp) / sizeof(dhcp[0]); i++) {
		assert_true(ip_word_read(dhcp[i], &w));
		assert_true(w.dhcp);
		assert_false(w.off);
	}
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		assert_true(ip_word_read(off[i], &w));
		assert_true(w.off);
		assert_false(w.dhcp);
	}
}

static void mask_may_be_left_out_or_a_prefix(void **state)
{
	struct ip_word w;

	(void)state;
	assert_true(ip_word_read("10.1.2.3", &w));
	assert_string_equal(show(&w.address), "10.1.2.3/8");
	assert_false(w.dhcp);
	assert_true(ip_word_read("172.16.2.3::172.16.0.1::::on", &w));
	assert_string_equal(show(&w.address), "172.16.2.3/16");
	assert_false(w.dhcp);
	assert_true(ip_word_read("192.0.2.5:::28", &w));
	assert_string_equal(show(&w.address), "192.0.2.5/28");
}

static void ip6_stands_in_brackets(void **state)
{
	struct ip_word w;

	(void)state;
	assert_true(
		ip_word_read("[2001:db8::5]::[2001:db8::1]:48:node:eth0:none:[2001:db8::53]", &w));
	assert_string_equal(show(&w.address), "2001:db8::5/48");
	assert_string_equal(show(&w.gateway), "2001:db8::1/128");
	assert_string_equal(show(&w.dns[0]), "2001:db8::53/128");
	assert_true(ip_word_read("[2001:db8::5]", &w));
	assert_string_equal(show(&w.address), "2001:db8::5/64");
}

static void wrong_words_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"bootp",
		"eth0",
		"eth0:dhcp",
		"192.0.2.5:x",
		"192.0.2.5::::bad_name",
		"192.0.2.5:::255.0.255.0",
		"192.0.2.5:::33",
		":::255.255.255.0::eth0:dhcp",
		"192.0.2.5::::::sometimes",
		"192.0.2.5:::::a-name-that-is-too-long:off",
		"192.0.2.5/24",
		"[2001:db8::5",
		"[2001:db8::5]x:",
		"192.0.2.5::[2001:db8::1]",
		"192.0.2.5:::::eth0:off:::192.0.2.4:more",
	};
	struct ip_word w;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (ip_word_read(wrong[i], &w))
			fail_msg("'%s' was taken", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fields_are_read),
		cmocka_unit_test(short_forms_tell_only_how),
		cmocka_unit_test(mask_may_be_left_out_or_a_prefix),
		cmocka_unit_test(ip6_stands_in_brackets),
		cmocka_unit_test(wrong_words_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
