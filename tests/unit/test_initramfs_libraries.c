#include "unit.h"

#include "stage/initramfs_libraries.h"

/* The order is that of ld.so(8), and of load_library() in musl's ldso/dynlink.c. */

struct system {
	const char *there; /* the only library */
	struct strv asked; /* every path, in order */
};

static bool look(void *context, const struct library_place *place)
{
	struct system *s = context;
	struct err e = ERR_INIT;

	assert_ok(strv_add(&s->asked, place->path, &e));
	return s->there && !strcmp(place->path, s->there);
}

/* Finds libx.so, and compares the paths that were asked for, with blanks between. */
static void assert_asks(const struct library_user *user, const struct library_folders *folders,
			const char *there, const char *want)
{
	struct system s = {.there = there, .asked = STRV_INIT};
	const struct library_search search = {folders, &s, look};
	AUTO_FREE char *found = NULL;
	AUTO_STRV words = STRV_INIT;
	struct err e = ERR_INIT;

	assert_ok(library_find(&search, user, "libx.so", &found, &e));
	assert_ok(strv_split(&words, want, &e));
	assert_int_equal(s.asked.n, words.n);
	for (size_t i = 0; i < words.n; i++)
		assert_string_equal(s.asked.v[i], words.v[i]);
	if (there)
		assert_string_equal(found, there);
	else
		assert_null(found);
	strv_done(&s.asked);
}

static struct elf_facts program(const char *interpreter)
{
	return (struct elf_facts){
		.is_elf = true, .bits = 64, .interpreter = (char *)(uintptr_t)interpreter};
}

static const char glibc[] = "/lib64/ld-linux-x86-64.so.2", musl[] = "/lib/ld-musl-x86_64.so.1";
static const struct library_folders none;

static void usual_folders_come_in_their_order(void **state)
{
	struct elf_facts facts = program(glibc);
	const struct library_user user = {"/bin/p", &facts, NULL};

	(void)state;
	assert_asks(
		&user, &none, NULL,
		"/lib/x86_64-linux-gnu/libx.so /usr/lib/x86_64-linux-gnu/libx.so /lib64/libx.so "
		"/usr/lib64/libx.so /lib/libx.so /usr/lib/libx.so");
	facts.no_defaults = true;
	assert_asks(&user, &none, NULL, "");
	facts = program(musl);
	assert_asks(&user, &none, NULL, "/lib/libx.so /usr/local/lib/libx.so /usr/lib/libx.so");
}

static void own_folders_come_first(void **state)
{
	struct elf_facts facts = program(glibc);
	const struct library_user user = {"/opt/bin/p", &facts, NULL};

	(void)state;
	facts.runpath = (char[]){"/r:$ORIGIN/../lib::rel:${ORIGIN}x:/a/$LIB/$PLATFORM/$NO"};
	facts.rpath = (char[]){"/never"};
	assert_asks(&user, &none, "/lib/libx.so",
		    "/r/libx.so /opt/bin/../lib/libx.so /opt/binx/libx.so "
		    "/a/lib/x86_64-linux-gnu/x86_64/$NO/libx.so /lib/x86_64-linux-gnu/libx.so "
		    "/usr/lib/x86_64-linux-gnu/libx.so /lib64/libx.so /usr/lib64/libx.so "
		    "/lib/libx.so");
}

static void rpath_is_inherited_and_runpath_is_not(void **state)
{
	struct elf_facts facts = program(glibc), library = {.bits = 64};
	const struct library_user user = {"/opt/p", &facts, NULL};
	const struct library_user deeper = {"/lib/libb.so", &library, &user};

	(void)state;
	facts.rpath = (char[]){"$ORIGIN/r"};
	library.rpath = (char[]){"$ORIGIN/own"};
	assert_asks(&deeper, &none, "/opt/r/libx.so", "/lib/own/libx.so /opt/r/libx.so");
	assert_true(library_has_heirs(&deeper));
	library.runpath = (char[]){"/run"};
	assert_asks(&deeper, &none, "/run/libx.so", "/run/libx.so");
	library.runpath = library.rpath = NULL;
	facts.runpath = (char[]){"/run"};
	assert_asks(&deeper, &none, "/lib/x86_64-linux-gnu/libx.so",
		    "/lib/x86_64-linux-gnu/libx.so");
	facts.rpath = NULL;
	assert_false(library_has_heirs(&deeper));
	facts.interpreter = (char *)(uintptr_t)musl;
	assert_asks(&deeper, &none, "/run/libx.so", "/run/libx.so");
	assert_true(library_has_heirs(&deeper));
}

static void loader_of_musl_is_its_library(void **state)
{
	struct system s = {.there = musl, .asked = STRV_INIT};
	const struct library_search search = {&none, &s, look};
	struct elf_facts facts = program(musl);
	const struct library_user user = {"/bin/p", &facts, NULL};
	static const char *const names[] = {"libc.so", "libc.musl-x86_64.so.1", "libpthread.so.0"};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_FREE char *found = NULL;

		assert_ok(library_find(&search, &user, names[i], &found, &e));
		assert_string_equal(found, musl);
	}
	strv_done(&s.asked);
}

/* A system of text files: /etc/ld.so.conf includes what includes it again. */
static int read_text(void *context, const char *path, struct buf *to, bool *ret_found,
		     struct err *e)
{
	(void)context;
	*ret_found = true;
	if (!strcmp(path, "/etc/ld.so.conf"))
		return buf_puts(to, "/first\ninclude ld.so.conf.d/*.conf\n/last\n", e);
	if (!strcmp(path, "/etc/ld.so.conf.d/a.conf"))
		return buf_puts(to, "/a\n/first\ninclude /etc/ld.so.conf.d/a.conf\n", e);
	if (!strcmp(path, "/etc/ld-musl-x86_64.path"))
		return buf_puts(to, "/m1:/m2\n", e);
	*ret_found = false;
	return 0;
}

static int match(void *context, const char *pattern, struct strv *to, struct err *e)
{
	if (!strcmp(pattern, "/etc/ld.so.conf.d/*.conf") ||
	    !strcmp(pattern, "/etc/ld.so.conf.d/a.conf"))
		return strv_add(to, "/etc/ld.so.conf.d/a.conf", e);
	return context && !strcmp(pattern, "/etc/ld.so.cache") ? strv_add(to, pattern, e) : 0;
}

static void folders_of_a_system_are_read(void **state)
{
	struct library_system system = {NULL, read_text, match};
	struct elf_facts facts = program(glibc);
	const struct library_user user = {"/bin/p", &facts, NULL};
	AUTO_LIBRARY_FOLDERS bare = {.has_musl = {false}};
	AUTO_LIBRARY_FOLDERS cached = {.has_musl = {false}};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(library_folders_read(&system, true, &bare, &e));
	assert_asks(&user, &bare, "/lib/x86_64-linux-gnu/libx.so", "/lib/x86_64-linux-gnu/libx.so");
	system.context = &system;
	assert_ok(library_folders_read(&system, true, &cached, &e));
	assert_asks(&user, &cached, "/last/libx.so", "/first/libx.so /a/libx.so /last/libx.so");
	facts.interpreter = (char *)(uintptr_t)musl;
	assert_asks(&user, &cached, NULL, "/m1/libx.so /m2/libx.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_folders_come_in_their_order),
		cmocka_unit_test(own_folders_come_first),
		cmocka_unit_test(rpath_is_inherited_and_runpath_is_not),
		cmocka_unit_test(loader_of_musl_is_its_library),
		cmocka_unit_test(folders_of_a_system_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
