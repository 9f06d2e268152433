#include "unit.h"

#include "base/log.h"
#include "host/file.h"
#include "host/output.h"
#include "host/remove.h"
#include "stage/initramfs.h"
#include "stage/inspect_initramfs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const struct initrd_limits no_limits;
static char folder[] = "/tmp/mkos-test-initramfs-XXXXXX";

static void put_file(const char *name, const char *text, mode_t mode)
{
	struct err e = ERR_INIT;

	assert_ok(output_write(name, text, strlen(text), false, &e));
	assert_int_equal(chmod(name, mode), 0);
}

/* The smallest ELF header there is (System V ABI, chapter 4): a static program without content. */
static void put_elf(const char *name, char type, char machine)
{
	const char header[64] = {
		0x7f,		'E',	  'L',	     'F',	2,	  1, 1, [16] = type,
		[18] = machine, [20] = 1, [52] = 64, [54] = 56, [58] = 64};
	struct err e = ERR_INIT;

	assert_ok(output_write(name, header, sizeof(header), false, &e));
}

static int enter(void **state)
{
	(void)state;
	log_set_level(LOG_QUIET);
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	put_elf("init", 2, 62);
	put_file("a", "hello", 0600);
	return 0;
}

static int leave(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	return chdir("/") < 0 ? -1 : remove_tree(folder, &bytes, &e);
}

static int list_text(const struct source *from, struct buf *to, struct err *e)
{
	struct buf_sink out;

	buf_sink_init(&out, to);
	return inspect_initramfs_text(from, &no_limits, &out.sink, e);
}

/* Plans the list, and writes and lists the archive when there is an output. */
static int build(const char *list, struct initramfs_options o, struct initramfs_summary *summary,
		 struct buf *listing, struct err *e)
{
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_STRV lists = STRV_INIT;

	put_file("x.list", list, 0644);
	o.lists = &lists;
	o.level = o.level ? o.level : -1;
	if (strv_add(&lists, "x.list", e) < 0 || initramfs_plan(&o, &plan, e) < 0)
		return -1;
	if (!o.output)
		return 0;
	if (initramfs_write(&o, &plan, summary, e) < 0 || file_source_open(&f, o.output, e) < 0)
		return -1;
	return list_text(&f.source, listing, e);
}

static int plan_only(const char *list, bool strict, struct err *e)
{
	return build(list, (struct initramfs_options){.strict = strict}, NULL, NULL, e);
}

static void assert_lists(const char *list, struct initramfs_options o, const char *want)
{
	struct initramfs_summary summary;
	struct err e = ERR_INIT;
	AUTO_BUF got = BUF_INIT;

	assert_ok(build(list, o, &summary, &got, &e));
	assert_string_equal(buf_str(&got), want);
}

static void list_becomes_an_archive(void **state)
{
	const struct initramfs_options plain = {.compress = INITRAMFS_PLAIN, .output = "o.cpio"};
	const struct initramfs_options gzip = {.output = "o.cpio.gz", .sync = true};
	static const char list[] = "dir /dev 0755 0 0\n"
				   "nod /dev/console 0600 0 0 c 5 1\n"
				   "file /init init 0755 0 0\n"
				   "slink /sbin/init ../init 0777 0 0\n"
				   "file /l1 a 4644 10 20 /l2\n"
				   "sock /s 0600 0 0\n"
				   "pipe \"/p p\" 1777 0 0\n";
#define ENTRIES                                                    \
	"drwxr-xr-x     0     0          0 dev\n"                  \
	"crw-------     0     0       5, 1 dev/console\n"          \
	"-rwxr-xr-x     0     0         64 init\n"                 \
	"drwxr-xr-x     0     0          0 sbin\n"                 \
	"lrwxrwxrwx     0     0          7 sbin/init -> ../init\n" \
	"-rwSr--r--    10    20          0 l1\n"                   \
	"-rwSr--r--    10    20          5 l2\n"                   \
	"srw-------     0     0          0 s\n"                    \
	"prwxrwxrwt     0     0          0 p p\n"

	struct initramfs_summary summary;
	struct err e = ERR_INIT;
	AUTO_BUF listing = BUF_INIT;
	AUTO_BUF want = BUF_INIT;

	(void)state;
	assert_lists(list, plain,
		     ENTRIES "9 entries, 1536 bytes; 1536 bytes at 0, compression none\n");
	assert_ok(build(list, gzip, &summary, &listing, &e));
	assert_int_equal(summary.entries, 9);
	assert_int_equal(summary.raw_bytes, 1536);
	assert_ok(buf_putf(&want, &e,
			   ENTRIES "9 entries, 1536 bytes; %llu bytes at 0, compression gzip\n",
			   (unsigned long long)summary.packed_bytes));
	assert_string_equal(buf_str(&listing), buf_str(&want));
#undef ENTRIES
}

