#include "stage/uki_parts.h"

#include "scratch.h"

static void assert_piece(const struct uki_parts *p, size_t part, size_t piece, const char *want)
{
	const struct source *s = p->v[part].pieces[piece];
	char text[64] = "";
	struct err e = ERR_INIT;

	assert_int_equal(s->size, strlen(want));
	assert_ok(source_read(s, 0, text, (size_t)s->size, &e));
	assert_string_equal(text, want);
}

static void add_text(struct uki_parts *p, const char *text)
{
	AUTO_BUF buf = BUF_INIT;
	struct err e = ERR_INIT;

	assert_ok(buf_puts(&buf, text, &e));
	assert_ok(uki_parts_text(p, &buf, &e));
	assert_int_equal(buf.len, 0);
}

static void pieces_belong_to_the_section_begun_last(void **state)
{
	struct uki_parts p = UKI_PARTS_INIT;
	const struct source *s;
	struct err e = ERR_INIT;
	char name[] = ".initrd";

	(void)state;
	put_bytes("first", "one", 3);
	put_bytes("second", "two!", 4);
	assert_ok(uki_parts_begin(&p, name, &e));
	name[1] = 'X';
	assert_ok(uki_parts_file(&p, "first", &s, &e));
	assert_int_equal(s->size, 3);
	assert_ok(uki_parts_file(&p, "second", NULL, &e));
	assert_ok(uki_parts_begin(&p, ".cmdline", &e));
	add_text(&p, "quiet");
	assert_int_equal(p.n, 2);
	assert_string_equal(p.v[0].name, ".initrd");
	assert_int_equal(p.v[0].n_pieces, 2);
	assert_piece(&p, 0, 0, "one");
	assert_piece(&p, 0, 1, "two!");
	assert_piece(&p, 1, 0, "quiet");
	assert_false(p.v[1].packed);
	uki_parts_pack(&p);
	assert_true(p.v[1].packed);
	assert_false(p.v[0].packed);
	uki_parts_done(&p);
	assert_int_equal(p.n, 0);
}

static void last_one_can_be_put_in_front(void **state)
{
	static const char *const names[] = {".a", ".b", ".c", ".d"};
	struct uki_parts p = UKI_PARTS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_ok(uki_parts_begin(&p, names[i], &e));
	uki_parts_move_last(&p, 1);
	assert_string_equal(p.v[0].name, ".a");
	assert_string_equal(p.v[1].name, ".d");
	assert_string_equal(p.v[2].name, ".b");
	assert_string_equal(p.v[3].name, ".c");
	uki_parts_move_last(&p, 3);
	assert_string_equal(p.v[3].name, ".c");
	uki_parts_done(&p);
}

static void output_that_is_an_input_is_refused(void **state)
{
	struct uki_parts p = UKI_PARTS_INIT;
	const struct source *s;
	struct err e = ERR_INIT;

	(void)state;
	put_bytes("stub", "MZ", 2);
	assert_int_equal(link("stub", "other-name"), 0);
	assert_ok(uki_parts_open(&p, "stub", &s, &e));
	assert_int_equal(uki_parts_apart(&p, "stub", &e), -1);
	assert_int_equal(uki_parts_apart(&p, "other-name", &e), -1);
	assert_ok(uki_parts_apart(&p, "new", &e));
	uki_parts_done(&p);
}

static void changed_input_is_noticed(void **state)
{
	struct uki_parts p = UKI_PARTS_INIT;
	const struct source *s;
	struct err e = ERR_INIT;

	(void)state;
	put_bytes("initrd", "one", 3);
	assert_ok(uki_parts_open(&p, "initrd", &s, &e));
	assert_ok(uki_parts_unchanged(&p, &e));
	put_bytes("initrd", "longer", 6);
	assert_int_equal(uki_parts_unchanged(&p, &e), -1);
	assert_non_null(strstr(e.text, "initrd"));
	uki_parts_done(&p);
}

static void missing_file_is_an_error(void **state)
{
	struct uki_parts p = UKI_PARTS_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(uki_parts_begin(&p, ".initrd", &e));
	assert_fails_with(uki_parts_file(&p, "none", NULL, &e),
			  "open 'none': No such file or directory");
	uki_parts_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(pieces_belong_to_the_section_begun_last, scratch_clear),
		cmocka_unit_test_teardown(last_one_can_be_put_in_front, scratch_clear),
		cmocka_unit_test_teardown(output_that_is_an_input_is_refused, scratch_clear),
		cmocka_unit_test_teardown(changed_input_is_noticed, scratch_clear),
		cmocka_unit_test_teardown(missing_file_is_an_error, scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
