#include "scratch.h"

#include "stage/manifest.h"

#define HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void make_artefact(struct artefact *a, const char *name, const char *version)
{
	struct err e = ERR_INIT;

	*a = (struct artefact){
		.name = strdup(name),
		.path = strdup("target/mvirt.efi"),
		.version = version ? strdup(version) : NULL,
		.size = 123456789012345,
		.sha256 = HEX,
	};
	assert_ok(inputs_add(&a->inputs, "config \"x\"\n", "sha256:" HEX, &e));
	assert_ok(inputs_add(&a->inputs, "compiler", "gcc (Debian) \xc3\xa4", &e));
}

static void put_one(struct manifest *m, const char *name, const char *version)
{
	struct err e = ERR_INIT;
	struct artefact a;

	make_artefact(&a, name, version);
	assert_ok(manifest_put(m, &a, &e));
	assert_null(a.name);
}

static void save_sample(const char *path)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;

	m.recipe = strdup("mvirt");
	put_one(&m, "kernel", "6.12.1");
	put_one(&m, "uki", NULL);
	assert_true(m.changed);
	assert_ok(manifest_save(&m, path, false, &e));
}

static void saved_manifest_is_loaded(void **state)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;
	const struct artefact *a;

	(void)state;
	save_sample("m.json");
	assert_ok(manifest_load("m.json", &m, &e));
	assert_string_equal(m.recipe, "mvirt");
	assert_false(m.changed);
	assert_int_equal(m.n, 2);
	a = manifest_find(&m, "kernel");
	assert_string_equal(a->path, "target/mvirt.efi");
	assert_string_equal(a->version, "6.12.1");
	assert_true(a->size == 123456789012345);
	assert_string_equal(a->sha256, HEX);
	assert_int_equal(a->inputs.n, 2);
	assert_string_equal(a->inputs.v[0].name, "config \"x\"\n");
	assert_string_equal(a->inputs.v[0].value, "sha256:" HEX);
	assert_string_equal(a->inputs.v[1].value, "gcc (Debian) \xc3\xa4");
	assert_null(manifest_find(&m, "uki")->version);
	assert_null(manifest_find(&m, "initramfs"));
}

static void same_manifest_gives_the_same_bytes(void **state)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;
	AUTO_BUF first = BUF_INIT;
	AUTO_BUF second = BUF_INIT;

	(void)state;
	save_sample("m.json");
	assert_ok(manifest_load("m.json", &m, &e));
	assert_ok(manifest_save(&m, "again.json", false, &e));
	assert_ok(file_read("m.json", 1 << 20, &first, &e));
	assert_ok(file_read("again.json", 1 << 20, &second, &e));
	assert_bytes(second.data, second.len, first.data, first.len);
}

static void missing_manifest_is_empty(void **state)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;

	(void)state;
	assert_ok(manifest_load("no.json", &m, &e));
	assert_int_equal(m.n, 0);
	assert_null(m.recipe);
	assert_int_equal(e.kind, ERR_NONE);
}

static void assert_empty(const char *text, size_t len)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;

	put_bytes("m.json", text, len);
	assert_ok(manifest_load("m.json", &m, &e));
	assert_int_equal(m.n, 0);
}

static void manifest_cut_short_is_empty(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	save_sample("m.json");
	assert_ok(file_read("m.json", 1 << 20, &text, &e));
	/* What lacks only the newline at its end is whole. */
	for (size_t len = 0; len < text.len - 1; len++)
		assert_empty(text.data, len);
}

static void assert_text_is_empty(const char *text)
{
	assert_empty(text, strlen(text));
}

#define ARTEFACT(size, sum)                                                              \
	"{\"format\":\"1\",\"artefacts\":[{\"name\":\"a\",\"path\":\"p\",\"size\":" size \
	",\"sha256\":\"" sum "\",\"inputs\":[]}]}"

static void manifest_of_another_shape_is_empty(void **state)
{
	struct err e = ERR_INIT;
	AUTO_MANIFEST m = MANIFEST_INIT;

	(void)state;
	put_text("m.json", ARTEFACT("1", HEX));
	assert_ok(manifest_load("m.json", &m, &e));
	assert_int_equal(m.n, 1);
	assert_text_is_empty(ARTEFACT("-1", HEX));
	assert_text_is_empty(ARTEFACT("1.5", HEX));
	assert_text_is_empty(ARTEFACT("18446744073709551616", HEX));
	assert_text_is_empty(ARTEFACT("\"1\"", HEX));
	assert_text_is_empty(ARTEFACT("1", HEX "0"));
	assert_text_is_empty(ARTEFACT("1", ""));
	assert_text_is_empty("{\"format\":\"0\",\"artefacts\":[{\"name\":\"a\",\"path\":\"p\","
			     "\"size\":1,\"sha256\":\"" HEX "\"}]}");
	assert_text_is_empty("{\"format\":\"1\",\"artefacts\":[{\"path\":\"p\",\"size\":1,"
			     "\"sha256\":\"" HEX "\"}]}");
	assert_text_is_empty("{\"format\":\"1\",\"artefacts\":{}}");
	assert_text_is_empty("{\"format\":\"1\",\"artefacts\":[1,null,[],\"a\"]}");
	assert_text_is_empty("[]");
	assert_text_is_empty("null");
	assert_text_is_empty("\1\2\3");
}

static void put_takes_the_place_of_the_old_one(void **state)
{
	AUTO_MANIFEST m = MANIFEST_INIT;

	(void)state;
	put_one(&m, "kernel", "1");
	put_one(&m, "uki", "2");
	put_one(&m, "kernel", "3");
	assert_int_equal(m.n, 2);
	assert_string_equal(m.artefacts[0].name, "kernel");
	assert_string_equal(manifest_find(&m, "kernel")->version, "3");
	assert_string_equal(manifest_find(&m, "uki")->version, "2");
}

static void hash_pair(const char *name, const char *value, char hex[HASH_HEX])
{
	struct err e = ERR_INIT;
	AUTO_INPUTS i = INPUTS_INIT;

	assert_ok(inputs_add(&i, name, value, &e));
	assert_ok(inputs_hash(&i, hex, &e));
}

static void hash_of_inputs_tells_names_from_values(void **state)
{
	char a[HASH_HEX], b[HASH_HEX], c[HASH_HEX], again[HASH_HEX];
	struct err e = ERR_INIT;
	AUTO_INPUTS none = INPUTS_INIT;

	(void)state;
	hash_pair("a", "bc", a);
	hash_pair("ab", "c", b);
	hash_pair("bc", "a", c);
	hash_pair("a", "bc", again);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, c);
	assert_string_equal(a, again);
	/* printf 'a\0bc\0' | sha256sum */
	assert_string_equal(a, "aa795aa4bbb6117911ef062e271bcb05ccfd58ea439da7d46a44e3a3fcefa790");
	assert_ok(inputs_hash(&none, a, &e));
	assert_string_equal(a, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(saved_manifest_is_loaded),
		scratch_test(same_manifest_gives_the_same_bytes),
		scratch_test(missing_manifest_is_empty),
		scratch_test(manifest_cut_short_is_empty),
		scratch_test(manifest_of_another_shape_is_empty),
		scratch_test(put_takes_the_place_of_the_old_one),
		scratch_test(hash_of_inputs_tells_names_from_values),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
