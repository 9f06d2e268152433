#include "stage/genkey.h"

#include "base/path.h"
#include "format/efi_keys.h"
#include "format/signed_data.h"
#include "host/clock.h"
#include "host/new_files.h"
#include "host/new_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A TPM need not take any other size of key (TCG PC Client, 4.7). */
enum { PCR_KEY_BITS = 2048, DAY = 24 * 60 * 60, FILES_IN_FOLDER = 17, NAME_MAX_LEN = 64 };

/* 1.2.840.113549.1.7.1, data */
static const uint8_t data_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

/* One of PK, KEK and db: its files (NULL: not wanted), and what goes into them. */
struct identity {
	struct new_file *key, *pem, *der, *list, *update;
	struct private_key pair;
	struct certificates certificates;
};

struct pcr_pair {
	struct new_file *key, *public;
};

struct job {
	const struct genkey_options *o;
	struct new_files files;
	struct identity identities[EFI_DB + 1];
	struct pcr_pair *pcr;
	size_t n_pcr;
	bool encrypt;
	char passphrase[PASSPHRASE_MAX];
	int64_t from, until;
};

static void job_done(struct job *j)
{
	for (size_t i = 0; i < ARRAY_LEN(j->identities); i++) {
		private_key_done(&j->identities[i].pair);
		certificates_done(&j->identities[i].certificates);
	}
	new_files_done(&j->files);
	free(j->pcr);
	explicit_bzero(j->passphrase, sizeof(j->passphrase));
}

static struct der der_of(const struct buf *b)
{
	return (struct der){(const uint8_t *)buf_str(b), b->len};
}

static int add(struct job *j, const char *path, bool is_private, struct new_file **ret,
	       struct err *e)
{
	return path ? new_files_add(&j->files, path, is_private, ret, e) : 0;
}

static int add_in_folder(struct job *j, const char *name, const char *suffix, struct new_file **ret,
			 struct err *e)
{
	AUTO_FREE char *path = NULL;
	char file[16];

	snprintf(file, sizeof(file), "%s.%s", name, suffix);
	if (path_join(j->o->folder, file, &path, e) < 0)
		return -1;
	return add(j, path, !strcmp(suffix, "key"), ret, e);
}

static int add_folder(struct job *j, struct err *e)
{
	if (new_files_make_folder(&j->files, j->o->folder, e) < 0)
		return -1;
	for (unsigned int v = EFI_PK; v <= EFI_DB; v++) {
		struct identity *i = &j->identities[v];
		const char *name = efi_key_name(v);

		if (add_in_folder(j, name, "key", &i->key, e) < 0 ||
		    add_in_folder(j, name, "pem", &i->pem, e) < 0 ||
		    add_in_folder(j, name, "cer", &i->der, e) < 0 ||
		    add_in_folder(j, name, "esl", &i->list, e) < 0 ||
		    add_in_folder(j, name, "auth", &i->update, e) < 0)
			return -1;
	}
	if (add_in_folder(j, "pcr", "key", &j->pcr[0].key, e) < 0)
		return -1;
	return add_in_folder(j, "pcr", "pub", &j->pcr[0].public, e);
}

/* Every name is taken, and so looked at, before a key is made. */
static int take_names(struct job *j, struct err *e)
{
	const struct genkey_options *o = j->o;
	const struct strv none = STRV_INIT;
	const struct strv *keys = o->pcr_keys ? o->pcr_keys : &none;
	const struct strv *publics = o->pcr_publics ? o->pcr_publics : &none;

	j->n_pcr = o->folder ? 1 : keys->n;
	j->pcr = calloc(j->n_pcr + 1, sizeof(*j->pcr));
	if (!j->pcr)
		return err_memory(e);
	if (new_files_begin(&j->files, FILES_IN_FOLDER + 2 + 2 * keys->n, o->sync, e) < 0)
		return -1;
	if (o->folder)
		return add_folder(j, e);
	if (add(j, o->key, true, &j->identities[EFI_DB].key, e) < 0 ||
	    add(j, o->certificate, false, &j->identities[EFI_DB].pem, e) < 0)
		return -1;
	for (size_t i = 0; i < keys->n; i++)
		if (add(j, keys->v[i], true, &j->pcr[i].key, e) < 0 ||
		    add(j, i < publics->n ? publics->v[i] : NULL, false, &j->pcr[i].public, e) < 0)
			return -1;
	return 0;
}

static int ask(struct job *j, struct err *e)
{
	j->encrypt = j->o->encrypt || passphrase_is_given(&j->o->passphrase);
	if (!j->encrypt)
		return 0;
	private_key_guard();
	return passphrase_get_new(&j->o->passphrase, "every new key", j->passphrase,
				  sizeof(j->passphrase), e);
}

static int write_key(struct job *j, const struct private_key *k, struct new_file *to, struct err *e)
{
	return new_key_write(k, j->encrypt ? j->passphrase : NULL, &to->out.sink, e);
}

