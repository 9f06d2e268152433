#include "uki_sample.h"

#include "format/boot_pcr.h"
#include "format/uki_measure.h"
#include "host/hash.h"
#include "stage/measure.h"

/* The table of sections that a case is about; each has its number as place. */
static struct pe_section sections[20];
static struct pe pe;

static void put_names(const char *names)
{
	pe = (struct pe){.sections = sections, .SizeOfImage = UINT32_MAX};
	while (*names) {
		size_t len = strcspn(names, " ");
		struct pe_section *s = &sections[pe.n_sections++];

		*s = (struct pe_section){.VirtualSize = 1};
		memcpy(s->Name, names, len);
		names += len + (names[len] == ' ');
	}
}

/* The measurement as "NAME:index ...". */
static void assert_measured(const char *version, struct uki_choice choice, const char *want)
{
	struct uki_measurement m;
	struct stub_version v;
	char text[512] = "";

	assert_int_equal(stub_version_parse(version, &v), 0);
	uki_measured_sections(&pe, &v, &choice, &m);
	for (size_t i = 0; i < m.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s:%zu", i ? " " : "",
			 m.of[i].name, (size_t)(m.of[i].section - sections));
	assert_string_equal(text, want);
}

static const struct uki_choice first = {.profile = 0};

/* systemd, src/fundamental/uki.h and tpm-pcr.h at each tag. */
static void sections_measured_are_those_the_version_knows(void **state)
{
	(void)state;
	put_names(".text .osrel .cmdline .dtb .hwids .uname .splash .pcrpkey .linux .initrd .ucode "
		  ".sbat .pcrsig .other");
	assert_measured("252", first,
			".linux:8 .osrel:1 .cmdline:2 .initrd:9 .splash:6 .dtb:3 "
			".pcrpkey:7");
	assert_measured("253.9", first,
			".linux:8 .osrel:1 .cmdline:2 .initrd:9 .splash:6 .dtb:3 "
			".pcrpkey:7");
	assert_measured("254", first,
			".linux:8 .osrel:1 .cmdline:2 .initrd:9 .splash:6 .dtb:3 "
			".uname:5 .sbat:11 .pcrpkey:7");
	assert_measured("256", first,
			".linux:8 .osrel:1 .cmdline:2 .initrd:9 .ucode:10 .splash:6 "
			".dtb:3 .uname:5 .sbat:11 .pcrpkey:7");
	assert_measured("257", first,
			".linux:8 .osrel:1 .cmdline:2 .initrd:9 .ucode:10 .splash:6 "
			".dtb:3 .uname:5 .sbat:11 .pcrpkey:7 .hwids:4");
}

static void old_stubs_take_the_last_beginning(void **state)
{
	(void)state;
	put_names(".linux .cmdline .cmdlinX .cmdline .dtbauto .osrelX");
	assert_measured("252", first, ".linux:0 .osrel:5 .cmdline:3 .dtb:4");
	assert_measured("257", first, ".linux:0 .cmdline:1");
	/* The last one is taken also when it is empty, and then nothing is measured. */
	sections[3].VirtualSize = 0;
	assert_measured("252", first, ".linux:0 .osrel:5 .dtb:4");
}

static void profile_overrides_the_base(void **state)
{
	(void)state;
	put_names(".linux .cmdline .profile .cmdline .profile .osrel");
	assert_measured("257", (struct uki_choice){.profile = 0}, ".linux:0 .cmdline:3 .profile:2");
	assert_measured("257", (struct uki_choice){.profile = 1},
			".linux:0 .osrel:5 .cmdline:1 .profile:4");
	/* An old one knows nothing of them: booted, it took the last command line. */
	assert_measured("252", first, ".linux:0 .osrel:5 .cmdline:3");
}

static void machine_decides_about_device_trees_and_firmware(void **state)
{
	(void)state;
	put_names(".linux .dtbauto .dtbauto .efifw .profile .dtbauto");
	assert_measured("258", first, ".linux:0 .profile:4");
	assert_measured("258", (struct uki_choice){.dtbauto = 2}, ".linux:0 .profile:4 .dtbauto:2");
	assert_measured("258", (struct uki_choice){.dtbauto = 3, .efifw = 1},
			".linux:0 .profile:4 .dtbauto:5 .efifw:3");
	/* It is not before 258 that firmware is looked for. */
	assert_measured("257", (struct uki_choice){.efifw = 1}, ".linux:0 .profile:4");
}

