#ifndef MKOS_INIT_CREDENTIAL_H
#define MKOS_INIT_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the host gives a virtual machine to know, as systemd takes it: strings
 * "io.systemd.credential:NAME=VALUE" in the OEM strings of SMBIOS, structure type 11. Its bytes:
 * type, length of the formatted part, two of a handle, the number of strings; behind the formatted
 * part the strings, each ended by a NUL, and an empty one (DMTF DSP0134, 6.1.3 and 7.12).
 */

/* The value of the credential in such a structure, a part of entry; NULL if it is not there. */
const char *credential_find(const char *entry, size_t len, const char *name);

/* An address in systemd's form: vsock:CID:PORT, or with vsock-stream or vsock-seqpacket before. */
struct credential_vsock {
	unsigned int cid;
	unsigned int port;
	int type; /* SOCK_STREAM, SOCK_SEQPACKET, or 0 if it is left to us */
};

bool credential_vsock_parse(const char *text, struct credential_vsock *ret);

#endif
