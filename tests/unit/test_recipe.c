#include "scratch.h"

#include "stage/measure.h"
#include "stage/recipe.h"

#define COMPLETE "[kernel]\nlayers = a.config\n[initramfs]\nlists = a.list\n"

static int read_text(const char *text, struct project *p, struct err *e)
{
	put_text("r.conf", text);
	p->recipe_path = strdup("r.conf");
	return recipe_read(p, e);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	assert_fails_with(read_text(text, &p, &e), sentence);
	assert_int_equal(e.kind, ERR_INPUT);
}

static void assert_words(const struct strv *got, const char *first, const char *second)
{
	assert_int_equal(got->n, 2);
	assert_string_equal(got->v[0], first);
	assert_string_equal(got->v[1], second);
}

static void every_key_is_read(void **state)
{
	static const char text[] = "[kernel]\n"
				   "layers = a.config\tb.config\n"
				   "source = linux.tar.xz\n"
				   "sha256 = 12\n"
				   "[initramfs]\n"
				   "lists = a.list  b.list\n"
				   "compress = none\n"
				   "level = best\n"
				   "microcode = auto m.bin\n"
				   "acpi = a.aml b.aml\n"
				   "sysroot = root\n"
				   "keep-modes = yes\n"
				   "dedupe = yes\n"
				   "checksum = no\n"
				   "align = 4K\n"
				   "max-size = 8M\n"
				   "max-ram = 1G\n"
				   "[uki]\n"
				   "os-release = o\n"
				   "stub = s\n"
				   "[payload one]\n"
				   "path = /a\n"
				   "[payload two]\n"
				   "path = /b\n"
				   "mode = 4644\n"
				   "optional = yes\n"
				   "source = file\n"
				   "sha256 = 34\n";
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	assert_ok(read_text(text, &p, &e));
	assert_words(&p.kernel_layers, "a.config", "b.config");
	assert_words(&p.initramfs_lists, "a.list", "b.list");
	assert_string_equal(p.kernel_source, "linux.tar.xz");
	assert_string_equal(p.kernel_sha256, "12");
	assert_string_equal(p.compress, "none");
	assert_string_equal(p.level, "best");
	assert_words(&p.microcode, "auto", "m.bin");
	assert_words(&p.acpi, "a.aml", "b.aml");
	assert_string_equal(p.sysroot, "root");
	assert_true(p.keep_modes && p.dedupe && !p.checksum);
	assert_int_equal(p.align, 4096);
	assert_int_equal(p.max_size, 8 << 20);
	assert_int_equal(p.max_ram, 1 << 30);
	assert_string_equal(p.os_release, "o");
	assert_string_equal(p.stub, "s");
	assert_int_equal(p.n_payloads, 2);
	assert_string_equal(p.payloads[0].name, "one");
	assert_string_equal(p.payloads[0].image, "/a");
	assert_int_equal(p.payloads[0].mode, 0755);
	assert_false(p.payloads[0].optional);
	assert_null(p.payloads[0].source);
	assert_string_equal(p.payloads[1].name, "two");
	assert_int_equal(p.payloads[1].mode, 04644);
	assert_true(p.payloads[1].optional);
	assert_string_equal(p.payloads[1].source, "file");
	assert_string_equal(p.payloads[1].sha256, "34");
}

static void list_may_go_over_several_lines(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	assert_ok(read_text("[kernel]\nlayers = a.config\n\tb.config\n[initramfs]\nlists =\n"
			    "  a.list\n  # why\n  b.list\n",
			    &p, &e));
	assert_words(&p.kernel_layers, "a.config", "b.config");
	assert_words(&p.initramfs_lists, "a.list", "b.list");
}

static void sections_of_pcr_are_lists_side_by_side(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	assert_ok(read_text(COMPLETE "[pcr]\nbanks = sha1 sha256\n[pcr one]\nkey = a.key\n"
				     "certificate = a.pem\n[pcr two]\nkey = b.key\n"
				     "public-key = b.pub\nphases = x:y z\npolicyref = r\n",
			    &p, &e));
	assert_words(&p.pcr.banks, "sha1", "sha256");
	assert_words(&p.pcr.sections, "pcr one", "pcr two");
	assert_words(&p.pcr.keys, "a.key", "b.key");
	assert_words(&p.pcr.certificates, "a.pem", "");
	assert_words(&p.pcr.public_keys, "", "b.pub");
	assert_words(&p.pcr.references, "", "r");
	assert_words(&p.pcr.phases, MEASURE_DEFAULT_PHASES, "x:y z");
}

