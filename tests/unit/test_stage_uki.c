#include "unit.h"

#include "base/log.h"
#include "format/uki_lint.h"
#include "host/file.h"
#include "host/output.h"
#include "pe_sample.h"
#include "stage/inspect_uki.h"
#include "stage/uki.h"

#include <unistd.h>

static char folder[] = "/tmp/mkos-test-XXXXXX";
static struct strv initrds;
static struct uki_options options;

static void put_file(const char *name, const void *data, size_t len)
{
	struct err e = ERR_INIT;

	assert_ok(output_write(name, data, len, false, &e));
}

static int enter(void **state)
{
	static struct sample sample;

	(void)state;
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le32_put(sample_entry(&sample, 3) + 12, 0x4000);
	put_file("stub", sample.bytes, sample.len);
	sample_kernel(&sample, PE_MACHINE_AMD64);
	put_file("kernel", sample.bytes, sample.len);
	/* gzip's magic (RFC 1952) and whatever. */
	put_file("a",
		 "\x1f\x8b"
		 "cde",
		 5);
	put_file("b", "\x1f\x8bz", 3);
	put_file("empty", "", 0);
	put_file("cmdline", "a  b\n\n", 6);
	put_file("nul", "a\0b", 3);
	return 0;
}

static int leave(void **state)
{
	static const char *const names[] = {"stub",  "kernel",	"a",   "b",
					    "empty", "cmdline", "nul", "uki.efi"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(names[i]);
	strv_done(&initrds);
	return chdir("/") < 0 || rmdir(folder) < 0 ? -1 : 0;
}

static int begin(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	strv_done(&initrds);
	if (strv_add(&initrds, "a", &e) < 0)
		return -1;
	options = (struct uki_options){
		.kernel = "kernel",
		.initrds = &initrds,
		.os_release = "ID=x",
		.stub = "stub",
		.output = "uki.efi",
	};
	return 0;
}

static int make(struct err *e)
{
	AUTO_UKI_SUMMARY summary = {.size = 0};

	return stage_uki(&options, &summary, e);
}

/* The text that `inspect` shows. */
static void assert_shows(const char *want)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	AUTO_BUF text = BUF_INIT;
	struct err e = ERR_INIT;

	assert_ok(file_source_open(&file, "uki.efi", &e));
	assert_ok(inspect_uki_text(&file.source, &(struct inspect_uki){.all = false}, &text, &e));
	if (!strstr(buf_str(&text), want))
		fail_msg("'%s' is not in '%s'", want, buf_str(&text));
}

static void summary_names_what_was_added(void **state)
{
	static const char *const names[] = {".osrel", ".uname", ".initrd", ".linux", ".sbat"};
	AUTO_UKI_SUMMARY summary = {.size = 0};
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(stage_uki(&options, &summary, &e));
	assert_int_equal(summary.n_sections, ARRAY_LEN(names));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_string_equal(summary.sections[i].Name, names[i]);
	assert_string_equal(summary.kernel.release, "6.12.1-mkos");
	assert_int_equal(summary.stub.major, 252);
	assert_ok(file_source_open(&file, "uki.efi", &e));
	assert_int_equal(summary.size, file.source.size);
	assert_ok(uki_lint(&file.source, &found, &e));
	assert_int_equal(found.errors.n + found.warnings.n, 0);
}

static void command_line_text_is_collapsed(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	options.cmdline = "  console=ttyS0\t\n quiet ";
	assert_ok(make(&e));
	assert_shows(".cmdline:\n  size: 19 bytes\n  sha256: "
		     "2b5f12a14ed6961493930520e78e4ec5be4d6c93d59d7d719ac027080e7d8d2e\n"
		     "  text:\n    console=ttyS0 quiet\n");
}

static void command_line_file_loses_its_newlines_only(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	options.cmdline = "@cmdline";
	assert_ok(make(&e));
	assert_shows("  size: 4 bytes\n");
	assert_shows("    a  b\n");
}

