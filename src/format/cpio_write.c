#include "format/cpio.h"

#include "base/bytes.h"

#include <string.h>

/* As gen_init_cpio does: the kernel links files of equal device and inode, and no others. */
enum { DEVICE_MAJOR = 3, DEVICE_MINOR = 1, TRAILER_BLOCK = 512, MAGIC_SIZE = 6 };

int cpio_check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len == 0 || name[0] == '/')
		return err_set(e, ERR_INPUT, "'%s' is not a name inside an archive", name);
	if (len > CPIO_NAME_MAX)
		return err_set(e, ERR_LIMIT, "name '%.60s...' has %zu bytes, more than %d", name,
			       len, CPIO_NAME_MAX);
	if (!strcmp(name, CPIO_TRAILER))
		return err_set(e, ERR_INPUT, "'%s' cannot be a name: it marks an archive's end",
			       name);
	while (*name) {
		len = strcspn(name, "/");
		if (len > CPIO_COMPONENT_MAX)
			return err_set(
				e, ERR_LIMIT,
				"name '%.60s...' has %zu bytes without a slash, more than %d", name,
				len, CPIO_COMPONENT_MAX);
		name += len;
		name += *name == '/';
	}
	return 0;
}

uint32_t cpio_sum(uint32_t sum, const void *data, size_t len)
{
	static const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
	const unsigned char *p = data;

	/* Four 16-bit lanes take two bytes a step: so often that none overflows. */
	while (len >= 8) {
		size_t n = len / 8 < 128 ? len / 8 : 128;
		uint64_t lanes = 0;

		for (size_t i = 0; i < n; i++) {
			uint64_t word;

			memcpy(&word, p + i * 8, sizeof(word));
			lanes += (word & even) + (word >> 8 & even);
		}
		for (int i = 0; i < 64; i += 16)
			sum += (uint32_t)(lanes >> i & 0xffff);
		p += n * 8;
		len -= n * 8;
	}
	while (len--)
		sum += *p++;
	return sum;
}

/* Eight upper-case digits; returns where the next ones go. */
static char *put_hex(char *to, uint32_t value)
{
	for (int i = 7; i >= 0; i--, value >>= 4)
		to[i] = "0123456789ABCDEF"[value & 15];
	return to + 8;
}

uint64_t cpio_head_size(const char *name, uint32_t zeros)
{
	return align_up(CPIO_HEADER_SIZE + strlen(name) + 1 + zeros, 4);
}

/* By hand: of many small files this is what takes the time. */
static void fill_header(char header[CPIO_HEADER_SIZE], const struct cpio_entry *entry,
			const struct cpio_form *form, uint64_t size)
{
	const bool trailer = entry->ino == 0;
	const uint32_t fields[] = {
		entry->ino,
		entry->mode,
		entry->uid,
		entry->gid,
		entry->nlink,
		entry->mtime,
		(uint32_t)size,
		trailer ? 0 : DEVICE_MAJOR,
		trailer ? 0 : DEVICE_MINOR,
		entry->rdev_major,
		entry->rdev_minor,
		(uint32_t)strlen(entry->name) + 1 + form->zeros,
		form->sum,
	};
	char *to = header + MAGIC_SIZE;

	memcpy(header, form->summed ? "070702" : "070701", MAGIC_SIZE);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		to = put_hex(to, fields[i]);
}

int cpio_write_head(struct sink *out, const struct cpio_entry *entry, const struct cpio_form *form,
		    uint64_t size, struct err *e)
{
	static const struct cpio_form plain = {.summed = false};
	char header[CPIO_HEADER_SIZE];

	form = form ? form : &plain;
	fill_header(header, entry, form, size);
	if (sink_put(out, header, sizeof(header), e) < 0 ||
	    sink_put(out, entry->name, strlen(entry->name) + 1, e) < 0 ||
	    sink_zeros(out, form->zeros, e) < 0)
		return -1;
	return sink_align(out, 4, e);
}

void cpio_sum_text(uint32_t sum, char ret[CPIO_SUM_SIZE])
{
	put_hex(ret, sum);
}

static int put_entry(struct sink *out, const struct cpio_entry *entry, const struct source *data,
		     struct err *e)
{
	uint64_t size = data ? data->size : 0;

	if (cpio_check_name(entry->name, e) < 0)
		return -1;
	if (size > UINT32_MAX)
		return err_set(e, ERR_LIMIT,
			       "'%s' has %llu bytes; the archive has room for 4 GiB - 1",
			       entry->name, (unsigned long long)size);
	if (cpio_write_head(out, entry, NULL, size, e) < 0 ||
	    (data && sink_range(out, data, 0, size, e) < 0) || sink_align(out, 4, e) < 0)
		return -1;
	return sink_boundary(out, e);
}

int cpio_write(struct sink *out, const struct cpio_entry *entry, const struct source *data,
	       struct err *e)
{
	if (data && (entry->mode & CPIO_TYPE_MASK) != CPIO_FILE)
		return err_set(e, ERR_INPUT, "'%s' cannot have content: it is no file",
			       entry->name);
	return put_entry(out, entry, data, e);
}

int cpio_write_symlink(struct sink *out, const struct cpio_entry *entry, const char *target,
		       struct err *e)
{
	struct memory_source content;
	size_t len = strlen(target);

	if (len == 0 || len > CPIO_TARGET_MAX)
		return err_set(
			e, ERR_LIMIT,
			"the target of symbolic link '%s' has %zu bytes; 1 to %d are possible",
			entry->name, len, CPIO_TARGET_MAX);
	memory_source_init(&content, target, len + 1, entry->name);
	return put_entry(out, entry, &content.source, e);
}

int cpio_write_trailer(struct sink *out, struct err *e)
{
	const struct cpio_entry trailer = {.name = CPIO_TRAILER, .nlink = 1};

	if (cpio_write_head(out, &trailer, NULL, 0, e) < 0 || sink_align(out, TRAILER_BLOCK, e) < 0)
		return -1;
	return sink_boundary(out, e);
}
