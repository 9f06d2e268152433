#include "format/linux_image.h"

#include "base/bytes.h"
#include "format/pe.h"

#include <string.h>

enum {
	SETUP_SECTS = 0x1f1,
	SYSSIZE = 0x1f4,
	MAGIC = 0x202,
	VERSION = 0x206,
	KERNEL_VERSION = 0x20e,
	HANDOVER_OFFSET = 0x264,
	SETUP_HEADER_END = 0x268,
	KERNEL_VERSION_BASE = 0x200,
	SECTOR = 512,
	IMAGE_MARK = 0x38,
	ELF_MACHINE = 18,
};

static unsigned int setup_sectors(const uint8_t *header)
{
	return header[SETUP_SECTS] ? header[SETUP_SECTS] : 4;
}

static int check_length(const struct source *s, const uint8_t *header, struct err *e)
{
	uint64_t len =
		(uint64_t)(setup_sectors(header) + 1) * SECTOR + 16ull * le32_get(header + SYSSIZE);

	/* syssize is rounded up, the file need not be. */
	if (s->size + 15 < len)
		return err_set(e, ERR_INPUT,
			       "'%s' is cut short: the kernel has %llu bytes, the file %llu",
			       s->name, (unsigned long long)len, (unsigned long long)s->size);
	return 0;
}

/* A missing or strange text is no error: the kernel boots without. */
static int read_banner(const struct source *s, const uint8_t *header, struct linux_image *image,
		       struct err *e)
{
	unsigned int at = le16_get(header + KERNEL_VERSION);
	uint64_t offset = at + KERNEL_VERSION_BASE;
	uint64_t left = s->size > offset ? s->size - offset : 0;
	size_t len = sizeof(image->banner) - 1;

	if (at == 0 || at >= setup_sectors(header) * SECTOR)
		return 0;
	if (left < len)
		len = (size_t)left;
	if (source_read(s, offset, image->banner, len, e) < 0)
		return -1;
	for (const char *c = image->banner; *c; c++) {
		if (*c < 0x20 || *c > 0x7e) {
			image->banner[0] = '\0';
			return 0;
		}
	}
	len = strcspn(image->banner, " ");
	memcpy(image->release, image->banner, len);
	image->release[len] = '\0';
	return 0;
}

static int read_bzimage(const struct source *s, struct linux_image *image, struct err *e)
{
	uint8_t header[SETUP_HEADER_END];

	if (s->size < sizeof(header))
		return 0;
	if (source_read(s, 0, header, sizeof(header), e) < 0)
		return -1;
	if (memcmp(header + MAGIC, "HdrS", 4) != 0)
		return 0;
	image->is_bzimage = true;
	image->boot_protocol = le16_get(header + VERSION);
	if (image->boot_protocol >= 0x020b)
		image->handover_offset = le32_get(header + HANDOVER_OFFSET);
	if (check_length(s, header, e) < 0)
		return -1;
	return read_banner(s, header, image, e);
}

static int check_sections(const struct source *s, const struct pe *pe, struct err *e)
{
	for (size_t i = 0; i < pe->n_sections; i++) {
		const struct pe_section *section = &pe->sections[i];
		uint64_t end = pe_section_file_end(section);

		if (section->SizeOfRawData && end > s->size)
			return err_set(e, ERR_INPUT,
				       "'%s' is cut short: its section %s ends at %llu, "
				       "the file at %llu",
				       s->name, section->Name, (unsigned long long)end,
				       (unsigned long long)s->size);
	}
	return 0;
}

static int read_efi_stub(const struct source *s, struct linux_image *image, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (pe_read(s, &pe, e) < 0 || check_sections(s, &pe, e) < 0)
		return err_ctx(e, "kernel");
	image->has_efi_stub =
		pe_machine_name(pe.Machine) != NULL && pe.Subsystem == PE_SUBSYSTEM_EFI_APPLICATION;
	if (!image->has_efi_stub)
		return 0;
	image->has_ia32_entry = pe_section_find(&pe, ".compat") != NULL;
	image->nx_compat = pe.DllCharacteristics & PE_NX_COMPAT;
	image->Machine = pe.Machine;
	image->MajorImageVersion = pe.MajorImageVersion;
	image->ImageBase = pe.ImageBase;
	return 0;
}

