#include "scratch.h"

#include "stage/kernel_source.h"

static int find(const char *where, struct kernel_source *s, struct err *e)
{
	AUTO_HASHES hashes = HASHES_INIT;

	return kernel_source_find(where, &hashes, s, e);
}

static void assert_not_found(const char *where, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;

	assert_fails_with(find(where, &s, &e), sentence);
	assert_null(s.folder);
}

static void put_source(const char *makefile)
{
	if (mkdir("linux", 0755) < 0)
		assert_int_equal(access("linux", F_OK), 0);
	put_text("linux/Kconfig", "mainmenu \"Linux\"\n");
	put_text("linux/Makefile", makefile);
}

static void folder_is_taken_as_it_is(void **state)
{
	char want[64];
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;

	(void)state;
	put_source("");
	assert_ok(find("./linux/", &s, &e));
	snprintf(want, sizeof(want), "%s/linux", scratch_folder);
	assert_string_equal(s.folder, want);
	assert_null(s.archive);
	assert_ok(kernel_source_unpack(&s, &e));
	assert_int_equal(count_names("."), 1);
	assert_ok(kernel_source_inputs(&s, &inputs, &e));
	assert_int_equal(inputs.n, 1);
	assert_string_equal(inputs.v[0].name, "source");
}

static void folder_without_kconfig_is_refused(void **state)
{
	(void)state;
	put_folder("linux");
	assert_not_found("linux", "kernel source 'linux' is no kernel source: there is no Kconfig "
				  "in it");
}

static void what_is_not_there_is_told(void **state)
{
	(void)state;
	assert_not_found("distr", "kernel source 'distr' is neither 'kernel.org' nor 'distro', a "
				  "folder, a tarball or a URL");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_not_found("pipe", "kernel source: 'pipe' is not a regular file");
}

static void archive_is_known_by_its_hash(void **state)
{
	/* printf one | sha256sum */
	static const char want[] =
		"sha256:7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed";
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;

	(void)state;
	put_folder("d");
	put_text("d/linux-6.18.4.tar.xz", "one");
	assert_ok(find("d/linux-6.18.4.tar.xz", &s, &e));
	assert_string_equal(s.archive, "d/linux-6.18.4.tar.xz");
	assert_string_equal(s.folder, "cache/src/linux-6.18.4");
	assert_ok(kernel_source_inputs(&s, &inputs, &e));
	assert_string_equal(inputs.v[0].name, "linux-6.18.4.tar.xz");
	assert_string_equal(inputs.v[0].value, want);
	assert_int_equal(kernel_source_unpack(&s, &e), -1);
	assert_non_null(strstr(e.text, "archive 'd/linux-6.18.4.tar.xz' cannot be read: "));
	assert_int_equal(access("cache/src/linux-6.18.4", F_OK), -1);
}

/* An unpacked source with the archive's stamp is not unpacked again; one with another's is. */
static void unpacked_source_goes_by_its_stamp(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;

	(void)state;
	put_text("l.tar", "one");
	assert_ok(folder_make("cache", &e));
	assert_ok(find("l.tar", &s, &e));
	assert_int_equal(kernel_source_unpack(&s, &e), -1);
	put_folder("cache/src/l");
	put_text("cache/src/l/.mvirt-mkos", s.sha256);
	assert_ok(kernel_source_unpack(&s, &e));
	put_text("cache/src/l/.mvirt-mkos", "0123");
	assert_int_equal(kernel_source_unpack(&s, &e), -1);
	assert_int_equal(access("cache/src/l", F_OK), -1);
}

static void assert_version(const char *makefile, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;
	AUTO_FREE char *text = NULL;
	struct version version;

	put_source(makefile);
	assert_ok(find("linux", &s, &e));
	assert_ok(kernel_source_version(&s, &version, &text, &e));
	assert_string_equal(text, want);
}

static void version_stands_in_the_makefile(void **state)
{
	(void)state;
	assert_version("# SPDX-License-Identifier: GPL-2.0\n"
		       "VERSION = 6\n"
		       "PATCHLEVEL = 12\n"
		       "SUBLEVEL = 117\n"
		       "EXTRAVERSION =\n"
		       "NAME = Baby Opossum Posse\n",
		       "6.12.117");
	assert_version("VERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n",
		       "6.18.0-rc3");
	assert_version("PATCHLEVEL=1\nVERSION=7", "7.1.0");
	assert_version("VERSION_SUFFIX = 9\nVERSION = 6\nPATCHLEVEL = 1\n"
		       "KERNELVERSION = $(VERSION)$(PATCHLEVEL)\nVERSION = 8\n",
		       "6.1.0");
}

static void makefile_without_version_is_told(void **state)
{
	char sentence[256];
	struct err e = ERR_INIT;
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;
	struct version version;
	char *text = NULL;

	(void)state;
	put_source("all:\n\techo hello\n");
	assert_ok(find("linux", &s, &e));
	snprintf(sentence, sizeof(sentence),
		 "%s/linux/Makefile: '..0' is not a kernel version such as 6.12.1", scratch_folder);
	assert_fails_with(kernel_source_version(&s, &version, &text, &e), sentence);
	assert_int_equal(unlink("linux/Makefile"), 0);
	assert_int_equal(kernel_source_version(&s, &version, &text, &e), -1);
	assert_int_equal(e.errnum, 2); /* ENOENT */
	assert_null(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(folder_is_taken_as_it_is),
		scratch_test(folder_without_kconfig_is_refused),
		scratch_test(what_is_not_there_is_told),
		scratch_test(archive_is_known_by_its_hash),
		scratch_test(unpacked_source_goes_by_its_stamp),
		scratch_test(version_stands_in_the_makefile),
		scratch_test(makefile_without_version_is_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
