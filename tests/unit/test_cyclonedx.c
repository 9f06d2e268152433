#include "unit.h"

#include "format/cyclonedx.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const struct cyclonedx_component parts[] = {
	{.type = "file", .ref = "initramfs", .name = "initramfs", .sha256 = HEX},
	{.type = "application",
	 .ref = "init",
	 .name = "a \"b\"",
	 .location = "/init",
	 .part_of = 1},
};

static const struct cyclonedx_bom sample = {
	.tool = "tool",
	.tool_version = "1",
	.image = {.ref = "image", .name = "os"},
	.recipe = "guest",
	.components = parts,
	.n = 2,
};

static void write_sample(struct cyclonedx_bom bom, const char *hash, struct buf *text)
{
	struct err e = ERR_INIT;

	assert_ok(cyclonedx_write(&bom, hash, text, &e));
}

static void assert_has(const struct buf *text, const char *want)
{
	if (!strstr(text->data, want))
		fail_msg("no %s in %s", want, text->data);
}

static void parts_are_told_with_what_they_are_part_of(void **state)
{
	AUTO_BUF text = BUF_INIT;

	(void)state;
	write_sample(sample, NULL, &text);
	assert_has(&text, "\"dependencies\": [\n"
			  "\t\t{\n\t\t\t\"ref\": \"image\",\n\t\t\t\"dependsOn\": [\n"
			  "\t\t\t\t\"initramfs\"\n\t\t\t]\n\t\t},\n"
			  "\t\t{\n\t\t\t\"ref\": \"initramfs\",\n\t\t\t\"dependsOn\": [\n"
			  "\t\t\t\t\"init\"\n\t\t\t]\n\t\t}\n\t]\n");
	assert_has(&text, "\"name\": \"a \\\"b\\\"\"");
	assert_has(&text, "\"location\": \"/init\"");
}

/* The digits of version and variant are those of RFC 9562, 4.1 and 4.2. */
static void serial_number_is_made_from_the_hash(void **state)
{
	AUTO_BUF without = BUF_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	write_sample(sample, NULL, &without);
	assert_null(strstr(without.data, "serialNumber"));
	write_sample(sample, HEX, &text);
	assert_has(&text, "\"serialNumber\": \"urn:uuid:ba7816bf-8f01-8fea-8141-40de5dae2223\"");
}

static void time_is_told_when_it_is_known(void **state)
{
	struct cyclonedx_bom bom = sample;
	AUTO_BUF without = BUF_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	write_sample(bom, NULL, &without);
	assert_null(strstr(without.data, "timestamp"));
	/* date -u -d @1700000000 */
	bom.time = 1700000000;
	write_sample(bom, NULL, &text);
	assert_has(&text, "\"timestamp\": \"2023-11-14T22:13:20Z\"");
}

static void assert_github(const char *url, const char *want_purl, const char *want_tag)
{
	struct err e = ERR_INIT;
	AUTO_BUF purl = BUF_INIT;
	AUTO_BUF tag = BUF_INIT;

	assert_ok(cyclonedx_github(url, &purl, &tag, &e));
	assert_string_equal(buf_str(&purl), want_purl);
	assert_string_equal(buf_str(&tag), want_tag);
}

static void release_on_github_has_a_package_url(void **state)
{
	(void)state;
	assert_github("https://github.com/Cloud/Hyper-visor/releases/download/v53.0/file",
		      "pkg:github/cloud/hyper-visor@v53.0", "v53.0");
	assert_github("https://github.com/a/b/archive/v1.tar.gz", "", "");
	assert_github("https://github.com/a/b/releases/download/v1", "", "");
	assert_github("https://github.com/a/b%20c/releases/download/v1/x", "", "");
	assert_github("https://github.com/a", "", "");
	assert_github("https://github.com/", "", "");
	assert_github("https://example.org/a/b/releases/download/v1/x", "", "");
}

static void assert_linux(const char *release, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF cpe = BUF_INIT;

	assert_ok(cyclonedx_linux(release, &cpe, &e));
	assert_string_equal(buf_str(&cpe), want);
}

/* The forms are those of the NVD's dictionary. */
static void linux_has_a_cpe(void **state)
{
	(void)state;
	assert_linux("6.12.57", "cpe:2.3:o:linux:linux_kernel:6.12.57:*:*:*:*:*:*:*");
	assert_linux("6.1.0-mkos", "cpe:2.3:o:linux:linux_kernel:6.1.0:*:*:*:*:*:*:*");
	assert_linux("6.18-rc4-x", "cpe:2.3:o:linux:linux_kernel:6.18:rc4:*:*:*:*:*:*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_told_with_what_they_are_part_of),
		cmocka_unit_test(serial_number_is_made_from_the_hash),
		cmocka_unit_test(time_is_told_when_it_is_known),
		cmocka_unit_test(release_on_github_has_a_package_url),
		cmocka_unit_test(linux_has_a_cpe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