static int make_certificate(struct job *j, enum efi_key_variable v, struct err *e)
{
	struct identity *i = &j->identities[v];
	char name[NAME_MAX_LEN + 1];
	int n = snprintf(name, sizeof(name), j->o->folder ? "%s %s" : "%s", j->o->name,
			 efi_key_name(v));
	const struct new_certificate what = {name, j->from, j->until};

	if (n >= (int)sizeof(name))
		return err_set(e, ERR_USAGE,
			       "a certificate's name has at most %d bytes: '%s' is too long",
			       NAME_MAX_LEN, j->o->name);
	return new_certificate_make(&i->pair, &what, &i->certificates, e);
}

static int make_identity(struct job *j, enum efi_key_variable v, struct err *e)
{
	struct identity *i = &j->identities[v];

	if (!i->key)
		return 0;
	if (new_key_make(j->o->bits, &i->pair, e) < 0 || write_key(j, &i->pair, i->key, e) < 0)
		return -1;
	if (!i->pem)
		return 0;
	if (make_certificate(j, v, e) < 0 ||
	    new_certificate_write(&i->certificates.v[0], &i->pem->out.sink, e) < 0)
		return -1;
	if (!i->der)
		return 0;
	return sink_put(&i->der->out.sink, i->certificates.v[0].der.data,
			i->certificates.v[0].der.len, e);
}

/* The variable's new content, as firmware takes it from its owner: PK from itself (UEFI 2.10, 32.3). */
static int write_update(struct job *j, enum efi_key_variable v, const struct identity *owner,
			struct err *e)
{
	struct identity *i = &j->identities[v];
	AUTO_BUF list = BUF_INIT, bytes = BUF_INIT, signature = BUF_INIT, wrapped = BUF_INIT,
		 update = BUF_INIT;
	const struct der certificate = der_of(&owner->certificates.v[0].der);
	struct signed_data s = {
		.content_type = {data_oid, sizeof(data_oid)},
		.certificates = &certificate,
		.n_certificates = 1,
	};
	uint8_t time[EFI_TIME];

	if (efi_time(j->from, time, e) < 0 ||
	    efi_list_certificate(&list, efi_key_owner, der_of(&i->certificates.v[0].der), e) < 0 ||
	    efi_auth_signed_bytes(v, time, der_of(&list), &bytes, e) < 0 ||
	    private_key_sign(&owner->pair, bytes.data, bytes.len, &signature, e) < 0)
		return -1;
	s.signature = der_of(&signature);
	if (signed_data_write(&s, &wrapped, e) < 0 ||
	    efi_auth_write(time, der_of(&wrapped), der_of(&list), &update, e) < 0 ||
	    sink_put(&i->list->out.sink, list.data, list.len, e) < 0)
		return -1;
	return sink_put(&i->update->out.sink, update.data, update.len, e);
}

static int make_secure_boot(struct job *j, struct err *e)
{
	for (unsigned int v = EFI_PK; v <= EFI_DB; v++)
		if (make_identity(j, v, e) < 0)
			return -1;
	for (unsigned int v = EFI_PK; v <= EFI_DB; v++)
		if (j->identities[v].update &&
		    write_update(j, v, &j->identities[v == EFI_DB ? EFI_KEK : EFI_PK], e) < 0)
			return -1;
	return 0;
}

static int make_pcr_keys(struct job *j, struct err *e)
{
	for (size_t i = 0; i < j->n_pcr; i++) {
		AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;

		if (new_key_make(PCR_KEY_BITS, &k, e) < 0 || write_key(j, &k, j->pcr[i].key, e) < 0)
			return -1;
		if (j->pcr[i].public &&
		    new_key_write_public(&k, &j->pcr[i].public->out.sink, e) < 0)
			return -1;
	}
	return 0;
}

static int set_dates(struct job *j, struct err *e)
{
	if (clock_issue_date(&j->from, e) < 0)
		return -1;
	j->until = j->from + (int64_t)j->o->days * DAY;
	return 0;
}

static int summarize(const struct job *j, struct genkey_summary *s, struct err *e)
{
	const time_t until = (time_t)j->until;
	struct tm utc;

	for (size_t i = 0; i < j->files.n; i++)
		if (strv_add(&s->files, j->files.v[i].path, e) < 0)
			return -1;
	if (!gmtime_r(&until, &utc) || !strftime(s->until, sizeof(s->until), "%Y-%m-%d", &utc))
		return err_set(e, ERR_INPUT, "the certificates would end after all calendars");
	s->encrypted = j->encrypt;
	return 0;
}

int stage_genkey(const struct genkey_options *options, struct genkey_summary *ret, struct err *e)
{
	AUTO(job_done) struct job j = {.o = options};

	if (set_dates(&j, e) < 0 || take_names(&j, e) < 0 || ask(&j, e) < 0 ||
	    make_secure_boot(&j, e) < 0 || make_pcr_keys(&j, e) < 0 || summarize(&j, ret, e) < 0)
		return -1;
	return new_files_commit(&j.files, e);
}

void genkey_summary_done(struct genkey_summary *s)
{
	strv_done(&s->files);
	*s = (struct genkey_summary){.encrypted = false};
}
