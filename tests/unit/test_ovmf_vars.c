#include "format/ovmf_vars.h"

#include "base/bytes.h"
#include "unit.h"

#include <stdlib.h>

enum { HEADER = 72, STORE = 512, SIZE = HEADER + STORE + 16 };

/* gEfiAuthenticatedVariableGuid aaf32c78-947b-439a-a180-2e144ec37792 */
static const uint8_t authenticated[EFI_GUID] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
						0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};

static void make_store(uint8_t image[SIZE])
{
	memset(image, 0, HEADER);
	memset(image + HEADER, 0xff, SIZE - HEADER);
	memcpy(image + 40, "_FVH", 4);
	le16_put(image + 48, HEADER);
	memcpy(image + HEADER, authenticated, EFI_GUID);
	le32_put(image + HEADER + 16, STORE);
	image[HEADER + 20] = 0x5a;
	image[HEADER + 21] = 0xfe;
}

static struct ovmf_new_variable variable(const char *name)
{
	return (struct ovmf_new_variable){
		.name = name,
		.vendor = efi_key_vendor(EFI_DB),
		.attributes = 7,
		.data = {(const uint8_t *)"value", 5},
	};
}

static void what_is_added_is_found(void **state)
{
	const struct ovmf_new_variable a = variable("a"), b = variable("bb");
	uint8_t image[SIZE];
	struct ovmf_vars v;
	struct ovmf_variable found;
	struct err e = ERR_INIT;
	size_t at = 0;

	(void)state;
	make_store(image);
	assert_ok(ovmf_vars_open(&v, image, SIZE, "store", &e));
	assert_int_equal(ovmf_vars_next(&v, &at, &found, &e), 0);
	assert_ok(ovmf_vars_add(&v, &a, &e));
	assert_ok(ovmf_vars_add(&v, &b, &e));
	at = 0;
	assert_int_equal(ovmf_vars_next(&v, &at, &found, &e), 1);
	assert_string_equal(found.name, "a");
	assert_int_equal(ovmf_vars_next(&v, &at, &found, &e), 1);
	assert_string_equal(found.name, "bb");
	assert_int_equal(found.attributes, 7);
	assert_bytes(found.data.data, found.data.len, "value", 5);
	assert_int_equal(ovmf_vars_next(&v, &at, &found, &e), 0);
	/* The first one, as VariableFormat.h has it: 100 is a multiple of 4. */
	assert_int_equal(le16_get(image + 100), 0x55aa);
	assert_int_equal(image[102], 0x3f);
	assert_int_equal(le32_get(image + 136), 4);
	assert_int_equal(le32_get(image + 140), 5);
	assert_fails_with(ovmf_vars_add(&v, &a, &e),
			  "'store' has a variable a already: take a store without keys");
}

static void deleted_ones_are_passed_over(void **state)
{
	const struct ovmf_new_variable a = variable("a");
	uint8_t image[SIZE];
	struct ovmf_vars v;
	struct ovmf_variable found;
	struct err e = ERR_INIT;
	size_t at = 0;

	(void)state;
	make_store(image);
	assert_ok(ovmf_vars_open(&v, image, SIZE, "store", &e));
	assert_ok(ovmf_vars_add(&v, &a, &e));
	image[102] = 0x3d;
	assert_int_equal(ovmf_vars_next(&v, &at, &found, &e), 0);
	assert_ok(ovmf_vars_add(&v, &a, &e));
}

static void full_store_stays_as_it_is(void **state)
{
	const struct ovmf_new_variable a = variable("a");
	struct ovmf_new_variable big = variable("big");
	uint8_t image[SIZE], before[SIZE];
	uint8_t data[STORE] = {0};
	struct ovmf_vars v;
	struct err e = ERR_INIT;

	(void)state;
	make_store(image);
	assert_ok(ovmf_vars_open(&v, image, SIZE, "store", &e));
	assert_ok(ovmf_vars_add(&v, &a, &e));
	memcpy(before, image, SIZE);
	big.data = (struct der){data, sizeof(data)};
	assert_fails_with(ovmf_vars_add(&v, &big, &e),
			  "'store' has no room for variable big of 512 bytes");
	image[HEADER + STORE - 200] = 0;
	before[HEADER + STORE - 200] = 0;
	big.data.len = 200;
	assert_int_equal(ovmf_vars_add(&v, &big, &e), -1);
	assert_memory_equal(image, before, SIZE);
}

/* Behind an odd header the rounded place of the first variable could lie outside of the store. */
static void odd_header_is_refused(void **state)
{
	uint8_t image[SIZE];
	struct ovmf_vars v;
	struct err e = ERR_INIT;

	(void)state;
	make_store(image);
	le16_put(image + 48, HEADER + 1);
	memmove(image + HEADER + 1, image + HEADER, STORE);
	assert_int_equal(ovmf_vars_open(&v, image, SIZE, "store", &e), -1);
}

static void cut_anywhere_it_is_refused(void **state)
{
	uint8_t image[SIZE];
	struct ovmf_vars v;
	struct err e = ERR_INIT;

	(void)state;
	make_store(image);
	for (size_t len = 0; len < HEADER + STORE; len++) {
		uint8_t *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, image, len);
		assert_int_equal(ovmf_vars_open(&v, cut, len, "store", &e), -1);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_found),
		cmocka_unit_test(deleted_ones_are_passed_over),
		cmocka_unit_test(full_store_stays_as_it_is),
		cmocka_unit_test(odd_header_is_refused),
		cmocka_unit_test(cut_anywhere_it_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