static void key_of_pcr_comes_with_its_public_part(void **state)
{
	(void)state;
	assert_refused(COMPLETE "[pcr x]\nkey = a\n",
		       "r.conf: [pcr x] needs key, and public-key or certificate");
	assert_refused(COMPLETE "[pcr]\ncertificate = a\n",
		       "r.conf: [pcr] needs key, and public-key or certificate");
	assert_refused(COMPLETE "[pcr]\nbanks = sha256\n", "r.conf: [pcr] has banks and no key");
	assert_refused(COMPLETE "[pcr x]\nbanks = sha256\n",
		       "r.conf:6: banks are those of all keys: they stand in [pcr]");
	assert_refused(COMPLETE "[pcr]\nbanks = sha256 sha3\n",
		       "r.conf:6: a bank is sha1, sha256, sha384 or sha512, not 'sha3'");
	assert_refused(COMPLETE "[pcr x]\nkeys = a\n",
		       "r.conf:6: unknown key 'keys': did you mean 'key'?");
}

static void unknown_section_is_told(void **state)
{
	(void)state;
	assert_refused("\n[kernl]\nlayers = a\n",
		       "r.conf:3: unknown section 'kernl': did you mean 'kernel'?");
	assert_refused("[something]\na = b\n", "r.conf:2: unknown section 'something'");
	assert_refused("[payload]\npath = /a\n", "r.conf:2: unknown section 'payload'");
}

static void unknown_key_is_told(void **state)
{
	(void)state;
	assert_refused("[kernel]\n\nlayer = a\n",
		       "r.conf:3: unknown key 'layer': did you mean 'layers'?");
	assert_refused("[uki]\nosrelease = a\n",
		       "r.conf:2: unknown key 'osrelease': did you mean 'os-release'?");
	assert_refused("[initramfs]\nlayers = a\n", "r.conf:2: unknown key 'layers'");
	assert_refused("[payload x]\npaht = /a\n",
		       "r.conf:2: unknown key 'paht': did you mean 'path'?");
	assert_refused("[payload x]\nsomething = /a\n", "r.conf:2: unknown key 'something'");
}

static void bad_payload_values_are_told(void **state)
{
	(void)state;
	assert_refused("[payload x]\nmode = 0788\n",
		       "r.conf:2: mode '0788' is not an octal number");
	assert_refused("[payload x]\nmode = 10000\n", "r.conf:2: mode '10000' is over 4095");
	assert_refused("[payload x]\nmode =\n", "r.conf:2: mode '' is not an octal number");
	assert_refused("[payload x]\noptional = maybe\n",
		       "r.conf:2: optional is 'yes' or 'no', not 'maybe'");
	assert_refused(COMPLETE "[payload x]\nmode = 0644\n",
		       "r.conf: [payload x] needs path, an absolute path in the image");
	assert_refused(COMPLETE "[payload x]\npath = usr/x\n",
		       "r.conf: [payload x] needs path, an absolute path in the image");
}

static void incomplete_recipe_is_told(void **state)
{
	(void)state;
	assert_refused("", "r.conf: [kernel] layers is missing");
	assert_refused("[kernel]\nlayers =\n[initramfs]\nlists = a\n",
		       "r.conf: [kernel] layers is missing");
	assert_refused("[kernel]\nlayers = a\n", "r.conf: [initramfs] lists is missing");
	assert_refused(COMPLETE "nonsense\n",
		       "r.conf:5: neither [section] nor key = value: 'nonsense'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(every_key_is_read),
		scratch_test(list_may_go_over_several_lines),
		scratch_test(sections_of_pcr_are_lists_side_by_side),
		scratch_test(key_of_pcr_comes_with_its_public_part),
		scratch_test(unknown_section_is_told),
		scratch_test(unknown_key_is_told),
		scratch_test(bad_payload_values_are_told),
		scratch_test(incomplete_recipe_is_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
