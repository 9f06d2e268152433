#include "base/buf.h"
#include "format/initrd_form.h"
#include "format/linux_image.h"
#include "format/sbat.h"
#include "format/uki_lint.h"

#include <string.h>

enum {
	TEXT_MAX = 64 * 1024,
	COMMAND_LINE_SIZE = 2048, /* of x86, with the NUL */
	BASE_RELOCATIONS = 5,	  /* data directory */
	STARTS_KERNELS_ITSELF = 258,
	CHECKS_PLACES = 262,
};

static const struct uki_rule no_kernel = {"kernel", "take a UKI, or an addon with its stub"};
static const struct uki_rule unfit_kernel = {"kernel", "give it a whole kernel image"};
static const struct uki_rule efi_stub = {"kernel", "build it with CONFIG_EFI_STUB=y"};
static const struct uki_rule relocations = {"kernel", "take a systemd-stub before 258"};
static const struct uki_rule places = {"kernel", "take a systemd-stub before 262"};
static const struct uki_rule kernel_last = {
	"kernel", "lay it out anew, with mvirt-mkos uki --update, or take Linux 5.8 or newer"};
static const struct uki_rule image_base = {"image-base",
					   "take systemd-stub 259.2 or newer, or one before 258"};
static const struct uki_rule machine = {"machine", "take kernel and stub of one architecture"};
static const struct uki_rule nx = {"nx", "take a kernel that is fit for it, or clear the flag"};
static const struct uki_rule cmdline_end = {"cmdline", "cut it off"};
static const struct uki_rule cmdline_length = {"cmdline", "make it shorter"};
static const struct uki_rule cmdline_nul = {"cmdline", "take systemd-stub 252.1 or newer"};
static const struct uki_rule initrd_rule = {"initrd", "give it a newc archive, packed or not"};
static const struct uki_rule sbat_rule = {"sbat", "add one: mvirt-mkos uki --update does"};
static const struct uki_rule pcrsig = {"pcrsig", "put one behind each .profile"};

struct content_lint {
	const struct source *s;
	const struct pe *pe;
	const struct stub_version *stub;
	struct uki_findings *found;
	uint32_t initrd; /* address of the last one */
};

/* Where the last .initrd begins. */
static uint32_t find_initrd(const struct pe *pe)
{
	uint32_t last = 0;

	for (size_t i = 0; i < pe->n_sections; i++)
		if (strcmp(pe->sections[i].Name, ".initrd") == 0 &&
		    pe->sections[i].VirtualAddress > last)
			last = pe->sections[i].VirtualAddress;
	return last;
}

static void check_kernel(struct content_lint *l, const struct pe_section *section,
			 const struct linux_image *kernel)
{
	const char *is = pe_machine_name(kernel->Machine), *wants = pe_machine_name(l->pe->Machine);

	if (!kernel->has_efi_stub) {
		uki_wrong(l->found, &efi_stub, ".linux", "the kernel has no EFI stub");
		return;
	}
	if (!linux_image_fits(kernel, l->pe->Machine))
		uki_wrong(l->found, &machine, ".linux", "the kernel is for %s, the stub for %s",
			  is ? is : "an unknown machine", wants ? wants : "an unknown machine");
	if ((l->pe->DllCharacteristics & PE_NX_COMPAT) && !kernel->nx_compat)
		uki_wrong(l->found, &nx, ".linux",
			  "NX_COMPAT is set, but the kernel is not fit for it");
	if (kernel->ImageBase && stub_fails_at_image_base(l->stub))
		uki_wrong(l->found, &image_base, ".linux",
			  "systemd-stub %s fails to start a kernel with an ImageBase",
			  l->stub->text);
	if (kernel->is_bzimage && kernel->MajorImageVersion == 0 &&
	    stub_is_before(l->stub, 257, 0) && l->initrd > section->VirtualAddress)
		uki_doubtful(l->found, &kernel_last, ".linux",
			     "a kernel before 5.8 unpacks itself over the .initrd behind it");
}

/* From 262 on a stub that starts kernels itself refuses what firmware would put right. */
static void check_places(struct content_lint *l, const struct pe *kernel)
{
	for (size_t i = 0; i < kernel->n_sections && l->stub->major >= CHECKS_PLACES; i++) {
		const struct pe_section *section = &kernel->sections[i];

		if (section->SizeOfRawData == 0)
			continue;
		if (section->SizeOfRawData > section->VirtualSize)
			uki_wrong(
				l->found, &places, ".linux",
				"systemd-stub %s does not start a kernel whose section %s has more "
				"bytes in the file than in memory",
				l->stub->text, section->Name);
		else if (pe_section_memory_end(section) > kernel->SizeOfImage)
			uki_wrong(l->found, &places, ".linux",
				  "systemd-stub %s does not start a kernel whose section %s ends "
				  "outside of its SizeOfImage",
				  l->stub->text, section->Name);
	}
}

static int check_loading(struct content_lint *l, const struct source *kernel, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (l->stub->major < STARTS_KERNELS_ITSELF)
		return 0;
	if (pe_read(kernel, &pe, e) < 0)
		return e->kind == ERR_INPUT ? 0 : -1;
	if (pe.directories[BASE_RELOCATIONS].Size)
		uki_wrong(l->found, &relocations, ".linux",
			  "systemd-stub %s does not start a kernel that is to be relocated",
			  l->stub->text);
	check_places(l, &pe);
	return 0;
}

