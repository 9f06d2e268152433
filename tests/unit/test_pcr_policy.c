#include "unit.h"

#include "format/pcr_policy.h"
#include "host/hash.h"

#define PKFP  "820a8cbce45fb3517d1e39188f208eb6269670ecd60d8a58a5ada30cfb7956cb"
#define POL   "410a765f55c6b27d794d3bb4798d6958ca35b3eb4e3d4fd6c47353a57d33dd8c"
#define OTHER "5c6336349d7d3360395df9f74f3756ea6cd13723f9551bafc94ae86109358fe4"

/*
 * Values and policies of systemd 252: systemd-measure calculate and sign --phase=enter-initrd of one
 * set of files, with swtpm 0.7.1, which had all four banks.
 */
static const struct {
	enum digest_kind bank;
	const char *value, *pol;
} golden[] = {
	{DIGEST_SHA1, "dca6f748417e55b97283bc45a7fc256862543541", OTHER},
	{DIGEST_SHA256, "c26e608bff55f8393076b03c57bc1914fcb3e1acb978d765762801d3baeb735a", POL},
	{DIGEST_SHA384,
	 "9910ba9e885ff07ac0e0d7a73cb5a780ee540ae2f82c5b537bfb848a0e236f54"
	 "c17595beb0e820c833ce74d019eae73e",
	 "895ac66f9207f1f94c1e4c33e3cee92abaf58a42156325a0f2d3dac5fdfa3b02"},
	{DIGEST_SHA512,
	 "d00d1e0b21114962ace75277e1fbfd4d79dfce24428bf847ece068a81b959a79"
	 "af3628ed402c9662a06496f5d12d9a4275ab0d3759fb27a1ad4285646b1f9ee1",
	 "bdc0abe6266ae120391e7591599d286528544e369da796f2b070edce9892c111"},
};

static void from_hex(const char *hex, uint8_t *to)
{
	for (size_t i = 0; hex[2 * i]; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
}

static void policies_are_those_of_a_tpm(void **state)
{
	AUTO_HASH sha256 = HASH_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(hash_begin_kind(&sha256, DIGEST_SHA256, &e));
	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		struct pcr pcr = {.bank = golden[i].bank};
		struct digest_value pol;
		char hex[DIGEST_HEX];

		from_hex(golden[i].value, pcr.value.bytes);
		assert_ok(pcr_policy_digest(&pcr, &sha256.digest, &pol, &e));
		digest_to_hex(DIGEST_SHA256, &pol, hex);
		assert_string_equal(hex, golden[i].pol);
	}
}

/* TPM 2.0 Library, part 3, 23.16: aHash is of approvedPolicy || policyRef. */
static void a_reference_stands_behind_the_policy(void **state)
{
	AUTO_HASH sha256 = HASH_INIT;
	AUTO_BUF plain = BUF_INIT;
	AUTO_BUF with = BUF_INIT;
	struct digest_value pol;
	uint8_t want[64];
	struct err e = ERR_INIT;

	(void)state;
	from_hex(POL, pol.bytes);
	from_hex(POL, want);
	/* FIPS 180-4's example: the digest of "abc" */
	from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", want + 32);
	assert_ok(hash_begin_kind(&sha256, DIGEST_SHA256, &e));
	assert_ok(pcr_policy_message(&pol, NULL, &sha256.digest, &plain, &e));
	assert_bytes(plain.data, plain.len, want, 32);
	assert_ok(pcr_policy_message(&pol, "abc", &sha256.digest, &with, &e));
	assert_bytes(with.data, with.len, want, 64);
}

/* As systemd-measure 252 prints it, with "ref" where systemd 262 has it. */
static const char text[] =
	"{\"sha1\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"pol\":\"" OTHER "\",\"sig\":\"Zm9v\"}],"
	"\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"pol\":\"" POL "\",\"sig\":\"Zm8=\"},"
	"{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"ref\":\"r\",\"pol\":\"" POL "\"}]}";

