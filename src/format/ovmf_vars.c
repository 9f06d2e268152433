#include "format/ovmf_vars.h"

#include "base/bytes.h"

#include <string.h>

enum {
	VOLUME_HEADER_MIN = 56,
	STORE_HEADER = 28,
	VARIABLE_HEADER = 60,
	START_ID = 0x55aa,
	STATE_VALID = 0x3f,
	ALIGNMENT = 4,
	ERASED = 0xff,
	NAME_MAX_BYTES = 2048,
	NON_VOLATILE_BOOT_SERVICE = 0x03,
};

/* aaf32c78-947b-439a-a180-2e144ec37792, gEfiAuthenticatedVariableGuid */
static const uint8_t authenticated[EFI_GUID] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
						0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};
/* f0a30bc7-af08-4556-99c4-001009c93a44, gEfiSecureBootEnableDisableGuid */
static const uint8_t secure_boot_enable[EFI_GUID] = {0xc7, 0x0b, 0xa3, 0xf0, 0x08, 0xaf,
						     0x56, 0x45, 0x99, 0xc4, 0x00, 0x10,
						     0x09, 0xc9, 0x3a, 0x44};
/* c076ec0c-7028-4399-a072-71ee5c448b9f, gEfiCustomModeEnableGuid */
static const uint8_t custom_mode[EFI_GUID] = {0x0c, 0xec, 0x76, 0xc0, 0x28, 0x70, 0x99, 0x43,
					      0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f};

int ovmf_vars_open(struct ovmf_vars *v, uint8_t *image, size_t len, const char *name, struct err *e)
{
	size_t header, size;

	if (len < VOLUME_HEADER_MIN || memcmp(image + 40, "_FVH", 4) != 0)
		return err_set(e, ERR_INPUT, "'%s' is no variable store: it has no _FVH at byte 40",
			       name);
	header = le16_get(image + 48);
	/* The variables then lie at multiples of 4, as their own lengths are rounded. */
	if (header % ALIGNMENT || header > len || len - header < STORE_HEADER ||
	    memcmp(image + header, authenticated, EFI_GUID) != 0)
		return err_set(e, ERR_INPUT,
			       "'%s' is no store of authenticated variables: take a VARS file of "
			       "OVMF with Secure Boot",
			       name);
	size = le32_get(image + header + 16);
	if (size < STORE_HEADER || size > len - header)
		return err_set(e, ERR_INPUT,
			       "'%s': a store of %zu bytes does not fit into the file", name, size);
	if (image[header + 20] != 0x5a || image[header + 21] != 0xfe)
		return err_set(e, ERR_INPUT, "'%s': the variable store is not formatted", name);
	*v = (struct ovmf_vars){.image = image,
				.len = len,
				.first = header + STORE_HEADER,
				.end = header + size,
				.name = name};
	return 0;
}

static void take_name(const uint8_t *from, size_t bytes, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < bytes && n + 1 < size; i += 2) {
		uint16_t c = le16_get(from + i);

		if (!c)
			break;
		to[n++] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
	to[n] = '\0';
}

/* The one at `at`. 0: the erased rest begins there. */
static int read_variable(const struct ovmf_vars *v, size_t at, struct ovmf_variable *ret,
			 bool *ret_valid, size_t *ret_next, struct err *e)
{
	const uint8_t *header = v->image + at;
	size_t left = v->end - at;
	size_t name, data;

	if (left < VARIABLE_HEADER || le16_get(header) != START_ID)
		return 0;
	left -= VARIABLE_HEADER;
	name = le32_get(header + 36);
	data = le32_get(header + 40);
	if (name > NAME_MAX_BYTES || name > left || data > left - name)
		return err_set(e, ERR_INPUT,
			       "'%s': the variable at byte %zu does not end in the store", v->name,
			       at);
	*ret_valid = header[2] == STATE_VALID;
	take_name(header + VARIABLE_HEADER, name, ret->name, sizeof(ret->name));
	memcpy(ret->vendor, header + 44, EFI_GUID);
	ret->attributes = le32_get(header + 4);
	ret->data = (struct der){header + VARIABLE_HEADER + name, data};
	*ret_next = align_up(at + VARIABLE_HEADER + name + data, ALIGNMENT);
	if (*ret_next > v->end)
		*ret_next = v->end;
	return 1;
}

int ovmf_vars_next(const struct ovmf_vars *v, size_t *at, struct ovmf_variable *ret, struct err *e)
{
	bool is_valid = false;
	size_t next = 0;

	if (*at < v->first)
		*at = v->first;
	while (!is_valid) {
		int r = read_variable(v, *at, ret, &is_valid, &next, e);

		if (r <= 0)
			return r;
		*at = next;
	}
	return 1;
}

static int find_end(const struct ovmf_vars *v, const struct ovmf_new_variable *variable,
		    size_t *ret, struct err *e)
{
	struct ovmf_variable there;
	size_t at = 0;
	int r;

	while ((r = ovmf_vars_next(v, &at, &there, e)) > 0)
		if (!strcmp(there.name, variable->name) &&
		    !memcmp(there.vendor, variable->vendor, EFI_GUID))
			return err_set(e, ERR_INPUT,
				       "'%s' has a variable %s already: take a store without keys",
				       v->name, variable->name);
	*ret = at;
	return r;
}

int ovmf_vars_add(struct ovmf_vars *v, const struct ovmf_new_variable *variable, struct err *e)
{
	size_t name = 2 * (strlen(variable->name) + 1);
	size_t size = VARIABLE_HEADER + name + variable->data.len;
	uint8_t *to;
	size_t at = 0;

	if (find_end(v, variable, &at, e) < 0)
		return -1;
	if (size > v->end - at)
		return err_set(e, ERR_LIMIT, "'%s' has no room for variable %s of %zu bytes",
			       v->name, variable->name, variable->data.len);
	to = v->image + at;
	for (size_t i = 0; i < size; i++)
		if (to[i] != ERASED)
			return err_set(e, ERR_INPUT,
				       "'%s': behind its variables, at byte %zu, it is not erased",
				       v->name, at + i);
	memset(to, 0, VARIABLE_HEADER + name);
	le16_put(to, START_ID);
	to[2] = STATE_VALID;
	le32_put(to + 4, variable->attributes);
	if (variable->time)
		memcpy(to + 16, variable->time, EFI_TIME);
	le32_put(to + 36, (uint32_t)name);
	le32_put(to + 40, (uint32_t)variable->data.len);
	memcpy(to + 44, variable->vendor, EFI_GUID);
	for (size_t i = 0; variable->name[i]; i++)
		to[VARIABLE_HEADER + 2 * i] = (uint8_t)variable->name[i];
	memcpy(to + VARIABLE_HEADER + name, variable->data.data, variable->data.len);
	return 0;
}

int ovmf_vars_turn_secure_boot_on(struct ovmf_vars *v, struct err *e)
{
	static const uint8_t on = 1, off = 0;
	const struct ovmf_new_variable enable = {
		.name = "SecureBootEnable",
		.vendor = secure_boot_enable,
		.attributes = NON_VOLATILE_BOOT_SERVICE,
		.data = {&on, 1},
	};
	const struct ovmf_new_variable custom = {
		.name = "CustomMode",
		.vendor = custom_mode,
		.attributes = NON_VOLATILE_BOOT_SERVICE,
		.data = {&off, 1},
	};

	if (ovmf_vars_add(v, &enable, e) < 0)
		return -1;
	return ovmf_vars_add(v, &custom, e);
}
