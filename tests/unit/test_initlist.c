#include "unit.h"

#include "base/buf.h"
#include "format/initlist.h"

static const char *lookup(void *context, const char *variable)
{
	(void)context;
	if (!strcmp(variable, "HERE"))
		return "/some where";
	return strcmp(variable, "EMPTY") ? NULL : "";
}

static const char *const types[] = {"file", "dir", "nod", "slink", "pipe", "sock", "tree"};

/* Every entry as one line of text. */
static int note(void *context, const struct initlist_line *line, struct err *e)
{
	struct buf *b = context;

	if (buf_putf(b, e, "%u %s <%s>", line->number, types[line->type], line->name) < 0)
		return -1;
	if (line->location && buf_putf(b, e, " at <%s>", line->location) < 0)
		return -1;
	if (buf_putf(b, e, " %04o %u:%u", line->mode, line->uid, line->gid) < 0)
		return -1;
	if (line->device && buf_putf(b, e, " %c %u,%u", line->device, line->major, line->minor) < 0)
		return -1;
	for (size_t i = 0; i < line->n_links; i++)
		if (buf_putf(b, e, " =<%s>", line->links[i]) < 0)
			return -1;
	return buf_puts(b, "\n", e);
}

static int parse_n(const char *text, size_t len, struct buf *notes, struct err *e)
{
	unsigned int line = 0;
	const struct initlist_reader reader = {"x.list", &line, notes, lookup, note};

	return initlist_parse(text, len, &reader, e);
}

static int parse(const char *text, struct buf *notes, struct err *e)
{
	return parse_n(text, strlen(text), notes, e);
}

#define assert_reads(text, want)                             \
	do {                                                 \
		struct err e = ERR_INIT;                     \
		AUTO_BUF notes_ = BUF_INIT;                  \
		assert_ok(parse(text, &notes_, &e));         \
		assert_string_equal(buf_str(&notes_), want); \
	} while (0)

#define assert_refuses(text, sentence)                                 \
	do {                                                           \
		struct err e;                                          \
		AUTO_BUF notes_ = BUF_INIT;                            \
		assert_fails_with(parse(text, &notes_, &e), sentence); \
		assert_int_equal(e.kind, ERR_INPUT);                   \
	} while (0)

static void every_type_is_read(void **state)
{
	(void)state;
	assert_reads("file /init init 0755 0 0\n", "1 file </init> at <init> 0755 0:0\n");
	assert_reads("dir /dev 755 1 2\n", "1 dir </dev> 0755 1:2\n");
	assert_reads("nod /dev/sda 0660 0 6 b 8 17\n", "1 nod </dev/sda> 0660 0:6 b 8,17\n");
	assert_reads("nod /dev/null 0666 0 0 c 1 3\n", "1 nod </dev/null> 0666 0:0 c 1,3\n");
	assert_reads("slink /a /b 0777 0 0\n", "1 slink </a> at </b> 0777 0:0\n");
	assert_reads("pipe /p 0600 0 0\n", "1 pipe </p> 0600 0:0\n");
	assert_reads("sock /s 0600 0 0\n", "1 sock </s> 0600 0:0\n");
	assert_reads("tree / rootfs\n", "1 tree </> at <rootfs> 0000 0:0\n");
}

static void hard_links_follow_a_file(void **state)
{
	(void)state;
	assert_reads("file /a x 0644 0 0 /b c\n", "1 file </a> at <x> 0644 0:0 =</b> =<c>\n");
}

static void blank_lines_and_comments_are_left_out(void **state)
{
	(void)state;
	assert_reads("", "");
	assert_reads("\n \t\n# dir /a\n  # dir /a\n", "");
	assert_reads("dir /a 0755 0 0 # why\ndir /b 0755 0 0", "1 dir </a> 0755 0:0\n"
							       "2 dir </b> 0755 0:0\n");
	assert_reads("file /a x 0644 0 0 # no link\n", "1 file </a> at <x> 0644 0:0\n");
	assert_reads("dir /a#b 0755 0 0\n", "1 dir </a#b> 0755 0:0\n");
}

static void lines_of_other_systems_are_read(void **state)
{
	(void)state;
	assert_reads("dir\t/a  0755 0 0 \r\n", "1 dir </a> 0755 0:0\n");
}

static void quotes_hold_a_word_together(void **state)
{
	(void)state;
	assert_reads("dir \"/a b\" 0755 0 0\n", "1 dir </a b> 0755 0:0\n");
	assert_reads("dir \"/a\\\"b\\\\c\\d#\" 0755 0 0\n", "1 dir </a\"b\\c\\d#> 0755 0:0\n");
	assert_reads("dir /a\"b 0755 0 0\n", "1 dir </a\"b> 0755 0:0\n");
	assert_refuses("\ndir \"/a 0755 0 0\n", "x.list:2: a quotation mark is not closed");
	assert_refuses("dir \"/a\"b 0755 0 0\n",
		       "x.list:1: a blank is missing behind the closing quotation mark");
}

