#include "test.h"

#include "network/resolv.h"

static struct ip ip(const char *text)
{
	struct ip ip = {.family = 0};

	assert_true(ip_parse(text, &ip));
	return ip;
}

static void add(struct resolv *r, const char *text, const char *link)
{
	const struct ip server = ip(text);

	resolv_server(r, &server, link);
}

static const char *text_of(const struct resolv *r)
{
	static char text[RESOLV_TEXT_BYTES + 1];

	text[resolv_text(r, text)] = '\0';
	return text;
}

static void file_has_one_search_line_and_the_servers(void **state)
{
	struct resolv r = {.servers = 0};

	(void)state;
	assert_string_equal(text_of(&r), "");
	resolv_search(&r, "lab.example");
	add(&r, "192.0.2.1", "eth0");
	resolv_search(&r, "net lab.example");
	add(&r, "2001:db8::53", "eth1");
	assert_string_equal(text_of(&r), "search lab.example net\n"
					 "nameserver 192.0.2.1\n"
					 "nameserver 2001:db8::53\n");
}

static void server_stands_once_and_three_are_the_most(void **state)
{
	struct resolv r = {.servers = 0};

	(void)state;
	add(&r, "192.0.2.1", "eth0");
	add(&r, "192.0.2.1", "eth1");
	add(&r, "192.0.2.2", "eth1");
	add(&r, "192.0.2.3", "eth1");
	add(&r, "192.0.2.4", "eth1");
	assert_string_equal(text_of(&r), "nameserver 192.0.2.1\n"
					 "nameserver 192.0.2.2\n"
					 "nameserver 192.0.2.3\n");
}

static void link_local_server_has_its_link(void **state)
{
	struct resolv r = {.servers = 0};

	(void)state;
	add(&r, "fe80::1", "eth0");
	add(&r, "fe80::1", "eth1");
	add(&r, "fe80::1", "eth0");
	assert_string_equal(text_of(&r), "nameserver fe80::1%eth0\n"
					 "nameserver fe80::1%eth1\n");
}

static void longest_file_fits(void **state)
{
	struct resolv r = {.servers = 0};
	char name[200];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	resolv_search(&r, name);
	name[100] = '\0';
	resolv_search(&r, name);
	name[50] = '\0';
	resolv_search(&r, name);
	add(&r, "fe80:1111:2222:3333:4444:5555:6666:7777", "a-long-name-123");
	add(&r, "fe80:1111:2222:3333:4444:5555:6666:7778", "a-long-name-123");
	add(&r, "fe80:1111:2222:3333:4444:5555:6666:7779", "a-long-name-123");
	assert_int_equal(strlen(r.search), 199 + 1 + 50);
	assert_non_null(strstr(text_of(&r), "7779%a-long-name-123\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_has_one_search_line_and_the_servers),
		cmocka_unit_test(server_stands_once_and_three_are_the_most),
		cmocka_unit_test(link_local_server_has_its_link),
		cmocka_unit_test(longest_file_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
