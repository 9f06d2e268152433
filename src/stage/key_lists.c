#include "stage/key_lists.h"

#include "base/hex.h"
#include "host/certificate.h"
#include "host/file.h"

#include <string.h>

enum { KEY_FILE_MAX = 1 << 20 };

static int add_certificates(const char *path, struct buf *list, size_t *entries, struct err *e)
{
	AUTO_CERTIFICATES c = {.v = NULL};

	if (certificates_load(path, &c, e) < 0)
		return -1;
	for (size_t i = 0; i < c.n; i++) {
		const struct buf *der = &c.v[i].der;

		if (efi_list_certificate(list, efi_key_owner,
					 (struct der){(const uint8_t *)der->data, der->len}, e) < 0)
			return -1;
	}
	*entries += c.n;
	return 0;
}

static int add_lists(struct der lists, struct buf *list, size_t *entries, struct err *e)
{
	struct efi_list_entry entry;
	struct efi_lists walk;
	int r;

	efi_lists_init(&walk, lists);
	while ((r = efi_lists_next(&walk, &entry, e)) > 0)
		++*entries;
	return r < 0 ? -1 : buf_put(list, lists.data, lists.len, e);
}

/* Lists go in as they are: firmware measures whose they are, too. */
static int add_file(const char *path, struct buf *list, size_t *entries, struct err *e)
{
	AUTO_BUF content = BUF_INIT;
	struct der lists;

	if (file_read(path, KEY_FILE_MAX, &content, e) < 0)
		return err_ctx(e, "certificate");
	if (efi_lists_find((struct der){(const uint8_t *)buf_str(&content), content.len}, &lists))
		return add_lists(lists, list, entries, e);
	return add_certificates(path, list, entries, e);
}

static int add_refused(const char *word, struct buf *list, size_t *entries, struct err *e)
{
	uint8_t digest[1][EFI_SHA256];

	if (!hex_get(word, digest[0], EFI_SHA256))
		return add_file(word, list, entries, e);
	++*entries;
	return efi_list_sha256(list, efi_key_owner, (const uint8_t(*)[EFI_SHA256])digest, 1, e);
}

int key_list_fill(const struct key_words *words, enum efi_key_variable which, struct buf *to,
		  size_t *entries, struct err *e)
{
	const struct strv *list = which == EFI_DB ? words->db : words->dbx;
	const char *one = which == EFI_PK ? words->pk : words->kek;

	if (which == EFI_PK || which == EFI_KEK)
		return add_file(one ? one : words->db->v[0], to, entries, e);
	for (size_t i = 0; list && i < list->n; i++)
		if (which == EFI_DB ? add_file(list->v[i], to, entries, e) < 0
				    : add_refused(list->v[i], to, entries, e) < 0)
			return -1;
	return 0;
}
