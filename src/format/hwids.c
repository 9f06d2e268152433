#include "format/hwids.h"

#include "base/bytes.h"
#include "base/hex.h"
#include "base/strv.h"
#include "format/json.h"

#include <stdlib.h>
#include <string.h>

enum {
	ENTRY = 28,
	TYPE_DEVICETREE = 1,
	TYPE_UEFI_FW = 2,
	IDS_MAX = 1 << 20,
	SECTION_MAX = 1 << 20
};

static void device_done(struct hwids_device *d)
{
	free(d->name);
	free(d->target);
	free(d->ids);
	*d = (struct hwids_device){.type = 0};
}
#define AUTO_DEVICE AUTO(device_done) struct hwids_device

void hwids_done(struct hwids *h)
{
	for (size_t i = 0; i < h->n; i++)
		device_done(&h->devices[i]);
	free(h->devices);
	*h = (struct hwids)HWIDS_INIT;
}

/* The 16 bytes in the order in which they are written: that sorts as the text does. */
static bool parse_guid(const char *text, uint8_t guid[16])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '-' && (n == 8 || n == 12 || n == 16 || n == 20) && text[1] != '-')
			continue;
		if (hex_digit(*text) < 0 || n == 32)
			return false;
		guid[n / 2] = (uint8_t)(guid[n / 2] << 4 | hex_digit(*text));
		n++;
	}
	return n == 32;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static int read_ids(const struct json *list, const char *file, struct hwids_device *d,
		    struct err *e)
{
	size_t n = 0;

	if (!list || list->type != JSON_ARRAY || !list->first)
		return err_set(e, ERR_INPUT, "%s: \"hwids\" is no list of ids", file);
	for (const struct json *j = list->first; j; j = j->next)
		n++;
	if (n > IDS_MAX)
		return err_set(e, ERR_LIMIT, "%s: more than %d hardware ids", file, IDS_MAX);
	d->ids = calloc(n, sizeof(*d->ids));
	if (!d->ids)
		return err_memory(e);
	for (const struct json *j = list->first; j; j = j->next)
		if (j->type != JSON_STRING || !parse_guid(j->text, d->ids[d->n_ids++]))
			return err_set(e, ERR_INPUT, "%s: a hardware id is no GUID: '%.100s'", file,
				       j->text ? j->text : "");
	return 0;
}

/* Until systemd 258 there was no type, and all were devicetrees. */
static int read_type(const struct json *j, const char *file, uint32_t *ret, struct err *e)
{
	const char *type = json_member_text(j, "type");

	if (!type && !json_member(j, "type"))
		type = "devicetree";
	if (type && !strcmp(type, "devicetree"))
		*ret = TYPE_DEVICETREE;
	else if (type && !strcmp(type, "uefi-fw"))
		*ret = TYPE_UEFI_FW;
	else
		return err_set(e, ERR_INPUT, "%s: \"type\" is neither devicetree nor uefi-fw",
			       file);
	return 0;
}

static int read_device(const struct json *j, const char *file, struct hwids_device *d,
		       struct err *e)
{
	const char *name = json_member_text(j, "name"), *key, *other, *target;

	if (j->type != JSON_OBJECT || !name)
		return err_set(e, ERR_INPUT, "%s: a device needs a \"name\"", file);
	if (read_type(j, file, &d->type, e) < 0)
		return -1;
	key = d->type == TYPE_DEVICETREE ? "compatible" : "fwid";
	other = d->type == TYPE_DEVICETREE ? "fwid" : "compatible";
	target = json_member_text(j, key);
	if (!target || json_member(j, other))
		return err_set(e, ERR_INPUT, "%s: a device of its type has \"%s\", not \"%s\"",
			       file, key, other);
	d->name = strdup(name);
	d->target = strdup(target);
	if (!d->name || !d->target)
		return err_memory(e);
	return read_ids(json_member(j, "hwids"), file, d, e);
}

/* Ids of a device that is there already are its further ones. */
static int keep(struct hwids *h, struct hwids_device *d, struct err *e)
{
	struct hwids_device *devices;

	for (size_t i = 0; i < h->n; i++) {
		struct hwids_device *old = &h->devices[i];
		uint8_t(*ids)[16];

		if (old->type != d->type || strcmp(old->name, d->name) != 0 ||
		    strcmp(old->target, d->target) != 0)
			continue;
		ids = reallocarray(old->ids, old->n_ids + d->n_ids, sizeof(*ids));
		if (!ids)
			return err_memory(e);
		memcpy(ids + old->n_ids, d->ids, d->n_ids * sizeof(*ids));
		old->ids = ids;
		old->n_ids += d->n_ids;
		return 0;
	}
	devices = reallocarray(h->devices, h->n + 1, sizeof(*devices));
	if (!devices)
		return err_memory(e);
	h->devices = devices;
	devices[h->n++] = *d;
	*d = (struct hwids_device){.type = 0};
	return 0;
}

/* Sorted, each once. */
static void tidy_ids(struct hwids_device *d)
{
	size_t n = 0;

	qsort(d->ids, d->n_ids, sizeof(*d->ids), by_bytes);
	for (size_t i = 0; i < d->n_ids; i++)
		if (i == 0 || memcmp(d->ids[i], d->ids[n - 1], 16) != 0)
			memmove(d->ids[n++], d->ids[i], 16);
	d->n_ids = n;
}

