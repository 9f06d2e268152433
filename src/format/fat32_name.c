#include "format/fat32_name.h"

#include "base/utf16.h"

#include <stdio.h>
#include <string.h>

enum { BASE = 8, NUMBERED_MAX = 4 };

int fat32_name(const char *name, const char *path, uint16_t to[FAT32_NAME_MAX], size_t *ret_n,
	       struct err *e)
{
	size_t len = strlen(name);

	if (len == 0 || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(e, ERR_INPUT, "name '%s': '%s' is no name for a file or folder",
			       path, name);
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(e, ERR_INPUT, "name '%s' has a control character in it",
				       path);
		if (strchr("\"*:<>?\\|", *p))
			return err_set(e, ERR_INPUT, "name '%s': FAT allows no '%c' in a name",
				       path, *p);
	}
	if (name[len - 1] == '.' || name[len - 1] == ' ')
		return err_set(e, ERR_INPUT, "name '%s': FAT allows no '%c' at the end of a name",
			       path, name[len - 1]);
	return utf16_from_text(name, "name", to, FAT32_NAME_MAX, ret_n, e);
}

uint16_t fat32_fold(uint16_t u)
{
	if (u >= 'a' && u <= 'z')
		return (uint16_t)(u - 32);
	if (u < 0xe0)
		return u;
	/* Latin-1; Latin Extended-A, where the pairs stand side by side; Greek; Cyrillic. */
	if (u <= 0xfe)
		return u == 0xf7 ? u : (uint16_t)(u - 32);
	if ((u >= 0x100 && u <= 0x137 && u != 0x131) || (u >= 0x14a && u <= 0x177))
		return u & 0xfffe;
	if ((u >= 0x139 && u <= 0x148) || (u >= 0x179 && u <= 0x17e))
		return (uint16_t)(u - !(u & 1));
	if (u >= 0x3b1 && u <= 0x3c9 && u != 0x3c2)
		return (uint16_t)(u - 32);
	if (u >= 0x430 && u <= 0x44f)
		return (uint16_t)(u - 32);
	if (u >= 0x450 && u <= 0x45f)
		return (uint16_t)(u - 80);
	return u;
}

/* The character in a short name; 0: there is none for it (section 6.1). */
static uint8_t short_character(uint16_t unit)
{
	unit = unit < 0x80 ? fat32_fold(unit) : unit;
	if ((unit >= 'A' && unit <= 'Z') || (unit >= '0' && unit <= '9'))
		return (uint8_t)unit;
	return unit < 0x80 && unit && strchr("$%'-_@~`!(){}^#&", unit) ? (uint8_t)unit : 0;
}

/* Where the extension's dot is; n: there is none. A name's leading dots begin no extension. */
static size_t last_dot(const uint16_t *units, size_t n)
{
	size_t at = n, start = 0;

	while (start < n && units[start] == '.')
		start++;
	for (size_t i = start; i < n; i++)
		if (units[i] == '.')
			at = i;
	return at;
}

bool fat32_short_plain(const uint16_t *units, size_t n, uint8_t to[FAT32_SHORT], bool *ret_exact)
{
	const size_t dot = last_dot(units, n);
	uint8_t name[FAT32_SHORT];
	bool exact = true;

	if (dot == 0 || dot > BASE || n - dot > FAT32_SHORT - BASE + 1)
		return false;
	memset(name, ' ', sizeof(name));
	for (size_t i = 0; i < n; i++) {
		const uint8_t c = short_character(units[i]);

		if (i == dot)
			continue;
		if (!c)
			return false;
		exact = exact && c == units[i];
		name[i < dot ? i : BASE + i - dot - 1] = c;
	}
	memcpy(to, name, sizeof(name));
	*ret_exact = exact;
	return true;
}

/* The characters of a part of the name that a short one can have. */
static size_t put_part(const uint16_t *units, size_t n, uint8_t *to, size_t max)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len < max; i++) {
		const uint8_t c = short_character(units[i]);

		if (units[i] == ' ' || units[i] == '.')
			continue;
		to[len++] = c ? c : '_';
	}
	return len;
}

/* FNV-1a: spreads the names of a big folder. */
static uint32_t hash_units(const uint16_t *units, size_t n, uint32_t seed)
{
	uint32_t h = 2166136261U ^ seed;

	for (size_t i = 0; i < n; i++)
		h = (h ^ units[i]) * 16777619U;
	return h ^ h >> 16;
}

void fat32_short_numbered(const uint16_t *units, size_t n, uint32_t attempt,
			  uint8_t to[FAT32_SHORT])
{
	const size_t dot = last_dot(units, n);
	char tail[BASE + 1];
	size_t len, room;

	memset(to, ' ', FAT32_SHORT);
	if (dot < n)
		put_part(units + dot + 1, n - dot - 1, to + BASE, FAT32_SHORT - BASE);
	/* After a few tries digits of the name's hash: else the n-th name takes n tries. */
	if (attempt <= NUMBERED_MAX)
		snprintf(tail, sizeof(tail), "~%u", attempt % 10);
	else
		snprintf(tail, sizeof(tail), "%04X~1", hash_units(units, n, attempt) & 0xffff);
	room = BASE - strlen(tail);
	len = put_part(units, dot, to, room);
	for (const char *p = tail; *p; p++)
		to[len++] = (uint8_t)*p;
}

uint8_t fat32_short_sum(const uint8_t name[FAT32_SHORT])
{
	uint8_t sum = 0;

	for (size_t i = 0; i < FAT32_SHORT; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + name[i]);
	return sum;
}
