#include "stage/secure_boot.h"

#include "base/hex.h"
#include "format/ovmf_vars.h"
#include "host/certificate.h"
#include "host/file.h"
#include "stage/verify.h"

#include <string.h>

enum { VARS_MAX = 16 << 20 };

struct store {
	const char *name;
	struct buf image;
	struct ovmf_vars vars;
	struct buf lists[EFI_KEY_VARIABLES]; /* of keys that are no store's */
	struct der keys[EFI_KEY_VARIABLES];  /* empty: it has none */
	bool is_off;			     /* by SecureBootEnable, whatever keys there are */
};

static void store_done(struct store *s)
{
	buf_done(&s->image);
	for (size_t i = 0; i < EFI_KEY_VARIABLES; i++)
		buf_done(&s->lists[i]);
}

void secure_boot_events_done(struct secure_boot_events *s)
{
	for (size_t i = 0; i < SECURE_BOOT_VARIABLES; i++)
		buf_done(&s->variables[i]);
	buf_done(&s->authority);
}

static int read_variable(struct store *s, const struct ovmf_variable *v, struct err *e)
{
	for (unsigned int i = 0; i < EFI_KEY_VARIABLES; i++)
		if (!strcmp(v->name, efi_key_name(i)) &&
		    !memcmp(v->vendor, efi_key_vendor(i), EFI_GUID))
			s->keys[i] = v->data;
	if (!strcmp(v->name, "SecureBootEnable"))
		s->is_off = v->data.len && v->data.data[0] == 0;
	if ((!strcmp(v->name, "dbt") || !strcmp(v->name, "dbr")) && v->data.len)
		return err_set(e, ERR_INPUT,
			       "'%s' has a variable %s: PCR 7 is not known before the boot",
			       s->name, v->name);
	return 0;
}

static int read_store(struct store *s, const char *path, struct err *e)
{
	struct ovmf_variable v;
	size_t at = 0;
	int r;

	if (file_read(path, VARS_MAX, &s->image, e) < 0)
		return err_ctx(e, "variable store");
	if (ovmf_vars_open(&s->vars, (uint8_t *)s->image.data, s->image.len, path, e) < 0)
		return -1;
	while ((r = ovmf_vars_next(&s->vars, &at, &v, e)) > 0)
		if (read_variable(s, &v, e) < 0)
			return -1;
	return r;
}

static int take_keys(struct store *s, const struct key_words *keys, struct err *e)
{
	for (unsigned int i = 0; i < EFI_KEY_VARIABLES; i++) {
		size_t entries = 0;

		if (key_list_fill(keys, i, &s->lists[i], &entries, e) < 0)
			return -1;
		s->keys[i] = (struct der){(const uint8_t *)s->lists[i].data, s->lists[i].len};
	}
	return 0;
}

/* In which of the program's signatures a certificate vouches for it: the first, or n for none. */
static int first_signature(const struct source *program, struct der certificate, size_t *ret,
			   struct err *e)
{
	AUTO_CERTIFICATES one = {.v = NULL};
	AUTO_VERIFY_REPORT report = {.signatures = NULL};
	struct err bad = ERR_INIT;

	*ret = SIZE_MAX;
	if (certificates_add_der(&one, certificate.data, certificate.len, &bad) < 0) {
		/* Firmware passes over what it cannot read. */
		if (bad.kind == ERR_INPUT)
			return 0;
		*e = bad;
		return -1;
	}
	if (stage_verify_by(program, &one, &report, e) < 0)
		return -1;
	for (size_t i = 0; i < report.n_signatures && report.is_good && *ret == SIZE_MAX; i++)
		if (report.signatures[i].is_good)
			*ret = i;
	return 0;
}

static int image_digest(const struct source *program, char ret[DIGEST_HEX], struct err *e)
{
	AUTO_VERIFY_REPORT report = {.signatures = NULL};

	if (stage_verify(program, NULL, &report, e) < 0)
		return -1;
	memcpy(ret, report.image_sha256, DIGEST_HEX);
	return 0;
}

