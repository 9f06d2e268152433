/* Options of router advertisements, and what may become of them: lines of resolv.conf. */

#include "network/nd_options.h"
#include "network/resolv.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[RESOLV_TEXT_BYTES + 1];
	struct resolv r = {.servers = 0};
	struct nd_dns dns;
	size_t lines = 0;

	if (!nd_options_read(data, size, &dns))
		return 0;
	for (size_t i = 0; i < dns.servers; i++) {
		const struct ip ip = ip_from6(dns.server[i], 128);

		resolv_server(&r, &ip, "eth0");
	}
	resolv_search(&r, dns.search);
	text[resolv_text(&r, text)] = '\0';
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	if (lines != r.servers + (r.search[0] != '\0'))
		__builtin_trap();
	return 0;
}
