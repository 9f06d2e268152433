#include "format/efi_keys.h"

#include "base/bytes.h"

#include <string.h>
#include <time.h>

enum { LIST_HEADER = 28, WIN_CERTIFICATE_UEFI_GUID = 24 };

/* 8be4df61-93ca-11d2-aa0d-00e098032b8c, EFI_GLOBAL_VARIABLE */
static const uint8_t global_variable[EFI_GUID] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
						  0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};
/* d719b2cb-3d3a-4596-a3bc-dad00e67656f, EFI_IMAGE_SECURITY_DATABASE_GUID */
static const uint8_t image_security[EFI_GUID] = {0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45,
						 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f};
/* a5c059a1-94e4-4aa7-87b5-ab155c2bf072, EFI_CERT_X509_GUID */
static const uint8_t type_x509[EFI_GUID] = {0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
					    0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72};
/* c1c41626-504c-4092-aca9-41f936934328, EFI_CERT_SHA256_GUID */
static const uint8_t type_sha256[EFI_GUID] = {0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
					      0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28};
/* 4aafd29d-68df-49ee-8aa9-347d375665a7, EFI_CERT_TYPE_PKCS7_GUID */
static const uint8_t type_pkcs7[EFI_GUID] = {0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
					     0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7};

/* c1d5a0f4-1f0e-4c35-9f7c-6d766b6f7321 */
const uint8_t efi_key_owner[EFI_GUID] = {0xf4, 0xa0, 0xd5, 0xc1, 0x0e, 0x1f, 0x35, 0x4c,
					 0x9f, 0x7c, 0x6d, 0x76, 0x6b, 0x6f, 0x73, 0x21};

static const struct {
	const char *name;
	const uint8_t *vendor;
} variables[EFI_KEY_VARIABLES] = {
	[EFI_PK] = {"PK", global_variable},
	[EFI_KEK] = {"KEK", global_variable},
	[EFI_DB] = {"db", image_security},
	[EFI_DBX] = {"dbx", image_security},
};

const char *efi_key_name(enum efi_key_variable v)
{
	return variables[v].name;
}

const uint8_t *efi_key_vendor(enum efi_key_variable v)
{
	return variables[v].vendor;
}

static int put_list_header(struct buf *to, const uint8_t type[EFI_GUID], size_t entry, size_t n,
			   struct err *e)
{
	uint8_t header[LIST_HEADER];

	if (entry > (UINT32_MAX - LIST_HEADER) / n)
		return err_set(e, ERR_LIMIT, "a signature list of more than 4 GiB");
	memcpy(header, type, EFI_GUID);
	le32_put(header + 16, (uint32_t)(LIST_HEADER + n * entry));
	le32_put(header + 20, 0);
	le32_put(header + 24, (uint32_t)entry);
	return buf_put(to, header, sizeof(header), e);
}

int efi_list_certificate(struct buf *to, const uint8_t owner[EFI_GUID], struct der certificate,
			 struct err *e)
{
	if (put_list_header(to, type_x509, EFI_GUID + certificate.len, 1, e) < 0 ||
	    buf_put(to, owner, EFI_GUID, e) < 0)
		return -1;
	return buf_put(to, certificate.data, certificate.len, e);
}

