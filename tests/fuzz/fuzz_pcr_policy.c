/* The PCR signatures that a section .pcrsig or a file has: what is read is written, and read again. */

#include "format/base64.h"
#include "format/pcr_policy.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_PCR_POLICIES first = PCR_POLICIES_INIT;
	AUTO_PCR_POLICIES second = PCR_POLICIES_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF again = BUF_INIT;
	struct err e = ERR_INIT;

	if (size == 0)
		return 0;
	if (pcr_policies_parse((const char *)data, size, "f", &first, &e) < 0) {
		if (!e.text[0] || first.v)
			__builtin_trap();
		return 0;
	}
	for (size_t i = 0; i < first.n; i++) {
		AUTO_BUF signature = BUF_INIT;
		const char *sig = first.v[i].sig;

		if (sig && (base64_get(sig, &signature, &e) < 0 || signature.len == 0 ||
			    signature.len > strlen(sig) / 4 * 3))
			__builtin_trap();
	}
	if (pcr_policies_write(&first, &text, &e) < 0 ||
	    pcr_policies_parse(text.data, text.len, "f", &second, &e) < 0 ||
	    pcr_policies_write(&second, &again, &e) < 0 || text.len != again.len ||
	    memcmp(text.data, again.data, text.len) != 0)
		__builtin_trap();
	return 0;
}
