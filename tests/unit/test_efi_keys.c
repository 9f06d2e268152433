#include "format/efi_keys.h"

#include "unit.h"

static const uint8_t owner[EFI_GUID] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* UEFI 2.10, 32.4.1, with EFI_CERT_X509_GUID a5c059a1-94e4-4aa7-87b5-ab155c2bf072 */
static void certificate_is_a_list_of_its_own(void **state)
{
	static const uint8_t certificate[] = {0x30, 0x01, 0xaa};
	static const uint8_t
		want[] =
			{
				0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, /* SignatureType */
				0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72, 0x2f, 0,
				0,    0,	     /* SignatureListSize: 28 + 16 + 3 */
				0,    0,    0,	  0, /* SignatureHeaderSize */
				0x13, 0,    0,	  0, /* SignatureSize: 16 + 3 */
				1,    2,    3,	  4,	5,    6,    7,	  8,	9,    10,
				11,   12,   13,	  14,	15,   16,   0x30, 0x01, 0xaa};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_list_certificate(&b, owner, (struct der){certificate, sizeof(certificate)},
				       &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
}

static void digests_share_a_list(void **state)
{
	static const uint8_t digests[2][EFI_SHA256] = {{0xaa}, {0xbb}};
	static const uint8_t head[] = {0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9,
				       0x41, 0xf9, 0x36, 0x93, 0x43, 0x28, 0x7c, 0,    0,    0,
				       0,    0,	   0,	 0,    0x30, 0,	   0,	 0};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_list_sha256(&b, owner, digests, 0, &e));
	assert_int_equal(b.len, 0);
	assert_ok(efi_list_sha256(&b, owner, digests, 2, &e));
	assert_int_equal(b.len, 28 + 2 * (16 + 32));
	assert_bytes(b.data, sizeof(head), head, sizeof(head));
	assert_int_equal((uint8_t)b.data[28 + 16], 0xaa);
	assert_int_equal((uint8_t)b.data[28 + 48 + 16], 0xbb);
}

static void time_is_a_calendar(void **state)
{
	/* 2024-02-29 23:59:58 */
	static const uint8_t want[EFI_TIME] = {0xe8, 0x07, 2, 29, 23, 59, 58};
	uint8_t time[EFI_TIME];
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_time(1709251198, time, &e));
	assert_bytes(time, sizeof(time), want, sizeof(want));
	assert_int_equal(efi_time(INT64_MAX, time, &e), -1);
}

static void name_is_signed_without_its_nul(void **state)
{
	static const uint8_t time[EFI_TIME] = {0xe8, 0x07};
	static const uint8_t head[] = {'d', 0, 'b', 0, 0xcb, 0xb2, 0x19, 0xd7};
	static const uint8_t content[] = {9};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_auth_signed_bytes(EFI_DB, time, (struct der){content, 1}, &b, &e));
	assert_int_equal(b.len, 4 + EFI_GUID + 4 + EFI_TIME + 1);
	assert_bytes(b.data, sizeof(head), head, sizeof(head));
	assert_int_equal(b.data[4 + EFI_GUID], EFI_KEY_ATTRIBUTES);
	assert_int_equal(b.data[b.len - 1], 9);
}

static void lists_are_read_entry_by_entry(void **state)
{
	static const uint8_t digests[2][EFI_SHA256] = {{1}, {2}};
	static const uint8_t der[] = {0x30, 0};
	struct efi_list_entry entry;
	struct efi_lists lists;
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_ok(efi_list_certificate(&b, owner, (struct der){der, sizeof(der)}, &e));
	assert_ok(efi_list_sha256(&b, owner, digests, 2, &e));
	efi_lists_init(&lists, (struct der){(uint8_t *)b.data, b.len});
	assert_int_equal(efi_lists_next(&lists, &entry, &e), 1);
	assert_true(entry.is_x509 && !entry.is_sha256);
	assert_bytes(entry.content.data, entry.content.len, der, sizeof(der));
	assert_int_equal(entry.signature.len, EFI_GUID + sizeof(der));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(efi_lists_next(&lists, &entry, &e), 1);
		assert_true(entry.is_sha256 && !entry.is_x509);
		assert_bytes(entry.content.data, entry.content.len, digests[i], EFI_SHA256);
		assert_memory_equal(entry.signature.data, owner, EFI_GUID);
	}
	assert_int_equal(efi_lists_next(&lists, &entry, &e), 0);
	for (size_t len = 1; len < b.len; len++) {
		int r;

		efi_lists_init(&lists, (struct der){(uint8_t *)b.data, len});
		while ((r = efi_lists_next(&lists, &entry, &e)) > 0)
			continue;
		/* Behind the first list it ends well. */
		assert_int_equal(r, len == 28 + EFI_GUID + sizeof(der) ? 0 : -1);
	}
}

static void lengths_of_a_list_have_to_fit(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} faults[] = {{16, 27}, {16, 0}, {16, 255}, {20, 255}, {24, 0}, {24, 16}, {24, 17}};
	struct efi_list_entry entry;
	struct efi_lists lists;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		uint8_t list[28 + 48] = {0};

		list[16] = sizeof(list);
		list[24] = 48;
		list[faults[i].at] = faults[i].value;
		efi_lists_init(&lists, (struct der){list, sizeof(list)});
		assert_fails_with(efi_lists_next(&lists, &entry, &e),
				  "a signature list has lengths that do not fit");
	}
}

/* PC Client Platform Firmware Profile 1.06, 10.2.6. */
static void variable_is_measured_with_its_name_and_lengths(void **state)
{
	static const uint8_t want[] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d,
				       0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c, 2,	 0,    0,    0,
				       0,    0,	   0,	 0,    1,    0,	   0,	 0,    0,    0,
				       0,    0,	   'P',	 0,    'K',  0,	   9};
	static const uint8_t data[] = {9};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_ok(
		efi_variable_measured("PK", efi_key_vendor(EFI_PK), (struct der){data, 1}, &b, &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_is_a_list_of_its_own),
		cmocka_unit_test(digests_share_a_list),
		cmocka_unit_test(time_is_a_calendar),
		cmocka_unit_test(name_is_signed_without_its_nul),
		cmocka_unit_test(lists_are_read_entry_by_entry),
		cmocka_unit_test(lengths_of_a_list_have_to_fit),
		cmocka_unit_test(variable_is_measured_with_its_name_and_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
