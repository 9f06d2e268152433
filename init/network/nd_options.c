#include "network/nd_options.h"

#include "network/domain_name.h"
#include "network/wire.h"

#include <string.h>

#define UNIT_BYTES  8
#define FIXED_BYTES 8 /* type, length, reserved, lifetime */

enum option {
	OPTION_RDNSS = 25,
	OPTION_DNSSL = 31,
};

static void read_servers(const uint8_t *option, size_t size, struct nd_dns *dns)
{
	dns->has_servers = true;
	dns->server_life_s = wire_get32(option + 4);
	for (size_t at = FIXED_BYTES; at + 16 <= size && dns->servers < ND_SERVERS_MAX; at += 16)
		memcpy(dns->server[dns->servers++], option + at, 16);
}

bool nd_options_read(const uint8_t *data, size_t len, struct nd_dns *ret)
{
	memset(ret, 0, sizeof(*ret));
	while (len >= FIXED_BYTES) {
		size_t size = (size_t)data[1] * UNIT_BYTES;

		if (size == 0 || size > len)
			break;
		if (data[0] == OPTION_RDNSS) {
			read_servers(data, size, ret);
		} else if (data[0] == OPTION_DNSSL) {
			ret->has_search = true;
			ret->search_life_s = wire_get32(data + 4);
			domain_name_list(data + FIXED_BYTES, size - FIXED_BYTES, ret->search,
					 sizeof(ret->search));
		}
		data += size;
		len -= size;
	}
	return ret->has_servers || ret->has_search;
}
