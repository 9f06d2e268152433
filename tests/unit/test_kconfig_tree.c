#include "unit.h"

#include "base/buf.h"
#include "format/kconfig_tree.h"

/* Files by name; a name that is not here does not exist. */
static const struct {
	const char *path, *text;
} files[] = {
	{"Kconfig", "mainmenu \"Linux\"\n"
		    "source \"arch/$(SRCARCH)/Kconfig\"\n"
		    "source \"missing/Kconfig\"\n"
		    "source \"$(OTHER)/Kconfig\"\n"
		    "menu \"Outer\"\n"
		    "\tdepends on OUTER\n"
		    "\tvisible if SHOWN\n"
		    "if IN_IF || \\\n"
		    "   ELSE\n"
		    "config INNER\n"
		    "\ttristate \"Inner\" if EXPERT # comment\n"
		    "\tdepends on A && B\n"
		    "\tdepends on C\n"
		    "\tdefault y\n"
		    "\tselect CHOSEN if A\n"
		    "\tselect ALWAYS\n"
		    "\thelp\n"
		    "\t  First line\n"
		    "\n"
		    "\t  config NOT_THIS\n"
		    "\t    depends on NOTHING\n"
		    "endif\n"
		    "endmenu\n"
		    "choice\n"
		    "\tprompt \"Pick\"\n"
		    "\tdepends on PICKING\n"
		    "config ONE\n"
		    "\tbool \"One # not a comment\"\n"
		    "menuconfig TWO\n"
		    "\tbool\n"
		    "endchoice\n"
		    "comment \"nothing\"\n"
		    "\tdepends on COMMENTED\n"
		    "config PLAIN\n"
		    "\tdef_bool y\n"},
	{"arch/x86/Kconfig", "config ARCH\n\tint \"Number\"\nconfig ONE\n\tbool \"Again\"\n"},
	{"circle", "source \"circle\"\n"},
};

static int open_sample(void *context, const char *path, char **ret, struct err *e)
{
	(void)context;
	*ret = NULL;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (strcmp(files[i].path, path) != 0)
			continue;
		*ret = strdup(files[i].text);
		return *ret ? 0 : err_memory(e);
	}
	return 0;
}

static void read_sample(struct kconfig_tree *t)
{
	struct err e = ERR_INIT;

	assert_ok(kconfig_tree_read(t, "Kconfig", "x86", open_sample, NULL, &e));
}

static void conditions_around_an_option_count(void **state)
{
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;
	const struct kconfig_definition *d;

	(void)state;
	read_sample(&t);
	d = kconfig_tree_find(&t, "INNER");
	assert_non_null(d);
	assert_string_equal(d->depends, "OUTER && (IN_IF ||      ELSE) && (A && B) && (C)");
	assert_string_equal(d->prompt, "EXPERT");
	assert_false(d->in_choice);
}

static void help_text_defines_nothing(void **state)
{
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;

	(void)state;
	read_sample(&t);
	assert_null(kconfig_tree_find(&t, "NOT_THIS"));
	assert_null(kconfig_tree_find(&t, ""));
}

static void options_of_a_choice_are_marked(void **state)
{
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;
	const struct kconfig_definition *d;

	(void)state;
	read_sample(&t);
	d = kconfig_tree_find(&t, "TWO");
	assert_true(d->in_choice);
	assert_null(d->prompt);
	assert_string_equal(d->depends, "PICKING");
	d = kconfig_tree_find(&t, "PLAIN");
	assert_false(d->in_choice);
	assert_null(d->prompt);
	assert_string_equal(d->depends, "");
}

static void definitions_of_one_name_are_chained(void **state)
{
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;
	const struct kconfig_definition *d;

	(void)state;
	read_sample(&t);
	d = kconfig_tree_find(&t, "ONE");
	assert_false(d->in_choice);
	assert_string_equal(d->prompt, "");
	d = kconfig_tree_next(&t, d);
	assert_non_null(d);
	assert_true(d->in_choice);
	assert_null(kconfig_tree_next(&t, d));
	assert_string_equal(kconfig_tree_find(&t, "ARCH")->prompt, "");
}

static void selects_have_their_condition(void **state)
{
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;

	(void)state;
	read_sample(&t);
	assert_int_equal(t.n_selects, 2);
	assert_string_equal(t.selects[0].target, "CHOSEN");
	assert_string_equal(t.selects[0].by, "INNER");
	assert_string_equal(t.selects[0].condition, "A");
	assert_string_equal(t.selects[1].target, "ALWAYS");
	assert_string_equal(t.selects[1].condition, "");
}

static void files_in_a_circle_are_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;

	(void)state;
	assert_fails_with(kconfig_tree_read(&t, "circle", "x86", open_sample, NULL, &e),
			  "Kconfig: 'circle' is sourced too deep");
}

static int open_blocks(void *context, const char *path, char **ret, struct err *e)
{
	(void)path;
	(void)e;
	*ret = strdup(context);
	return 0;
}

static void unbalanced_blocks_are_survived(void **state)
{
	static const char many[] = "endif\nendmenu\nendchoice\nif A\nconfig X\n bool \"x\"\nif B\n";
	struct err e = ERR_INIT;
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;
	AUTO_BUF deep = BUF_INIT;

	(void)state;
	assert_ok(kconfig_tree_read(&t, "any", "x86", open_blocks, (void *)many, &e));
	assert_string_equal(kconfig_tree_find(&t, "X")->depends, "A");
	for (int i = 0; i < 101; i++)
		assert_ok(buf_puts(&deep, "if A\n", &e));
	assert_fails_with(kconfig_tree_read(&t, "any", "x86", open_blocks, deep.data, &e),
			  "Kconfig: more than 100 blocks in each other");
}

static void many_options_are_all_found(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG_TREE t = KCONFIG_TREE_INIT;
	AUTO_BUF text = BUF_INIT;
	char name[32];

	(void)state;
	for (int i = 0; i < 40000; i++)
		assert_ok(buf_putf(&text, &e, "config OPTION_%d\n\tbool \"o\"\n", i));
	assert_ok(kconfig_tree_read(&t, "any", "x86", open_blocks, text.data, &e));
	for (int i = 0; i < 40000; i++) {
		snprintf(name, sizeof(name), "OPTION_%d", i);
		assert_non_null(kconfig_tree_find(&t, name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_around_an_option_count),
		cmocka_unit_test(help_text_defines_nothing),
		cmocka_unit_test(options_of_a_choice_are_marked),
		cmocka_unit_test(definitions_of_one_name_are_chained),
		cmocka_unit_test(selects_have_their_condition),
		cmocka_unit_test(files_in_a_circle_are_refused),
		cmocka_unit_test(unbalanced_blocks_are_survived),
		cmocka_unit_test(many_options_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