static int lint_kernel(struct content_lint *l, const struct pe_section *section, struct err *e)
{
	struct pe_section_source content;
	struct linux_image kernel;

	if (pe_section_source_init(&content, l->s, section, e) == 0 &&
	    linux_image_read(&content.source, &kernel, e) == 0) {
		check_kernel(l, section, &kernel);
		return check_loading(l, &content.source, e);
	}
	if (e->kind != ERR_INPUT)
		return -1;
	uki_wrong(l->found, &unfit_kernel, ".linux", "section .linux: %s", e->text);
	return 0;
}

/* Up to max bytes from its start; what is cut off is told of elsewhere. */
static int read_start(struct content_lint *l, const struct pe_section *section, size_t max,
		      struct buf *to, struct err *e)
{
	struct pe_section_source content;
	size_t len;

	if (pe_section_source_init(&content, l->s, section, e) < 0)
		return e->kind == ERR_INPUT ? 0 : -1;
	len = content.source.size < max ? (size_t)content.source.size : max;
	if (buf_reserve(to, len + 1, e) < 0 ||
	    source_read(&content.source, 0, to->data, len, e) < 0)
		return -1;
	to->len = len;
	to->data[len] = '\0';
	return 0;
}

static int lint_cmdline(struct content_lint *l, const struct pe_section *section, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	char last;

	if (read_start(l, section, TEXT_MAX, &text, e) < 0)
		return -1;
	if (text.len == 0)
		return 0;
	last = text.data[text.len - 1];
	if (stub_is_before(l->stub, 252, 1) && last != '\0')
		uki_doubtful(l->found, &cmdline_nul, ".cmdline",
			     "systemd-stub %s may read past the end of the command line",
			     l->stub->text);
	else if (last == '\n' || (last == '\0' && !stub_is_before(l->stub, 252, 1)))
		uki_doubtful(l->found, &cmdline_end, ".cmdline",
			     "the command line ends in a %s, which is measured too",
			     last ? "newline" : "NUL");
	if (strlen(text.data) >= COMMAND_LINE_SIZE && l->pe->Machine == PE_MACHINE_AMD64)
		uki_doubtful(l->found, &cmdline_length, ".cmdline",
			     "the command line has more than 2047 bytes: the kernel cuts it");
	return 0;
}

static int lint_initrd(struct content_lint *l, const struct pe_section *section, struct err *e)
{
	AUTO_BUF head = BUF_INIT;

	if (read_start(l, section, INITRD_HEAD, &head, e) < 0)
		return -1;
	if (head.len && !initrd_form(head.data, head.len))
		uki_doubtful(l->found, &initrd_rule, ".initrd",
			     "section .initrd begins with nothing that Linux unpacks");
	return 0;
}

static int lint_sbat(struct content_lint *l, struct err *e)
{
	const struct pe_section *section = pe_section_find(l->pe, ".sbat");
	AUTO_BUF text = BUF_INIT;

	if (!section) {
		uki_doubtful(l->found, &sbat_rule, ".sbat",
			     "there is no section .sbat: shim starts nothing without");
		return 0;
	}
	if (read_start(l, section, TEXT_MAX, &text, e) < 0)
		return -1;
	if (text.len && !sbat_is_valid(text.data, text.len))
		uki_doubtful(l->found, &sbat_rule, ".sbat",
			     "section .sbat does not begin with a line 'sbat,1,...'");
	return 0;
}

/* The base's signatures are of the base: those of a profile stand behind its .profile. */
static void lint_pcrsig(struct content_lint *l)
{
	bool in_base = true, signed_base = false;

	for (size_t i = 0; i < l->pe->n_sections; i++) {
		const char *name = l->pe->sections[i].Name;

		in_base = in_base && strcmp(name, ".profile") != 0;
		signed_base = signed_base || (in_base && strcmp(name, ".pcrsig") == 0);
	}
	if (signed_base && !in_base)
		uki_doubtful(l->found, &pcrsig, ".pcrsig",
			     "the .pcrsig in front of the profiles is of none of them");
}

enum { KERNELS_MAX = 257 }; /* of the base and of 256 profiles */

int uki_lint_content(const struct source *s, const struct pe *pe, const struct stub_version *stub,
		     struct uki_findings *f, struct err *e)
{
	struct content_lint l = {
		.s = s, .pe = pe, .stub = stub, .found = f, .initrd = find_initrd(pe)};
	bool has_kernel = false, is_second = false;
	size_t kernels = 0;

	for (size_t i = 0; i < pe->n_sections; i++) {
		const struct pe_section *section = &pe->sections[i];
		int r = 0;

		if (strcmp(section->Name, ".profile") == 0) {
			is_second = false;
		} else if (strcmp(section->Name, ".linux") == 0) {
			has_kernel = true;
			/* A second one in a part is a fault of its own; each costs a look at all of it. */
			if (!is_second && kernels++ < KERNELS_MAX)
				r = lint_kernel(&l, section, e);
			is_second = true;
		} else if (strcmp(section->Name, ".cmdline") == 0) {
			r = lint_cmdline(&l, section, e);
		} else if (strcmp(section->Name, ".initrd") == 0) {
			r = lint_initrd(&l, section, e);
		}
		if (r < 0)
			return -1;
	}
	lint_pcrsig(&l);
	if (has_kernel)
		return lint_sbat(&l, e);
	if (!stub->is_addon && !pe_section_find(pe, ".profile"))
		uki_doubtful(f, &no_kernel, NULL,
			     "there is no section .linux: not a UKI, or an addon of one");
	return 0;
}
