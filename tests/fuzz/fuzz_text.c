/* The small text formats: INI, JSON, pins, os-release, ld.so.conf, what gpgv says. */

#include "format/gpgv_status.h"
#include "format/ini.h"
#include "format/json.h"
#include "format/ld_so_conf.h"
#include "format/os_release.h"
#include "format/pins.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What it takes of lines is of one line. */
static int take(void *context, const char *name, struct err *e)
{
	(void)context;
	(void)e;
	if (!*name || strchr(name, '\n'))
		__builtin_trap();
	return 0;
}

static void read_loader_folders(const char *text, size_t size)
{
	const struct ld_so_conf_reader reader = {NULL, take, take};
	AUTO_STRV folders = STRV_INIT;
	struct err e = ERR_INIT;

	if (ld_so_conf_parse(text, size, &reader, &e) < 0 && !e.text[0])
		__builtin_trap();
	if (ld_musl_path_parse(text, size, &folders, &e) < 0 && !e.text[0])
		__builtin_trap();
	for (size_t i = 0; i < folders.n; i++)
		if (folders.v[i][0] != '/')
			__builtin_trap();
}

static void read_release(const char *text, size_t size)
{
	AUTO_BUF value = BUF_INIT;
	struct err e = ERR_INIT;
	bool found = false;

	if (os_release_value(text, size, "ID", &value, &found, &e) < 0 && !e.text[0])
		__builtin_trap();
	if (!found && value.len)
		__builtin_trap();
}

static void read_status(const char *text, size_t size)
{
	AUTO_FREE char *copy = strndup(text, size);

	if (copy && gpgv_status_is_good(copy, "0123456789ABCDEF0123456789ABCDEF01234567") &&
	    !gpgv_status_has(copy, "VALIDSIG"))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct json *json = NULL;
	AUTO_INI ini = INI_INIT;
	AUTO_PINS pins = PINS_INIT;
	struct err e = ERR_INIT;

	if (ini_parse(text, size, "ini", &ini, &e) < 0)
		e = (struct err)ERR_INIT;
	if (json_parse(text, size, "json", &json, &e) == 0)
		json_free(json);
	if (pins_parse(text, size, "pins", &pins, &e) < 0)
		e = (struct err)ERR_INIT;
	read_loader_folders(text, size);
	read_release(text, size);
	read_status(text, size);
	return 0;
}
