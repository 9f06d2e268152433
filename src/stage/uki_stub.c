#include "stage/uki_stub.h"

#include "host/file.h"
#include "host/machine.h"
#include "stage/kernel_image.h"

#include <string.h>

#define STUB_FOLDER "/usr/lib/systemd/boot/efi"

static int stub_path(const char *kind, const char *arch, char **ret, struct err *e)
{
	AUTO_BUF path = BUF_INIT;

	if (buf_putf(&path, e, STUB_FOLDER "/%s%s.efi.stub", kind, arch) < 0)
		return -1;
	if (file_exists(path.data))
		return buf_take(&path, ret, e);
	if (!strcmp(kind, "addon"))
		return err_set(e, ERR_MISSING,
			       "'%s' is missing, which systemd 254 and newer have: name an EFI "
			       "stub for %s with --stub",
			       path.data, arch);
	return err_set(e, ERR_MISSING,
		       "'%s' is missing: install the package systemd-boot-efi, or name an EFI "
		       "stub for %s with --stub",
		       path.data, arch);
}

static int kernel_stub(const struct linux_image *kernel, const char *kernel_path, char **ret_path,
		       struct err *e)
{
	if (!kernel->has_efi_stub)
		return err_set(e, ERR_INPUT,
			       "kernel '%s' has no EFI stub: build it with CONFIG_EFI_STUB=y",
			       kernel_path);
	return stub_path("linux", pe_machine_name(kernel->Machine), ret_path, e);
}

int uki_default_stub(const char *kernel, char **ret_path, struct err *e)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	struct linux_image image;

	if (kernel_open(kernel, &file, e) < 0)
		return err_ctx(e, "kernel");
	if (kernel_read(&file.source, &image, e) < 0)
		return -1;
	return kernel_stub(&image, kernel, ret_path, e);
}

static int default_stub(const struct uki_gathered *g, const struct uki_options *options, char **ret,
			struct err *e)
{
	const char *arch = options->efi_arch;

	if (options->kernel && !arch)
		return kernel_stub(&g->kernel, options->kernel, ret, e);
	if (!arch)
		arch = machine_efi_arch();
	if (!arch)
		return err_set(e, ERR_MISSING,
			       "this machine is none that EFI knows: say which with --efi-arch");
	return stub_path(options->kernel ? "linux" : "addon", arch, ret, e);
}

/* Such a one would boot, and leave all the rest alone. */
static int refuse_kernel(const struct source *stub, struct err *e)
{
	struct stub_version version = {.major = 0};
	AUTO_PE pe = {.sections = NULL};
	struct linux_image image;
	struct err ignored = ERR_INIT;

	if (linux_image_read(stub, &image, &ignored) < 0 ||
	    (!image.is_bzimage && !image.zboot_offset))
		return 0;
	if (pe_read(stub, &pe, e) < 0 || stub_version_read(stub, &pe, &version, e) < 0)
		return -1;
	if (version.text[0])
		return 0;
	return err_set(e, ERR_INPUT, "stub '%s' is a Linux kernel: give systemd's EFI stub",
		       stub->name);
}

int uki_stub_open(const struct uki_options *options, struct uki_gathered *g, struct err *e)
{
	AUTO_FREE char *found = NULL;

	if (g->stub)
		return 0;
	if (options->efi_arch && !pe_machine_by_name(options->efi_arch))
		return err_set(e, ERR_USAGE,
			       "--efi-arch '%s' is none of ia32 x64 arm aa64 riscv32 riscv64 "
			       "loongarch32 loongarch64",
			       options->efi_arch);
	if (!options->stub && default_stub(g, options, &found, e) < 0)
		return -1;
	if (uki_parts_open(&g->base, options->stub ? options->stub : found, &g->stub, e) < 0)
		return err_ctx(e, "stub");
	return refuse_kernel(g->stub, e);
}
