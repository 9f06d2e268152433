/*
 * What libcrypto is asked about signatures and certificates which somebody else made. To be fuzzed
 * with -detect_leaks=0: PKCS7_verify() of OpenSSL 3.0 loses 136 bytes of its own for a broken one.
 */

#include "format/authenticode_statement.h"
#include "host/pkcs7.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Trusted is what is intact, by somebody who is trusted; and nobody is at first. */
static void check(const uint8_t *data, size_t size, struct der content)
{
	AUTO_CERTIFICATES trusted = {.v = NULL};
	AUTO_PKCS7_VERDICT first = {.intact = false};
	AUTO_PKCS7_VERDICT second = {.intact = false};
	struct err e = ERR_INIT;

	if (pkcs7_check(data, size, content.data, content.len, &trusted, &first, &e) < 0) {
		if (!e.text[0] || first.signer.subject)
			__builtin_trap();
		return;
	}
	if (first.trusted || !first.signer.subject || !first.signer.issuer)
		__builtin_trap();
	if (certificates_add_der(&trusted, first.signer_der.data, first.signer_der.len, &e) < 0)
		return;
	if (pkcs7_check(data, size, content.data, content.len, &trusted, &second, &e) < 0 ||
	    second.intact != first.intact || (second.trusted && !second.intact))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authenticode_statement said = {.digested = {data, size}};
	AUTO_CERTIFICATES read = {.v = NULL};
	struct err e = ERR_INIT;

	if (authenticode_statement_read((struct der){data, size}, &said, &e) < 0)
		e = (struct err)ERR_INIT;
	check(data, size, said.digested);
	if (certificates_add_der(&read, data, size, &e) < 0
		    ? !e.text[0] || read.n
		    : read.n != 1 || !read.v[0].facts.subject)
		__builtin_trap();
	return 0;
}
