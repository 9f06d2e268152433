#include "scratch.h"

#include "host/process.h"
#include "host/unpack.h"

/*
 * The archives are made by hand, as POSIX.1-1988 lays ustar out: blocks of 512
 * bytes, numbers in octal, two blocks of zeros at the end.
 */

enum { BLOCK = 512, TYPE_FILE = '0', TYPE_HARD = '1', TYPE_SYMBOLIC = '2', TYPE_DEVICE = '3' };
enum { TYPE_FOLDER = '5', TYPE_FIFO = '6' };

static const struct unpack_limits limits = {.entries = 20, .bytes = 5000};

static void add_entry(struct buf *tar, char type, const char *name, const char *text, unsigned mode)
{
	char header[BLOCK] = {0};
	size_t len = type == TYPE_FILE ? strlen(text) : 0;
	struct err e = ERR_INIT;
	unsigned int sum = 0;

	snprintf(header, 100, "%s", name);
	snprintf(header + 100, 8, "%07o", mode);
	snprintf(header + 108, 8, "%07o", 0);
	snprintf(header + 116, 8, "%07o", 0);
	snprintf(header + 124, 12, "%011o", (unsigned int)len & 077777777);
	snprintf(header + 136, 12, "%011o", 0);
	header[156] = type;
	if (type != TYPE_FILE)
		snprintf(header + 157, 100, "%s", text);
	memcpy(header + 257, "ustar\00000", 8);
	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	assert_ok(buf_put(tar, header, BLOCK, &e));
	if (len) {
		assert_ok(buf_put(tar, text, len, &e));
		memset(header, 0, BLOCK);
		assert_ok(buf_put(tar, header, (BLOCK - len % BLOCK) % BLOCK, &e));
	}
}

static void end_archive(struct buf *tar)
{
	static const char zeros[2 * BLOCK];
	struct err e = ERR_INIT;

	assert_ok(buf_put(tar, zeros, sizeof(zeros), &e));
	put_bytes("a.tar", tar->data, tar->len);
}

static int unpack(struct err *e)
{
	return unpack_archive("a.tar", "out", "stamp", &limits, e);
}

static void assert_nothing_left(void)
{
	assert_int_equal(access("out", F_OK), -1);
	assert_int_equal(access("out.unpacking", F_OK), -1);
}

/* The entry comes behind a top folder and a file, and makes the archive one to refuse. */
static void assert_entry_refused(char type, const char *name, const char *text, const char *why)
{
	char sentence[512];
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	add_entry(&tar, TYPE_FOLDER, "top/", "", 0755);
	add_entry(&tar, TYPE_FILE, "top/good", "good", 0644);
	add_entry(&tar, type, name, text, 0644);
	end_archive(&tar);
	snprintf(sentence, sizeof(sentence), "archive 'a.tar' is refused: %s", why);
	assert_fails_with(unpack(&e), sentence);
	assert_nothing_left();
	assert_int_equal(access("../evil", F_OK), -1);
	assert_int_equal(access("evil", F_OK), -1);
}

static void add_good_tree(struct buf *tar)
{
	add_entry(tar, TYPE_FOLDER, "top/", "", 0700);
	add_entry(tar, TYPE_FILE, "top/plain", "plain text", 0600);
	add_entry(tar, TYPE_FILE, "top/run", "#!/bin/sh\n", 04777);
	add_entry(tar, TYPE_FOLDER, "top/d", "", 0777);
	add_entry(tar, TYPE_FILE, "top/d/empty", "", 0644);
	add_entry(tar, TYPE_HARD, "top/d/hard", "top/plain", 0644);
	add_entry(tar, TYPE_SYMBOLIC, "top/d/up", "../plain", 0777);
	add_entry(tar, TYPE_SYMBOLIC, "top/link", "d/up", 0777);
	add_entry(tar, TYPE_SYMBOLIC, "top/dangling", "not/there", 0777);
}

static void assert_mode(const char *path, mode_t want)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, want);
}

