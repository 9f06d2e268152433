#ifndef MKOS_FORMAT_BOOT_PCR_H
#define MKOS_FORMAT_BOOT_PCR_H

/*
 * PCRs that others than systemd-stub extend while a UKI boots: the firmware
 * PCR 4 and 7 (TCG, "PC Client Platform Firmware Profile", 3.3.4.5 and 3.3.4.8), the kernel's EFI
 * stub PCR 9.
 */

#include "base/buf.h"
#include "format/pcr.h"

enum { FIRMWARE_PCR = 4, SECURE_BOOT_PCR = 7, KERNEL_PCR = 9 };

/*
 * For a UKI that the firmware starts itself, without a boot loader in between: Authenticode
 * digests of the bank's kind; `kernel` is NULL when the stub does not start it through the firmware.
 */
MUST_CHECK int boot_pcr4(struct pcr *pcr, struct digest *d, const struct digest_value *uki,
			 const struct digest_value *kernel, struct err *e);

/* In the order in which they are measured. */
enum { SECURE_BOOT_VARIABLES = 5 };
extern const char *const secure_boot_variables[SECURE_BOOT_VARIABLES];

/*
 * The variables that say who is trusted, and the entry of db that vouched for the UKI, each as
 * efi_variable_measured() has it; without Secure Boot there is no entry (len 0).
 */
MUST_CHECK int boot_pcr7(struct pcr *pcr, struct digest *d,
			 const struct buf variables[SECURE_BOOT_VARIABLES],
			 const struct buf *authority, struct err *e);

/*
 * What the kernel was given: the command line (ASCII; with len 0 there is none) and the digest of
 * the initrd, or NULL.
 */
MUST_CHECK int boot_pcr9(struct pcr *pcr, struct digest *d, const char *cmdline, size_t len,
			 const struct digest_value *initrd, struct err *e);

#endif
