/* Messages of rtnetlink, one after the other, and the kernel's word ip=. */

#include "ip_host_name.h"
#include "network/ip_word.h"
#include "network/rtnl.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtnl_event event;
	struct ip_word word;
	char name[HOST_NAME_BYTES + 1];
	char text[512];
	size_t len = size < sizeof(text) ? size : sizeof(text) - 1;

	if (rtnl_read(data, size, &event) == RTNL_LINK &&
	    memchr(event.name, '\0', sizeof(event.name)) == NULL)
		__builtin_trap();
	memcpy(text, data, len);
	text[len] = '\0';
	/* The two programs that read the word agree on the name in it. */
	if (ip_word_read(text, &word) && word.host_name[0] != '\0' &&
	    !(ip_host_name(text, name) && strcmp(name, word.host_name) == 0))
		__builtin_trap();
	return 0;
}