static void assert_good_tree(void)
{
	char target[64] = "";
	struct stat plain, hard;

	assert_text("out/plain", "plain text");
	assert_text("out/link", "plain text");
	assert_text("out/d/empty", "");
	assert_int_equal(stat("out/plain", &plain), 0);
	assert_int_equal(stat("out/d/hard", &hard), 0);
	assert_int_equal(plain.st_ino, hard.st_ino);
	assert_mode("out/plain", S_IFREG | 0644);
	assert_mode("out/run", S_IFREG | 0755);
	assert_mode("out/d", S_IFDIR | 0755);
	assert_int_equal(readlink("out/d/up", target, sizeof(target) - 1), 8);
	assert_string_equal(target, "../plain");
	assert_int_equal(count_names("out"), 6);
	assert_int_equal(count_names("out/d"), 3);
}

static void good_archive_is_unpacked(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;
	AUTO_FREE char *stamp = NULL;
	mode_t before = umask(022);

	(void)state;
	add_good_tree(&tar);
	end_archive(&tar);
	assert_ok(unpack(&e));
	umask(before);
	assert_good_tree();
	assert_ok(unpack_stamp("out", &stamp, &e));
	assert_string_equal(stamp, "stamp");
	assert_int_equal(access("out.unpacking", F_OK), -1);
}

static void folder_without_stamp_has_none(void **state)
{
	struct err e = ERR_INIT;
	char *stamp = scratch_folder;

	(void)state;
	put_folder("out");
	assert_ok(unpack_stamp("out", &stamp, &e));
	assert_null(stamp);
}

static void leftovers_of_a_broken_unpack_are_no_hindrance(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;
	mode_t before = umask(022);

	(void)state;
	put_folder("out.unpacking");
	put_folder("out.unpacking/d");
	put_text("out.unpacking/plain", "half");
	put_text("out.unpacking/d/more", "old");
	add_good_tree(&tar);
	end_archive(&tar);
	assert_ok(unpack(&e));
	umask(before);
	assert_good_tree();
}

static void folder_in_the_way_is_kept(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	(void)state;
	put_folder("out");
	put_text("out/mine", "mine");
	add_good_tree(&tar);
	end_archive(&tar);
	assert_fails_with(unpack(&e), "rename 'out.unpacking' to 'out': Directory not empty");
	assert_text("out/mine", "mine");
	assert_int_equal(count_names("."), 2);
}

static void name_that_leads_out_is_refused(void **state)
{
	(void)state;
	assert_entry_refused(TYPE_FILE, "top/../../evil", "x",
			     "'top/../../evil' is not a plain relative name");
	assert_entry_refused(TYPE_FILE, "../evil", "x", "'../evil' is not a plain relative name");
	assert_entry_refused(TYPE_FILE, "/evil", "x", "'/evil' is not a plain relative name");
	assert_entry_refused(TYPE_FILE, "top/./x", "x", "'top/./x' is not a plain relative name");
	assert_entry_refused(TYPE_FILE, "top//x", "x", "'top//x' is not a plain relative name");
	assert_entry_refused(TYPE_FOLDER, "top/..", "", "'top/..' is not a plain relative name");
	assert_entry_refused(TYPE_FILE, "evil", "x", "'evil' is outside the archive's top folder");
	assert_entry_refused(TYPE_FILE, "topping/x", "x",
			     "'topping/x' is outside the archive's top folder");
	assert_entry_refused(TYPE_FILE, "to/x", "x", "'to/x' is outside the archive's top folder");
	assert_entry_refused(TYPE_FILE, "top", "x", "'top' is no folder, but the archive's top");
}

static void link_that_leads_out_is_refused(void **state)
{
	static const char why[] = "'l' is a link that points outside";

	(void)state;
	assert_entry_refused(TYPE_SYMBOLIC, "top/l", "..", why);
	assert_entry_refused(TYPE_SYMBOLIC, "top/l", "../evil", why);
	assert_entry_refused(TYPE_SYMBOLIC, "top/l", "/etc/passwd", why);
	assert_entry_refused(TYPE_SYMBOLIC, "top/l", "a/../../evil", why);
	assert_entry_refused(TYPE_HARD, "top/l", "/etc/passwd",
			     "'/etc/passwd' is not a plain relative name");
	assert_entry_refused(TYPE_HARD, "top/l", "top/../../evil",
			     "'top/../../evil' is not a plain relative name");
	assert_entry_refused(TYPE_HARD, "top/l", "evil",
			     "'evil' is outside the archive's top folder");
}

