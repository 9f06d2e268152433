#include "format/hwids.h"

#include "unit.h"

/* clang-format off */
/* By hand from src/boot/chid.h: entries of 28 bytes in the order of their ids, one of zeros, texts. */
static const uint8_t golden[] = {
	0x1c, 0, 0, 0x10,				/* devicetree, 28 bytes */
	0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,	/* 00112233-4455-6677-8899-aabbccddeeff */
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
	0x70, 0, 0, 0,  0x74, 0, 0, 0,		/* "Box" "foo,box" */
	0x1c, 0, 0, 0x10,
	0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,	/* fffffffe-ffff-... */
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x70, 0, 0, 0,  0x74, 0, 0, 0,
	0x1c, 0, 0, 0x20,				/* firmware */
	0x01, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0,
	0x70, 0, 0, 0,  0x7c, 0, 0, 0,		/* "Box" "fw-1" */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	'B', 'o', 'x', 0,  'f', 'o', 'o', ',', 'b', 'o', 'x', 0,  'f', 'w', '-', '1', 0,
};
/* clang-format on */

#define BOX                                                                                      \
	"{\"type\": \"devicetree\", \"name\": \"Box\", \"compatible\": \"foo,box\", \"hwids\": " \
	"[\"fffffffe-ffff-ffff-ffff-ffffffffffff\"]}"
#define BOX_AGAIN                                                      \
	"{\"name\": \"Box\", \"compatible\": \"foo,box\", \"hwids\": " \
	"[\"00112233-4455-6677-8899-AABBCCDDEEFF\", \"fffffffe-ffff-ffff-ffff-ffffffffffff\"]}"
#define FIRMWARE                                                                     \
	"{\"type\": \"uefi-fw\", \"name\": \"Box\", \"fwid\": \"fw-1\", \"hwids\": " \
	"[\"00000001-0000-0000-0000-000000000000\"]}"

static void section_is_these_bytes(void **state)
{
	AUTO_HWIDS h = HWIDS_INIT;
	AUTO_BUF out = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(hwids_add(&h, BOX, strlen(BOX), "a", &e));
	assert_ok(hwids_add(&h, FIRMWARE, strlen(FIRMWARE), "b", &e));
	assert_ok(hwids_add(&h, BOX_AGAIN, strlen(BOX_AGAIN), "c", &e));
	assert_ok(hwids_write(&h, &out, &e));
	assert_bytes(out.data, out.len, golden, sizeof(golden));
}

static void fails(const char *text, const char *sentence)
{
	AUTO_HWIDS h = HWIDS_INIT;
	struct err e = ERR_INIT;

	assert_fails_with(hwids_add(&h, text, strlen(text), "x.json", &e), sentence);
}

static void unfit_description_is_refused(void **state)
{
	(void)state;
	fails("[]", "x.json: a device needs a \"name\"");
	fails("{\"name\": \"a\", \"type\": \"acpi\"}",
	      "x.json: \"type\" is neither devicetree nor uefi-fw");
	fails("{\"name\": \"a\", \"fwid\": \"b\", \"hwids\": []}",
	      "x.json: a device of its type has \"compatible\", not \"fwid\"");
	fails("{\"name\": \"a\", \"compatible\": \"b\", \"hwids\": []}",
	      "x.json: \"hwids\" is no list of ids");
	fails("{\"name\": \"a\", \"compatible\": \"b\", \"hwids\": [1]}",
	      "x.json: a hardware id is no GUID: '1'");
	fails("{\"name\": \"a\", \"compatible\": \"b\", \"hwids\": [\"00112233\"]}",
	      "x.json: a hardware id is no GUID: '00112233'");
	fails("{\"name\": \"a\", \"compatible\": \"b\", \"hwids\": "
	      "[\"00112233-4455-6677-8899-aabbccddeeffa\"]}",
	      "x.json: a hardware id is no GUID: '00112233-4455-6677-8899-aabbccddeeffa'");
	fails("{\"name\": \"a\", \"compatible\": \"b\", \"hwids\": "
	      "[\"00112233--455-6677-8899-aabbccddeeff\"]}",
	      "x.json: a hardware id is no GUID: '00112233--455-6677-8899-aabbccddeeff'");
}

static int count(const uint8_t *section, size_t len, struct hwids_count *n, struct err *e)
{
	struct memory_source m;

	memory_source_init(&m, section, len, "hwids");
	return hwids_count(&m.source, n, e);
}

static void entries_are_counted_by_kind(void **state)
{
	struct hwids_count n = {.firmwares = 0};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(count(golden, sizeof(golden), &n, &e));
	assert_int_equal(n.devicetrees, 2);
	assert_int_equal(n.firmwares, 1);
}

/* What src/boot/chid.c gives up at. */
static void table_no_stub_reads_is_refused(void **state)
{
	uint8_t section[sizeof(golden)];
	struct hwids_count n = {.firmwares = 0};
	struct err e;

	(void)state;
	memcpy(section, golden, sizeof(golden));
	section[28 + 3] = 0x30;
	assert_fails_with(count(section, sizeof(section), &n, &e),
			  "entry 1 begins with 0x3000001c, which no stub knows");
	memcpy(section, golden, sizeof(golden));
	section[56] = 0x20;
	assert_fails_with(count(section, sizeof(section), &n, &e),
			  "entry 2 begins with 0x20000020, which no stub knows");
	memcpy(section, golden, sizeof(golden));
	section[24] = sizeof(golden);
	assert_fails_with(count(section, sizeof(section), &n, &e),
			  "entry 0 names a text that is not in the section");
	/* The last text without its NUL. */
	assert_fails_with(count(golden, sizeof(golden) - 1, &n, &e),
			  "entry 2 names a text that is not in the section");
	assert_fails_with(count(golden + 84, sizeof(golden) - 84, &n, &e), "it has no hardware id");
	assert_fails_with(count(golden, 28, &n, &e), "it has no hardware id");
	assert_fails_with(count(golden, 0, &n, &e), "it has no hardware id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_is_these_bytes),
		cmocka_unit_test(unfit_description_is_refused),
		cmocka_unit_test(entries_are_counted_by_kind),
		cmocka_unit_test(table_no_stub_reads_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
