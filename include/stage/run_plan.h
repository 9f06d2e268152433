#ifndef MKOS_STAGE_RUN_PLAN_H
#define MKOS_STAGE_RUN_PLAN_H

/* What is decided before a run: how this file boots in this virtual machine. */

#include "format/image_kind.h"
#include "stage/run.h"

#define OVMF_CODE	 "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS	 "/usr/share/OVMF/OVMF_VARS_4M.fd"
#define OVMF_CODE_SECURE "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
#define OVMF_VARS_SECURE "/usr/share/OVMF/OVMF_VARS_4M.ms.fd" /* with Microsoft's keys */

/* In the folder of a run: the disk that an EFI program is put on. */
#define RUN_ESP "esp.img"

struct run_plan {
	const struct run_options *options;
	enum image_kind kind;
	uint64_t size;		/* of the file */
	enum run_boot boot;	/* never RUN_BOOT_FITTING */
	enum run_attach attach; /* never RUN_ATTACH_FITTING */
	const char *firmware;	/* NULL: none, or the one that QEMU has */
	const char *vars;	/* NULL: none */

	/* What the virtual machine itself loads: in `folder` when it is out of a UKI. */
	char *kernel, *initrd, *cmdline; /* NULL: none */

	const char *folder; /* private to the run */
	bool kvm;
};

void run_plan_done(struct run_plan *p);
#define AUTO_RUN_PLAN AUTO(run_plan_done) struct run_plan

/* Looks at the file, and refuses what does not go together. The options outlive the plan. */
MUST_CHECK int run_plan_make(const struct run_options *options, const char *folder,
			     struct run_plan *ret, struct err *e);

/* Were keys given for the firmware's store? */
bool run_has_keys(const struct run_options *options);

#endif
