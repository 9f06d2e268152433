#include "format/tpm_eventlog.h"

#include "base/bytes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t signature[16] = "Spec ID Event03";

/* TCG, "Algorithm Registry" */
static const uint16_t algorithm_ids[DIGEST_KINDS] = {
	[DIGEST_SHA1] = 0x0004,
	[DIGEST_SHA256] = 0x000b,
	[DIGEST_SHA384] = 0x000c,
	[DIGEST_SHA512] = 0x000d,
};

static int cut_short(const struct tpm_eventlog *log, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is cut short: event %" PRIu64 " goes on behind its end",
		       log->name, log->number);
}

/* The next n bytes, or NULL. */
static const uint8_t *take(struct tpm_eventlog *log, size_t n)
{
	const uint8_t *p = log->data + log->at;

	if (n > log->len - log->at)
		return NULL;
	log->at += n;
	return p;
}

static int take_u32(struct tpm_eventlog *log, uint32_t *ret, struct err *e)
{
	const uint8_t *p = take(log, 4);

	if (!p)
		return cut_short(log, e);
	*ret = le32_get(p);
	return 0;
}

/* Ends with the event's own bytes, as both forms do. */
static int take_data(struct tpm_eventlog *log, const uint8_t **ret, size_t *ret_len, struct err *e)
{
	uint32_t len = 0;
	const uint8_t *p;

	if (take_u32(log, &len, e) < 0)
		return -1;
	p = take(log, len);
	if (!p)
		return cut_short(log, e);
	*ret = p;
	*ret_len = len;
	return 0;
}

static int kind_of(uint16_t id)
{
	for (int i = 0; i < DIGEST_KINDS; i++)
		if (algorithm_ids[i] == id)
			return i;
	return -1;
}

static int read_algorithms(struct tpm_eventlog *log, const uint8_t *p, size_t len, struct err *e)
{
	enum { FIXED = 28, EACH = 4 };
	uint32_t n = le32_get(p + 24);

	if (n == 0 || n > TPM_EVENTLOG_ALGORITHMS || len < FIXED + n * EACH)
		return err_set(e, ERR_INPUT,
			       "'%s' is no event log: its header tells of %" PRIu32 " banks",
			       log->name, n);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t id = le16_get(p + FIXED + i * EACH);
		uint16_t size = le16_get(p + FIXED + i * EACH + 2);
		int kind = kind_of(id);

		for (uint32_t k = 0; k < i; k++)
			if (log->algorithms[k].id == id)
				return err_set(e, ERR_INPUT,
					       "'%s' is no event log: its header has bank 0x%x "
					       "twice",
					       log->name, id);
		if (kind >= 0 && size != digest_size((enum digest_kind)kind))
			return err_set(e, ERR_INPUT,
				       "'%s' is no event log: %s has %u bytes in its header",
				       log->name, digest_name((enum digest_kind)kind), size);
		if (kind >= 0)
			log->has[kind] = true;
		log->algorithms[i].id = id;
		log->algorithms[i].size = size;
	}
	log->n_algorithms = n;
	return 0;
}

int tpm_eventlog_init(struct tpm_eventlog *log, const void *data, size_t len, const char *name,
		      struct err *e)
{
	enum { DIGEST = 20 };
	uint32_t pcr = 0, type = 0;
	const uint8_t *p = NULL;
	size_t n = 0;

	*log = (struct tpm_eventlog){.data = data, .len = len, .name = name};
	if (len == 0)
		return err_set(e, ERR_INPUT, "'%s' is empty: no firmware wrote an event log", name);
	if (take_u32(log, &pcr, e) < 0 || take_u32(log, &type, e) < 0)
		return -1;
	if (!take(log, DIGEST))
		return cut_short(log, e);
	if (pcr != 0 || type != TPM_EVENT_NO_ACTION)
		return err_set(
			e, ERR_INPUT,
			"'%s' is no event log of a TPM 2.0: it does not begin with EV_NO_ACTION",
			name);
	if (take_data(log, &p, &n, e) < 0)
		return -1;
	if (n < 28 || memcmp(p, signature, sizeof(signature)))
		return err_set(e, ERR_INPUT,
			       "'%s' is no event log of a TPM 2.0: it has no 'Spec ID Event03'",
			       name);
	log->number = 1;
	return read_algorithms(log, p, n, e);
}

static int read_digest(struct tpm_eventlog *log, struct tpm_event *event, struct err *e)
{
	const uint8_t *p = take(log, 2);
	uint16_t id;
	int kind;

	if (!p)
		return cut_short(log, e);
	id = le16_get(p);
	kind = kind_of(id);
	if (kind >= 0 && event->has[kind])
		return err_set(e, ERR_INPUT, "'%s': event %" PRIu64 " has two digests for %s",
			       log->name, log->number, digest_name((enum digest_kind)kind));
	for (size_t i = 0; i < log->n_algorithms; i++) {
		if (log->algorithms[i].id != id)
			continue;
		p = take(log, log->algorithms[i].size);
		if (!p)
			return cut_short(log, e);
		if (kind >= 0) {
			memcpy(event->digests[kind].bytes, p, log->algorithms[i].size);
			event->has[kind] = true;
		}
		return 0;
	}
	return err_set(e, ERR_INPUT,
		       "'%s': event %" PRIu64 " has a digest of a kind 0x%x that its header does "
		       "not tell of",
		       log->name, log->number, id);
}

