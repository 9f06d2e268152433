#include "scratch.h"

#include "stage/project.h"

static const char good_recipe[] = "[kernel]\n"
				  "layers = a.config\n"
				  "[initramfs]\n"
				  "lists = a.list\n"
				  "[payload vmm]\n"
				  "path = /usr/sbin/vmm\n"
				  "[payload firmware]\n"
				  "path = /share/fw\n"
				  "[payload log]\n"
				  "path = /usr/sbin/log\n"
				  "optional = yes\n";

static void put_project(void)
{
	if (mkdir("config", 0755) == 0)
		put_folder("config/recipes");
	put_text("config/recipes/mvirt.conf", good_recipe);
	put_text("config/recipes/guest.conf", good_recipe);
	put_text("kernel.version", "6.18.4\n");
	put_text("cmdline.txt", " console=ttyS0 quiet \r\n\n");
}

static int load(struct project *p, struct err *e)
{
	const struct project_options o = {.init = "pideisn"};

	return project_load(&o, p, e);
}

static void assert_load_fails(const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	assert_fails_with(load(&p, &e), sentence);
}

/* The file with this text, or without any, makes loading fail so. */
static void assert_file_refused(const char *path, const char *text, const char *sentence)
{
	put_project();
	if (text)
		put_text(path, text);
	else
		assert_int_equal(unlink(path), 0);
	assert_load_fails(sentence);
	put_project();
}

static void good_project_is_loaded(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	put_project();
	unsetenv("SOURCE_DATE_EPOCH");
	assert_ok(load(&p, &e));
	assert_string_equal(p.recipe, "mvirt");
	assert_string_equal(p.recipe_path, "config/recipes/mvirt.conf");
	assert_string_equal(p.kernel_version, "6.18.4");
	assert_string_equal(p.cmdline, "console=ttyS0 quiet");
	assert_string_equal(p.kernel_source, "kernel.org");
	assert_string_equal(p.compress, "gzip");
	assert_string_equal(p.os_release, "config/os-release");
	assert_string_equal(p.init, "pideisn");
	assert_null(p.level);
	assert_null(p.stub);
	assert_int_equal(p.time, 0);
	assert_true(p.jobs > 0);
	assert_true(p.sync);
}

static void options_come_before_the_recipe(void **state)
{
	struct project_options o = {.recipe = "guest",
				    .kernel_source = "linux.tar.xz",
				    .init = "i",
				    .jobs = 3,
				    .no_sync = true};
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	put_project();
	assert_ok(strv_add_all(&o.fragments, &e, "x.config", "y.config", NULL));
	assert_ok(project_load(&o, &p, &e));
	project_options_done(&o);
	assert_string_equal(p.recipe, "guest");
	assert_string_equal(p.kernel_source, "linux.tar.xz");
	assert_int_equal(p.kernel_layers.n, 2);
	assert_string_equal(p.kernel_layers.v[0], "x.config");
	assert_int_equal(p.jobs, 3);
	assert_false(p.sync);
}

static void kernel_version_is_one_version(void **state)
{
	(void)state;
	assert_file_refused("kernel.version", NULL,
			    "'kernel.version' is missing: it holds one line such as '6.18.4'");
	assert_file_refused("kernel.version", "",
			    "kernel.version: empty: it holds one line such as '6.18.4'");
	assert_file_refused("kernel.version", " \n\n",
			    "kernel.version: empty: it holds one line such as '6.18.4'");
	assert_file_refused("kernel.version", "6.18.4\n6.12.1\n",
			    "kernel.version: more than one line: it holds one, such as '6.18.4'");
	assert_file_refused("kernel.version", "newest\n",
			    "kernel.version:1: 'newest' is not a kernel version such as 6.12.1");
	assert_file_refused(
		"kernel.version",
		"6.18.4-this-is-a-version-with-a-suffix-of-more-than-64-characters-in-it",
		"kernel.version: 71 bytes, more than the 64 allowed");
}

static void command_line_is_one_line(void **state)
{
	char text[2049], path[] = "cmdline.txt";
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	assert_file_refused(path, NULL,
			    "'cmdline.txt' is missing: it holds one line such as "
			    "'console=ttyS0 quiet'");
	assert_file_refused(path, "\n",
			    "cmdline.txt: empty: it holds one line such as "
			    "'console=ttyS0 quiet'");
	assert_file_refused(path, "quiet\nsplash",
			    "cmdline.txt: more than one line: it holds "
			    "one, such as 'console=ttyS0 quiet'");
	/* COMMAND_LINE_SIZE of x86 is 2048 with the NUL. */
	memset(text, 'x', 2048);
	text[2048] = '\0';
	assert_file_refused(path, text, "cmdline.txt: 2048 bytes, more than the 2047 allowed");
	text[2047] = '\0';
	put_text(path, text);
	assert_ok(load(&p, &e));
	assert_int_equal(strlen(p.cmdline), 2047);
	put_bytes(path, "quiet\0splash\n", 13);
	assert_load_fails("cmdline.txt: there is a NUL byte in it");
	assert_int_equal(unlink(path), 0);
	put_folder(path);
	assert_load_fails("'cmdline.txt' is a folder, not a file");
}

static void load_recipe(const char *name, const char *sentence)
{
	const struct project_options o = {.recipe = name, .init = "pideisn"};
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	assert_fails_with(project_load(&o, &p, &e), sentence);
}

