#include "uki_sample.h"

#include "base/bytes.h"
#include "format/uki_split.h"

/* The file that a part of a test is about: uki_split_init() keeps a pointer to it. */
static struct memory_source file;

static int take_apart(const struct buf *uki, struct uki_split *ret, struct err *e)
{
	memory_source_init(&file, uki->data, uki->len, "uki.efi");
	return uki_split_init(ret, &file.source, e);
}

static void read_all(const struct source *s, struct buf *to)
{
	struct err e = ERR_INIT;

	assert_ok(buf_reserve(to, s->size, &e));
	assert_ok(source_read(s, 0, to->data, s->size, &e));
	to->len = s->size;
}

/* Made of the same parts again, the stub that was in the UKI makes the same UKI. */
static void stub_makes_the_same_again(void **state)
{
	struct err e = ERR_INIT;
	AUTO_UKI_SPLIT s = {.n_own = 0};
	AUTO_BUF uki = BUF_INIT;
	AUTO_BUF again = BUF_INIT;
	AUTO_BUF stub = BUF_INIT;
	struct memory_source m;

	(void)state;
	begin("252.39");
	add(".cmdline", "quiet");
	make(&uki);
	assert_ok(take_apart(&uki, &s, &e));
	assert_int_equal(s.n_own, 3); /* .text .data .sdmagic */
	assert_true(uki_split_is_added(&s, 3));
	assert_false(uki_split_is_added(&s, s.pe.n_sections - 1)); /* .sbat */
	read_all(&s.stub, &stub);
	memory_source_init(&m, stub.data, stub.len, "stub");
	f.in.stub = &m.source;
	make(&again);
	assert_bytes(again.data, again.len, uki.data, uki.len);
}

static void sbat_is_told_by_who_brought_it(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	make(&uki);
	{
		AUTO_UKI_SPLIT s = {.n_own = 0};

		assert_ok(take_apart(&uki, &s, &e));
		assert_string_equal(buf_str(&s.stub_sbat),
				    SBAT_LINE "systemd,1,Devs,systemd,252,url\n");
		assert_string_equal(buf_str(&s.own_sbat),
				    SBAT_LINE "uki,1,UKI,uki,1,https://uapi-group.org/"
					      "specifications/specs/unified_kernel_image/\n");
	}
	/* Lines of one's own look like the stub's. */
	{
		AUTO_UKI_SPLIT s = {.n_own = 0};
		AUTO_STRV texts = STRV_INIT;

		assert_ok(strv_add(&texts, "sbat,1,x\nown,1,y\n", &e));
		f.in.sbat = &texts;
		make(&uki);
		assert_ok(take_apart(&uki, &s, &e));
		assert_string_equal(buf_str(&s.stub_sbat),
				    SBAT_LINE "systemd,1,Devs,systemd,252,url\nown,1,y\n");
		assert_string_equal(buf_str(&s.own_sbat), "");
	}
}

static void what_cannot_be_taken_apart_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct uki_split s;
	AUTO_BUF uki = BUF_INIT;
	AUTO_BUF stub = BUF_INIT;

	(void)state;
	begin("252.39");
	make(&uki);
	assert_ok(buf_put(&stub, f.stub.bytes, f.stub.len, &e));
	assert_fails_with(take_apart(&stub, &s, &e),
			  "'uki.efi' is no UKI and no addon: nothing was added to it");
	/* Every length but the whole. */
	for (size_t len = 0; len < uki.len; len++) {
		struct memory_source m;

		memory_source_init(&m, uki.data, len, "uki.efi");
		assert_int_equal(uki_split_init(&s, &m.source, &e), -1);
	}
	le32_put((uint8_t *)uki.data + SAMPLE_OPTIONAL + 112 + 8 * 4 + 4, 8);
	assert_fails_with(take_apart(&uki, &s, &e),
			  "'uki.efi' is signed: change the unsigned UKI and sign the result");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stub_makes_the_same_again),
		cmocka_unit_test(sbat_is_told_by_who_brought_it),
		cmocka_unit_test(what_cannot_be_taken_apart_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