int tpm_eventlog_next(struct tpm_eventlog *log, struct tpm_event *ret, struct err *e)
{
	struct tpm_event event = {.number = log->number};
	uint32_t n = 0;

	if (log->at == log->len)
		return 0;
	if (take_u32(log, &event.pcr, e) < 0 || take_u32(log, &event.type, e) < 0 ||
	    take_u32(log, &n, e) < 0)
		return -1;
	if (n > log->n_algorithms)
		return err_set(e, ERR_INPUT,
			       "'%s': event %" PRIu64 " has %" PRIu32 " digests, the header tells "
			       "of %zu",
			       log->name, log->number, n, log->n_algorithms);
	for (uint32_t i = 0; i < n; i++)
		if (read_digest(log, &event, e) < 0)
			return -1;
	if (take_data(log, &event.data, &event.len, e) < 0)
		return -1;
	log->number++;
	*ret = event;
	return 1;
}

static const struct {
	uint32_t type;
	const char *name;
} types[] = {
	{0x00000000, "EV_PREBOOT_CERT"},
	{0x00000001, "EV_POST_CODE"},
	{0x00000003, "EV_NO_ACTION"},
	{0x00000004, "EV_SEPARATOR"},
	{0x00000005, "EV_ACTION"},
	{0x00000006, "EV_EVENT_TAG"},
	{0x00000007, "EV_S_CRTM_CONTENTS"},
	{0x00000008, "EV_S_CRTM_VERSION"},
	{0x00000009, "EV_CPU_MICROCODE"},
	{0x0000000a, "EV_PLATFORM_CONFIG_FLAGS"},
	{0x0000000b, "EV_TABLE_OF_DEVICES"},
	{0x0000000c, "EV_COMPACT_HASH"},
	{0x0000000d, "EV_IPL"},
	{0x0000000e, "EV_IPL_PARTITION_DATA"},
	{0x0000000f, "EV_NONHOST_CODE"},
	{0x00000010, "EV_NONHOST_CONFIG"},
	{0x00000011, "EV_NONHOST_INFO"},
	{0x00000012, "EV_OMIT_BOOT_DEVICE_EVENTS"},
	{0x00000013, "EV_POST_CODE2"},
	{0x80000001, "EV_EFI_VARIABLE_DRIVER_CONFIG"},
	{0x80000002, "EV_EFI_VARIABLE_BOOT"},
	{0x80000003, "EV_EFI_BOOT_SERVICES_APPLICATION"},
	{0x80000004, "EV_EFI_BOOT_SERVICES_DRIVER"},
	{0x80000005, "EV_EFI_RUNTIME_SERVICES_DRIVER"},
	{0x80000006, "EV_EFI_GPT_EVENT"},
	{0x80000007, "EV_EFI_ACTION"},
	{0x80000008, "EV_EFI_PLATFORM_FIRMWARE_BLOB"},
	{0x80000009, "EV_EFI_HANDOFF_TABLES"},
	{0x8000000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2"},
	{0x8000000b, "EV_EFI_HANDOFF_TABLES2"},
	{0x8000000c, "EV_EFI_VARIABLE_BOOT2"},
	{0x80000010, "EV_EFI_HCRTM_EVENT"},
	{0x800000e0, "EV_EFI_VARIABLE_AUTHORITY"},
	{0x800000e1, "EV_EFI_SPDM_FIRMWARE_BLOB"},
	{0x800000e2, "EV_EFI_SPDM_FIRMWARE_CONFIG"},
};

void tpm_event_type_text(uint32_t type, char to[TPM_EVENT_TEXT])
{
	snprintf(to, TPM_EVENT_TEXT, "0x%08" PRIx32, type);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i].type == type)
			snprintf(to, TPM_EVENT_TEXT, "%s", types[i].name);
}

/* Letters that stand `step` bytes apart, up to a NUL; false when there is anything else. */
static bool text_of(const uint8_t *p, size_t len, size_t step, char to[TPM_EVENT_TEXT])
{
	char text[TPM_EVENT_TEXT];
	size_t n = 0;

	for (size_t i = 0; i + step <= len; i += step) {
		bool is_high = step == 2 && p[i + 1];

		if (!is_high && p[i] == '\0')
			break;
		if (is_high || p[i] < 0x20 || p[i] > 0x7e)
			return false;
		if (n < TPM_EVENT_TEXT - 1)
			text[n++] = (char)p[i];
	}
	if (n == 0)
		return false;
	memcpy(to, text, n);
	to[n] = '\0';
	return true;
}

/* UEFI_VARIABLE_DATA: a GUID, two lengths (u64), the name in UTF-16. */
static bool variable_name(const struct tpm_event *event, char to[TPM_EVENT_TEXT])
{
	enum { FIXED = 32 };
	uint64_t units;

	if (event->len < FIXED)
		return false;
	units = le64_get(event->data + 16);
	if (units > (event->len - FIXED) / 2)
		return false;
	return text_of(event->data + FIXED, (size_t)units * 2, 2, to);
}

/* TCG_PCClientTaggedEvent: an ID and a length (u32), then the text. */
static bool tagged_text(const struct tpm_event *event, char to[TPM_EVENT_TEXT])
{
	enum { FIXED = 8 };

	return event->len > FIXED && text_of(event->data + FIXED, event->len - FIXED, 1, to);
}

void tpm_event_describe(const struct tpm_event *event, char to[TPM_EVENT_TEXT])
{
	bool found = false;

	switch (event->type) {
	case 0x80000001:
	case 0x80000002:
	case 0x8000000c:
	case 0x800000e0:
		found = variable_name(event, to);
		break;
	case 0x6:
		found = tagged_text(event, to);
		break;
	case 0x4:
		break;
	default:
		found = text_of(event->data, event->len, 1, to);
		/* One letter with a NUL behind it begins UTF-16, as systemd-stub writes. */
		if (!found || !to[1])
			found = text_of(event->data, event->len, 2, to) || found;
	}
	if (!found)
		to[0] = '\0';
}
