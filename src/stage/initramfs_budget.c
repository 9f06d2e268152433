#include "stage/initramfs_budget.h"

#include "base/bytes.h"
#include "format/kconfig.h"
#include "host/file.h"
#include "stage/initrd_read.h"

#include <string.h>

enum {
	PAGE = 4096,
	INODE = 1024, /* about what an inode and its name take */
	CONFIG_MAX = 4 << 20,
	GROWN = 3, /* entries that are named */
};

static void note_big(struct initramfs_summary *s, const struct image_entry *entry)
{
	size_t i = INITRAMFS_BIGGEST;

	while (i > 0 && (!s->biggest[i - 1] || s->biggest[i - 1]->size < entry->size))
		i--;
	if (i == INITRAMFS_BIGGEST)
		return;
	for (size_t k = INITRAMFS_BIGGEST - 1; k > i; k--)
		s->biggest[k] = s->biggest[k - 1];
	s->biggest[i] = entry;
}

void initramfs_account(const struct image_tree *plan, struct initramfs_summary *s)
{
	s->unpacked_bytes = 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		s->unpacked_bytes += INODE;
		if (!entry->content)
			continue;
		s->unpacked_bytes += align_up(entry->size, PAGE);
		note_big(s, entry);
	}
	/* The root file system is a tmpfs that may have half of the memory; the image is freed later. */
	s->ram_bytes = 2 * s->unpacked_bytes + s->packed_bytes;
}

/* What was in the output before: the sizes of its files by name. */
static int note_old(void *context, const struct cpio_found *found, uint64_t data_at, struct err *e)
{
	const struct image_entry entry = {
		.name = found->entry.name, .mode = CPIO_SOCKET, .origin = IMAGE_COPIED};
	struct image_tree *old = context;
	struct image_entry *there;

	(void)data_at;
	(void)e;
	if ((found->entry.mode & CPIO_TYPE_MASK) != CPIO_FILE)
		return 0;
	there = image_tree_find(old, found->entry.name);
	if (!there) {
		struct err unused = ERR_INIT;

		if (image_tree_add(old, &entry, &unused) < 0)
			return 0;
		there = image_tree_find(old, found->entry.name);
	}
	there->size = found->size;
	return 0;
}

struct growth {
	const struct image_entry *entry;
	uint64_t bytes;
};

static void find_grown(const struct image_tree *plan, const struct image_tree *old,
		       struct growth grown[GROWN])
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];
		const struct image_entry *before = image_tree_find(old, entry->name);
		uint64_t was = before ? before->size : 0, more;
		size_t at = GROWN;

		if (!entry->content || entry->size <= was)
			continue;
		more = entry->size - was;
		while (at > 0 && grown[at - 1].bytes < more)
			at--;
		if (at == GROWN)
			continue;
		memmove(&grown[at + 1], &grown[at], (GROWN - 1 - at) * sizeof(grown[0]));
		grown[at] = (struct growth){entry, more};
	}
}

/* In words: what of the plan is larger than it was in the archive that is there. */
static int describe_growth(const struct initramfs_options *o, const struct image_tree *plan,
			   struct buf *text, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_IMAGE_TREE old = IMAGE_TREE_INIT;
	const struct initrd_visitor visitor = {&old, note_old, NULL, NULL};
	const struct initrd_limits limits = {0};
	struct growth grown[GROWN] = {{NULL, 0}};
	struct err unused = ERR_INIT;

	/* Without one that can be read there is nothing to compare with. */
	if (file_source_open(&f, o->output, &unused) < 0 ||
	    initrd_read(&f.source, &visitor, &limits, &unused) < 0)
		return 0;
	find_grown(plan, &old, grown);
	if (!grown[0].entry)
		return buf_puts(text, "; nothing grew since the last one", e);
	if (buf_puts(text, "; since the last one grew", e) < 0)
		return -1;
	for (size_t i = 0; i < GROWN && grown[i].entry; i++)
		if (buf_putf(text, e, "%s '%.120s' by %llu", i ? "," : "", grown[i].entry->name,
			     (unsigned long long)grown[i].bytes) < 0)
			return -1;
	return 0;
}

int initramfs_check_budget(const struct initramfs_options *o, const struct image_tree *plan,
			   const struct initramfs_summary *s, struct err *e)
{
	bool size = o->max_size && s->packed_bytes > o->max_size;
	AUTO_BUF growth = BUF_INIT;

	if (!size && !(o->max_ram && s->ram_bytes > o->max_ram))
		return 0;
	if (describe_growth(o, plan, &growth, e) < 0)
		return -1;
	return err_set(e, ERR_LIMIT, "'%s' would %s %llu bytes, more than the %llu of max-%s%s",
		       o->output, size ? "have" : "need a guest with",
		       (unsigned long long)(size ? s->packed_bytes : s->ram_bytes),
		       (unsigned long long)(size ? o->max_size : o->max_ram), size ? "size" : "ram",
		       buf_str(&growth));
}

static bool is_set(const struct kconfig *k, const char *option)
{
	const struct kconfig_option *there = kconfig_find(k, option);

	return there && !strcmp(there->value, "y");
}

/* What stands in front of the archive is looked for by code of its own. */
static int check_early(const struct initramfs_options *o, const struct kconfig *k, struct err *e)
{
	if (o->acpi && o->acpi->n && !is_set(k, "ACPI_TABLE_UPGRADE"))
		return err_set(e, ERR_INPUT,
			       "the kernel of '%s' takes no ACPI tables from an initramfs: set "
			       "CONFIG_ACPI_TABLE_UPGRADE=y, or give none",
			       o->kernel_config);
	if (o->microcode && o->microcode->n && !is_set(k, "MICROCODE"))
		return err_set(e, ERR_INPUT,
			       "the kernel of '%s' loads no microcode: set CONFIG_MICROCODE=y, or "
			       "give none",
			       o->kernel_config);
	return 0;
}

int initramfs_check_kernel(const struct initramfs_options *o, struct err *e)
{
	const char *option = initramfs_kernel_option(o->compress);
	AUTO_KCONFIG k = KCONFIG_INIT;
	AUTO_BUF text = BUF_INIT;

	if (!o->kernel_config)
		return 0;
	if (file_read(o->kernel_config, CONFIG_MAX, &text, e) < 0 ||
	    kconfig_parse_config(&k, buf_str(&text), text.len, o->kernel_config, e) < 0)
		return -1;
	if (k.n == 0)
		return err_set(
			e, ERR_INPUT,
			"'%s' has no CONFIG_ line: give the .config that the kernel was built "
			"with",
			o->kernel_config);
	/* Every configuration that kbuild made has a word about this one. */
	if (kconfig_find(&k, "BLK_DEV_INITRD") && !is_set(&k, "BLK_DEV_INITRD"))
		return err_set(e, ERR_INPUT,
			       "the kernel of '%s' takes no initramfs: set CONFIG_BLK_DEV_INITRD=y",
			       o->kernel_config);
	if (option && is_set(&k, "BLK_DEV_INITRD") && !is_set(&k, option))
		return err_set(
			e, ERR_INPUT,
			"the kernel of '%s' cannot unpack %s: set CONFIG_%s=y, or choose another "
			"--compress",
			o->kernel_config, initramfs_compress_name(o->compress), option);
	return is_set(&k, "BLK_DEV_INITRD") ? check_early(o, &k, e) : 0;
}
