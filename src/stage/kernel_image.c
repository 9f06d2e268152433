#include "stage/kernel_image.h"

#include "base/bytes.h"
#include "base/log.h"
#include "format/initrd_form.h"
#include "host/decompress.h"
#include "host/spill.h"

#include <string.h>

/* No kernel is near it. */
#define UNPACKED_MAX (1ull << 30)

/* The compression that is used from an offset on, or NULL; read here or not. */
static int find_any_form(const struct source *s, uint64_t offset, const char **ret, struct err *e)
{
	char head[INITRD_HEAD] = "";
	uint64_t left = s->size - offset;
	size_t len = left < sizeof(head) ? (size_t)left : sizeof(head);

	if (source_read(s, offset, head, len, e) < 0)
		return -1;
	*ret = initrd_form(head, len);
	return 0;
}

static int find_form(const struct source *s, uint64_t offset, const char **ret, struct err *e)
{
	if (find_any_form(s, offset, ret, e) < 0)
		return -1;
	if (*ret && !decompress_knows(*ret))
		*ret = NULL;
	return 0;
}

int kernel_open(const char *path, struct file_source *ret, struct err *e)
{
	AUTO_FILE_SOURCE packed = FILE_SOURCE_INIT;
	AUTO_SPILL spill = SPILL_INIT;
	const char *form;
	uint64_t end;

	if (file_source_open(&packed, path, e) < 0 || find_form(&packed.source, 0, &form, e) < 0)
		return -1;
	if (!form) {
		*ret = packed;
		packed = (struct file_source)FILE_SOURCE_INIT;
		return 0;
	}
	log_detail("'%s' is compressed with %s: it is unpacked", path, form);
	if (spill_begin(&spill, e) < 0 ||
	    decompress(form, &packed.source, 0, UNPACKED_MAX, &spill.sink, &end, e) < 0)
		return -1;
	return spill_take(&spill, path, ret, e);
}

/* Plain bytes, or what comes out of them. It ends with an error when it was found. */
static int search(const struct source *s, uint64_t offset, const char *form,
		  struct linux_version *v, struct err *e)
{
	uint64_t end;
	int r;

	if (form)
		r = decompress(form, s, offset, UNPACKED_MAX, &v->sink, &end, e);
	else
		r = sink_range(&v->sink, s, offset, s->size - offset, e);
	if (r == 0 || !v->found)
		return r;
	*e = (struct err)ERR_INIT;
	return 0;
}

int kernel_release(const struct source *s, const struct linux_image *image,
		   char ret[LINUX_RELEASE_MAX + 1], struct err *e)
{
	AUTO_FREE struct linux_version *v = malloc(sizeof(*v));
	const char *form = NULL;
	uint64_t offset = image->zboot_offset;

	if (!v)
		return err_memory(e);
	linux_version_init(v);
	if (!image->release[0]) {
		if (find_form(s, offset, &form, e) < 0 || search(s, offset, form, v, e) < 0)
			return -1;
	}
	memcpy(ret, image->release[0] ? image->release : v->release, LINUX_RELEASE_MAX + 1);
	return 0;
}

int kernel_unread(const struct source *s, const struct linux_image *image, const char **ret_form,
		  struct err *e)
{
	const char *form;

	if (find_any_form(s, image->zboot_offset, &form, e) < 0)
		return -1;
	*ret_form = form && strcmp(form, "newc") != 0 && !decompress_knows(form) ? form : NULL;
	return 0;
}

int kernel_read(const struct source *s, struct linux_image *ret, struct err *e)
{
	const struct linux_image unread = {.form = NULL};
	char release[LINUX_RELEASE_MAX + 1] = "";
	uint8_t head[20] = {0};
	struct err unknown = ERR_INIT;

	if (linux_image_read(s, ret, e) == 0)
		return 0;
	if (e->kind != ERR_INPUT || s->size < sizeof(head) ||
	    source_read(s, 0, head, sizeof(head), &unknown) < 0 ||
	    memcmp(head, "\177ELF", 4) != 0 || kernel_release(s, &unread, release, &unknown) < 0 ||
	    !release[0])
		return -1;
	return err_set(e, ERR_INPUT,
		       "'%s' is Linux %s as an ELF file (vmlinux), which no EFI stub starts: give "
		       "%s of its build",
		       s->name, release, linux_image_of_elf(le16_get(head + 18)));
}