/* Each link stays inside by itself; the second goes on from where the first leads. */
static void two_links_that_lead_out_together_are_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	(void)state;
	add_entry(&tar, TYPE_FOLDER, "top/", "", 0755);
	add_entry(&tar, TYPE_FOLDER, "top/d", "", 0755);
	add_entry(&tar, TYPE_SYMBOLIC, "top/d/up", "..", 0777);
	add_entry(&tar, TYPE_SYMBOLIC, "top/out", "d/up/..", 0777);
	end_archive(&tar);
	assert_fails_with(unpack(&e),
			  "archive 'a.tar' is refused: 'out' is a link that points outside");
	assert_nothing_left();
}

/* A relative link points elsewhere when it stands in another folder. */
static void hard_link_to_a_symbolic_link_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	(void)state;
	add_entry(&tar, TYPE_FOLDER, "top/", "", 0755);
	add_entry(&tar, TYPE_FOLDER, "top/d", "", 0755);
	add_entry(&tar, TYPE_SYMBOLIC, "top/d/up", "..", 0777);
	add_entry(&tar, TYPE_HARD, "top/out", "top/d/up", 0777);
	end_archive(&tar);
	assert_fails_with(unpack(&e), "archive 'a.tar' is refused: 'out' is a hard link to "
				      "something else than a file");
	assert_nothing_left();
}

static void nothing_is_written_through_a_link(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;
	AUTO_BUF over = BUF_INIT;

	(void)state;
	add_entry(&tar, TYPE_FOLDER, "top/", "", 0755);
	add_entry(&tar, TYPE_FOLDER, "top/d", "", 0755);
	add_entry(&tar, TYPE_SYMBOLIC, "top/l", "d", 0777);
	add_entry(&tar, TYPE_FILE, "top/l/x", "x", 0644);
	end_archive(&tar);
	assert_fails_with(unpack(&e), "archive 'a.tar': open folder of 'l/x': Too many levels of "
				      "symbolic links");
	assert_nothing_left();
	add_entry(&over, TYPE_FILE, "top/x", "x", 0644);
	add_entry(&over, TYPE_SYMBOLIC, "top/l", "x", 0777);
	add_entry(&over, TYPE_FILE, "top/l", "over", 0644);
	end_archive(&over);
	assert_fails_with(unpack(&e), "archive 'a.tar': write 'l': File exists");
	assert_nothing_left();
}

static void devices_and_pipes_are_refused(void **state)
{
	static const char why[] = "'x' is neither a file nor a folder nor a link";

	(void)state;
	assert_entry_refused(TYPE_DEVICE, "top/x", "", why);
	assert_entry_refused('4', "top/x", "", why);
	assert_entry_refused(TYPE_FIFO, "top/x", "", why);
}

static void stamp_of_the_archive_is_not_ours(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	(void)state;
	add_entry(&tar, TYPE_FILE, "top/.mvirt-mkos", "stamp", 0644);
	end_archive(&tar);
	assert_fails_with(unpack(&e), "write '.mvirt-mkos' into the unpacked source: File exists");
	assert_nothing_left();
}

static void too_much_is_refused(void **state)
{
	char name[64], large[2500];
	struct err e = ERR_INIT;
	AUTO_BUF entries = BUF_INIT;
	AUTO_BUF bytes = BUF_INIT;

	(void)state;
	for (int i = 0; i < 21; i++) {
		snprintf(name, sizeof(name), "top/%d", i);
		add_entry(&entries, TYPE_FILE, name, "", 0644);
	}
	end_archive(&entries);
	assert_fails_with(unpack(&e), "archive 'a.tar' is refused: it has more than 20 entries");
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_nothing_left();
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	add_entry(&bytes, TYPE_FILE, "top/1", large, 0644);
	add_entry(&bytes, TYPE_FILE, "top/2", large, 0644);
	add_entry(&bytes, TYPE_FILE, "top/3", "123", 0644);
	end_archive(&bytes);
	assert_fails_with(unpack(&e),
			  "archive 'a.tar' is refused: it unpacks to more than 5000 bytes");
	assert_nothing_left();
}

