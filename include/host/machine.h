#ifndef MKOS_HOST_MACHINE_H
#define MKOS_HOST_MACHINE_H

/* What this machine is, in EFI's words ("x64"); NULL for one that EFI does not have. */
const char *machine_efi_arch(void);

#endif