static int read_zboot(const struct source *s, struct linux_image *image, struct err *e)
{
	uint8_t head[16];
	uint64_t end;

	if (s->size < sizeof(head))
		return 0;
	if (source_read(s, 0, head, sizeof(head), e) < 0)
		return -1;
	if (memcmp(head + 4, "zimg", 4) != 0)
		return 0;
	end = (uint64_t)le32_get(head + 8) + le32_get(head + 12);
	if (end > s->size)
		return err_set(e, ERR_INPUT,
			       "'%s' is cut short: the kernel in it ends at %llu, the file at %llu",
			       s->name, (unsigned long long)end, (unsigned long long)s->size);
	image->zboot_offset = le32_get(head + 8);
	image->zboot_size = le32_get(head + 12);
	return 0;
}

static int read_image_mark(const struct source *s, struct linux_image *image, struct err *e)
{
	static const char marks[][5] = {"ARM\x64", "RSC\x05", "\xcd\x23\x82\x81"};
	char mark[4];

	if (image->is_bzimage)
		image->form = "bzImage";
	else if (image->zboot_offset)
		image->form = "zboot";
	if (image->form || s->size < IMAGE_MARK + sizeof(mark))
		return 0;
	if (source_read(s, IMAGE_MARK, mark, sizeof(mark), e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (memcmp(mark, marks[i], sizeof(mark)) == 0)
			image->form = "Image";
	return 0;
}

const char *linux_image_of_elf(uint16_t e_machine)
{
	static const struct {
		uint16_t machine; /* ELF's number */
		const char *file;
	} files[] = {
		{3, "arch/x86/boot/bzImage"},	{62, "arch/x86/boot/bzImage"},
		{40, "arch/arm/boot/zImage"},	{183, "arch/arm64/boot/Image"},
		{243, "arch/riscv/boot/Image"}, {258, "arch/loongarch/boot/vmlinux.efi"},
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i].machine == e_machine)
			return files[i].file;
	return "the image";
}

static int refuse_elf(const struct source *s, struct err *e)
{
	uint8_t machine[2] = {0};

	if (s->size >= ELF_MACHINE + sizeof(machine) &&
	    source_read(s, ELF_MACHINE, machine, sizeof(machine), e) < 0)
		return -1;
	return err_set(e, ERR_INPUT,
		       "'%s': not a kernel image but an ELF file (vmlinux), which no EFI stub "
		       "starts: give %s of that kernel",
		       s->name, linux_image_of_elf(le16_get(machine)));
}

static int refuse(const struct source *s, const char *start, struct err *e)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *what;
	} known[] = {
		{"\037\213", 2, "compressed with gzip: unpack it first"},
		{"\050\265\057\375", 4, "compressed with zstd: unpack it first"},
		{"\3757zXZ", 5, "compressed with xz: unpack it first"},
		{"BZh", 3, "compressed with bzip2, which is not read here: unpack it first"},
		{"\x89LZO", 4, "compressed with lzo, which is not read here: unpack it first"},
	};

	if (memcmp(start, "\177ELF", 4) == 0)
		return refuse_elf(s, e);

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (memcmp(start, known[i].magic, known[i].len) == 0)
			return err_set(e, ERR_INPUT, "'%s': not a kernel image but %s", s->name,
				       known[i].what);
	return err_set(e, ERR_INPUT,
		       "'%s': not a kernel image: no HdrS at 0x202 and no MZ at its start",
		       s->name);
}

/* Of other machines there is no mark that all kernels have. */
static int check_mark(const struct source *s, const struct linux_image *image, struct err *e)
{
	bool is_x86 = image->Machine == PE_MACHINE_AMD64 || image->Machine == PE_MACHINE_I386;

	if (image->is_bzimage || !is_x86)
		return 0;
	return err_set(e, ERR_INPUT,
		       "'%s': an EFI program, but not a kernel image: no HdrS at 0x202", s->name);
}

int linux_image_read(const struct source *s, struct linux_image *ret, struct err *e)
{
	struct linux_image image = {.is_bzimage = false};
	char start[8] = {0};
	size_t len = s->size < sizeof(start) ? (size_t)s->size : sizeof(start);

	if (source_read(s, 0, start, len, e) < 0 || read_bzimage(s, &image, e) < 0)
		return -1;
	if (memcmp(start, "MZ", 2) == 0) {
		if (read_efi_stub(s, &image, e) < 0 || check_mark(s, &image, e) < 0 ||
		    read_zboot(s, &image, e) < 0)
			return -1;
	} else if (!image.is_bzimage) {
		return refuse(s, start, e);
	}
	if (read_image_mark(s, &image, e) < 0)
		return -1;
	*ret = image;
	return 0;
}

bool linux_image_fits(const struct linux_image *image, uint16_t Machine)
{
	return image->has_efi_stub &&
	       (image->Machine == Machine || (Machine == PE_MACHINE_I386 && image->has_ia32_entry));
}