static void tree_is_packed_in_order(void **state)
{
	const struct initramfs_options o = {.compress = INITRAMFS_PLAIN, .output = "o.cpio"};
	const struct initramfs_options keep = {
		.compress = INITRAMFS_PLAIN, .output = "o.cpio", .keep_modes = true};

	(void)state;
	assert_int_equal(mkdir("t", 0700) + mkdir("t/etc", 0700), 0);
	put_file("t/etc/secret", "1", 0600);
	put_file("t/etc-program", "22", 0700);
	assert_int_equal(symlink("/no/where", "t/link"), 0);
	assert_lists("tree /usr t\ndir /usr/etc 0711 7 7\n", o,
		     "drwxr-xr-x     0     0          0 usr\n"
		     "drwx--x--x     7     7          0 usr/etc\n"
		     "-rwxr-xr-x     0     0          2 usr/etc-program\n"
		     "-rw-r--r--     0     0          1 usr/etc/secret\n"
		     "lrwxrwxrwx     0     0          9 usr/link -> /no/where\n"
		     "5 entries, 1024 bytes; 1024 bytes at 0, compression none\n");
	assert_lists("tree / t\n", keep,
		     "drwx------     0     0          0 etc\n"
		     "-rwx------     0     0          2 etc-program\n"
		     "-rw-------     0     0          1 etc/secret\n"
		     "lrwxrwxrwx     0     0          9 link -> /no/where\n"
		     "4 entries, 1024 bytes; 1024 bytes at 0, compression none\n");
}

static void special_file_in_a_tree_is_refused(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(mkdir("special", 0755) + mkfifo("special/p", 0600), 0);
	assert_fails_with(
		plan_only("tree / special\n", false, &e),
		"x.list:1: 'special/p' is neither file, folder nor symbolic link: write a "
		"nod, pipe or sock line instead");
}

static void further_files_are_added(void **state)
{
	const struct initramfs_file files[] = {{"/usr/sbin/x", "init", 0755}};
	const struct initramfs_file clash[] = {{"a", "init", 0755}};
	const struct initramfs_variable variables[] = {{"WHERE", "."}};
	struct initramfs_options o = {.files = files,
				      .n_files = 1,
				      .variables = variables,
				      .n_variables = 1,
				      .compress = INITRAMFS_PLAIN,
				      .output = "o.cpio"};
	struct err e;

	(void)state;
	assert_lists("file a ${WHERE}/a 0644 0 0\n", o,
		     "-rw-r--r--     0     0          5 a\n"
		     "drwxr-xr-x     0     0          0 usr\n"
		     "drwxr-xr-x     0     0          0 usr/sbin\n"
		     "-rwxr-xr-x     0     0         64 usr/sbin/x\n"
		     "4 entries, 1024 bytes; 1024 bytes at 0, compression none\n");
	o.files = clash;
	assert_fails_with(
		build("file a a 0644 0 0\n", o, NULL, NULL, &e),
		"file 'init': file 'a' differs from the one before (x.list:1): remove one");
	assert_fails_with(build("file a ${NO}/a 0644 0 0\n", o, NULL, NULL, &e),
			  "x.list:1: variable 'NO' has no value");
}

static void init_has_to_start(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_elf("arm", 2, (char)183);
	put_elf("object", 1, 62);
	put_file("script", "#! /bin/sh -e\n", 0755);
	put_file("text", "hello", 0755);
	assert_ok(plan_only("file /init init 0755 0 0\n", true, &e));
	assert_ok(plan_only("file /x init 0755 0 0\nslink init x 0777 0 0\n", true, &e));
	assert_ok(plan_only("file /init script 0755 0 0\nfile /bin/sh init 0755 0 0\n", true, &e));
	assert_ok(plan_only("", false, &e));
	assert_fails_with(
		plan_only("", true, &e),
		"there is no /init: the kernel will start nothing from this image, unless "
		"rdinit= names another program");
	assert_fails_with(plan_only("slink /init x 0777 0 0\n", false, &e),
			  "/init is a symbolic link to 'x', which is not in the image (x.list:1)");
	assert_fails_with(plan_only("dir /init 0755 0 0\n", false, &e),
			  "/init is a folder, not a program (x.list:1)");
	assert_fails_with(plan_only("file /init init 0644 0 0\n", false, &e),
			  "/init has mode 0644 and cannot be executed: give it mode 0755 "
			  "(x.list:1)");
	assert_fails_with(plan_only("file /init arm 0755 0 0\n", false, &e),
			  "/init ('arm') is a 64-bit program for ELF machine 183: build it for "
			  "x86-64");
	assert_fails_with(plan_only("file /init object 0755 0 0\n", false, &e),
			  "/init ('object') is an ELF file but no program: link it");
	assert_fails_with(plan_only("file /init text 0755 0 0\n", false, &e),
			  "/init ('text') is neither an ELF program nor a script that begins with "
			  "#!");
	assert_fails_with(plan_only("file /init script 0755 0 0\n", false, &e),
			  "/init ('script') is a script for '/bin/sh', which is not in the image: "
			  "add it");
}

