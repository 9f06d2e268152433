#include "unit.h"

#include "format/tpm_eventlog.h"

#define ZEROS_20  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DIGEST_20 "abcdefghijklmnopqrst"

/* Two banks: SHA-1, and one of 3 bytes that nobody knows. PC Client Platform Firmware Profile, 10.4.5.1. */
#define HEADER_DATA         \
	"Spec ID Event03\0" \
	"\0\0\0\0"          \
	"\0\2\0\2"          \
	"\2\0\0\0"          \
	"\x04\0\x14\0"      \
	"\x99\0\x03\0"      \
	"\0"
#define HEADER "\0\0\0\0\3\0\0\0" ZEROS_20 "\x25\0\0\0" HEADER_DATA

/* PCR 4, EV_EFI_ACTION. */
#define EVENT                         \
	"\4\0\0\0\7\0\0\x80\2\0\0\0"  \
	"\x99\0"                      \
	"xyz"                         \
	"\x04\0" DIGEST_20 "\2\0\0\0" \
	"Go"

static int read_log(const void *data, size_t len, struct tpm_event *last, struct err *e)
{
	struct tpm_eventlog log;
	int r;

	if (tpm_eventlog_init(&log, data, len, "log", e) < 0)
		return -1;
	while ((r = tpm_eventlog_next(&log, last, e)) > 0)
		continue;
	return r;
}

static void event_is_read_with_the_digests_we_know(void **state)
{
	static const char text[] = HEADER EVENT;
	struct tpm_event event = {.number = 0};
	struct err e = ERR_INIT;
	char words[TPM_EVENT_TEXT];

	(void)state;
	assert_ok(read_log(text, sizeof(text) - 1, &event, &e));
	assert_int_equal(event.number, 1);
	assert_int_equal(event.pcr, 4);
	assert_true(event.has[DIGEST_SHA1]);
	assert_false(event.has[DIGEST_SHA256]);
	assert_memory_equal(event.digests[DIGEST_SHA1].bytes, DIGEST_20, 20);
	assert_int_equal(event.len, 2);
	assert_memory_equal(event.data, "Go", 2);
	tpm_event_type_text(event.type, words);
	assert_string_equal(words, "EV_EFI_ACTION");
	tpm_event_describe(&event, words);
	assert_string_equal(words, "Go");
}

static void log_cut_anywhere_is_refused(void **state)
{
	static const char text[] = HEADER EVENT;
	const size_t header = sizeof(HEADER) - 1;
	struct tpm_event event;

	(void)state;
	for (size_t len = 1; len < sizeof(text) - 1; len++) {
		struct err e = ERR_INIT;

		if (len == header)
			continue;
		assert_int_equal(read_log(text, len, &event, &e), -1);
		assert_non_null(strstr(e.text, "'log' is cut short: event "));
	}
}

static void assert_refused(const void *data, size_t len, const char *why)
{
	struct tpm_event event;
	struct err e = ERR_INIT;

	assert_fails_with(read_log(data, len, &event, &e), why);
}

static void what_is_no_log_is_refused(void **state)
{
	static const char other[] = "\0\0\0\0\3\0\0\0" ZEROS_20 "\0\0\0\0";
	static const char action[] = "\0\0\0\0\4\0\0\0" ZEROS_20 "\4\0\0\0\0\0\0\0";
	char text[] = HEADER;

	(void)state;
	assert_refused("", 0, "'log' is empty: no firmware wrote an event log");
	assert_refused(other, sizeof(other) - 1,
		       "'log' is no event log of a TPM 2.0: it has no 'Spec ID Event03'");
	assert_refused(action, sizeof(action) - 1,
		       "'log' is no event log of a TPM 2.0: it does not begin with EV_NO_ACTION");
	text[56] = 17;
	assert_refused(text, sizeof(text) - 1,
		       "'log' is no event log: its header tells of 17 banks");
	text[56] = 3;
	assert_refused(text, sizeof(text) - 1,
		       "'log' is no event log: its header tells of 3 banks");
	text[56] = 2;
	text[62] = 19;
	assert_refused(text, sizeof(text) - 1,
		       "'log' is no event log: sha1 has 19 bytes in its header");
	text[62] = 20;
	text[64] = 4;
	assert_refused(text, sizeof(text) - 1,
		       "'log' is no event log: its header has bank 0x4 twice");
}

static void digests_that_the_header_does_not_tell_of_are_refused(void **state)
{
	char text[] = HEADER EVENT;
	const size_t event = sizeof(HEADER) - 1;

	(void)state;
	text[event + 12] = 0x0b;
	assert_refused(
		text, sizeof(text) - 1,
		"'log': event 1 has a digest of a kind 0xb that its header does not tell of");
	text[event + 12] = (char)0x99;
	text[event + 8] = 3;
	assert_refused(text, sizeof(text) - 1,
		       "'log': event 1 has 3 digests, the header tells of 2");
}

static void assert_described(uint32_t type, const char *data, size_t len, const char *want)
{
	const struct tpm_event event = {.type = type, .data = (const uint8_t *)data, .len = len};
	char words[TPM_EVENT_TEXT];

	memset(words, 'x', sizeof(words));
	tpm_event_describe(&event, words);
	assert_string_equal(words, want);
}

#define DESCRIBED(type, data, want) assert_described(type, data, sizeof(data) - 1, want)
#define GUID			    "0123456789abcdef"

static void events_are_described_by_their_text(void **state)
{
	(void)state;
	DESCRIBED(0x80000001, GUID "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0P\0K\0\1", "PK");
	DESCRIBED(0x80000001, GUID "\3\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0P\0K\0\1", "");
	DESCRIBED(0x80000001, GUID "\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0P\0", "");
	DESCRIBED(0x6, "\1\2\3\4\x0d\0\0\0Linux initrd\0", "Linux initrd");
	DESCRIBED(0xd, ".\0l\0i\0n\0u\0x\0\0\0", ".linux");
	DESCRIBED(0xd, "text", "text");
	DESCRIBED(0xd, "a", "a");
	DESCRIBED(0xd, "a\0\xff\0", "a");
	DESCRIBED(0xd, "\x1b[2J", "");
	DESCRIBED(0x4, "\0\0\0\0", "");
	DESCRIBED(0xd, "", "");
}

static void long_text_is_cut(void **state)
{
	char data[300], want[TPM_EVENT_TEXT];

	(void)state;
	memset(data, 'a', sizeof(data));
	memset(want, 'a', sizeof(want));
	want[sizeof(want) - 1] = '\0';
	assert_described(0x5, data, sizeof(data), want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_is_read_with_the_digests_we_know),
		cmocka_unit_test(log_cut_anywhere_is_refused),
		cmocka_unit_test(what_is_no_log_is_refused),
		cmocka_unit_test(digests_that_the_header_does_not_tell_of_are_refused),
		cmocka_unit_test(events_are_described_by_their_text),
		cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
