#include "stage/inspect_kernel.h"

#include "format/initrd_form.h"
#include "format/pe.h"
#include "host/decompress.h"
#include "host/progress.h"

#include <string.h>

enum { HEAD = 0x400 }; /* enough to tell the kinds of images apart */

/* An EFI program with the mark of a kernel. A UKI has a kernel in it, and is none. */
static int read_efi(const struct source *s, struct linux_image *image, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};

	if (pe_read(s, &pe, e) < 0)
		return -1;
	return pe_section_find(&pe, ".linux") ? 0 : linux_image_read(s, image, e);
}

/* The facts of what is not compressed as a whole. */
static int read_plain(const struct source *s, enum image_kind kind, struct kernel_facts *f,
		      struct err *e)
{
	struct err ignored = ERR_INIT;

	if (kind == IMAGE_BZIMAGE && linux_image_read(s, &f->image, e) < 0)
		return -1;
	/* Any other program is shown as that, with what is wrong with it. */
	if (kind == IMAGE_EFI && read_efi(s, &f->image, &ignored) < 0)
		return 0;
	f->form = kind == IMAGE_VMLINUX ? "vmlinux" : f->image.form;
	if (!f->form)
		return 0;
	if (kernel_release(s, &f->image, f->release, e) < 0)
		return -1;
	/* Any program may be ELF: a kernel tells its version. */
	if (kind == IMAGE_VMLINUX && !f->release[0])
		f->form = NULL;
	memcpy(f->version, f->image.banner[0] ? f->image.banner : f->release, sizeof(f->version));
	return 0;
}

/* Keeps the first bytes, and then wants no more. */
struct head {
	struct sink sink; /* first */
	char data[HEAD];
	size_t len;
};

static int head_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct head *head = (struct head *)s;
	size_t n = sizeof(head->data) - head->len;

	n = len < n ? len : n;
	memcpy(head->data + head->len, data, n);
	head->len += n;
	return n < len ? err_set(e, ERR_LIMIT, "the head is there") : 0;
}

/* What kind of image comes out of it, by its first bytes. */
static int unpacked_kind(const struct source *s, const char *form, enum image_kind *ret,
			 struct err *e)
{
	static const struct sink_ops ops = {.put = head_put};
	struct head head = {.sink = {.ops = &ops}};
	struct memory_source unpacked;
	struct err ignored = ERR_INIT;
	uint64_t end;

	/* Damaged or not: whoever reads all of it says so. */
	if (decompress(form, s, 0, s->size + (1ull << 30), &head.sink, &end, &ignored) < 0 &&
	    head.len < sizeof(head.data))
		return 0;
	memory_source_init(&unpacked, head.data, head.len, s->name);
	return image_kind_read(&unpacked.source, ret, e);
}

static int read_packed(const struct source *s, struct kernel_facts *f, struct err *e)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	enum image_kind kind = IMAGE_OTHER;
	char start[INITRD_HEAD] = "";
	size_t len = s->size < sizeof(start) ? (size_t)s->size : sizeof(start);
	const char *form;

	if (source_read(s, 0, start, len, e) < 0)
		return -1;
	form = initrd_form(start, len);
	if (!form || !decompress_knows(form))
		return 0;
	if (unpacked_kind(s, form, &kind, e) < 0)
		return -1;
	if (kind != IMAGE_BZIMAGE && kind != IMAGE_VMLINUX && kind != IMAGE_EFI)
		return 0;
	f->packed = form;
	if (kernel_open(s->name, &file, e) < 0)
		return -1;
	return read_plain(&file.source, kind, f, e);
}

int inspect_kernel(const struct source *s, enum image_kind kind, struct kernel_facts *ret,
		   struct err *e)
{
	struct kernel_facts f = {.size = s->size};

	if (kind == IMAGE_OTHER ? read_packed(s, &f, e) < 0 : read_plain(s, kind, &f, e) < 0)
		return -1;
	*ret = f;
	return 0;
}

int inspect_kernel_text(const struct kernel_facts *f, struct buf *out, struct err *e)
{
	char text[32];

	if (buf_putf(out, e, "kernel image (%s%s%s)\n  version: %s\n  size: %s\n", f->form,
		     f->packed ? ", compressed with " : "", f->packed ? f->packed : "",
		     f->version[0] ? f->version : "unknown",
		     size_text(f->size, text, sizeof(text))) < 0)
		return -1;
	if (f->image.is_bzimage &&
	    buf_putf(out, e, "  boot protocol: %u.%02u\n", f->image.boot_protocol >> 8,
		     f->image.boot_protocol & 255) < 0)
		return -1;
	if (f->image.has_efi_stub && !f->image.is_bzimage &&
	    buf_putf(out, e, "  architecture: %s\n", pe_machine_name(f->image.Machine)) < 0)
		return -1;
	return buf_putf(out, e, "  EFI stub: %s\n", f->image.has_efi_stub ? "yes" : "no");
}

void inspect_kernel_json(const struct kernel_facts *f, struct json_writer *w)
{
	json_text(w, "type", "kernel");
	json_text(w, "form", f->form);
	if (f->packed)
		json_text(w, "compression", f->packed);
	json_text(w, "uname", f->release);
	json_text(w, "version", f->version);
	json_number(w, "size", f->size);
	json_bool(w, "efi_stub", f->image.has_efi_stub);
}
