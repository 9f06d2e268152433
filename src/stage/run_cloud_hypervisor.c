/* Options as cloud-hypervisor 53 has them (its --help, and docs/uefi.md, tpm.md, disk formats). */

#include "stage/run_command.h"

#include "base/path.h"
#include "host/file.h"

#include <string.h>

/* Its option parser has quotes, but a path with one of them would need more than that. */
static int check_path(const char *path, struct err *e)
{
	if (strpbrk(path, ",\"[]"))
		return err_set(e, ERR_INPUT,
			       "'%s' has a ',', a '\"' or a bracket in it, which cloud-hypervisor "
			       "takes for its own",
			       path);
	return 0;
}

/* Without its type a raw image is guessed, and the guest may then not write its first sector. */
static int add_disk(const char *path, bool readonly, struct strv *to, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	enum image_kind kind;

	if (check_path(path, e) < 0 || file_source_open(&f, path, e) < 0 ||
	    image_kind_read(&f.source, &kind, e) < 0)
		return -1;
	return strv_addf(to, e, "path=%s,readonly=%s,image_type=%s", path,
			 readonly || kind == IMAGE_ISO ? "on" : "off",
			 kind == IMAGE_QCOW2 ? "qcow2" : "raw");
}

static int add_disks(const struct run_plan *p, struct strv *to, struct err *e)
{
	if ((p->kernel && p->options->disks->n == 0))
		return 0;
	if (strv_add(to, "--disk", e) < 0)
		return -1;
	if (!p->kernel && p->kind == IMAGE_EFI) {
		if (strv_addf(to, e, "path=%s/" RUN_ESP ",readonly=off,image_type=raw", p->folder) <
		    0)
			return -1;
	} else if (!p->kernel && add_disk(p->options->file, !p->options->writable, to, e) < 0) {
		return -1;
	}
	for (size_t i = 0; i < p->options->disks->n; i++)
		if (add_disk(p->options->disks->v[i], false, to, e) < 0)
			return -1;
	return 0;
}

static int add_image(const struct run_plan *p, struct strv *to, struct err *e)
{
	if (!p->kernel)
		return strv_add_all(to, e, "--firmware", p->firmware, NULL);
	if (strv_add_all(to, e, "--kernel", p->kernel, NULL) < 0)
		return -1;
	if (p->initrd && strv_add_all(to, e, "--initramfs", p->initrd, NULL) < 0)
		return -1;
	return *p->cmdline ? strv_add_all(to, e, "--cmdline", p->cmdline, NULL) : 0;
}

static int add_devices(const struct run_plan *p, struct strv *to, struct err *e)
{
	const struct run_options *o = p->options;

	if (o->net == RUN_NET_TAP &&
	    (strv_add(to, "--net", e) < 0 || strv_addf(to, e, "tap=%s", o->tap) < 0))
		return -1;
	if (o->tpm && (strv_add(to, "--tpm", e) < 0 ||
		       strv_addf(to, e, "socket=%s/" RUN_TPM_SOCKET, p->folder) < 0))
		return -1;
	return strv_add_all(to, e, "--serial", "tty", "--console", "off", NULL);
}

int run_cloud_hypervisor_command(const struct run_plan *p, struct strv *to, struct err *e)
{
	const struct run_options *o = p->options;

	if (strv_add(to, "cloud-hypervisor", e) < 0 || add_image(p, to, e) < 0 ||
	    add_disks(p, to, e) < 0)
		return -1;
	if (strv_add(to, "--cpus", e) < 0 ||
	    strv_addf(to, e, "boot=%llu", (unsigned long long)o->cpus) < 0 ||
	    strv_add(to, "--memory", e) < 0 ||
	    strv_addf(to, e, "size=%lluM", (unsigned long long)(o->memory_bytes >> 20)) < 0)
		return -1;
	return add_devices(p, to, e);
}