int efi_list_sha256(struct buf *to, const uint8_t owner[EFI_GUID],
		    const uint8_t (*digests)[EFI_SHA256], size_t n, struct err *e)
{
	if (!n)
		return 0;
	if (put_list_header(to, type_sha256, EFI_GUID + EFI_SHA256, n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (buf_put(to, owner, EFI_GUID, e) < 0 ||
		    buf_put(to, digests[i], EFI_SHA256, e) < 0)
			return -1;
	return 0;
}

void efi_lists_init(struct efi_lists *l, struct der lists)
{
	*l = (struct efi_lists){.rest = lists};
}

/* Opens the list that comes next. */
static int begin_list(struct efi_lists *l, struct err *e)
{
	const uint8_t *p = l->rest.data;
	size_t list, header;

	if (l->rest.len < LIST_HEADER)
		return err_set(e, ERR_INPUT, "a signature list is cut short");
	list = le32_get(p + 16);
	header = le32_get(p + 20);
	l->size = le32_get(p + 24);
	if (list < LIST_HEADER || list > l->rest.len || header > list - LIST_HEADER ||
	    l->size <= EFI_GUID || (list - LIST_HEADER - header) % l->size)
		return err_set(e, ERR_INPUT, "a signature list has lengths that do not fit");
	l->is_x509 = memcmp(p, type_x509, EFI_GUID) == 0;
	l->is_sha256 = memcmp(p, type_sha256, EFI_GUID) == 0 && l->size == EFI_GUID + EFI_SHA256;
	l->entries = (struct der){p + LIST_HEADER + header, list - LIST_HEADER - header};
	l->rest = (struct der){p + list, l->rest.len - list};
	return 0;
}

int efi_lists_next(struct efi_lists *l, struct efi_list_entry *ret, struct err *e)
{
	while (l->entries.len == 0) {
		if (l->rest.len == 0)
			return 0;
		if (begin_list(l, e) < 0)
			return -1;
	}
	*ret = (struct efi_list_entry){
		.is_x509 = l->is_x509,
		.is_sha256 = l->is_sha256,
		.signature = {l->entries.data, l->size},
		.content = {l->entries.data + EFI_GUID, l->size - EFI_GUID},
	};
	l->entries = (struct der){l->entries.data + l->size, l->entries.len - l->size};
	return 1;
}

/* Entries to the last byte. */
static bool are_lists(struct der content)
{
	struct efi_list_entry entry;
	struct efi_lists lists;
	struct err ignored;
	size_t n = 0;
	int r;

	efi_lists_init(&lists, content);
	while ((r = efi_lists_next(&lists, &entry, &ignored)) > 0)
		n++;
	return r == 0 && n > 0;
}

/* UEFI 2.10, 8.2.2: a time, and a WIN_CERTIFICATE_UEFI_GUID that says how long it is. */
static bool is_auth(struct der file, size_t *ret_head)
{
	const uint8_t *p;
	uint32_t length;

	if (file.len < EFI_TIME + WIN_CERTIFICATE_UEFI_GUID)
		return false;
	p = file.data + EFI_TIME;
	length = le32_get(p);
	*ret_head = (size_t)EFI_TIME + length;
	return le16_get(p + 4) == 0x0200 && le16_get(p + 6) == 0x0ef1 &&
	       memcmp(p + 8, type_pkcs7, EFI_GUID) == 0 && length >= WIN_CERTIFICATE_UEFI_GUID &&
	       length <= file.len - EFI_TIME;
}

bool efi_lists_find(struct der file, struct der *ret)
{
	struct der content = file;
	size_t head;

	if (is_auth(file, &head))
		content = (struct der){file.data + head, file.len - head};
	if (!are_lists(content))
		return false;
	*ret = content;
	return true;
}

/* The name in UTF-16 without its NUL. */
static int put_name(const char *name, struct buf *to, struct err *e)
{
	for (const char *c = name; *c; c++) {
		const char wide[2] = {*c, 0};

		if (buf_put(to, wide, sizeof(wide), e) < 0)
			return -1;
	}
	return 0;
}

int efi_variable_measured(const char *name, const uint8_t vendor[EFI_GUID], struct der data,
			  struct buf *to, struct err *e)
{
	uint8_t lengths[16];

	le64_put(lengths, strlen(name));
	le64_put(lengths + 8, data.len);
	if (buf_put(to, vendor, EFI_GUID, e) < 0 || buf_put(to, lengths, sizeof(lengths), e) < 0 ||
	    put_name(name, to, e) < 0)
		return -1;
	return data.len ? buf_put(to, data.data, data.len, e) : 0;
}

/* UEFI 2.10, 8.3: the fields of a calendar; nanoseconds, zone and daylight are 0 here. */
int efi_time(int64_t seconds, uint8_t to[EFI_TIME], struct err *e)
{
	time_t when = (time_t)seconds;
	struct tm utc;

	if (!gmtime_r(&when, &utc) || utc.tm_year < 0 || utc.tm_year + 1900 > 9999)
		return err_set(e, ERR_INPUT, "%lld seconds since 1970 are no date for firmware",
			       (long long)seconds);
	memset(to, 0, EFI_TIME);
	le16_put(to, (uint16_t)(utc.tm_year + 1900));
	to[2] = (uint8_t)(utc.tm_mon + 1);
	to[3] = (uint8_t)utc.tm_mday;
	to[4] = (uint8_t)utc.tm_hour;
	to[5] = (uint8_t)utc.tm_min;
	to[6] = (uint8_t)(utc.tm_sec > 59 ? 59 : utc.tm_sec);
	return 0;
}

int efi_auth_signed_bytes(enum efi_key_variable v, const uint8_t time[EFI_TIME], struct der content,
			  struct buf *to, struct err *e)
{
	uint8_t attributes[4];

	le32_put(attributes, EFI_KEY_ATTRIBUTES);
	if (put_name(variables[v].name, to, e) < 0 ||
	    buf_put(to, variables[v].vendor, EFI_GUID, e) < 0 ||
	    buf_put(to, attributes, sizeof(attributes), e) < 0 ||
	    buf_put(to, time, EFI_TIME, e) < 0)
		return -1;
	return buf_put(to, content.data, content.len, e);
}

int efi_auth_write(const uint8_t time[EFI_TIME], struct der signed_data, struct der content,
		   struct buf *to, struct err *e)
{
	uint8_t header[WIN_CERTIFICATE_UEFI_GUID];

	if (signed_data.len > UINT32_MAX - sizeof(header))
		return err_set(e, ERR_LIMIT, "a signature of more than 4 GiB");
	le32_put(header, (uint32_t)(sizeof(header) + signed_data.len));
	le16_put(header + 4, 0x0200); /* wRevision */
	le16_put(header + 6, 0x0ef1); /* WIN_CERT_TYPE_EFI_GUID */
	memcpy(header + 8, type_pkcs7, EFI_GUID);
	if (buf_put(to, time, EFI_TIME, e) < 0 || buf_put(to, header, sizeof(header), e) < 0 ||
	    buf_put(to, signed_data.data, signed_data.len, e) < 0)
		return -1;
	return buf_put(to, content.data, content.len, e);
}