static void unknown_recipe_is_told(void **state)
{
	(void)state;
	load_recipe("x", "open folder 'config/recipes': run mvirt-mkos in a project's folder, or "
			 "give it with -C: No such file or directory");
	put_project();
	put_text("config/recipes/.hidden.conf", "");
	put_text("config/recipes/notes.txt", "");
	load_recipe("gest", "there is no recipe 'gest': did you mean 'guest'?");
	load_recipe("mvrit", "there is no recipe 'mvrit': did you mean 'mvirt'?");
	load_recipe("something", "there is no recipe 'something': config/recipes has guest, mvirt");
	load_recipe("../guest", "--recipe is a name, not a path: '../guest'");
}

static void recipes_are_listed_in_order(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV names = STRV_INIT;

	(void)state;
	put_project();
	put_text("config/recipes/a-b.conf", "");
	assert_ok(project_recipes(&names, &e));
	assert_int_equal(names.n, 3);
	assert_string_equal(names.v[0], "a-b");
	assert_string_equal(names.v[1], "guest");
	assert_string_equal(names.v[2], "mvirt");
}

/* Loads with one --payload and one --without, each of which may be NULL. */
static int load_with(const char *payload, const char *without, struct project *p, struct err *e)
{
	struct project_options o = {.init = "pideisn"};
	int r;

	put_project();
	if ((payload && strv_add(&o.payloads, payload, e) < 0) ||
	    (without && strv_add(&o.without, without, e) < 0))
		return -1;
	r = project_load(&o, p, e);
	project_options_done(&o);
	return r;
}

static void assert_option_refused(const char *payload, const char *without, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	assert_fails_with(load_with(payload, without, &p, &e), sentence);
	assert_int_equal(e.kind, ERR_USAGE);
}

static void bad_payload_options_are_refused(void **state)
{
	(void)state;
	assert_option_refused("vmm", NULL, "--payload is NAME=PATH, not 'vmm'");
	assert_option_refused("=x", NULL, "--payload is NAME=PATH, not '=x'");
	assert_option_refused("vmm=", NULL, "--payload is NAME=PATH, not 'vmm='");
	assert_option_refused("vm=x", NULL,
			      "recipe 'mvirt' has no payload 'vm': it has vmm, firmware, log");
	assert_option_refused(NULL, "vmm2",
			      "recipe 'mvirt' has no payload 'vmm2': it has vmm, firmware, log");
}

static void missing_payloads_are_named_together(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT none = PROJECT_INIT;
	AUTO_PROJECT one = PROJECT_INIT;
	AUTO_PROJECT both = PROJECT_INIT;

	(void)state;
	assert_ok(load_with(NULL, NULL, &none, &e));
	assert_fails_with(
		project_check_payloads(&none, &e),
		"recipe 'mvirt' lacks vmm (/usr/sbin/vmm), firmware (/share/fw): give "
		"each with --payload NAME=PATH, pin it in config/pins, or build without it "
		"with --without NAME");
	assert_int_equal(e.kind, ERR_MISSING);
	assert_ok(load_with(NULL, "vmm", &one, &e));
	assert_fails_with(
		project_check_payloads(&one, &e),
		"recipe 'mvirt' lacks firmware (/share/fw): give each with --payload "
		"NAME=PATH, pin it in config/pins, or build without it with --without NAME");
	put_text("fw", "firmware");
	assert_ok(load_with("firmware=fw", "vmm", &both, &e));
	assert_ok(project_check_payloads(&both, &e));
}

static void given_payload_has_to_be_a_file_with_content(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT missing = PROJECT_INIT;
	AUTO_PROJECT empty = PROJECT_INIT;
	AUTO_PROJECT folder = PROJECT_INIT;

	(void)state;
	assert_ok(load_with("log=no-such", NULL, &missing, &e));
	assert_fails_with(project_check_payloads(&missing, &e),
			  "payload 'log': open 'no-such': No such file or directory");
	put_text("empty", "");
	assert_ok(load_with("log=empty", NULL, &empty, &e));
	assert_fails_with(project_check_payloads(&empty, &e), "payload 'log': 'empty' is empty");
	assert_ok(load_with("log=config", NULL, &folder, &e));
	assert_fails_with(project_check_payloads(&folder, &e),
			  "payload 'log': 'config' is a folder, not a file");
}

static void time_comes_from_the_environment(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PROJECT p = PROJECT_INIT;

	(void)state;
	put_project();
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "1700000000", 1), 0);
	assert_ok(load(&p, &e));
	assert_int_equal(p.time, 1700000000);
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", "today", 1), 0);
	assert_load_fails("SOURCE_DATE_EPOCH 'today' is not a decimal number");
	unsetenv("SOURCE_DATE_EPOCH");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(good_project_is_loaded),
		scratch_test(options_come_before_the_recipe),
		scratch_test(kernel_version_is_one_version),
		scratch_test(command_line_is_one_line),
		scratch_test(unknown_recipe_is_told),
		scratch_test(recipes_are_listed_in_order),
		scratch_test(bad_payload_options_are_refused),
		scratch_test(missing_payloads_are_named_together),
		scratch_test(given_payload_has_to_be_a_file_with_content),
		scratch_test(time_comes_from_the_environment),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
