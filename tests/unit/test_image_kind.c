#include "unit.h"

#include "base/bytes.h"
#include "format/image_kind.h"

static unsigned char image[64 * 1024];

static enum image_kind kind_of(size_t len)
{
	struct err e = ERR_INIT;
	struct memory_source m;
	enum image_kind kind = IMAGE_OTHER;

	memory_source_init(&m, image, len, "image");
	assert_ok(image_kind_read(&m.source, &kind, &e));
	return kind;
}

static int clean(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	return 0;
}

static void put_boot_sector(unsigned char type)
{
	image[446 + 4] = type;
	le32_put(image + 446 + 8, 1);
	le32_put(image + 446 + 12, 100);
	le16_put(image + 510, 0xaa55);
}

static void kernels_and_efi_programs_are_told_apart(void **state)
{
	(void)state;
	memcpy(image, "MZ", 2);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_EFI);
	assert_int_equal(kind_of(2), IMAGE_EFI);
	/* A kernel has a boot sector's signature as well. */
	le16_put(image + 510, 0xaa55);
	memcpy(image + 0x202, "HdrS", 4);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_BZIMAGE);
	memcpy(image, "\177ELF", 4);
	memset(image + 0x202, 0, 4);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_VMLINUX);
}

static void hybrid_iso_is_an_iso(void **state)
{
	(void)state;
	memcpy(image + 32768, "\1CD001\1", 7);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_ISO);
	put_boot_sector(0xee);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_ISO);
	/* Cut short it has no volume descriptor. */
	assert_int_equal(kind_of(32768 + 2047), IMAGE_DISK);
}

static void disk_has_a_boot_sector(void **state)
{
	(void)state;
	put_boot_sector(0xee);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_DISK);
	image[446] = 0x80;
	assert_int_equal(kind_of(sizeof(image)), IMAGE_DISK);
	/* No status that there is, and the entry is none. */
	image[446] = 0x12;
	assert_int_equal(kind_of(sizeof(image)), IMAGE_OTHER);
	image[446] = 0;
	image[511] = 0;
	assert_int_equal(kind_of(sizeof(image)), IMAGE_OTHER);
	assert_int_equal(kind_of(511), IMAGE_OTHER);
}

static void file_system_without_partitions_is_a_disk(void **state)
{
	(void)state;
	memcpy(image, "\xeb\x58\x90mkfs.fat", 11);
	le16_put(image + 11, 512);
	le16_put(image + 510, 0xaa55);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_DISK);
	le16_put(image + 11, 513);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_OTHER);
}

static void the_rest_is_something_else(void **state)
{
	(void)state;
	assert_int_equal(kind_of(0), IMAGE_OTHER);
	memcpy(image, "070701", 6);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_OTHER);
	memcpy(image, "QFI\xfb", 4);
	assert_int_equal(kind_of(sizeof(image)), IMAGE_QCOW2);
	assert_string_equal(image_kind_text(IMAGE_OTHER), "something else");
	assert_string_equal(image_kind_text(IMAGE_QCOW2), "a disk");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(kernels_and_efi_programs_are_told_apart, clean),
		cmocka_unit_test_setup(hybrid_iso_is_an_iso, clean),
		cmocka_unit_test_setup(disk_has_a_boot_sector, clean),
		cmocka_unit_test_setup(file_system_without_partitions_is_a_disk, clean),
		cmocka_unit_test_setup(the_rest_is_something_else, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
