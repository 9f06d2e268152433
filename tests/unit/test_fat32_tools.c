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
	if (!found)
		skip_without(program);
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
	static const struct {
		uint64_t bytes;
		uint32_t cluster_size;
	} cases[] = {
		{0, 512},	   {0, 1024},	      {0, 4096},
		{0, 32768},	   {34 << 20, 0},     {66ULL << 20, 0},
		{100ULL << 20, 0}, {300ULL << 20, 0}, {513ULL << 20, 4096},
		{9ULL << 30, 0},   {17ULL << 30, 0},  {40ULL << 30, 0},
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

		write_volume(&file, 1, &options);
		check_volume();
		assert_copied("EFI/BOOT/BOOTX64.EFI", text, sizeof(text));
	}
}

/* How many clusters fsck.vfat counts, or 0 when the volume is refused. */
static unsigned long clusters_of(uint64_t sectors)
{
	const struct fat32_options options = {.bytes = sectors * 512, .cluster_size = 512};
	struct err e = ERR_INIT;
	AUTO_FAT32_PLAN plan = NULL;
	AUTO_FREE char *text = NULL;
	const char *at;

	if (fat32_plan_new(NULL, 0, &options, &plan, &e) < 0)
		return 0;
	write_volume(NULL, 0, &options);
	text = run("fsck.vfat", (const char *const[]){"-n", "-v", "v.img", NULL});
	at = strstr(text, " data clusters");
	assert_non_null(at);
	while (at > text && at[-1] != ' ')
		at--;
	assert_non_null(strstr(text, "32 bit entries"));
	return strtoul(at, NULL, 10);
}

/* Below 65,525 clusters other programs take the volume for FAT16; 16 more are left out. */
static void least_volume_is_still_fat32(void **state)
{
	uint64_t sectors = 66000;
	unsigned long n;

	(void)state;
	while (clusters_of(sectors) == 0)
		sectors += sectors < 66600 ? 16 : 1;
	n = clusters_of(sectors);
	assert_in_range(n, 65525 + 16, 65525 + 16 + 16);
	/* One more cluster and one more FAT sector, step by step. */
	for (uint64_t more = 1; more <= 260; more += 37)
		assert_in_range(clusters_of(sectors + more), n + more - 130, n + more);
}

static void many_files_with_long_names_keep_their_content(void **state)
{
	enum { N = 3000 };
	static char names[N][64], contents[N][16];
	static struct memory_source sources[N];
	static struct fat32_file files[N];
	const struct fat32_options options = {.unit = 1 << 20, .label = "MANY"};
	AUTO_FREE char *list = NULL;
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		snprintf(names[i], sizeof(names[i]),
			 "folder with blanks/The same beginning %zu.text", i);
		snprintf(contents[i], sizeof(contents[i]), "%zu", i);
		memory_source_init(&sources[i], contents[i], strlen(contents[i]), "m");
		files[i] = (struct fat32_file){names[i], &sources[i].source};
	}
	write_volume(files, N, &options);
	check_volume();
	list = run("mdir",
		   (const char *const[]){"-b", "-i", "v.img", "::folder with blanks", NULL});
	for (const char *p = list; (p = strstr(p, "The same beginning")); p++)
		lines++;
	assert_int_equal(lines, N);
	for (size_t i = 0; i < N; i += 271)
		assert_copied(names[i], contents[i], strlen(contents[i]));
}

static void names_of_every_kind_are_found(void **state)
{
	static const char *const names[] = {
		"B",
		"README.TXT",
		"readme.md",
		"a.b.c.d",
		".hidden",
		"..two",
		"no extension at all",
		"twelve12.txt",
		"UPPER.lower",
		"exactly13.uni",
		"exactly 26 units long .txt",
		"plus+comma,semi;equals=!x",
		"\xc3\x84\xc3\xb6\xe2\x82\xac.txt",
		"LONGNA~1.TXT",
		"longname one.txt",
		"longname two.txt",
		"EFI/BOOT/BOOTX64.EFI",
		"a/b/c/d/e/f/g/h.txt",
	};
	struct fat32_file files[ARRAY_LEN(names) + 1];
	struct memory_source sources[ARRAY_LEN(names)];
	const struct fat32_options options = {.unit = 1 << 20};
	char longest[256];

	(void)state;
	memset(longest, 'n', 255);
	longest[255] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		memory_source_init(&sources[i], names[i], strlen(names[i]), "m");
		files[i] = (struct fat32_file){names[i], &sources[i].source};
	}
	files[ARRAY_LEN(names)] = (struct fat32_file){longest, &sources[0].source};
	write_volume(files, ARRAY_LEN(files), &options);
	check_volume();
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if ((unsigned char)names[i][0] < 0x80)
			assert_copied(names[i], names[i], strlen(names[i]));
	assert_copied(longest, names[0], strlen(names[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(volumes_of_every_size_are_sound, scratch_clear),
		cmocka_unit_test_teardown(least_volume_is_still_fat32, scratch_clear),
		cmocka_unit_test_teardown(many_files_with_long_names_keep_their_content,
					  scratch_clear),
		cmocka_unit_test_teardown(names_of_every_kind_are_found, scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
