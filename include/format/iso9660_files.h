#ifndef MKOS_FORMAT_ISO9660_FILES_H
#define MKOS_FORMAT_ISO9660_FILES_H

/*
 * A whole ISO 9660 volume of files without folders, such as a seed for
 * cloud-init. Every name is there three times: as 8.3 (ECMA-119 level 1), as it
 * is by Rock Ridge (Rock Ridge Interchange Protocol 1.09 on SUSP 1.09), and in
 * UCS-2 (Joliet). Owner is root, permissions are 0644.
 *
 *	16  primary descriptor, 17 Joliet's, 18 terminator
 *	19  path tables: L and M, Joliet's L and M
 *	23  root folder, the rest of its first record (which extension this is),
 *	    Joliet's root folder, files
 */

#include "base/err.h"
#include "base/sink.h"
#include "base/source.h"

#include <stddef.h>
#include <stdint.h>

struct iso9660_file {
	const char *name; /* UTF-8 */
	const struct source *content;
};

struct iso9660_files {
	const char *label; /* ASCII, at most ISO9660_JOLIET_LABEL_MAX characters */
	const struct iso9660_file *files;
	size_t n;
	uint32_t time; /* of all there is, in seconds since 1970 */
};

/*
 * The order of the files does not matter. Refuses a name that is there twice,
 * is no UTF-8, has a character that Joliet forbids or is too long, and a file of
 * 4 GiB or more.
 */
MUST_CHECK int iso9660_write_files(const struct iso9660_files *v, struct sink *out, struct err *e);

#endif