static void dynamic_program_needs_its_interpreter(void **state)
{
	static const char alone[] = "file /init init 0755 0 0\n"
				    "file /bin/x /proc/self/exe 0755 0 0\n";
	static const char linked[] = "file /init init 0755 0 0\n"
				     "elf /bin/x /proc/self/exe\n";
	static const char interpreter_only[] =
		"file /init init 0755 0 0\n"
		"file /bin/x /proc/self/exe 0755 0 0\n"
		"file /bin/y /proc/self/exe 0755 0 0\n"
		"file /usr/ld init 0755 0 0\n"
		"slink /lib64/ld-linux-x86-64.so.2 ../usr/ld 0777 0 0\n";
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(plan_only(alone, true, &e),
			  "'/bin/x' ('/proc/self/exe') needs '/lib64/ld-linux-x86-64.so.2', which "
			  "is not in the image: add it with the libraries (an elf line does), or "
			  "use a static "
			  "program");
	assert_ok(plan_only(linked, true, &e));
	assert_int_equal(plan_only(interpreter_only, true, &e), -1);
	assert_non_null(strstr(e.text, "'/bin/x' ('/proc/self/exe') and 1 more need 'lib"));
	assert_fails_with(plan_only("file /init /proc/self/exe 0755 0 0\n", false, &e),
			  "/init ('/proc/self/exe') is dynamically linked (needs "
			  "'/lib64/ld-linux-x86-64.so.2'): link it with -static");
}

static void script_needs_its_interpreter(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_file("script", "#!/bin/none -e\n", 0755);
	assert_fails_with(
		plan_only("file /init init 0755 0 0\nfile /s script 0755 0 0\n", true, &e),
		"'/s' ('script') is a script for '/bin/none', which is not in the image: add it");
}

static void later_trees_win(void **state)
{
	const struct initramfs_options o = {.compress = INITRAMFS_PLAIN, .output = "o.cpio"};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("base", 0755) + mkdir("base/usr", 0755) +
				 mkdir("base/usr/lib", 0755) + mkdir("over", 0755) +
				 mkdir("over/lib", 0755) + mkdir("clash", 0755),
			 0);
	assert_int_equal(symlink("usr/lib", "base/lib") + symlink("x", "over/link"), 0);
	put_file("base/usr/lib/a", "1", 0644);
	put_file("base/link", "a file", 0644);
	put_file("over/lib/a", "22", 0644);
	put_file("over/lib/b", "333", 0644);
	put_file("over/lib/b.o", "333", 0644);
	put_file("clash/usr", "", 0644);
	assert_lists("tree / base\noverlay / over uid=5 file-mode=0600 exclude=*.o\n", o,
		     "lrwxrwxrwx     0     0          7 lib -> usr/lib\n"
		     "lrwxrwxrwx     5     0          1 link -> x\n"
		     "drwxr-xr-x     0     0          0 usr\n"
		     "drwxr-xr-x     5     0          0 usr/lib\n"
		     "-rw-------     5     0          2 usr/lib/a\n"
		     "-rw-------     5     0          3 usr/lib/b\n"
		     "6 entries, 1024 bytes; 1024 bytes at 0, compression none\n");
	assert_fails_with(plan_only("tree / base\noverlay / clash\n", false, &e),
			  "x.list:2: 'usr' is a file here, but a folder with content before "
			  "(x.list:1): the kernel would keep the folder");
	assert_fails_with(
		plan_only("tree / base\nset /usr/nothing uid=1\n", false, &e),
		"x.list:2: '/usr/nothing' matches no entry so far: a set line stands below "
		"the entries that it is for");
	assert_fails_with(plan_only("tree / base uid=x\n", false, &e),
			  "x.list:1: user id 'x' is not a decimal number");
	assert_fails_with(plan_only("tree / base exlude=x\n", false, &e),
			  "x.list:1: unknown key 'exlude': did you mean 'exclude'?");
}

