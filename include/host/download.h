#ifndef MKOS_HOST_DOWNLOAD_H
#define MKOS_HOST_DOWNLOAD_H

/*
 * Downloads over https by libcurl, several at once. A file comes as
 * "PATH.part" and is renamed to PATH only when its SHA-256, computed while it
 * comes, is the right one. A download that was cut goes on where it stopped,
 * in the next try or the next run. Redirects go to https only.
 *
 * Proxies are taken from the usual environment variables, certificate
 * authorities from CURL_CA_BUNDLE, SSL_CERT_FILE or the system. The caller
 * keeps other runs out of the folder.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct download {
	const char *url;
	const char *path;
	const char *sha256;  /* NULL: the caller looks at what came; nothing is kept of a failure */
	uint64_t size;	     /* what it has to have, 0: not known */
	uint64_t max_bytes;  /* more is refused */
	const char *instead; /* told when the network fails: what else can be done; or NULL */
};

struct download_options {
	uint64_t timeout_s; /* for a connection, and without any bytes; 0: 30 */
	bool sync;	    /* fsync before the rename */
};

/* All of them, or a sentence for the first that failed; *ret_bytes: what came over the network. */
MUST_CHECK int download_all(const struct download *files, size_t n,
			    const struct download_options *options, uint64_t *ret_bytes,
			    struct err *e);

#endif
