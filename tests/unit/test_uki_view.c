#include "format/uki_view.h"

#include "uki_sample.h"
#include "unit.h"

static struct uki_part profiles[8];
static struct buf uki;
static struct memory_source file;

static void add_profile(const char *name, const char *text)
{
	size_t i = f.n_texts++;

	memory_source_init(&f.texts[i], text, strlen(text), name);
	f.pieces[i] = &f.texts[i].source;
	f.in.profiles = profiles;
	profiles[f.in.n_profiles++] =
		(struct uki_part){.name = name, .pieces = &f.pieces[i], .n_pieces = 1};
}

/* Two profiles; the second has a command line and a devicetree of its own. */
static int make_file(void **state)
{
	(void)state;
	begin("257");
	add(".cmdline", "base");
	add(".dtbauto", "1");
	add(".dtbauto", "2");
	add_profile(".profile", "ID=main\nTITLE=x");
	add_profile(".profile", "TITLE=y\nID=\"other\"\n");
	add_profile(".cmdline", "other");
	add_profile(".dtbauto", "3");
	make(&uki);
	memory_source_init(&file, uki.data, uki.len, "uki");
	return 0;
}

static int free_file(void **state)
{
	(void)state;
	buf_done(&uki);
	return 0;
}

static void assert_view(const struct uki_view *v, const char *want)
{
	AUTO_BUF text = BUF_INIT;
	struct err e = ERR_INIT;

	/* What the stub has itself comes first. */
	for (size_t i = 0; i < v->n; i++)
		if (stub_section_is_payload(v->sections[i].section->Name))
			assert_ok(buf_putf(&text, &e, "%zu%s.%zu%s ", v->sections[i].part,
					   v->sections[i].section->Name, v->sections[i].nth,
					   v->sections[i].next == SIZE_MAX ? "" : "+"));
	assert_string_equal(buf_str(&text), want);
}

static void sections_know_their_part(void **state)
{
	AUTO_UKI_VIEW v = {.n = 0};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(uki_view_read(&file.source, &v, &e));
	assert_int_equal(v.kind, UKI_VIEW_IMAGE);
	assert_int_equal(v.n_profiles, 2);
	assert_view(&v, "0.cmdline.1 0.dtbauto.1+ 0.dtbauto.2 0.linux.1 0.sbat.1 1.profile.1 "
			"2.profile.1 2.cmdline.1 2.dtbauto.1 ");
}

static void profile_is_chosen_by_id_or_number(void **state)
{
	static const char *const others[] = {"other", "1"};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		AUTO_UKI_VIEW v = {.n = 0};

		assert_ok(uki_view_read(&file.source, &v, &e));
		assert_ok(uki_view_choose(&v, &file.source, others[i], &e));
		assert_view(&v, "0.linux.1 0.sbat.1 0.profile.1 0.cmdline.1 0.dtbauto.1 ");
	}
	{
		AUTO_UKI_VIEW v = {.n = 0};

		assert_ok(uki_view_read(&file.source, &v, &e));
		assert_ok(uki_view_choose(&v, &file.source, "main", &e));
		assert_view(&v, "0.cmdline.1 0.dtbauto.1+ 0.dtbauto.2 0.linux.1 0.sbat.1 "
				"0.profile.1 ");
	}
	{
		AUTO_UKI_VIEW v = {.n = 0};

		assert_ok(uki_view_read(&file.source, &v, &e));
		assert_fails_with(uki_view_choose(&v, &file.source, "2", &e),
				  "'uki' has no profile '2' among its 2");
		assert_fails_with(uki_view_choose(&v, &file.source, "", &e),
				  "'uki' has no profile '' among its 2");
		assert_fails_with(uki_view_choose(&v, &file.source, "1x", &e),
				  "'uki' has no profile '1x' among its 2");
	}
}

static void ids_are_read_as_os_release_is(void **state)
{
	static const struct {
		const char *text, *id;
	} cases[] = {
		{"ID=main", "main"},	     {"ID=\"a b\"\n", "a b"},
		{"ID='x'\nTITLE=y", "x"},    {"TITLE=y\nID=z\n", "z"},
		{"TITLE=ID=z\n", ""},	     {"", ""},
		{"VERSION_ID=1\nID=q", "q"}, {"ID=", ""},
	};
	char id[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uki_profile_id(cases[i].text, id, sizeof(id));
		assert_string_equal(id, cases[i].id);
	}
	uki_profile_id("ID=long", id, 4);
	assert_string_equal(id, "");
	uki_profile_id("ID=lon", id, 4);
	assert_string_equal(id, "lon");
	uki_profile_id("ID=a\033b", id, sizeof(id));
	assert_string_equal(id, "");
}

static void kind_is_told_by_what_there_is(void **state)
{
	struct memory_source m;
	struct err e = ERR_INIT;
	AUTO_BUF out = BUF_INIT;

	(void)state;
	for (int kind = UKI_ADDON; kind <= UKI_PROFILE; kind++) {
		AUTO_UKI_VIEW v = {.n = 0};

		begin("257");
		f.in.n_parts = 0;
		f.in.kind = (enum uki_kind)kind;
		add(".cmdline", "x");
		if (kind == UKI_PROFILE)
			add(".profile", "ID=x");
		make(&out);
		memory_source_init(&m, out.data, out.len, "x");
		assert_ok(uki_view_read(&m.source, &v, &e));
		assert_int_equal(v.kind, kind == UKI_ADDON ? UKI_VIEW_ADDON : UKI_VIEW_PROFILE);
	}
	{
		AUTO_UKI_VIEW v = {.n = 0};

		assert_ok(uki_view_read(f.in.stub, &v, &e));
		assert_int_equal(v.kind, UKI_VIEW_PROGRAM);
		assert_string_equal(v.stub.text, "257");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sections_know_their_part, make_file, free_file),
		cmocka_unit_test_setup_teardown(profile_is_chosen_by_id_or_number, make_file,
						free_file),
		cmocka_unit_test(ids_are_read_as_os_release_is),
		cmocka_unit_test(kind_is_told_by_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