/* Lists are read in pieces of 256 KiB. */
static void long_list_is_read_to_its_end(void **state)
{
	const struct initramfs_options o = {.compress = INITRAMFS_PLAIN, .output = "long.cpio"};
	struct initramfs_summary summary;
	AUTO_BUF listing = BUF_INIT;
	AUTO_BUF list = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_ok(buf_putf(&list, &e, "slink /link-%d target-of-link-%d 0777 0 0\n", i, i));
	assert_ok(buf_puts(&list, "slink /last end 0777 0 0", &e));
	assert_ok(build(list.data, o, &summary, &listing, &e));
	assert_int_equal(summary.entries, 20001);
	assert_ok(buf_puts(&list, "\ndir /d\n", &e));
	assert_fails_with(plan_only(list.data, false, &e),
			  "x.list:20002: 3 fields are missing: dir NAME MODE UID GID");
	while (list.len < 2 << 20)
		assert_ok(buf_puts(&list, "#123456789abcdef", &e));
	memset(list.data, '#', 3 << 19);
	assert_fails_with(plan_only(list.data, false, &e),
			  "x.list:1: a line of more than 1048576 bytes");
}

static void broken_plan_leaves_the_output_alone(void **state)
{
	const struct initramfs_options o = {.output = "kept"};
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	put_file("kept", "before", 0644);
	assert_fails_with(build("dir /a 0755 0 0\nfile /b no/where 0644 0 0\n", o, NULL, NULL, &e),
			  "x.list:2: open 'no/where': No such file or directory");
	assert_ok(file_read("kept", 100, &text, &e));
	assert_string_equal(buf_str(&text), "before");
}

static int hash_by_name(void *context, const char *path, char ret_hex[65], struct err *e)
{
	(void)context;
	(void)e;
	snprintf(ret_hex, 65, "<%s>", path);
	return 0;
}

static void description_tells_everything(void **state)
{
	struct initramfs_options o = {.time = 7, .level = 9};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	AUTO_STRV lists = STRV_INIT;
	AUTO_BUF text = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	o.lists = &lists;
	put_file("x.list",
		 "file \"/a\t1\" a 0644 1 2 b\nslink l \"x y\" 0777 0 0\nnod n 0600 0 0 b 8 1\n",
		 0644);
	assert_ok(strv_add(&lists, "x.list", &e));
	assert_ok(initramfs_plan(&o, &plan, &e));
	assert_ok(initramfs_describe(&o, &plan, hash_by_name, NULL, &text, &e));
	assert_string_equal(buf_str(&text), "initramfs 2 gzip 9 time 7 align 0\n"
					    "100644\t1\t2\t0,0\ta\\x091\tfile 0\n"
					    "100644\t1\t2\t0,0\tb\tfile 0\t<a>\n"
					    "120777\t0\t0\t0,0\tl\tx y\n"
					    "060600\t0\t0\t8,1\tn\n");
}

static int inspect(const char *data, size_t len, struct buf *to, struct err *e)
{
	struct memory_source from;

	memory_source_init(&from, data, len, "x");
	return list_text(&from.source, to, e);
}

static void segments_are_told_apart(void **state)
{
	const struct initramfs_options plain = {.compress = INITRAMFS_PLAIN, .output = "s.cpio"};
	const struct initramfs_options gzip = {.output = "s.cpio.gz"};
	struct initramfs_summary summary;
	AUTO_BUF bytes = BUF_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF unused = BUF_INIT;
	AUTO_BUF want = BUF_INIT;
	size_t plain_at;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(build("dir a 0755 0 0\n", plain, &summary, &unused, &e));
	assert_ok(build("dir b 0755 0 0\n", gzip, &summary, &unused, &e));
	assert_ok(file_read("s.cpio", 4096, &bytes, &e));
	assert_ok(file_read("s.cpio.gz", 4096, &bytes, &e));
	while (bytes.len % 4)
		assert_ok(buf_put(&bytes, "", 1, &e));
	plain_at = bytes.len;
	assert_ok(file_read("s.cpio", 4096, &bytes, &e));
	assert_ok(buf_put(&bytes, "BZh9!", 5, &e));
	assert_ok(inspect(bytes.data, bytes.len, &text, &e));
	assert_ok(buf_putf(&want, &e,
			   "drwxr-xr-x     0     0          0 a\n"
			   "drwxr-xr-x     0     0          0 b\n"
			   "drwxr-xr-x     0     0          0 a\n"
			   "1 entry, 512 bytes; 512 bytes at 0, compression none\n"
			   "1 entry, 512 bytes; %zu bytes at 512, compression gzip\n"
			   "1 entry, 512 bytes; 512 bytes at %zu, compression none\n"
			   "5 bytes at %zu, compression bzip2: not listed\n",
			   plain_at - 512, plain_at, plain_at + 512));
	assert_string_equal(buf_str(&text), buf_str(&want));
}

