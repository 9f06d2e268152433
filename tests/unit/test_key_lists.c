#include "scratch.h"

#include "host/new_key.h"
#include "stage/key_lists.h"

static struct certificates certificates;
static const uint8_t owner[EFI_GUID] = {7, 7, 7};

/* The files a.cer and b.cer, b.esl of another owner, and b.auth with what that has. */
static int put_files(void **state)
{
	const struct new_certificate what = {"x", 0, 86400};
	static const uint8_t time[EFI_TIME];
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	AUTO_BUF esl = BUF_INIT, auth = BUF_INIT;
	struct err e = ERR_INIT;
	const struct buf *b;

	if (scratch_enter(state) < 0)
		return -1;
	assert_ok(new_key_make(2048, &k, &e));
	for (int i = 0; i < 2; i++)
		assert_ok(new_certificate_make(&k, &what, &certificates, &e));
	put_bytes("a.cer", certificates.v[0].der.data, certificates.v[0].der.len);
	b = &certificates.v[1].der;
	put_bytes("b.cer", b->data, b->len);
	assert_ok(efi_list_certificate(&esl, owner, (struct der){(uint8_t *)b->data, b->len}, &e));
	put_bytes("b.esl", esl.data, esl.len);
	assert_ok(efi_auth_write(time, (struct der){(const uint8_t *)"signature", 9},
				 (struct der){(uint8_t *)esl.data, esl.len}, &auth, &e));
	put_bytes("b.auth", auth.data, auth.len);
	return 0;
}

static int drop_files(void **state)
{
	certificates_done(&certificates);
	return scratch_leave(state);
}

/* What the variable holds, entry by entry: whose it is and what. */
static void assert_holds(const struct key_words *words, enum efi_key_variable which,
			 const char *want)
{
	struct efi_list_entry entry;
	struct efi_lists lists;
	struct err e = ERR_INIT;
	AUTO_BUF list = BUF_INIT, got = BUF_INIT;
	size_t entries = 0, n = 0;

	assert_ok(key_list_fill(words, which, &list, &entries, &e));
	efi_lists_init(&lists, (struct der){(uint8_t *)list.data, list.len});
	for (; efi_lists_next(&lists, &entry, &e) > 0; n++) {
		const struct buf *a = &certificates.v[0].der;
		bool is_a =
			entry.content.len == a->len && !memcmp(entry.content.data, a->data, a->len);

		assert_ok(buf_putf(&got, &e, "%s%s%s", n ? " " : "",
				   memcmp(entry.signature.data, owner, EFI_GUID) ? "" : "others-",
				   entry.is_sha256 ? "digest"
				   : is_a	   ? "a"
						   : "b"));
	}
	assert_string_equal(buf_str(&got), want);
	assert_int_equal(entries, n);
}

static void words_become_lists(void **state)
{
	AUTO_STRV db = STRV_INIT, dbx = STRV_INIT;
	const struct key_words words = {.kek = "b.esl", .db = &db, .dbx = &dbx};
	const struct key_words few = {.db = &db};
	struct err e = ERR_INIT;

	assert_ok(strv_add_all(&db, &e, "a.cer", "b.esl", "b.auth", "b.cer", NULL));
	assert_ok(strv_add_all(&dbx, &e,
			       "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef",
			       "b.auth", NULL));
	(void)state;
	assert_holds(&words, EFI_PK, "a");
	assert_holds(&words, EFI_KEK, "others-b");
	assert_holds(&words, EFI_DB, "a others-b others-b b");
	assert_holds(&words, EFI_DBX, "digest others-b");
	assert_holds(&few, EFI_KEK, "a");
	assert_holds(&few, EFI_DBX, "");
}

static void lists_are_found_in_files(void **state)
{
	AUTO_BUF file = BUF_INIT;
	struct err e = ERR_INIT;
	struct der found;

	(void)state;
	assert_ok(file_read("b.auth", 1 << 20, &file, &e));
	assert_true(efi_lists_find((struct der){(uint8_t *)file.data, file.len}, &found));
	assert_int_equal(found.len, 28 + EFI_GUID + certificates.v[1].der.len);
	for (size_t len = 0; len < file.len; len++)
		assert_false(efi_lists_find((struct der){(uint8_t *)file.data, len}, &found));
	file.data[EFI_TIME + 3] = 1;
	assert_false(efi_lists_find((struct der){(uint8_t *)file.data, file.len}, &found));
	assert_false(efi_lists_find(
		(struct der){(uint8_t *)certificates.v[0].der.data, certificates.v[0].der.len},
		&found));
}

static void what_is_no_key_is_refused(void **state)
{
	AUTO_STRV db = STRV_INIT, dbx = STRV_INIT;
	const struct key_words w = {.db = &db, .dbx = &dbx};
	AUTO_BUF list = BUF_INIT;
	struct err e = ERR_INIT;
	size_t entries = 0;

	(void)state;
	put_text("text", "0123");
	assert_ok(strv_add(&db, "text", &e));
	assert_ok(strv_add(&dbx, "0123", &e));
	assert_fails_with(key_list_fill(&w, EFI_DB, &list, &entries, &e),
			  "'text' holds no certificate, as PEM or DER");
	assert_fails_with(key_list_fill(&w, EFI_DBX, &list, &entries, &e),
			  "certificate: open '0123': No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_lists),
		cmocka_unit_test(lists_are_found_in_files),
		cmocka_unit_test(what_is_no_key_is_refused),
	};

	return cmocka_run_group_tests(tests, put_files, drop_files);
}
