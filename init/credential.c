#include "credential.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define OEM_STRINGS 11
#define PREFIX	    "io.systemd.credential:"

const char *credential_find(const char *entry, size_t len, const char *name)
{
	size_t at = len >= 2 ? (unsigned char)entry[1] : len;
	size_t name_len = strlen(name);

	if (at < 5 || at >= len || entry[0] != OEM_STRINGS)
		return NULL;
	while (at < len && entry[at] != '\0') {
		const char *text = entry + at;
		const char *end = memchr(text, '\0', len - at);

		if (end == NULL)
			return NULL;
		if (strncmp(text, PREFIX, strlen(PREFIX)) == 0 &&
		    strncmp(text + strlen(PREFIX), name, name_len) == 0 &&
		    text[strlen(PREFIX) + name_len] == '=')
			return text + strlen(PREFIX) + name_len + 1;
		at = (size_t)(end - entry) + 1;
	}
	return NULL;
}

static bool take_number(const char **text, unsigned int *ret)
{
	const char *at = *text;
	uint64_t n = 0;

	for (; *at >= '0' && *at <= '9' && n <= UINT32_MAX; at++)
		n = n * 10 + (uint64_t)(*at - '0');
	if (at == *text || n > UINT32_MAX)
		return false;
	*text = at;
	*ret = (unsigned int)n;
	return true;
}

bool credential_vsock_parse(const char *text, struct credential_vsock *ret)
{
	static const struct {
		const char prefix[20];
		int type;
	} forms[] = {
		{"vsock:", 0},
		{"vsock-stream:", SOCK_STREAM},
		{"vsock-seqpacket:", SOCK_SEQPACKET},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t len = strlen(forms[i].prefix);

		if (strncmp(text, forms[i].prefix, len) != 0)
			continue;
		text += len;
		ret->type = forms[i].type;
		if (!take_number(&text, &ret->cid) || *text++ != ':')
			return false;
		return take_number(&text, &ret->port) && *text == '\0';
	}
	return false;
}
