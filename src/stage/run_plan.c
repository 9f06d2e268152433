#include "stage/run_plan.h"

#include "base/path.h"
#include "base/strv.h"
#include "format/initrd_form.h"
#include "format/pe.h"
#include "host/file.h"
#include "stage/project.h"
#include "stage/run_bios.h"

#include <string.h>

enum { CMDLINE_MAX = 64 * 1024 };

void run_plan_done(struct run_plan *p)
{
	free(p->kernel);
	free(p->initrd);
	free(p->cmdline);
}

static int copy_text(const char *text, char **ret, struct err *e)
{
	*ret = strdup(text);
	return *ret ? 0 : err_memory(e);
}

/* The command line in a UKI ends with what systemd-stub takes away too: NULs and white space. */
static int read_cmdline(const struct source *s, const struct pe *pe, char **ret, struct err *e)
{
	const struct pe_section *section = pe_section_find(pe, ".cmdline");
	struct pe_section_source content;
	AUTO_BUF text = BUF_INIT;
	size_t len;

	if (!section)
		return copy_text("", ret, e);
	if (pe_section_source_init(&content, s, section, e) < 0)
		return -1;
	if (content.source.size > CMDLINE_MAX)
		return err_set(e, ERR_LIMIT, "'%s' has a command line of %llu bytes", s->name,
			       (unsigned long long)content.source.size);
	len = (size_t)content.source.size;
	if (buf_reserve(&text, len, e) < 0 ||
	    source_read(&content.source, 0, text.data, len, e) < 0)
		return -1;
	while (len && strchr(" \t\r\n", text.data[len - 1]))
		len--;
	text.data[len] = '\0';
	return copy_text(text.data, ret, e);
}

/* Kernel and initrd that the virtual machine loads come out of the UKI first. */
static int plan_parts(const struct source *s, struct run_plan *p, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (pe_read(s, &pe, e) < 0)
		return -1;
	if (!pe_section_find(&pe, ".linux"))
		return err_set(
			e, ERR_INPUT,
			"'%s' has no kernel in it: only a UKI or a kernel boots with --direct",
			s->name);
	if (path_join(p->folder, "linux", &p->kernel, e) < 0)
		return -1;
	if ((pe_section_find(&pe, ".initrd") || pe_section_find(&pe, ".ucode")) &&
	    path_join(p->folder, "initrd", &p->initrd, e) < 0)
		return -1;
	return read_cmdline(s, &pe, &p->cmdline, e);
}

static int plan_kernel(const struct run_options *o, struct run_plan *p, struct err *e)
{
	if (copy_text(o->file, &p->kernel, e) < 0 ||
	    copy_text(o->cmdline ? o->cmdline : RUN_CMDLINE, &p->cmdline, e) < 0)
		return -1;
	if (o->initrd && !file_exists(o->initrd))
		return err_set(e, ERR_MISSING, "initrd '%s' is not there", o->initrd);
	return o->initrd ? copy_text(o->initrd, &p->initrd, e) : 0;
}

static bool is_kernel(enum image_kind kind)
{
	return kind == IMAGE_BZIMAGE || kind == IMAGE_VMLINUX;
}

static bool is_media(enum image_kind kind)
{
	return kind == IMAGE_ISO || kind == IMAGE_DISK || kind == IMAGE_QCOW2;
}

static int check_firmware_options(const struct run_plan *p, struct err *e)
{
	if (run_has_keys(p->options) && !p->options->secure_boot)
		return err_set(e, ERR_USAGE, "--trust goes with --secure-boot");
	if (p->options->secure_boot && p->boot != RUN_BOOT_UEFI)
		return err_set(e, ERR_USAGE,
			       "--secure-boot goes with --uefi: without firmware, "
			       "or with a BIOS, nothing checks signatures");
	if ((p->options->firmware || p->options->vars) && p->boot != RUN_BOOT_UEFI)
		return err_set(e, ERR_USAGE,
			       "--firmware and --vars go with --uefi: '%s' is booted %s",
			       p->options->file,
			       p->boot == RUN_BOOT_BIOS ? "by a BIOS" : "without firmware");
	return 0;
}

static int check_boot(const struct run_plan *p, struct err *e)
{
	const char *file = p->options->file;
	const char *what = image_kind_text(p->kind);

	if (p->boot == RUN_BOOT_BIOS && !is_media(p->kind))
		return err_set(e, ERR_INPUT,
			       "'%s' is %s: a BIOS boots only what mvirt-mkos iso --bios makes",
			       file, what);
	if (p->boot == RUN_BOOT_DIRECT && is_media(p->kind))
		return err_set(e, ERR_INPUT, "'%s' is %s: --direct is for a kernel or a UKI", file,
			       what);
	if (p->boot == RUN_BOOT_UEFI && p->kind == IMAGE_VMLINUX)
		return err_set(e, ERR_INPUT,
			       "'%s' is an ELF program: firmware does not start it, --direct does",
			       file);
	if ((p->options->initrd || p->options->cmdline) && !is_kernel(p->kind))
		return err_set(e, ERR_USAGE, "--initrd and --cmdline go with a kernel: '%s' is %s",
			       file, what);
	if (p->options->attach != RUN_ATTACH_FITTING && !is_media(p->kind))
		return err_set(e, ERR_USAGE, "--attach goes with an ISO or a disk: '%s' is %s",
			       file, what);
	if (p->options->writable && !is_media(p->kind))
		return err_set(e, ERR_USAGE,
			       "--writable goes with an ISO or a disk: '%s' is %s, and the guest "
			       "never writes to it",
			       file, what);
	if (p->options->writable && p->attach == RUN_ATTACH_CD)
		return err_set(e, ERR_USAGE,
			       "--writable goes with --attach usb or disk: a CD is read only");
	return check_firmware_options(p, e);
}