static bool is_digest(struct der content, const char *hex)
{
	char own[DIGEST_HEX];

	hex_put(content.data, EFI_SHA256, own);
	return strcmp(own, hex) == 0;
}

/*
 * EDK II looks at one signature after the other: for each at the certificates of db, then for the
 * digest of the image (SecurityPkg, DxeImageVerificationLib).
 */
static int find_authority(const struct store *s, const struct source *program, struct der *ret,
			  struct err *e)
{
	size_t best = SIZE_MAX;
	struct der by_digest = {NULL, 0};
	struct efi_list_entry entry;
	struct efi_lists lists;
	char hex[DIGEST_HEX];
	int r;

	*ret = (struct der){NULL, 0};
	if (image_digest(program, hex, e) < 0)
		return -1;
	efi_lists_init(&lists, s->keys[EFI_DB]);
	while ((r = efi_lists_next(&lists, &entry, e)) > 0) {
		size_t at = SIZE_MAX;

		if (entry.is_x509 && first_signature(program, entry.content, &at, e) < 0)
			return -1;
		if (at < best) {
			best = at;
			*ret = entry.signature;
		}
		if (entry.is_sha256 && !by_digest.len && is_digest(entry.content, hex))
			by_digest = entry.signature;
	}
	if (r < 0)
		return err_ctx(e, "'%s': db", s->name);
	if (best > 0 && by_digest.len)
		*ret = by_digest;
	return 0;
}

static int put_variables(const struct store *s, bool on, struct secure_boot_events *to,
			 struct err *e)
{
	const uint8_t value = on;

	if (efi_variable_measured(secure_boot_variables[0], efi_key_vendor(EFI_PK),
				  (struct der){&value, 1}, &to->variables[0], e) < 0)
		return -1;
	for (unsigned int i = 0; i < EFI_KEY_VARIABLES; i++)
		if (efi_variable_measured(efi_key_name(i), efi_key_vendor(i), s->keys[i],
					  &to->variables[1 + i], e) < 0)
			return -1;
	return 0;
}

/* With a PK it is on, unless it was turned off. */
static bool is_on(const struct store *s)
{
	return s->keys[EFI_PK].len && !s->is_off;
}

static int collect(const struct store *s, const struct source *program,
		   struct secure_boot_events *to, struct err *e)
{
	bool on = is_on(s);
	struct der entry;

	if (put_variables(s, on, to, e) < 0)
		return -1;
	if (!on)
		return 0;
	if (find_authority(s, program, &entry, e) < 0)
		return -1;
	if (!entry.len)
		return err_set(e, ERR_INPUT,
			       "firmware with the keys of '%s' does not start '%s': no entry of db "
			       "vouches for it",
			       s->name, program->name);
	return efi_variable_measured(efi_key_name(EFI_DB), efi_key_vendor(EFI_DB), entry,
				     &to->authority, e);
}

int secure_boot_events(const struct secure_boot_state *state, const struct source *program,
		       struct secure_boot_events *ret, struct err *e)
{
	AUTO(store_done)
	struct store store = {.name = state->vars ? state->vars : state->keys.db->v[0]};
	AUTO_SECURE_BOOT_EVENTS events = {.authority = BUF_INIT};

	if ((state->vars ? read_store(&store, state->vars, e)
			 : take_keys(&store, &state->keys, e)) < 0 ||
	    collect(&store, program, &events, e) < 0)
		return -1;
	*ret = events;
	events = (struct secure_boot_events){.authority = BUF_INIT};
	return 0;
}

int secure_boot_starts(const char *vars, const struct source *program, bool *ret, struct err *e)
{
	AUTO(store_done) struct store store = {.image = BUF_INIT};
	struct der entry = {NULL, 0};

	if (read_store(&store, vars, e) < 0 ||
	    (is_on(&store) && find_authority(&store, program, &entry, e) < 0))
		return -1;
	*ret = !is_on(&store) || entry.len;
	return 0;
}