static void variables_are_replaced_in_locations(void **state)
{
	(void)state;
	assert_reads("file /a ${HERE}/x 0644 0 0\n", "1 file </a> at </some where/x> 0644 0:0\n");
	assert_reads("tree /a x${EMPTY}y${HERE}\n", "1 tree </a> at <xy/some where> 0000 0:0\n");
	assert_reads("slink /a ${HERE} 0777 0 0\n", "1 slink </a> at <${HERE}> 0777 0:0\n");
	assert_reads("file /${HERE} ${x 0644 0 0\n", "1 file </${HERE}> at <${x> 0644 0:0\n");
	assert_refuses("file /a ${THERE}/x 0644 0 0\n", "x.list:1: variable 'THERE' has no value");
	assert_refuses("file /a ${}/x 0644 0 0\n", "x.list:1: variable '' has no value");
	assert_refuses("file /a ${EMPTY} 0644 0 0\n", "x.list:1: '/a' has an empty location");
}

static void unknown_type_is_an_error(void **state)
{
	(void)state;
	assert_refuses("dir /a 0755 0 0\ndirr /b 0755 0 0\n",
		       "x.list:2: unknown type 'dirr': did you mean 'dir'?");
	assert_refuses("symlink /b /c 0755 0 0\n", "x.list:1: unknown type 'symlink': did you mean "
						   "'slink'?");
	assert_refuses("something /b\n",
		       "x.list:1: unknown type 'something': file, dir, nod, "
		       "slink, pipe, sock, tree, overlay, archive, elf and set are known");
	assert_refuses("DIR /a 0755 0 0\n",
		       "x.list:1: unknown type 'DIR': file, dir, nod, slink, "
		       "pipe, sock, tree, overlay, archive, elf and set are known");
}

static void number_of_fields_is_checked(void **state)
{
	(void)state;
	assert_refuses("dir\n", "x.list:1: 4 fields are missing: dir NAME MODE UID GID");
	assert_refuses("file /a x 0755 0\n",
		       "x.list:1: 1 field is missing: file NAME LOCATION MODE "
		       "UID GID [HARDLINK...]");
	assert_refuses("nod /a 0600 0 0 c 1\n",
		       "x.list:1: 1 field is missing: nod NAME MODE UID GID TYPE MAJOR MINOR");
	assert_refuses("slink /a 0777 0 0\n",
		       "x.list:1: 1 field is missing: slink NAME TARGET MODE UID GID");
	assert_refuses("tree /a\n",
		       "x.list:1: 1 field is missing: tree NAME FOLDER [KEY=VALUE...]");
	assert_refuses("dir /a 0755 0 0 0\n",
		       "x.list:1: '0' is one field too many: dir NAME MODE UID GID");
	assert_refuses("tree /a b 0755\n", "x.list:1: '0755' is no KEY=VALUE");
}

static void numbers_are_checked(void **state)
{
	(void)state;
	assert_refuses("dir /a 0855 0 0\n",
		       "x.list:1: mode '0855' is not an octal number up to 7777");
	assert_refuses("dir /a 10000 0 0\n",
		       "x.list:1: mode '10000' is not an octal number up to 7777");
	assert_refuses("dir /a -1 0 0\n", "x.list:1: mode '-1' is not an octal number up to 7777");
	assert_refuses("dir /a 0755 root 0\n", "x.list:1: user id 'root' is not a decimal number");
	assert_refuses("dir /a 0755 4294967295 0\n",
		       "x.list:1: user id '4294967295' is over 4294967294");
	assert_refuses("dir /a 0755 0 0x0\n", "x.list:1: group id '0x0' is not a decimal number");
	assert_refuses("nod /a 0600 0 0 u 1 1\n",
		       "x.list:1: device type 'u' is neither b (block) nor c (character)");
	assert_refuses("nod /a 0600 0 0 c 4096 1\n", "x.list:1: major number '4096' is over 4095");
	assert_refuses("nod /a 0600 0 0 c 1 1048576\n",
		       "x.list:1: minor number '1048576' is over 1048575");
}

static void nul_is_refused(void **state)
{
	static const char text[] = "dir /a 0755 0 0\0\n";
	struct err e;
	AUTO_BUF notes = BUF_INIT;

	(void)state;
	assert_fails_with(parse_n(text, sizeof(text) - 1, &notes, &e),
			  "x.list:1: a NUL byte: this is no text file");
}

static int refuse(void *context, const struct initlist_line *line, struct err *e)
{
	(void)context;
	(void)line;
	return err_set(e, ERR_INPUT, "not today");
}

static void refusal_names_the_line(void **state)
{
	unsigned int line = 0;
	const struct initlist_reader reader = {"x.list", &line, NULL, NULL, refuse};
	static const char text[] = "\n\ndir /a 0755 0 0\n";
	struct err e;

	(void)state;
	assert_fails_with(initlist_parse(text, sizeof(text) - 1, &reader, &e),
			  "x.list:3: not today");
	assert_fails_with(initlist_parse("#\n\ndir\n", 7, &reader, &e),
			  "x.list:6: 4 fields are missing: dir NAME MODE UID GID");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(hard_links_follow_a_file),
		cmocka_unit_test(blank_lines_and_comments_are_left_out),
		cmocka_unit_test(lines_of_other_systems_are_read),
		cmocka_unit_test(quotes_hold_a_word_together),
		cmocka_unit_test(variables_are_replaced_in_locations),
		cmocka_unit_test(unknown_type_is_an_error),
		cmocka_unit_test(number_of_fields_is_checked),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(nul_is_refused),
		cmocka_unit_test(refusal_names_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