static void assert_pcr(const struct pcr *pcr, const char *want)
{
	char hex[DIGEST_HEX];

	digest_to_hex(pcr->bank, &pcr->value, hex);
	assert_string_equal(hex, want);
}

/* The value that PCRs without other events have on every PC, after the firmware's separator. */
static void separator_alone_gives_the_known_value(void **state)
{
	AUTO_HASH h = HASH_INIT;
	struct err e = ERR_INIT;
	struct pcr pcr;

	(void)state;
	assert_ok(hash_begin_kind(&h, DIGEST_SHA256, &e));
	pcr_init(&pcr, DIGEST_SHA256);
	assert_ok(pcr_measure(&pcr, &h.digest, "\0\0\0\0", 4, &e));
	assert_pcr(&pcr, "3d458cfe55cc03ea1f443f1562beec8df51c75e14a9fcf9a7234a13f198e7969");
}

/* systemd-measure says the same of "", ":a" and "a:b" when nothing else is measured. */
static void phases_are_words(void **state)
{
	static const char *const same[] = {"a:b", ":a:b", "a::b", "a:b:"};
	AUTO_HASH h = HASH_INIT;
	struct err e = ERR_INIT;
	struct pcr want, pcr;

	(void)state;
	assert_ok(hash_begin_kind(&h, DIGEST_SHA256, &e));
	pcr_init(&want, DIGEST_SHA256);
	assert_ok(pcr_measure(&want, &h.digest, "a", 1, &e));
	assert_ok(pcr_measure(&want, &h.digest, "b", 1, &e));
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		pcr_init(&pcr, DIGEST_SHA256);
		assert_ok(pcr_measure_phases(&pcr, &h.digest, same[i], &e));
		assert_memory_equal(pcr.value.bytes, want.value.bytes, 32);
	}
}

static int measure(const void *data, size_t len, struct measure_options o,
		   struct measure_result *ret, struct err *e)
{
	struct memory_source m;

	memory_source_init(&m, data, len, "uki");
	return stage_measure(&m.source, &o, ret, e);
}

static void every_choice_has_its_values(void **state)
{
	AUTO_MEASURE_RESULT r = {.n_values = 0};
	AUTO_BUF uki = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	begin("258.1");
	add(".dtbauto", "a");
	add(".dtbauto", "b");
	make(&uki);
	assert_ok(measure(uki.data, uki.len,
			  (struct measure_options){.pcr_11 = true, .banks = {true, true}}, &r, &e));
	assert_int_equal(r.n_variants, 3);
	assert_true(r.has_dtbauto);
	assert_false(r.has_profiles);
	/* 3 choices, 4 phases, 2 banks */
	assert_int_equal(r.n_values, 24);
	assert_memory_not_equal(r.values[0].value.bytes, r.values[8].value.bytes, 20);
}

static void unfit_images_are_refused(void **state)
{
	const struct measure_options o = {.pcr_11 = true};
	struct measure_result r;
	AUTO_BUF uki = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	begin("v252");
	make(&uki);
	assert_fails_with(measure(uki.data, uki.len, o, &r, &e),
			  "'uki' does not tell the version of its systemd-stub, which decides what "
			  "is measured: give it to measure with --stub-version");
	begin("252.1");
	assert_fails_with(measure(f.stub.bytes, f.stub.len, o, &r, &e),
			  "'uki' has no section .linux: it is no UKI");
	make(&uki);
	le32_put((uint8_t *)uki.data + SAMPLE_OPTIONAL + 56, 0x4500);
	assert_fails_with(measure(uki.data, uki.len, o, &r, &e),
			  "'uki': section .linux ends at 0x4a00, outside of SizeOfImage 0x4500: "
			  "firmware does not start it");
	assert_fails_with(measure(uki.data, uki.len,
				  (struct measure_options){.pcr_11 = true, .profile = "x"}, &r, &e),
			  "'uki' has no profiles");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_measured_are_those_the_version_knows),
		cmocka_unit_test(old_stubs_take_the_last_beginning),
		cmocka_unit_test(profile_overrides_the_base),
		cmocka_unit_test(machine_decides_about_device_trees_and_firmware),
		cmocka_unit_test(separator_alone_gives_the_known_value),
		cmocka_unit_test(phases_are_words),
		cmocka_unit_test(every_choice_has_its_values),
		cmocka_unit_test(unfit_images_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
