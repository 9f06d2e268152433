/* The small text formats: INI, JSON, pins. */

#include "format/ini.h"
#include "format/json.h"
#include "format/pins.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	return 0;
}
