/* Texts that a UKI is made from: ukify's configuration, hardware ids, the ID of a profile. */

#include "format/hwids.h"
#include "format/uki_view.h"
#include "format/ukify_config.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_id(const char *text, size_t size)
{
	char copy[512], id[16];

	size = size < sizeof(copy) - 1 ? size : sizeof(copy) - 1;
	memcpy(copy, text, size);
	copy[size] = '\0';
	uki_profile_id(copy, id, sizeof(id));
	if (strlen(id) >= sizeof(id) || strchr(id, '\n'))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	AUTO_UKIFY_CONFIG config = UKIFY_CONFIG_INIT;
	AUTO_HWIDS ids = HWIDS_INIT;
	AUTO_BUF section = BUF_INIT;
	struct err e = ERR_INIT;

	if (size == 0)
		return 0;
	if (ukify_config_parse(text, size, "config", &config, &e) < 0 && !e.text[0])
		__builtin_trap();
	e = (struct err)ERR_INIT;
	if (hwids_add(&ids, text, size, "ids", &e) == 0) {
		if (hwids_add(&ids, text, size, "ids", &e) < 0 ||
		    hwids_write(&ids, &section, &e) < 0 || section.len < 28)
			__builtin_trap();
	}
	read_id(text, size);
	return 0;
}
