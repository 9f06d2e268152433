#ifndef MKOS_FORMAT_TPM_EVENTLOG_H
#define MKOS_FORMAT_TPM_EVENTLOG_H

/*
 * What firmware notes of each extension of a TPM register (TCG, "PC Client
 * Platform Firmware Profile" 1.06, 10): in Linux the file
 * /sys/kernel/security/tpm0/binary_bios_measurements. Little-endian.
 *
 *	first	pcrIndex u32, eventType u32 (EV_NO_ACTION), digest 20 bytes, eventSize u32,
 *		event: "Spec ID Event03" with NUL, platformClass u32, version u8[4],
 *		numberOfAlgorithms u32, each {algorithmId u16, digestSize u16},
 *		vendorInfoSize u8, vendor information
 *	then	pcrIndex u32, eventType u32, count u32, each {algorithmId u16, digest},
 *		eventSize u32, event
 */

#include "base/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TPM_EVENTLOG_ALGORITHMS = 16, /* TPM2_NUM_PCR_BANKS */
	TPM_EVENT_NO_ACTION = 0x3,    /* is noted, not measured */
	TPM_EVENT_TEXT = 128,
};

struct tpm_eventlog {
	const uint8_t *data; /* the caller's */
	size_t len, at;
	const char *name;
	uint64_t number; /* of the next event */
	struct {
		uint16_t id, size;
	} algorithms[TPM_EVENTLOG_ALGORITHMS];
	size_t n_algorithms;
	bool has[DIGEST_KINDS]; /* banks that we know */
};

struct tpm_event {
	uint64_t number; /* counted from 0, which is the header */
	uint32_t pcr;
	uint32_t type;
	bool has[DIGEST_KINDS];
	struct digest_value digests[DIGEST_KINDS];
	const uint8_t *data; /* points into the log */
	size_t len;
};

/* Reads the header. `name` is for messages. A log of TPM 1.2, with SHA-1 only, is refused. */
MUST_CHECK int tpm_eventlog_init(struct tpm_eventlog *log, const void *data, size_t len,
				 const char *name, struct err *e);

/* 1: *ret is the next event; 0: there is none left. */
MUST_CHECK int tpm_eventlog_next(struct tpm_eventlog *log, struct tpm_event *ret, struct err *e);

/* "EV_SEPARATOR", or "0x..." for one that is not known. */
void tpm_event_type_text(uint32_t type, char to[TPM_EVENT_TEXT]);

/* What stands in the event, as far as it is text or a variable's name; "" for others. */
void tpm_event_describe(const struct tpm_event *event, char to[TPM_EVENT_TEXT]);

#endif