static void unfit_text_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	options.cmdline = "@empty";
	assert_fails_with(make(&e), "kernel command line: 'empty' is empty");
	options.cmdline = "@nul";
	assert_fails_with(make(&e), "section .cmdline: the text has a NUL in it");
	options.cmdline = "@missing";
	assert_fails_with(make(&e),
			  "kernel command line: open 'missing': No such file or directory");
}

static void empty_option_leaves_the_section_out(void **state)
{
	AUTO_UKI_SUMMARY summary = {.size = 0};
	struct err e = ERR_INIT;

	(void)state;
	options.os_release = "";
	options.uname = "";
	options.cmdline = " ";
	options.initrds = NULL;
	assert_ok(stage_uki(&options, &summary, &e));
	assert_int_equal(summary.n_sections, 2);
}

static void initrds_are_joined(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(make(&e));
	assert_shows(".initrd:\n  size: 5 bytes\n");
	assert_ok(strv_add(&initrds, "b", &e));
	assert_ok(make(&e));
	assert_shows(".initrd:\n  size: 12 bytes\n");
	assert_ok(strv_add(&initrds, "empty", &e));
	assert_fails_with(make(&e), "section .initrd: 'empty' is empty");
	assert_shows(".initrd:\n  size: 12 bytes\n");
}

static void what_linux_cannot_unpack_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	strv_done(&initrds);
	assert_ok(strv_add(&initrds, "cmdline", &e));
	assert_fails_with(make(&e),
			  "initrd 'cmdline' is no initramfs: it begins with neither a newc archive "
			  "nor a compression that Linux unpacks");
}

static void input_is_not_overwritten(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	options.output = "kernel";
	assert_fails_with(make(&e),
			  "output 'kernel' is an input too ('kernel'): give another --output");
	options.output = "a";
	assert_fails_with(make(&e), "output 'a' is an input too ('a'): give another --output");
}

static void strict_refuses_what_is_doubtful(void **state)
{
	static char line[3000];
	struct err e = ERR_INIT;

	(void)state;
	memset(line, 'a', sizeof(line) - 1);
	options.cmdline = line;
	options.strict = true;
	assert_fails_with(make(&e),
			  "the command line has more than 2047 bytes: the kernel cuts it: make it "
			  "shorter");
}

static void json_has_the_shape_of_ukify(void **state)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	AUTO_BUF text = BUF_INIT;
	struct err e = ERR_INIT;
	struct json_writer w;
	struct json *root;
	const struct json *uname;

	(void)state;
	assert_ok(make(&e));
	assert_ok(file_source_open(&file, "uki.efi", &e));
	json_begin(&w, &text, JSON_SHORT);
	json_open_object(&w, NULL);
	assert_ok(inspect_uki_json(&file.source, &(struct inspect_uki){.all = false}, &w, &e));
	json_close_object(&w);
	assert_ok(json_finish(&w, &e));
	assert_ok(json_parse(text.data, text.len, "json", &root, &e));
	uname = json_member(root, ".uname");
	assert_non_null(uname);
	assert_string_equal(json_member(uname, "size")->text, "11");
	assert_string_equal(json_member_text(uname, "text"), "6.12.1-mkos");
	assert_null(json_member(json_member(root, ".initrd"), "text"));
	assert_null(json_member(root, ".text"));
	assert_null(json_member(root, "_profiles"));
	json_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(summary_names_what_was_added, begin),
		cmocka_unit_test_setup(command_line_text_is_collapsed, begin),
		cmocka_unit_test_setup(command_line_file_loses_its_newlines_only, begin),
		cmocka_unit_test_setup(unfit_text_is_refused, begin),
		cmocka_unit_test_setup(empty_option_leaves_the_section_out, begin),
		cmocka_unit_test_setup(initrds_are_joined, begin),
		cmocka_unit_test_setup(what_linux_cannot_unpack_is_refused, begin),
		cmocka_unit_test_setup(input_is_not_overwritten, begin),
		cmocka_unit_test_setup(strict_refuses_what_is_doubtful, begin),
		cmocka_unit_test_setup(json_has_the_shape_of_ukify, begin),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