static void archive_cut_short_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;
	size_t end;

	(void)state;
	add_entry(&tar, TYPE_FOLDER, "top/", "", 0700);
	add_entry(&tar, TYPE_FILE, "top/plain", "plain text", 0600);
	end = tar.len;
	end_archive(&tar);
	/* Without the blocks of zeros an archive counts as whole for every tar. */
	for (size_t len = 0; len < end; len += 61) {
		put_bytes("a.tar", tar.data, len);
		assert_int_equal(unpack(&e), -1);
		assert_non_null(strstr(e.text, "archive 'a.tar' "));
		assert_nothing_left();
	}
}

static void archive_that_is_none_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;

	(void)state;
	assert_fails_with(unpack(&e), "archive 'a.tar' cannot be read: Failed to open 'a.tar'");
	put_text("a.tar", "this is no archive, only some text that stands in a file of this name");
	assert_fails_with(unpack(&e),
			  "archive 'a.tar' cannot be read: Unrecognized archive format");
	end_archive(&tar);
	assert_fails_with(unpack(&e), "archive 'a.tar' is empty");
	assert_nothing_left();
}

/* A second tool packs what was laid out by hand; the machine may lack it. */
static bool pack_with(const char *program)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	AUTO_CLOSE int fd = open("a.packed", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;
	int status = -1;
	pid_t pid;

	assert_ok(strv_add_all(&argv, &e, program, "-c", "a.tar", NULL));
	p.argv = &argv;
	p.output = fd;
	if (process_start(&p, &pid, &e) < 0)
		return false;
	assert_ok(process_wait(pid, program, &status, &e));
	assert_int_equal(status, 0);
	return true;
}

static void assert_damage_is_told(const char *packed, size_t len)
{
	struct err e = ERR_INIT;
	AUTO_BUF damaged = BUF_INIT;

	assert_ok(buf_put(&damaged, packed, len, &e));
	damaged.data[len / 2] = (char)(damaged.data[len / 2] ^ 0x55);
	put_bytes("a.tar", damaged.data, len);
	assert_int_equal(unpack(&e), -1);
	assert_nothing_left();
	for (size_t cut = 0; cut < len; cut += 7) {
		put_bytes("a.tar", packed, cut);
		assert_int_equal(unpack(&e), -1);
		assert_nothing_left();
	}
}

static void compressed_with(const char *program)
{
	struct err e = ERR_INIT;
	AUTO_BUF tar = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	mode_t before = umask(022);

	add_good_tree(&tar);
	end_archive(&tar);
	if (!pack_with(program))
		skip_without(program);
	assert_ok(file_read("a.packed", 1 << 20, &packed, &e));
	put_bytes("a.tar", packed.data, packed.len);
	assert_ok(unpack(&e));
	umask(before);
	assert_good_tree();
	assert_ok(remove_tree("out", NULL, &e));
	assert_damage_is_told(packed.data, packed.len);
}

static void xz_is_unpacked_and_its_damage_told(void **state)
{
	(void)state;
	compressed_with("xz");
}

static void gzip_is_unpacked_and_its_damage_told(void **state)
{
	(void)state;
	compressed_with("gzip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(good_archive_is_unpacked),
		scratch_test(folder_without_stamp_has_none),
		scratch_test(leftovers_of_a_broken_unpack_are_no_hindrance),
		scratch_test(folder_in_the_way_is_kept),
		scratch_test(name_that_leads_out_is_refused),
		scratch_test(link_that_leads_out_is_refused),
		scratch_test(two_links_that_lead_out_together_are_refused),
		scratch_test(hard_link_to_a_symbolic_link_is_refused),
		scratch_test(nothing_is_written_through_a_link),
		scratch_test(devices_and_pipes_are_refused),
		scratch_test(stamp_of_the_archive_is_not_ours),
		scratch_test(too_much_is_refused),
		scratch_test(archive_cut_short_is_told),
		scratch_test(archive_that_is_none_is_told),
		scratch_test(xz_is_unpacked_and_its_damage_told),
		scratch_test(gzip_is_unpacked_and_its_damage_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
