#include "format/authenticode_statement.h"

#include "unit.h"

/* Microsoft, "Windows Authenticode Portable Executable Signature Format", SpcIndirectDataContent. */
static const uint8_t
	golden[] =
		{
			0x30, 0x4c, /* SpcIndirectDataContent */
			0x30, 0x17, /* SpcAttributeTypeAndOptionalValue */
			0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02,
			0x01, 0x0f, /* PE image data */
			0x30, 0x09, 0x03, 0x01, 0x00, 0xa0, 0x04, 0xa2, 0x02, 0x80,
			0x00, 0x30, 0x31, /* DigestInfo */
			0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
			0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20, 0,	1,    2,
			3,    4,    5,	  6,	7,    8,    9,	  10,	11,   12,
			13,   14,   15,	  16,	17,   18,   19,	  20,	21,   22,
			23,   24,   25,	  26,	27,   28,   29,	  30,	31,
};

static void image_digest(uint8_t to[AUTHENTICODE_SHA256])
{
	for (size_t i = 0; i < AUTHENTICODE_SHA256; i++)
		to[i] = (uint8_t)i;
}

static void statement_is_the_specified_one(void **state)
{
	uint8_t digest[AUTHENTICODE_SHA256];
	struct der digested;
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	image_digest(digest);
	assert_ok(authenticode_statement_write(digest, &b, &e));
	assert_bytes(b.data, b.len, golden, sizeof(golden));
	assert_ok(authenticode_statement_digested((struct der){(uint8_t *)b.data, b.len}, &digested,
						  &e));
	assert_int_equal(digested.len, 76);
	assert_ptr_equal(digested.data, b.data + 2);
}

static void attributes_are_content_type_and_digest(void **state)
{
	static const uint8_t want[] = {0x31, 0x4c,
				       /* contentType */
				       0x30, 0x19, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
				       0x01, 0x09, 0x03, 0x31, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01,
				       0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04,
				       /* messageDigest */
				       0x30, 0x2f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
				       0x01, 0x09, 0x04, 0x31, 0x22, 0x04, 0x20};
	uint8_t digest[AUTHENTICODE_SHA256];
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	image_digest(digest);
	assert_ok(authenticode_attributes_write(digest, &b, &e));
	assert_int_equal(b.len, sizeof(want) + sizeof(digest));
	assert_bytes(b.data, sizeof(want), want, sizeof(want));
	assert_bytes(b.data + sizeof(want), sizeof(digest), digest, sizeof(digest));
}

/* The front of ContentInfo with SignedData, around a statement. */
static void wrap(struct buf *to)
{
	static const uint8_t one = 1;
	static const uint8_t signed_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					      0xf7, 0x0d, 0x01, 0x07, 0x02};
	static const uint8_t content[] = {0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04,
					  0x01, 0x82, 0x37, 0x02, 0x01, 0x04};
	struct err e = ERR_INIT;
	size_t inner;

	assert_ok(buf_put(to, signed_data, sizeof(signed_data), &e));
	inner = to->len;
	assert_ok(der_put(to, DER_INTEGER, &one, 1, &e));
	assert_ok(der_put(to, DER_SET, NULL, 0, &e));
	{
		size_t start = to->len;

		assert_ok(buf_put(to, content, sizeof(content), &e));
		assert_ok(der_put(to, DER_CONTEXT_0, golden, sizeof(golden), &e));
		assert_ok(der_wrap(to, start, DER_SEQUENCE, &e));
	}
	assert_ok(der_wrap(to, inner, DER_SEQUENCE, &e));
	assert_ok(der_wrap(to, inner, DER_CONTEXT_0, &e));
	assert_ok(der_wrap(to, 0, DER_SEQUENCE, &e));
}

static void statement_is_found_in_signed_data(void **state)
{
	struct authenticode_statement said;
	uint8_t digest[AUTHENTICODE_SHA256];
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	image_digest(digest);
	wrap(&b);
	assert_ok(authenticode_statement_read((struct der){(uint8_t *)b.data, b.len}, &said, &e));
	assert_true(said.is_sha256);
	assert_bytes(said.digest.data, said.digest.len, digest, sizeof(digest));
	assert_bytes(said.digested.data, said.digested.len, golden + 2, sizeof(golden) - 2);
}

static void cut_anywhere_it_is_refused(void **state)
{
	struct authenticode_statement said;
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	wrap(&b);
	for (size_t len = 0; len < b.len; len++)
		assert_int_equal(authenticode_statement_read((struct der){(uint8_t *)b.data, len},
							     &said, &e),
				 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statement_is_the_specified_one),
		cmocka_unit_test(attributes_are_content_type_and_digest),
		cmocka_unit_test(statement_is_found_in_signed_data),
		cmocka_unit_test(cut_anywhere_it_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
