#include "stage/run_command.h"

#include "base/buf.h"
#include "base/path.h"
#include "host/file.h"

#include <stdio.h>
#include <string.h>

/*
 * A file in QEMU's option syntax, where ',' ends a value unless it is doubled,
 * and "NAME:" before the first '/' is a protocol.
 */
static int add_drive(struct strv *to, const char *properties, const char *path, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	const char *colon = strchr(path, ':'), *slash = strchr(path, '/');

	if (buf_putf(&text, e, "%s,file=", properties) < 0)
		return -1;
	if (colon && (!slash || colon < slash) && buf_puts(&text, "./", e) < 0)
		return -1;
	for (; *path; path++)
		if (buf_put(&text, *path == ',' ? ",," : path, *path == ',' ? 2 : 1, e) < 0)
			return -1;
	return strv_add_all(to, e, "-drive", buf_str(&text), NULL);
}

static int add_machine(const struct run_plan *p, struct strv *to, struct err *e)
{
	const struct run_options *o = p->options;

	if (strv_add_all(to, e, "qemu-system-x86_64", "-machine",
			 o->secure_boot ? "q35,smm=on" : "q35", "-accel",
			 p->kvm ? "kvm" : "tcg,thread=multi", "-cpu", p->kvm ? "host" : "max",
			 NULL) < 0)
		return -1;
	if (strv_add(to, "-m", e) < 0 ||
	    strv_addf(to, e, "%lluK", (unsigned long long)(o->memory_bytes / 1024)) < 0 ||
	    strv_add(to, "-smp", e) < 0 ||
	    strv_addf(to, e, "%llu", (unsigned long long)o->cpus) < 0)
		return -1;
	return strv_add_all(to, e, "-nodefaults", "-display", "none", "-no-reboot", "-device",
			    "virtio-rng-pci", NULL);
}

static int add_firmware(const struct run_plan *p, struct strv *to, struct err *e)
{
	AUTO_FREE char *vars = NULL;

	if (p->boot != RUN_BOOT_UEFI)
		return 0;
	if (path_join(p->folder, "vars.fd", &vars, e) < 0 ||
	    add_drive(to, "if=pflash,format=raw,unit=0,readonly=on", p->firmware, e) < 0 ||
	    add_drive(to, "if=pflash,format=raw,unit=1", vars, e) < 0)
		return -1;
	/* The variables are safe from the guest only when its kernel cannot write the flash. */
	if (p->options->secure_boot)
		return strv_add_all(to, e, "-global",
				    "driver=cfi.pflash01,property=secure,value=on", NULL);
	return 0;
}

static int add_kernel(const struct run_plan *p, struct strv *to, struct err *e)
{
	if (strv_add_all(to, e, "-kernel", p->kernel, NULL) < 0)
		return -1;
	if (p->initrd && strv_add_all(to, e, "-initrd", p->initrd, NULL) < 0)
		return -1;
	return *p->cmdline ? strv_add_all(to, e, "-append", p->cmdline, NULL) : 0;
}

static int add_boot_device(enum run_attach attach, struct strv *to, struct err *e)
{
	switch (attach) {
	case RUN_ATTACH_CD:
		return strv_add_all(to, e, "-device", "ide-cd,drive=boot,bootindex=0", NULL);
	case RUN_ATTACH_USB:
		return strv_add_all(to, e, "-device", "qemu-xhci", "-device",
				    "usb-storage,drive=boot,bootindex=0", NULL);
	default:
		return strv_add_all(to, e, "-device", "virtio-blk-pci,drive=boot,bootindex=0",
				    NULL);
	}
}

/* What the guest writes goes to a file that QEMU deletes, unless it is to stay. */
static int add_medium(const struct run_plan *p, struct strv *to, struct err *e)
{
	const char *how = p->attach == RUN_ATTACH_CD ? "readonly=on"
			  : p->options->writable     ? "snapshot=off"
						     : "snapshot=on";
	char properties[64];

	snprintf(properties, sizeof(properties), "if=none,id=boot,format=%s,%s",
		 p->kind == IMAGE_QCOW2 ? "qcow2" : "raw", how);
	if (add_drive(to, properties, p->options->file, e) < 0)
		return -1;
	return add_boot_device(p->attach, to, e);
}

