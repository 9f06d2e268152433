#include "stage/fetch.h"

#include "base/buf.h"
#include "base/path.h"
#include "format/gpgv_status.h"
#include "format/pins.h"
#include "host/download.h"
#include "host/file.h"
#include "host/process.h"
#include "host/temp.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The key that signs the lists of kernel.org, and where kernel.org publishes it (Web Key Directory). */
#define AUTOSIGNER "B8868C80BA62A1FFFAF5FDA9632D3A06589DA6B1"
#define AUTOSIGNER_KEY                        \
	"https://www.kernel.org/.well-known/" \
	"openpgpkey/hu/ew8uiogxwri7d3fuioqgt7u1d5sngorx?l=autosigner"

enum { LIST_MAX = 32 << 20, KEY_MAX = 1 << 20, STATUS_MAX = 1 << 20 };

/* The files of one check, all in a private folder. */
struct check {
	struct temp_folder folder;
	char *list, *body, *keyring, *status;
};

static void check_done(struct check *c)
{
	free(c->list);
	free(c->body);
	free(c->keyring);
	free(c->status);
	temp_folder_remove(&c->folder);
}

static int make_folder(struct check *c, struct err *e)
{
	if (temp_folder_make(&c->folder, e) < 0 ||
	    path_join(c->folder.path, "sha256sums.asc", &c->list, e) < 0 ||
	    path_join(c->folder.path, "sha256sums", &c->body, e) < 0)
		return -1;
	return path_join(c->folder.path, "status", &c->status, e);
}

static int get(const struct fetch_options *o, const char *url, const char *path, uint64_t max,
	       struct err *e)
{
	const struct download_options options = {.timeout_s = o->timeout_s};
	AUTO_FREE char *mirrored = NULL;
	struct download file = {.path = path, .max_bytes = max};
	uint64_t bytes;

	if (fetch_mirrored(o, url, &mirrored, e) < 0)
		return -1;
	file.url = mirrored;
	return download_all(&file, 1, &options, &bytes, e);
}

static bool is_fingerprint(const char *text)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	return !text[len] && (len == 40 || len == 64);
}

static bool is_armoured(const char *path)
{
	AUTO_BUF text = BUF_INIT;
	struct err e;

	return file_read(path, KEY_MAX, &text, &e) == 0 &&
	       !strncmp(buf_str(&text), "-----BEGIN PGP", 14);
}

/* gpgv takes a name without a slash for one in its own folder. */
static int get_keyring(struct check *c, const struct fetch_options *o, struct err *e)
{
	if (o->keyring && is_armoured(o->keyring))
		return err_set(e, ERR_INPUT,
			       "--keyring '%s' is text, which gpgv does not read: use what gpg "
			       "--dearmor makes of it",
			       o->keyring);
	if (o->keyring)
		return file_real_path(o->keyring, &c->keyring, e) < 0 ? err_ctx(e, "--keyring") : 0;
	if (path_join(c->folder.path, "key", &c->keyring, e) < 0)
		return -1;
	return get(o, AUTOSIGNER_KEY, c->keyring, KEY_MAX, e);
}

/* What gpgv prints for people is told when it gives no status. */
static int keep_last_line(void *context, const char *line, size_t len, struct err *e)
{
	struct buf *last = context;

	buf_clear(last);
	return buf_put(last, line, len < 300 ? len : 300, e);
}

/* Runs gpgv, which writes what was signed, and nothing else of the list, to c->body. */
static int run_gpgv(const struct check *c, struct buf *status_text, struct buf *last, int *ret,
		    struct err *e)
{
	AUTO_CLOSE int status = open(c->status, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	AUTO_STRV argv = STRV_INIT;
	struct process_options p = PROCESS_OPTIONS_INIT;

	if (status < 0)
		return err_os(e, "write '%s'", c->status);
	if (strv_add_all(&argv, e, "gpgv", "--homedir", c->folder.path, "--status-fd", "3",
			 "--keyring", c->keyring, "--output", c->body, c->list, NULL) < 0)
		return -1;
	p.argv = &argv;
	p.extra = status;
	if (process_pump(&p, keep_last_line, last, ret, e) < 0)
		return -1;
	return file_read(c->status, STATUS_MAX, status_text, e);
}

static int check_signature(const struct check *c, const char *url, const char *fingerprint,
			   struct err *e)
{
	AUTO_BUF status = BUF_INIT;
	AUTO_BUF last = BUF_INIT;
	const char *text;
	int exit_status;

	if (run_gpgv(c, &status, &last, &exit_status, e) < 0)
		return -1;
	text = buf_str(&status);
	if (exit_status == 0 && gpgv_status_is_good(text, fingerprint))
		return 0;
	if (gpgv_status_has(text, "BADSIG"))
		return err_set(e, ERR_INPUT, "the signature of '%s' is wrong: it was changed", url);
	if (gpgv_status_has(text, "NO_PUBKEY"))
		return err_set(e, ERR_INPUT, "'%s' is signed by a key that the keyring has not",
			       url);
	if (gpgv_status_has(text, "VALIDSIG"))
		return err_set(e, ERR_INPUT,
			       "'%s' is not signed by the key %s, or that has expired", url,
			       fingerprint);
	return err_set(e, ERR_INPUT, "'%s' has no signature that can be checked (%s)", url,
		       buf_str(&last));
}

int fetch_signed_sha256(const struct fetch_options *o, const char *url, const char *name,
			char ret_hex[HASH_HEX], struct err *e)
{
	const char *fingerprint = o->fingerprint ? o->fingerprint : AUTOSIGNER;
	AUTO(check_done) struct check c = {.folder = TEMP_FOLDER_INIT};
	AUTO_BUF list = BUF_INIT;

	if (!is_fingerprint(fingerprint))
		return err_set(
			e, ERR_USAGE,
			"--fingerprint is 40 hexadecimal digits, without blanks, not '%.80s'",
			fingerprint);
	if (make_folder(&c, e) < 0 || get_keyring(&c, o, e) < 0 ||
	    get(o, url, c.list, LIST_MAX, e) < 0)
		return -1;
	if (check_signature(&c, url, fingerprint, e) < 0 ||
	    file_read(c.body, LIST_MAX, &list, e) < 0)
		return -1;
	return sha256sums_find(buf_str(&list), list.len, url, name, ret_hex, e);
}
