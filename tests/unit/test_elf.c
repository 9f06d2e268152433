#include "scratch.h"

#include "base/bytes.h"
#include "host/elf.h"

/*
 * Programs laid out by hand (System V ABI, chapters 4 and 5): a header of 64
 * bytes, program headers of 56, then the interpreter's name.
 */

enum { HEADER = 64, SEGMENT = 56, AT_NAME = HEADER + 2 * SEGMENT };
enum { TYPE_RELOCATABLE = 1, TYPE_EXECUTABLE = 2, TYPE_SHARED = 3 };

static const char interpreter[] = "/lib64/ld-linux-x86-64.so.2";

struct program {
	unsigned char bytes[AT_NAME + sizeof(interpreter)];
	size_t len;
};

static void make_program(struct program *p, uint16_t type, uint16_t machine, bool dynamic)
{
	unsigned char *b = p->bytes;

	*p = (struct program){.len = dynamic ? sizeof(p->bytes) : HEADER + SEGMENT};
	memcpy(b, "\177ELF\2\1\1", 7);
	le16_put(b + 16, type);
	le16_put(b + 18, machine);
	le32_put(b + 20, 1);
	le64_put(b + 32, HEADER);
	le16_put(b + 52, HEADER);
	le16_put(b + 54, SEGMENT);
	le16_put(b + 56, dynamic ? 2 : 1);
	le16_put(b + 58, 64);
	le32_put(b + HEADER, 1); /* PT_LOAD */
	if (!dynamic)
		return;
	b += HEADER + SEGMENT;
	le32_put(b, 3); /* PT_INTERP */
	le64_put(b + 8, AT_NAME);
	le64_put(b + 32, sizeof(interpreter));
	memcpy(p->bytes + AT_NAME, interpreter, sizeof(interpreter));
}

static void put_made(const struct program *p)
{
	put_bytes("program", p->bytes, p->len);
}

static void static_program_has_no_interpreter(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	struct program p;

	(void)state;
	make_program(&p, TYPE_EXECUTABLE, 62, false);
	put_made(&p);
	assert_ok(elf_examine_file("program", &facts, &e));
	assert_true(facts.is_elf);
	assert_true(facts.is_program);
	assert_int_equal(facts.machine, 62);
	assert_int_equal(facts.bits, 64);
	assert_null(facts.interpreter);
}

static void dynamic_program_names_its_interpreter(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	struct program p;

	(void)state;
	make_program(&p, TYPE_SHARED, 183, true);
	put_made(&p);
	assert_ok(elf_examine_file("program", &facts, &e));
	assert_true(facts.is_program);
	assert_int_equal(facts.machine, 183);
	assert_string_equal(facts.interpreter, interpreter);
}

static void object_file_is_no_program(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	struct program p;

	(void)state;
	make_program(&p, TYPE_RELOCATABLE, 62, false);
	put_made(&p);
	assert_ok(elf_examine_file("program", &facts, &e));
	assert_true(facts.is_elf);
	assert_false(facts.is_program);
}

static void this_very_test_is_a_dynamic_program(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;

	(void)state;
	assert_ok(elf_examine_file("/proc/self/exe", &facts, &e));
	assert_true(facts.is_elf && facts.is_program);
	assert_int_equal(facts.bits, 8 * sizeof(void *));
	assert_true(file_exists(facts.interpreter));
}

/* What readelf -d says of libraries that ld made. */
static void libraries_tell_what_they_need(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS large = ELF_FACTS_INIT;
	AUTO_ELF_FACTS small = ELF_FACTS_INIT;

	(void)state;
	assert_ok(elf_examine_file(ELF_CORPUS "/library-64", &large, &e));
	assert_int_equal(large.bits, 64);
	assert_int_equal(large.needed.n, 1);
	assert_string_equal(large.needed.v[0], "libc3.so");
	assert_string_equal(large.rpath, "$ORIGIN/../lib");
	assert_null(large.runpath);
	assert_false(large.no_defaults);
	assert_null(large.interpreter);
	assert_ok(elf_examine_file(ELF_CORPUS "/library-32", &small, &e));
	assert_int_equal(small.bits, 32);
	assert_int_equal(small.machine, 3);
	assert_int_equal(small.needed.n, 0);
	assert_string_equal(small.runpath, "/a:/b");
	assert_null(small.rpath);
	assert_true(small.no_defaults);
}

