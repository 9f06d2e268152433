#ifndef MKOS_STAGE_RUN_H
#define MKOS_STAGE_RUN_H

/*
 * Boots an image in QEMU or cloud-hypervisor, its serial console on the
 * terminal, or under a script: steps that are done one after the other.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum run_step_kind {
	RUN_EXPECT,  /* wait until the guest has printed the text, behind what was found before */
	RUN_SEND,    /* type the text and Enter into the console */
	RUN_BUTTON,  /* press the power button */
	RUN_MONITOR, /* give QEMU's human monitor the command */
};

struct run_step {
	enum run_step_kind kind;
	const char *text; /* of all but the button */
};

enum run_vmm { RUN_QEMU, RUN_CLOUD_HYPERVISOR };

/* Who reads the image first. */
enum run_boot {
	RUN_BOOT_FITTING, /* direct for a kernel, UEFI for the rest */
	RUN_BOOT_UEFI,
	RUN_BOOT_DIRECT, /* the virtual machine loads kernel and initrd itself: no firmware */
	RUN_BOOT_BIOS,
};

/* What an ISO or a disk is in the guest. */
enum run_attach {
	RUN_ATTACH_FITTING, /* an ISO is a CD, a disk a disk */
	RUN_ATTACH_DISK,
	RUN_ATTACH_CD,
	RUN_ATTACH_USB,
};

enum run_net { RUN_NET_NONE, RUN_NET_USER, RUN_NET_TAP };

struct run_forward {
	uint16_t host, guest;
};

enum { RUN_FORWARDS_MAX = 16 };

struct run_options {
	const char *file;    /* a UKI, an ISO, a disk (raw or qcow2), or a kernel */
	const char *initrd;  /* for a kernel; NULL: none */
	const char *cmdline; /* for a kernel; NULL: RUN_CMDLINE */
	enum run_vmm vmm;
	enum run_boot boot;
	enum run_attach attach;
	bool writable;	      /* what the guest writes to FILE stays there */
	const char *firmware; /* instead of OVMF's, and cloud-hypervisor's one; NULL */
	const char *vars;     /* variable store that a copy is made of; NULL: OVMF's */
	bool secure_boot;
	const struct strv *trusted; /* certificates in db instead of the store's keys; none */
	bool tpm;
	uint64_t memory_bytes;
	uint64_t cpus;
	const struct strv *disks; /* more disks, which the guest writes to; an ISO is read only */
	enum run_net net;
	const char *tap; /* its name */
	struct run_forward forwards[RUN_FORWARDS_MAX];
	size_t n_forwards;
	const struct strv *qemu; /* further arguments, behind ours */
	const struct run_step *steps;
	size_t n_steps;
	uint64_t timeout_s;   /* 0: none */
	const char *log_path; /* what the console said is kept here; NULL: nowhere */
	bool no_kvm;
	bool dry_run; /* print the commands and start nothing */
};

#define RUN_CMDLINE "console=ttyS0"

/*
 * With steps it succeeds when all were done and the guest powered itself off;
 * without, when QEMU ends. Says which step it waited for in vain.
 */
MUST_CHECK int stage_run(const struct run_options *options, struct err *e);

#endif
