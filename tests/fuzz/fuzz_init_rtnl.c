/* Messages of rtnetlink, one after the other, and the kernel's word ip=. */

#include "ip_word.h"
#include "rtnl.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtnl_event event;
	struct ip_word word;
	char text[512];
	size_t len = size < sizeof(text) ? size : sizeof(text) - 1;

	if (rtnl_read(data, size, &event) == RTNL_LINK &&
	    memchr(event.name, '\0', sizeof(event.name)) == NULL)
		__builtin_trap();
	memcpy(text, data, len);
	text[len] = '\0';
	ip_word_read(text, &word);
	return 0;
}