static void what_is_no_initramfs_is_told(void **state)
{
	AUTO_BUF text = BUF_INIT;
	struct err e;

	(void)state;
	assert_fails_with(inspect("", 0, &text, &e), "'x' is empty: there is no archive in it");
	assert_fails_with(inspect("\0\0\0", 3, &text, &e),
			  "'x' is empty: there is no archive in it");
	assert_fails_with(inspect("\0\0text", 6, &text, &e),
			  "'x' has neither an archive nor compressed data at byte 2");
	assert_fails_with(inspect("\0"
				  "070701",
				  7, &text, &e),
			  "'x' has a plain archive at byte 1: the kernel reads one only at a "
			  "multiple of 4");
	assert_fails_with(inspect("070701", 6, &text, &e),
			  "'x' ends inside an entry, at byte 6 of the archive: it is cut short");
}

static void json_has_entries_and_segments(void **state)
{
	const struct initramfs_options o = {
		.compress = INITRAMFS_PLAIN, .output = "j.cpio", .time = 5};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct initramfs_summary summary;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF unused = BUF_INIT;
	struct json_writer w;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(build("slink l x 0777 0 0\n", o, &summary, &unused, &e));
	assert_ok(file_source_open(&f, "j.cpio", &e));
	json_begin(&w, &text, JSON_SHORT);
	json_open_object(&w, NULL);
	assert_ok(inspect_initramfs_json(&f.source, &no_limits, &w, &e));
	json_close_object(&w);
	assert_ok(json_finish(&w, &e));
	assert_non_null(strstr(buf_str(&text), "\"target\""));
	assert_non_null(strstr(buf_str(&text), "\"segments\""));
}

static void compression_has_names(void **state)
{
	static const char *const names[] = {"gzip", "none", "zstd", "xz", "lz4"};
	enum initramfs_compress c = INITRAMFS_GZIP;
	struct err e = ERR_INIT;
	int level = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		assert_ok(initramfs_parse_compress(names[i], &c, &e));
		assert_string_equal(initramfs_compress_name(c), names[i]);
	}
	assert_fails_with(initramfs_parse_compress("rar", &c, &e),
			  "compression 'rar' is not one of gzip, zstd, xz, lz4, none");
	assert_ok(initramfs_parse_level(INITRAMFS_GZIP, "fast", &level, &e));
	assert_int_equal(level, 1);
	assert_ok(initramfs_parse_level(INITRAMFS_GZIP, "best", &level, &e));
	assert_int_equal(level, 12);
	assert_ok(initramfs_parse_level(INITRAMFS_ZSTD, "22", &level, &e));
	assert_int_equal(level, 22);
	assert_ok(initramfs_parse_level(INITRAMFS_XZ, "0", &level, &e));
	assert_int_equal(level, 0);
	assert_fails_with(initramfs_parse_level(INITRAMFS_GZIP, "13", &level, &e),
			  "level '13' of gzip is not fast, default, best or a number from 1 to 12");
	assert_int_equal(initramfs_parse_level(INITRAMFS_GZIP, "0", &level, &e), -1);
	assert_int_equal(initramfs_parse_level(INITRAMFS_LZ4, "", &level, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_becomes_an_archive),
		cmocka_unit_test(tree_is_packed_in_order),
		cmocka_unit_test(special_file_in_a_tree_is_refused),
		cmocka_unit_test(further_files_are_added),
		cmocka_unit_test(init_has_to_start),
		cmocka_unit_test(dynamic_program_needs_its_interpreter),
		cmocka_unit_test(script_needs_its_interpreter),
		cmocka_unit_test(later_trees_win),
		cmocka_unit_test(long_list_is_read_to_its_end),
		cmocka_unit_test(broken_plan_leaves_the_output_alone),
		cmocka_unit_test(description_tells_everything),
		cmocka_unit_test(segments_are_told_apart),
		cmocka_unit_test(what_is_no_initramfs_is_told),
		cmocka_unit_test(json_has_entries_and_segments),
		cmocka_unit_test(compression_has_names),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
