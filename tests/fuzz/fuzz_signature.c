/* Everything of ours that reads signatures and variable stores which somebody else made. */

#include "format/authenticode_statement.h"
#include "format/ovmf_vars.h"
#include "format/win_certificate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input as a PE image with certificates: every statement in it. */
static void read_table(const struct source *s)
{
	struct err e = ERR_INIT;
	struct win_certificates table;
	struct win_certificate w;
	AUTO_PE pe = {.sections = NULL};

	if (pe_read(s, &pe, &e) < 0 || win_certificates_init(&table, s, &pe, &e) < 0)
		return;
	while (win_certificates_next(&table, &w, &e) > 0) {
		struct authenticode_statement said;
		AUTO_BUF pkcs7 = BUF_INIT;

		if (w.size > WIN_CERTIFICATE_MAX)
			continue;
		if (buf_reserve(&pkcs7, w.size, &e) < 0 ||
		    source_read(s, w.offset, pkcs7.data, w.size, &e) < 0)
			__builtin_trap();
		if (authenticode_statement_read((struct der){(uint8_t *)pkcs7.data, w.size}, &said,
						&e) == 0 &&
		    said.digest.len > w.size)
			__builtin_trap();
	}
}

/* A store that is read to its end takes one more variable, or says why not. */
static void read_store(const uint8_t *data, size_t size)
{
	AUTO_FREE uint8_t *image = malloc(size + 1);
	const struct ovmf_new_variable new = {
		.name = "Fuzz",
		.vendor = efi_key_vendor(EFI_DB),
		.data = {(const uint8_t *)"x", 1},
	};
	struct err e = ERR_INIT;
	struct ovmf_variable variable;
	struct ovmf_vars vars;
	size_t at = 0, n = 0;

	if (!image)
		return;
	memcpy(image, data, size);
	if (ovmf_vars_open(&vars, image, size, "fuzz", &e) < 0)
		return;
	while (ovmf_vars_next(&vars, &at, &variable, &e) > 0)
		n++;
	if (ovmf_vars_add(&vars, &new, &e) < 0)
		return;
	for (at = 0; ovmf_vars_next(&vars, &at, &variable, &e) > 0;)
		n--;
	if (n != (size_t)-1)
		__builtin_trap();
}

/* Entries of signature lists lie inside of them. */
static void read_lists(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct efi_lists lists;
	struct efi_list_entry entry;

	struct der found;

	/* What is found in a file is its end, and lists to their last byte. */
	if (efi_lists_find((struct der){data, size}, &found)) {
		int r;

		if (found.len > size || found.data + found.len != data + size)
			__builtin_trap();
		efi_lists_init(&lists, found);
		while ((r = efi_lists_next(&lists, &entry, &e)) > 0)
			continue;
		if (r < 0)
			__builtin_trap();
	}
	efi_lists_init(&lists, (struct der){data, size});
	while (efi_lists_next(&lists, &entry, &e) > 0)
		if (entry.content.len > size ||
		    (size_t)(entry.content.data - data) > size - entry.content.len ||
		    (entry.is_sha256 && entry.content.len != EFI_SHA256))
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct authenticode_statement said;
	struct memory_source m;

	memory_source_init(&m, data, size, "fuzz");
	read_table(&m.source);
	read_store(data, size);
	read_lists(data, size);
	if (authenticode_statement_read((struct der){data, size}, &said, &e) < 0 && !e.text[0])
		__builtin_trap();
	return 0;
}