static int add_esp(const struct run_plan *p, struct strv *to, struct err *e)
{
	AUTO_FREE char *esp = NULL;

	if (path_join(p->folder, RUN_ESP, &esp, e) < 0 ||
	    add_drive(to, "if=none,id=boot,format=raw", esp, e) < 0)
		return -1;
	return add_boot_device(RUN_ATTACH_DISK, to, e);
}

static int add_image(const struct run_plan *p, struct strv *to, struct err *e)
{
	if (p->kernel)
		return add_kernel(p, to, e);
	return p->kind == IMAGE_EFI ? add_esp(p, to, e) : add_medium(p, to, e);
}

static int add_disks(const struct run_plan *p, struct strv *to, struct err *e)
{
	for (size_t i = 0; i < p->options->disks->n; i++) {
		AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
		enum image_kind kind;
		char properties[64];

		if (file_source_open(&f, p->options->disks->v[i], e) < 0 ||
		    image_kind_read(&f.source, &kind, e) < 0)
			return -1;
		snprintf(properties, sizeof(properties), "if=none,id=disk%zu,format=%s%s", i,
			 kind == IMAGE_QCOW2 ? "qcow2" : "raw",
			 kind == IMAGE_ISO ? ",readonly=on" : "");
		if (add_drive(to, properties, p->options->disks->v[i], e) < 0 ||
		    strv_add(to, "-device", e) < 0 ||
		    strv_addf(to, e, "virtio-blk-pci,drive=disk%zu", i) < 0)
			return -1;
	}
	return 0;
}

static int add_net(const struct run_options *o, struct strv *to, struct err *e)
{
	AUTO_BUF backend = BUF_INIT;

	if (o->net == RUN_NET_NONE)
		return strv_add_all(to, e, "-nic", "none", NULL);
	if (o->net == RUN_NET_TAP) {
		if (buf_putf(&backend, e, "tap,id=net,ifname=%s,script=no,downscript=no", o->tap) <
		    0)
			return -1;
	} else if (buf_puts(&backend, "user,id=net", e) < 0) {
		return -1;
	}
	/* Reachable from this machine only. */
	for (size_t i = 0; i < o->n_forwards; i++)
		if (buf_putf(&backend, e, ",hostfwd=tcp:127.0.0.1:%u-:%u", o->forwards[i].host,
			     o->forwards[i].guest) < 0)
			return -1;
	return strv_add_all(to, e, "-netdev", buf_str(&backend), "-device",
			    "virtio-net-pci,netdev=net", NULL);
}

static int add_tpm(const struct run_plan *p, struct strv *to, struct err *e)
{
	if (!p->options->tpm)
		return 0;
	if (strv_add(to, "-chardev", e) < 0 ||
	    strv_addf(to, e, "socket,id=tpm,path=%s/" RUN_TPM_SOCKET, p->folder) < 0)
		return -1;
	return strv_add_all(to, e, "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device",
			    "tpm-crb,tpmdev=tpm0", NULL);
}

static int add_console(const struct run_options *o, struct strv *to, struct err *e)
{
	AUTO_BUF console = BUF_INIT;

	if (o->n_steps) {
		if (strv_add(to, "-chardev", e) < 0 ||
		    strv_addf(to, e, "socket,id=monitor,fd=%d", RUN_MONITOR_FD) < 0)
			return -1;
		return strv_add_all(to, e, "-mon", "chardev=monitor,mode=control", "-serial",
				    "stdio", NULL);
	}
	if (!o->log_path)
		return strv_add_all(to, e, "-serial", "mon:stdio", NULL);
	if (buf_puts(&console, "stdio,id=console,mux=on,signal=off,logfile=", e) < 0)
		return -1;
	for (const char *c = o->log_path; *c; c++)
		if (buf_put(&console, *c == ',' ? ",," : c, *c == ',' ? 2 : 1, e) < 0)
			return -1;
	return strv_add_all(to, e, "-chardev", buf_str(&console), "-serial", "chardev:console",
			    "-mon", "chardev=console", NULL);
}

int run_qemu_command(const struct run_plan *p, struct strv *to, struct err *e)
{
	if (add_machine(p, to, e) < 0 || add_firmware(p, to, e) < 0 || add_image(p, to, e) < 0)
		return -1;
	if (add_disks(p, to, e) < 0 || add_net(p->options, to, e) < 0 || add_tpm(p, to, e) < 0 ||
	    add_console(p->options, to, e) < 0)
		return -1;
	for (size_t i = 0; i < p->options->qemu->n; i++)
		if (strv_add(to, p->options->qemu->v[i], e) < 0)
			return -1;
	return 0;
}
