/* What services and the host tell PID 1: messages of sd_notify, SMBIOS strings, lines of passwd. */

#include "credential.h"
#include "notify_message.h"
#include "users.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct notify_message message;
	struct credential_vsock to;
	unsigned int numbers[2];
	const char *value;

	if (!text)
		return 0;
	value = credential_find((const char *)data, size, "vmm.notify_socket");
	if (value)
		credential_vsock_parse(value, &to);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	users_numbers(text, "root", numbers, 2);
	users_numbers(text, "0", numbers, 2);
	notify_message_parse(text, size, &message);
	if (message.status && strlen(message.status) > size)
		abort();
	free(text);
	return 0;
}