int hwids_add(struct hwids *h, const char *text, size_t len, const char *file, struct err *e)
{
	struct json *j;
	AUTO_DEVICE d = {.type = 0};
	int r;

	if (json_parse(text, len, file, &j, e) < 0)
		return -1;
	r = read_device(j, file, &d, e);
	if (r == 0)
		r = keep(h, &d, e);
	json_free(j);
	for (size_t i = 0; i < h->n; i++)
		tidy_ids(&h->devices[i]);
	return r;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All texts, sorted, each once. */
static int collect_texts(const struct hwids *h, struct strv *texts, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (strv_add_all(texts, e, h->devices[i].name, h->devices[i].target, NULL) < 0)
			return -1;
	if (texts->n == 0)
		return 0;
	qsort(texts->v, texts->n, sizeof(*texts->v), by_text);
	for (size_t i = 0; i < texts->n; i++) {
		if (n > 0 && strcmp(texts->v[i], texts->v[n - 1]) == 0)
			free(texts->v[i]);
		else
			texts->v[n++] = texts->v[i];
	}
	texts->v[n] = NULL;
	texts->n = n;
	return 0;
}

static uint32_t text_offset(const struct strv *texts, const char *text, size_t base)
{
	for (size_t i = 0; strcmp(texts->v[i], text) != 0; i++)
		base += strlen(texts->v[i]) + 1;
	return (uint32_t)base;
}

static void put_entry(uint8_t entry[ENTRY], uint32_t type, const uint8_t id[16])
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

	le32_put(entry, type << 28 | ENTRY);
	/* The first three numbers of a GUID are little-endian in EFI. */
	for (size_t i = 0; i < 16; i++)
		entry[4 + i] = id[order[i]];
}

static int write_device(const struct hwids_device *d, const struct strv *texts, size_t base,
			struct buf *out, struct err *e)
{
	uint32_t name = text_offset(texts, d->name, base);
	uint32_t target = text_offset(texts, d->target, base);

	for (size_t i = 0; i < d->n_ids; i++) {
		uint8_t entry[ENTRY];

		put_entry(entry, d->type, d->ids[i]);
		le32_put(entry + 20, name);
		le32_put(entry + 24, target);
		if (buf_put(out, entry, sizeof(entry), e) < 0)
			return -1;
	}
	return 0;
}

int hwids_write(const struct hwids *h, struct buf *out, struct err *e)
{
	static const uint8_t last[ENTRY];
	AUTO_STRV texts = STRV_INIT;
	size_t base = ENTRY;

	if (collect_texts(h, &texts, e) < 0)
		return -1;
	for (size_t i = 0; i < h->n; i++)
		base += ENTRY * h->devices[i].n_ids;
	for (size_t i = 0; i < h->n; i++)
		if (write_device(&h->devices[i], &texts, base, out, e) < 0)
			return -1;
	if (buf_put(out, last, sizeof(last), e) < 0)
		return -1;
	for (size_t i = 0; i < texts.n; i++)
		if (buf_put(out, texts.v[i], strlen(texts.v[i]) + 1, e) < 0)
			return -1;
	return 0;
}

/* Texts end in a NUL: none begins at `end` or behind it. */
static int count_entry(const struct buf *section, size_t at, size_t end, struct hwids_count *ret,
		       struct err *e)
{
	const uint8_t *entry = (const uint8_t *)section->data + at;
	uint32_t descriptor = le32_get(entry);

	if (descriptor == (TYPE_DEVICETREE << 28 | ENTRY))
		ret->devicetrees++;
	else if (descriptor == (TYPE_UEFI_FW << 28 | ENTRY))
		ret->firmwares++;
	else
		return err_set(e, ERR_INPUT, "entry %zu begins with 0x%x, which no stub knows",
			       at / ENTRY, descriptor);
	if (le32_get(entry + 20) >= end || le32_get(entry + 24) >= end)
		return err_set(e, ERR_INPUT, "entry %zu names a text that is not in the section",
			       at / ENTRY);
	return 0;
}

int hwids_count(const struct source *s, struct hwids_count *ret, struct err *e)
{
	struct hwids_count count = {.firmwares = 0};
	AUTO_BUF section = BUF_INIT;
	const char *last;
	size_t end;

	if (s->size > SECTION_MAX)
		return err_set(e, ERR_INPUT, "it has more than %d bytes", SECTION_MAX);
	if (buf_reserve(&section, (size_t)s->size + 1, e) < 0 ||
	    source_read(s, 0, section.data, (size_t)s->size, e) < 0)
		return -1;
	section.len = (size_t)s->size;
	last = memrchr(section.data, 0, section.len);
	end = last ? (size_t)(last - section.data) + 1 : 0;
	/* As the stub goes: what ends the table is an entry of zeros, or the end of the section. */
	for (size_t at = 0; at + ENTRY < section.len && le32_get(section.data + at); at += ENTRY)
		if (count_entry(&section, at, end, &count, e) < 0)
			return -1;
	if (count.devicetrees + count.firmwares == 0)
		return err_set(e, ERR_INPUT, "it has no hardware id");
	*ret = count;
	return 0;
}
