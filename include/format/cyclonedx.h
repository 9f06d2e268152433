#ifndef MKOS_FORMAT_CYCLONEDX_H
#define MKOS_FORMAT_CYCLONEDX_H

/*
 * A bill of materials in the JSON of CycloneDX 1.5 (ECMA-424): what an image
 * consists of, what each part is part of, and where it is from.
 */

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Texts are the caller's; what is not known is NULL. */
struct cyclonedx_component {
	const char *type; /* of the specification: "operating-system", "application", "file"... */
	const char *ref;  /* by which others name it, unlike any other's */
	const char *name;
	const char *version;
	const char *sha256;
	const char *purl, *cpe;
	const char *url;	 /* where it was had from */
	const char *location;	 /* its path in what it is part of */
	const char *source_name; /* what it was compiled from */
	const char *source_sha256;
	size_t part_of; /* 1 + index of the component that it is in; 0: of the image itself */
};

/* Of the image, "mvirt-mkos:" in front of the name. */
struct cyclonedx_property {
	const char *name, *value;
};

struct cyclonedx_bom {
	const char *tool, *tool_version;
	struct cyclonedx_component image; /* without a type: it is an operating system */
	const char *recipe;
	const struct cyclonedx_property *properties; /* further ones */
	size_t n_properties;
	uint32_t time; /* in seconds since 1970; 0: none is told */
	const struct cyclonedx_component *components;
	size_t n;
};

/*
 * `sha256`, in hexadecimal digits, is that of the text without a serial number,
 * which is made from it; with NULL there is none.
 */
MUST_CHECK int cyclonedx_write(const struct cyclonedx_bom *bom, const char *sha256, struct buf *to,
			       struct err *e);

/*
 * The package URL of a file of a GitHub release, "pkg:github/OWNER/NAME@TAG", and its
 * tag; nothing is put when the address is of another kind.
 */
MUST_CHECK int cyclonedx_github(const char *url, struct buf *to_purl, struct buf *to_tag,
				struct err *e);

/* The CPE of a release of Linux, as vulnerabilities are listed by. */
MUST_CHECK int cyclonedx_linux(const char *release, struct buf *to_cpe, struct err *e);

#endif
