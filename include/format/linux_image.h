#ifndef MKOS_FORMAT_LINUX_IMAGE_H
#define MKOS_FORMAT_LINUX_IMAGE_H

/*
 * Facts of a kernel image: a bzImage (Linux, Documentation/arch/x86/boot.rst,
 * protocol 2.00 and newer) and the EFI program that it is as well; or a kernel
 * of another architecture, as far as it is an EFI program.
 *
 *	0x1f1	setup_sects	u8, sectors of real-mode code behind the first; 0 is 4
 *	0x1f4	syssize		u32, 16-byte units behind those
 *	0x202	"HdrS"
 *	0x206	version		u16, of the boot protocol
 *	0x20e	kernel_version	u16, offset of the version text less 0x200
 *	0x264	handover_offset	u32, from protocol 2.11 on
 *
 * Of other architectures (arch/arm64 and riscv, include/linux/pe.h):
 *
 *	0x38	"ARM\x64", "RSC\x05", or 0x818223cd
 *
 * A kernel of those that unpacks itself under EFI (drivers/firmware/efi/libstub/zboot-header.S):
 *
 *	4	"zimg"
 *	8	offset, u32, and
 *	12	size, u32, of the compressed kernel
 */

#include "base/err.h"
#include "base/source.h"

#include <stdbool.h>
#include <stdint.h>

struct linux_image {
	/* What it is called in a kernel's build: "bzImage", "zboot", "Image"; NULL: an EFI program
	 * that has no mark of a kernel, and may be one all the same. */
	const char *form;
	bool is_bzimage;
	uint16_t boot_protocol; /* 0x020f is 2.15; 0 when it is no bzImage */
	uint32_t handover_offset;
	char banner[129];  /* "6.12.1 (who@where) #1 ...", "" when unknown */
	char release[129]; /* its first word, as uname -r says it */

	uint32_t zboot_offset; /* where a compressed kernel lies in it; 0: nowhere */
	uint32_t zboot_size;

	bool has_efi_stub;   /* what follows is 0 without it */
	bool has_ia32_entry; /* a .compat section: an x64 kernel that ia32 firmware can start */
	bool nx_compat;
	uint16_t Machine;
	uint16_t MajorImageVersion; /* of the stub's interface: 1 is Linux 5.8 */
	uint64_t ImageBase;
};

/* Refuses what is no kernel image, and one that is cut short. */
MUST_CHECK int linux_image_read(const struct source *s, struct linux_image *ret, struct err *e);

/* The file of a kernel's build that EFI starts, for the machine of its ELF file (vmlinux). */
const char *linux_image_of_elf(uint16_t e_machine);

/* Can firmware for that machine start it? */
bool linux_image_fits(const struct linux_image *image, uint16_t Machine);

#endif
