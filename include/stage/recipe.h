#ifndef MKOS_STAGE_RECIPE_H
#define MKOS_STAGE_RECIPE_H

/*
 * The recipe file's grammar:
 *
 *	[kernel]	layers = FILE...; source = kernel.org | distro | FOLDER |
 *			TARBALL | URL; sha256 = HEX: of the tarball;
 *			launcher = ccache, distcc, icecc...: runs the compiler;
 *			roles = guest host: what the kernel must be able to do
 *	[initramfs]	lists = FILE...; compress = gzip | none; level = N
 *	[uki]		os-release = FILE; stub = FILE; pcrpkey = FILE
 *	[secureboot]	key = FILE | pkcs11: URI; certificates = FILE...
 *	[pcr], [pcr NAME]
 *			key = FILE | pkcs11: URI; public-key = FILE or certificate = FILE;
 *			phases = PATH...; policyref = TEXT; banks = NAME...: of all keys, in [pcr]
 *	[payload NAME]	path = PATH IN THE IMAGE; mode = 0755; optional = yes | no;
 *			source = FILE | URL; sha256 = HEX: of that, a URL needs it
 */

#include "stage/project.h"

/* Fills the recipe's members of the project from project->recipe_path. */
MUST_CHECK int recipe_read(struct project *p, struct err *e);

#endif
