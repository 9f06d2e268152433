#include "test.h"

#include "sysctl.h"

static struct sysctl_setting setting;

static enum sysctl_verdict take(const char *line)
{
	return sysctl_line(line, strlen(line), &setting);
}

/* The examples are those of sysctl.d(5) and sysctl.conf(5). */
static void keys_are_written_with_dots_or_slashes(void **state)
{
	static const char *const lines[][2] = {
		{"kernel.domainname=foo", "/proc/sys/kernel/domainname"},
		{"kernel/domainname=foo", "/proc/sys/kernel/domainname"},
		{"net.ipv4.conf.enp3s0/200.forwarding = foo",
		 "/proc/sys/net/ipv4/conf/enp3s0.200/forwarding"},
		{"net/ipv4/conf/enp3s0.200/forwarding = foo",
		 "/proc/sys/net/ipv4/conf/enp3s0.200/forwarding"},
		{"\t vm.swappiness\t=foo ", "/proc/sys/vm/swappiness"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(take(lines[i][0]), SYSCTL_SETTING);
		assert_string_equal(setting.path, lines[i][1]);
		assert_string_equal(setting.value, "foo\n");
		assert_false(setting.may_fail);
	}
}

static void hyphen_means_that_it_may_fail(void **state)
{
	(void)state;
	assert_int_equal(take("-net.none = 1"), SYSCTL_SETTING);
	assert_string_equal(setting.path, "/proc/sys/net/none");
	assert_true(setting.may_fail);
}

static void value_keeps_what_is_inside_it(void **state)
{
	(void)state;
	assert_int_equal(take("net.ipv4.tcp_rmem = 4096 87380\t6291456=x #y \r"), SYSCTL_SETTING);
	assert_string_equal(setting.value, "4096 87380\t6291456=x #y\n");
	assert_int_equal(take("kernel.core_pattern ="), SYSCTL_SETTING);
	assert_string_equal(setting.value, "\n");
}

static void comments_and_empty_lines_are_nothing(void **state)
{
	(void)state;
	assert_int_equal(take(""), SYSCTL_NOTHING);
	assert_int_equal(take(" \t\r"), SYSCTL_NOTHING);
	assert_int_equal(take("# a = b"), SYSCTL_NOTHING);
	assert_int_equal(take("  ; a = b"), SYSCTL_NOTHING);
}

static void wrong_lines_are_wrong(void **state)
{
	static const char *const lines[] = {
		"kernel.domainname",
		"=1",
		" = 1",
		"-=1",
		"../../etc/passwd=1",
		"..=1",
		"a..b=1",
		"a//b=1",
		"/a=1",
		"a/=1",
		"a.=1",
		"a/../b=1",
		"a/.hidden=1",
		"a b=1",
	};
	char line[600];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (take(lines[i]) != SYSCTL_WRONG)
			fail_msg("'%s' was taken for %s", lines[i], setting.path);
	assert_int_equal(sysctl_line("a=b\0c", 5, &setting), SYSCTL_WRONG);
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	memcpy(line + 300, "=1", 3);
	assert_int_equal(take(line), SYSCTL_WRONG);
	memset(line, 'a', sizeof(line) - 1);
	memcpy(line, "a=", 2);
	assert_int_equal(take(line), SYSCTL_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_written_with_dots_or_slashes),
		cmocka_unit_test(hyphen_means_that_it_may_fail),
		cmocka_unit_test(value_keeps_what_is_inside_it),
		cmocka_unit_test(comments_and_empty_lines_are_nothing),
		cmocka_unit_test(wrong_lines_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