static void what_is_read_is_written(void **state)
{
	AUTO_PCR_POLICIES p = PCR_POLICIES_INIT;
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(pcr_policies_parse(text, strlen(text), "f", &p, &e));
	assert_int_equal(p.n, 3);
	assert_string_equal(p.v[0].sig, "Zm9v");
	assert_null(p.v[2].sig);
	assert_ok(pcr_policies_write(&p, &b, &e));
	assert_string_equal(b.data, text);
}

static void banks_stand_in_their_order_and_nothing_twice(void **state)
{
	static const char twice[] = "{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP
				    "\",\"pol\":\"" POL "\"},{\"pol\":\"" POL "\",\"pkfp\":\"" PKFP
				    "\",\"pcrs\":[11]}],\"sha1\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP
				    "\",\"pol\":\"" POL "\"}]}";
	AUTO_PCR_POLICIES p = PCR_POLICIES_INIT;
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(pcr_policies_parse(twice, strlen(twice), "f", &p, &e));
	assert_ok(pcr_policies_write(&p, &b, &e));
	assert_string_equal(b.data, "{\"sha1\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"pol\":\"" POL
				    "\"}],\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP
				    "\",\"pol\":\"" POL "\"}]}");
}

static void a_signature_is_found_by_all_but_itself(void **state)
{
	AUTO_PCR_POLICIES p = PCR_POLICIES_INIT;
	struct pcr_policy like = {.bank = DIGEST_SHA256, .pkfp = PKFP, .pol = POL};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(pcr_policies_parse(text, strlen(text), "f", &p, &e));
	assert_ptr_equal(pcr_policies_find(&p, &like), &p.v[1]);
	like.ref = (char *)"r";
	assert_ptr_equal(pcr_policies_find(&p, &like), &p.v[2]);
	like.ref = (char *)"s";
	assert_null(pcr_policies_find(&p, &like));
	like.ref = NULL;
	like.bank = DIGEST_SHA384;
	assert_null(pcr_policies_find(&p, &like));
}

static void what_is_no_signature_is_refused(void **state)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{"[]", "no object with a list for each bank"},
		{"{\"md5\":[]}", "'md5' is no list of a bank"},
		{"{\"sha256\":{}}", "'sha256' is no list of a bank"},
		{"{\"sha256\":[1]}", "a policy is no object"},
		{"{\"sha256\":[{}]}", "a policy has not \"pcrs\":[11]"},
		{"{\"sha256\":[{\"pcrs\":[11,12]}]}", "a policy has not \"pcrs\":[11]"},
		{"{\"sha256\":[{\"pcrs\":[11]}]}",
		 "a policy has no pkfp or pol of 64 hexadecimal digits"},
		{"{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"pol\":\"0" POL "\"}]}",
		 "a policy has no pkfp or pol of 64 hexadecimal digits"},
		{"{\"sha256\":[{\"pcrs\":[11],\"pkfp\":\"" PKFP "\",\"pol\":\"" POL
		 "\",\"sig\":\"a\"}]}",
		 "the sig of policy " POL " is not base64"},
		{"{\"sha256\":[{\"pcr\":[11]}]}", "a policy has 'pcr', which is unknown"},
		{"{\"sha256\":[{\"sig\":1}]}", "a policy has 'sig', which is unknown"},
	};
	char want[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_PCR_POLICIES p = PCR_POLICIES_INIT;
		struct err e;

		snprintf(want, sizeof(want), "PCR signatures in 'f': %s", rows[i].sentence);
		assert_fails_with(
			pcr_policies_parse(rows[i].text, strlen(rows[i].text), "f", &p, &e), want);
		assert_null(p.v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_are_those_of_a_tpm),
		cmocka_unit_test(a_reference_stands_behind_the_policy),
		cmocka_unit_test(what_is_read_is_written),
		cmocka_unit_test(banks_stand_in_their_order_and_nothing_twice),
		cmocka_unit_test(a_signature_is_found_by_all_but_itself),
		cmocka_unit_test(what_is_no_signature_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