static int check_cloud_hypervisor(const struct run_plan *p, struct err *e)
{
	const struct run_options *o = p->options;

	if (p->boot == RUN_BOOT_BIOS || o->secure_boot || p->attach != RUN_ATTACH_DISK)
		return err_set(e, ERR_USAGE,
			       "cloud-hypervisor has no BIOS, no Secure Boot, no CD and no USB: "
			       "leave --vmm out");
	if (o->net == RUN_NET_USER)
		return err_set(e, ERR_USAGE,
			       "cloud-hypervisor has no network of its own: --net tap");
	if (o->qemu->n)
		return err_set(e, ERR_USAGE, "--qemu is for QEMU");
	if (o->vars)
		return err_set(e, ERR_USAGE,
			       "--vars is for QEMU: cloud-hypervisor's firmware has no variables");
	if (o->n_steps || o->log_path)
		return err_set(
			e, ERR_USAGE,
			"steps and --log are for QEMU: cloud-hypervisor runs in the terminal");
	if (o->no_kvm)
		return err_set(e, ERR_USAGE, "cloud-hypervisor does not run without KVM");
	if (p->boot == RUN_BOOT_UEFI && !o->firmware)
		return err_set(e, ERR_USAGE,
			       "cloud-hypervisor brings no firmware: --firmware CLOUDHV.fd");
	return 0;
}

bool run_has_keys(const struct run_options *o)
{
	return o->trusted && o->trusted->n;
}

static void plan_firmware(const struct run_options *o, struct run_plan *p)
{
	if (p->boot != RUN_BOOT_UEFI)
		return;
	p->firmware = o->firmware ? o->firmware : o->secure_boot ? OVMF_CODE_SECURE : OVMF_CODE;
	if (o->vmm != RUN_QEMU)
		return;
	if (o->vars)
		p->vars = o->vars;
	else
		p->vars = o->secure_boot && !run_has_keys(o) ? OVMF_VARS_SECURE : OVMF_VARS;
}

/* A UKI by UEFI needs a disk that it is on; cloud-hypervisor is mostly for what boots directly. */
static enum run_boot fitting_boot(const struct run_options *o, enum image_kind kind)
{
	if (is_kernel(kind))
		return RUN_BOOT_DIRECT;
	if (o->vmm == RUN_CLOUD_HYPERVISOR && kind == IMAGE_EFI && !o->firmware)
		return RUN_BOOT_DIRECT;
	return RUN_BOOT_UEFI;
}

static void plan_boot(const struct run_options *o, struct run_plan *p)
{
	p->boot = o->boot != RUN_BOOT_FITTING ? o->boot : fitting_boot(o, p->kind);
	p->attach = o->attach;
	if (p->attach == RUN_ATTACH_FITTING)
		p->attach = p->kind == IMAGE_ISO && o->vmm == RUN_QEMU ? RUN_ATTACH_CD
								       : RUN_ATTACH_DISK;
}

static int read_form(const struct source *s, const char **ret, struct err *e)
{
	char head[INITRD_HEAD];
	size_t len = s->size < sizeof(head) ? (size_t)s->size : sizeof(head);

	if (source_read(s, 0, head, len, e) < 0)
		return -1;
	*ret = initrd_form(head, len);
	return 0;
}

static int check_file(const struct source *s, enum image_kind kind, struct err *e)
{
	const char *form = NULL;
	AUTO_PE pe = {.sections = NULL};

	if (kind == IMAGE_EFI && pe_read(s, &pe, e) < 0)
		return -1;
	if (kind == IMAGE_OTHER && read_form(s, &form, e) < 0)
		return -1;
	if (form)
		return err_set(e, ERR_INPUT,
			       "'%s' is an initramfs, or something else in %s: it boots with a "
			       "kernel, mvirt-mkos run KERNEL --initrd %s",
			       s->name, form, s->name);
	if (kind == IMAGE_OTHER)
		return err_set(e, ERR_INPUT,
			       "'%s' is nothing that boots: give a UKI, an ISO, a disk or a kernel",
			       s->name);
	return 0;
}

int run_plan_make(const struct run_options *options, const char *folder, struct run_plan *ret,
		  struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_RUN_PLAN p = {.options = options, .folder = folder};

	if (!file_exists(options->file))
		return err_set(e, ERR_MISSING, "image '%s' is not there%s", options->file,
			       strcmp(options->file, PROJECT_UKI) != 0
				       ? ""
				       : ": make it with mvirt-mkos build");
	if (file_source_open(&f, options->file, e) < 0 ||
	    image_kind_read(&f.source, &p.kind, e) < 0 || check_file(&f.source, p.kind, e) < 0)
		return -1;
	p.size = f.source.size;
	plan_boot(options, &p);
	plan_firmware(options, &p);
	if (check_boot(&p, e) < 0)
		return -1;
	if (p.boot == RUN_BOOT_BIOS && run_check_bios(&p, &f.source, e) < 0)
		return -1;
	if (options->vmm == RUN_CLOUD_HYPERVISOR && check_cloud_hypervisor(&p, e) < 0)
		return -1;
	if (is_kernel(p.kind) && plan_kernel(options, &p, e) < 0)
		return -1;
	if (p.kind == IMAGE_EFI && p.boot == RUN_BOOT_DIRECT && plan_parts(&f.source, &p, e) < 0)
		return -1;
	*ret = p;
	p = (struct run_plan){.kernel = NULL};
	return 0;
}
