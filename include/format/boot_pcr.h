#ifndef MKOS_FORMAT_BOOT_PCR_H
#define MKOS_FORMAT_BOOT_PCR_H

/*
 * PCRs that others than systemd-stub extend while a UKI boots: the firmware
 * PCR 4 (TCG, "PC Client Platform Firmware Profile", 3.3.4.5), the kernel's EFI
 * stub PCR 9.
 */

#include "format/pcr.h"

enum { FIRMWARE_PCR = 4, KERNEL_PCR = 9 };

/*
 * For a UKI that the firmware starts itself, without a boot loader in between: Authenticode
 * digests of the bank's kind; `kernel` is NULL when the stub does not start it through the firmware.
 */
MUST_CHECK int boot_pcr4(struct pcr *pcr, struct digest *d, const struct digest_value *uki,
			 const struct digest_value *kernel, struct err *e);

/*
 * What the kernel was given: the command line (ASCII; with len 0 there is none) and the digest of
 * the initrd, or NULL.
 */
MUST_CHECK int boot_pcr9(struct pcr *pcr, struct digest *d, const char *cmdline, size_t len,
			 const struct digest_value *initrd, struct err *e);

#endif
