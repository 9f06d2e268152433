#ifndef MKOS_STAGE_UKI_H
#define MKOS_STAGE_UKI_H

/*
 * Combines a kernel, initrds and what belongs to them into one EFI program.
 * Where an option says TEXT or @PATH, the content is the text itself or the
 * file's.
 */

#include "base/strv.h"
#include "format/linux_image.h"
#include "format/pe.h"
#include "format/systemd_stub.h"
#include "format/uki.h"
#include "stage/measure.h"
#include "stage/pcr_check.h"
#include "stage/pcr_signing.h"
#include "stage/signer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Firmware looks at the kernel too where the stub is older than 258, unless shim is there. */
enum uki_sign_kernel {
	UKI_SIGN_KERNEL_FITTING, /* one without a signature is signed */
	UKI_SIGN_KERNEL_YES,
	UKI_SIGN_KERNEL_NO,
};

struct uki_options {
	/* A UKI or addon: what is not given of the following is taken from it, its stub too. An
	 * empty text leaves the section out. NULL: all parts are given. */
	const char *update;
	const struct strv *remove; /* names of its sections that the result does not have */
	/* NULL: an addon, or with `profile` what is joined to a UKI later. */
	const char *kernel;
	/* One is taken as it is. Two or more follow each other, NULs filling each up to a
	 * multiple of 4 bytes. NULL or none: the kernel has its own. */
	const struct strv *initrds;
	/*
	 * NULL or "": none. White space in TEXT becomes single blanks. A file is taken as it
	 * is but for newlines and NULs at its end: a stub hands newlines on. No NUL is put
	 * behind, since the stub knows the length and would measure it too.
	 */
	const char *cmdline;
	/* NULL: /etc/os-release or /usr/lib/os-release where there is a kernel; "": none */
	const char *os_release;
	const char *uname;	 /* kernel version; NULL: as the kernel says */
	const struct strv *sbat; /* TEXT or @PATH; NULL or none: a UKI's usual line */
	const char *stub;	 /* NULL: the installed one of systemd for the kernel's machine */
	const char *efi_arch;  /* whose installed stub is taken; NULL: the kernel's, or this one */
	const char *microcode; /* these are files, or NULL */
	const char *splash;
	const char *devicetree;
	const char *pcrpkey;
	const struct strv *devicetree_auto;
	const char *hwids;		  /* a folder of descriptions; NULL: systemd's; "": none */
	const struct strv *efifw;	  /* folders, each of one firmware and named by its id */
	const struct strv *sections;	  /* NAME:TEXT or NAME:@PATH */
	const char *profile;		  /* TEXT or @PATH: the base's own .profile */
	const struct strv *join_profiles; /* files made with `profile` alone */
	const char *output;
	bool sync;			       /* the file is on the disk when this returns */
	const struct measure_options *measure; /* NULL: nothing is measured */
	bool strict;		      /* what is doubtful is an error instead of a logged warning */
	struct signer_options signer; /* Secure Boot; without a key nothing is signed */
	enum uki_sign_kernel sign_kernel;
	struct pcr_signing_options pcr; /* sections .pcrpkey and .pcrsig; without a key none */
	/*
	 * TEXT or @PATH: signatures made elsewhere. In an updated UKI they join the policies of each
	 * .pcrsig there is; else they are the .pcrsig. They have to be good ones.
	 */
	const char *pcrsig;
	struct pcr_check_options pcrsig_check;
};

struct uki_summary {
	uint64_t size;
	struct pe_section *sections; /* those that the stub did not have, in the file's order */
	size_t n_sections;
	struct linux_image kernel;
	struct stub_version stub;
	struct measure_result measured;
	char *signer;		      /* the certificate's subject; NULL: it was not signed */
	struct pcr_policies policies; /* all that were put into sections .pcrsig */
};

void uki_summary_done(struct uki_summary *summary);
#define AUTO_UKI_SUMMARY AUTO(uki_summary_done) struct uki_summary

/* The stub that is taken for a kernel when none is named. */
MUST_CHECK int uki_default_stub(const char *kernel, char **ret_path, struct err *e);

/*
 * Parts that were opened, checked and laid out; nothing is written yet. What is doubtful was told,
 * or refused with `strict`. The options outlive it.
 */
struct uki_assembly;

MUST_CHECK int uki_assemble(const struct uki_options *options, struct uki_assembly **ret,
			    struct err *e);
const struct uki_plan *uki_assembly_plan(const struct uki_assembly *a);

/*
 * Writes the UKI, signed where there is a signer; it is put in place when it is whole. *ret_size are
 * its bytes.
 */
MUST_CHECK int uki_assembly_write(const struct uki_assembly *a, const struct signer *signer,
				  uint64_t *ret_size, struct err *e);

/* The TPM's values when it boots; fails when a part changed since it was opened. */
MUST_CHECK int uki_assembly_measure(const struct uki_assembly *a,
				    const struct measure_options *options,
				    struct measure_result *ret, struct err *e);

/* What is in its sections .pcrsig by the options' keys. */
const struct pcr_policies *uki_assembly_policies(const struct uki_assembly *a);

void uki_assembly_free(struct uki_assembly *a);
static inline void uki_assembly_auto_(struct uki_assembly **a)
{
	uki_assembly_free(*a);
}
#define AUTO_UKI_ASSEMBLY AUTO(uki_assembly_auto_) struct uki_assembly *

/* Assembles and writes. */
MUST_CHECK int stage_uki(const struct uki_options *options, struct uki_summary *ret, struct err *e);

#endif