/* As it stands in an archive: offsets count from its own begin. */
static void part_of_a_file_is_examined(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	AUTO_BUF text = BUF_INIT;
	struct memory_source all;
	struct range_source part;

	(void)state;
	assert_ok(buf_puts(&text, "before it", &e));
	assert_ok(file_read(ELF_CORPUS "/library-64", 1 << 20, &text, &e));
	memory_source_init(&all, text.data, text.len, "all");
	assert_ok(range_source_init(&part, &all.source, 9, text.len - 9, &e));
	assert_ok(elf_examine(&part.source, &facts, &e));
	assert_string_equal(facts.needed.v[0], "libc3.so");
}

static void other_files_are_no_elf(void **state)
{
	static const char *const texts[] = {"", "\177", "\177EL", "#!/bin/sh\n", "MZ\0\0"};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_ELF_FACTS facts = ELF_FACTS_INIT;

		put_text("f", texts[i]);
		assert_ok(elf_examine_file("f", &facts, &e));
		assert_false(facts.is_elf);
	}
	assert_fails_with(elf_examine_file("no", &(struct elf_facts)ELF_FACTS_INIT, &e),
			  "open 'no': No such file or directory");
}

static void program_cut_short_is_broken_at_every_length(void **state)
{
	struct err e = ERR_INIT;
	struct program p;

	(void)state;
	make_program(&p, TYPE_EXECUTABLE, 62, true);
	for (size_t len = 4; len < p.len; len++) {
		AUTO_ELF_FACTS facts = ELF_FACTS_INIT;

		put_bytes("f", p.bytes, len);
		if (elf_examine_file("f", &facts, &e) == 0)
			fail_msg("%zu of %zu bytes are taken for a whole program", len, p.len);
		assert_memory_equal(e.text, "'f' ", 4);
		assert_false(facts.is_elf);
	}
}

static void broken_interpreter_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	struct program p;

	(void)state;
	make_program(&p, TYPE_EXECUTABLE, 62, true);
	le64_put(p.bytes + HEADER + SEGMENT + 32, 1);
	put_made(&p);
	assert_fails_with(elf_examine_file("program", &facts, &e),
			  "'program' is a broken ELF file: its interpreter's name has 1 bytes");
	le64_put(p.bytes + HEADER + SEGMENT + 32, UINT64_MAX);
	put_made(&p);
	assert_fails_with(elf_examine_file("program", &facts, &e),
			  "'program' is a broken ELF file: its interpreter's name has "
			  "18446744073709551615 bytes");
	le64_put(p.bytes + HEADER + SEGMENT + 32, sizeof(interpreter));
	le64_put(p.bytes + HEADER + SEGMENT + 8, UINT64_MAX - 1);
	put_made(&p);
	assert_fails_with(elf_examine_file("program", &facts, &e),
			  "'program' ends after 204 bytes, but 28 at 18446744073709551614 are "
			  "needed: it is cut short");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(static_program_has_no_interpreter),
		scratch_test(dynamic_program_names_its_interpreter),
		scratch_test(object_file_is_no_program),
		scratch_test(this_very_test_is_a_dynamic_program),
		scratch_test(libraries_tell_what_they_need),
		scratch_test(part_of_a_file_is_examined),
		scratch_test(other_files_are_no_elf),
		scratch_test(program_cut_short_is_broken_at_every_length),
		scratch_test(broken_interpreter_is_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
