/*
 * FAT32 volumes as other programs see them: fsck.vfat finds nothing wrong, and
 * mtools gives back what was put in.
 */

#include "scratch.h"

#include "base/bytes.h"
#include "format/fat32.h"
#include "host/output.h"
#include "host/process.h"

enum { OUTPUT_MAX = 1 << 24 };

/* Runs the program, which has to succeed; what it prints on standard output. */
static char *run(const char *program, const char *const *arguments)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	static const char *const settings[] = {"MTOOLS_SKIP_CHECK=0", "MTOOLSRC=/dev/null"};
	AUTO_STRV argv = STRV_INIT;
	AUTO_STRV environment = STRV_INIT;
	AUTO_FREE char *found = NULL;
	struct err e = ERR_INIT;
	char *text = NULL;

	assert_ok(program_find(program, &found, &e));
	if (!found) {
		print_message("no %s\n", program);
		skip();
	}
	assert_ok(strv_add(&argv, program, &e));
	for (; *arguments; arguments++)
		assert_ok(strv_add(&argv, *arguments, &e));
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		assert_ok(strv_add(&environment, settings[i], &e));
	p.argv = &argv;
	p.environment = &environment;
	assert_ok(process_capture(&p, OUTPUT_MAX, &text, &e));
	return text;
}

static void write_volume(const struct fat32_file *files, size_t n,
			 const struct fat32_options *options)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_FAT32_PLAN plan = NULL;

	assert_ok(fat32_plan_new(files, n, options, &plan, &e));
	assert_ok(output_begin(&o, "v.img", false, &e));
	assert_ok(fat32_write(plan, &o.sink, &e));
	assert_int_equal(o.sink.pos, fat32_plan_bytes(plan));
	assert_ok(output_commit(&o, &e));
}

static void check_volume(void)
{
	AUTO_FREE char *text = run("fsck.vfat", (const char *const[]){"-n", "-v", "v.img", NULL});

	assert_non_null(strstr(text, "v.img: "));
	assert_null(strstr(text, "differ"));
}

static void copy_back(const char *name, const char *to)
{
	char from[600];

	snprintf(from, sizeof(from), "::%s", name);
	free(run("mcopy", (const char *const[]){"-n", "-i", "v.img", from, to, NULL}));
}

static void assert_copied(const char *name, const void *want, size_t len)
{
	struct err e = ERR_INIT;
	AUTO_BUF got = BUF_INIT;

	copy_back(name, "copy");
	assert_ok(file_read("copy", 1 << 26, &got, &e));
	assert_bytes(got.data, got.len, want, len);
	assert_int_equal(unlink("copy"), 0);
}

static void volumes_of_every_size_are_sound(void **state)
{
	/* Around the least number of clusters, and around sizes of a FAT's last sector. */
	static const struct {
		uint64_t bytes;
		uint32_t cluster_size;
		uint64_t clusters; /* that fsck.vfat is to find; 0: any */
	} cases[] = {
		{0, 512, 0},
		{0, 1024, 0},
		{0, 4096, 0},
		{0, 32768, 0},
		{34 << 20, 0, 0},
		{66ULL << 20, 0, 0},
		{100ULL << 20, 0, 0},
		{300ULL << 20, 0, 0},
		{513ULL << 20, 4096, 0},
		{9ULL << 30, 0, 0},
		{17ULL << 30, 0, 0},
		{40ULL << 30, 0, 0},
		{40000ULL << 20, 512 * 8, 0},
	};
	static const char text[] = "content";
	struct memory_source m;

	(void)state;
	memory_source_init(&m, text, sizeof(text), "m");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct fat32_file file = {"EFI/BOOT/BOOTX64.EFI", &m.source};
		const struct fat32_options options = {.bytes = cases[i].bytes,
						      .cluster_size = cases[i].cluster_size,
						      .label = "ESP",
						      .id = 0x12345678,
						      .start = 1 << 20};

		print_message("size %llu, clusters of %u\n", (unsigned long long)cases[i].bytes,
			      cases[i].cluster_size);
		write_volume(&file, 1, &options);
		check_volume();
		assert_copied("EFI/BOOT/BOOTX64.EFI", text, sizeof(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(volumes_of_every_size_are_sound, scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
