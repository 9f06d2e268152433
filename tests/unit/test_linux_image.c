#include "unit.h"

#include "format/linux_image.h"
#include "format/pe.h"
#include "pe_sample.h"

static struct sample sample;

static int read_sample(struct linux_image *ret, struct err *e)
{
	return linux_image_read(sample_source(&sample), ret, e);
}

static void facts_of_a_bzimage(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	assert_ok(read_sample(&image, &e));
	assert_true(image.is_bzimage);
	assert_int_equal(image.boot_protocol, 0x020f);
	assert_int_equal(image.handover_offset, 0x12e7000);
	assert_string_equal(image.banner, SAMPLE_BANNER);
	assert_string_equal(image.release, "6.12.1-mkos");
	assert_true(image.has_efi_stub);
	assert_false(image.has_ia32_entry);
	assert_true(image.nx_compat);
	assert_int_equal(image.Machine, PE_MACHINE_AMD64);
	assert_int_equal(image.MajorImageVersion, 3);
	assert_int_equal(image.ImageBase, 0);
}

static void handover_is_of_protocol_2_11(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	le16_put(sample.bytes + 0x206, 0x020a);
	assert_ok(read_sample(&image, &e));
	assert_int_equal(image.handover_offset, 0);
}

static void kernel_without_efi_stub_is_a_bzimage(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	memcpy(sample.bytes, "\xea\x05", 2);
	assert_ok(read_sample(&image, &e));
	assert_true(image.is_bzimage);
	assert_false(image.has_efi_stub);
	assert_int_equal(image.Machine, 0);
	sample_kernel(&sample, 0x1234);
	assert_ok(read_sample(&image, &e));
	assert_false(image.has_efi_stub);
}

static void kernel_of_another_machine_is_an_efi_program(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_ARM64);
	memset(sample.bytes + 0x202, 0, 4);
	assert_ok(read_sample(&image, &e));
	assert_false(image.is_bzimage);
	assert_true(image.has_efi_stub);
	assert_int_equal(image.Machine, PE_MACHINE_ARM64);
	assert_string_equal(image.release, "");
}

static void strange_version_text_is_unknown(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	le16_put(sample.bytes + 0x20e, 0);
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.release, "");
	le16_put(sample.bytes + 0x20e, 512); /* behind the one sector of set-up code */
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.release, "");
	le16_put(sample.bytes + 0x20e, 0xffff);
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.release, "");
	sample_kernel(&sample, PE_MACHINE_AMD64);
	sample.bytes[0x282] = '\n';
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.banner, "");
}

static void version_text_has_a_limit(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	memset(sample.bytes + 0x280, 'v', 300);
	assert_ok(read_sample(&image, &e));
	assert_int_equal(strlen(image.banner), 128);
	assert_int_equal(strlen(image.release), 128);
}

static void cut_anywhere_is_an_error(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;
	size_t whole;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	whole = sample.len;
	for (size_t len = 0; len < whole; len++) {
		sample.len = len;
		assert_int_equal(read_sample(&image, &e), -1);
	}
	sample.len = whole - 1;
	assert_fails_with(read_sample(&image, &e),
			  "kernel: 'sample.efi' is cut short: its section .text ends at 2560, "
			  "the file at 2559");
	sample.len = whole - 16;
	assert_fails_with(read_sample(&image, &e),
			  "'sample.efi' is cut short: the kernel has 2560 bytes, the file 2544");
}

static void other_files_are_named(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;
	struct memory_source m;

	(void)state;
	memory_source_init(&m, "\177ELF\2\1\1\0", 8, "vmlinux");
	assert_fails_with(linux_image_read(&m.source, &image, &e),
			  "'vmlinux': not a kernel image but an ELF file (vmlinux), which no EFI "
			  "stub starts: give the image of that kernel");
	memory_source_init(&m, "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\xb7\0", 20, "vmlinux");
	assert_fails_with(linux_image_read(&m.source, &image, &e),
			  "'vmlinux': not a kernel image but an ELF file (vmlinux), which no EFI "
			  "stub starts: give arch/arm64/boot/Image of that kernel");
	memory_source_init(&m, "BZh91AY&SY", 10, "Image.bz2");
	assert_fails_with(linux_image_read(&m.source, &image, &e),
			  "'Image.bz2': not a kernel image but compressed with bzip2, which is not "
			  "read here: unpack it first");
	memory_source_init(&m, "\037\213\10\0\0\0\0\0", 8, "Image.gz");
	assert_fails_with(linux_image_read(&m.source, &image, &e),
			  "'Image.gz': not a kernel image but compressed with gzip: unpack it "
			  "first");
	memory_source_init(&m, "", 0, "empty");
	assert_fails_with(linux_image_read(&m.source, &image, &e),
			  "'empty': not a kernel image: no HdrS at 0x202 and no MZ at its start");
}

static void other_efi_program_is_no_kernel(void **state)
{
	struct err e = ERR_INIT;
	struct linux_image image;

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252");
	assert_fails_with(read_sample(&image, &e),
			  "'sample.efi': an EFI program, but not a kernel image: no HdrS at 0x202");
}

/* By the mark that Documentation/arch/arm64/booting.rst and riscv/boot-image-header.rst give it,
 * and by that of include/linux/pe.h. */
static void form_is_what_the_build_calls_it(void **state)
{
	static const char marks[][5] = {"ARM\x64", "RSC\x05", "\xcd\x23\x82\x81"};
	struct linux_image image;
	struct err e = ERR_INIT;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.form, "bzImage");
	sample_kernel(&sample, PE_MACHINE_ARM64);
	memset(sample.bytes + 0x202, 0, 4);
	assert_ok(read_sample(&image, &e));
	assert_null(image.form);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		memcpy(sample.bytes + 0x38, marks[i], 4);
		assert_ok(read_sample(&image, &e));
		assert_string_equal(image.form, "Image");
	}
	/* One that unpacks itself has the last mark too. */
	memcpy(sample.bytes + 4, "zimg", 4);
	le32_put(sample.bytes + 8, 0x300);
	le32_put(sample.bytes + 12, (uint32_t)sample.len - 0x300);
	assert_ok(read_sample(&image, &e));
	assert_string_equal(image.form, "zboot");
}

static void zboot_tells_where_its_kernel_is(void **state)
{
	struct linux_image image;
	struct err e = ERR_INIT;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_ARM64);
	memcpy(sample.bytes + 4, "zimg", 4);
	le32_put(sample.bytes + 8, 0x300);
	le32_put(sample.bytes + 12, (uint32_t)sample.len - 0x300);
	assert_ok(linux_image_read(sample_source(&sample), &image, &e));
	assert_int_equal(image.zboot_offset, 0x300);
	assert_int_equal(image.zboot_size, sample.len - 0x300);
	le32_put(sample.bytes + 12, (uint32_t)sample.len - 0x2ff);
	assert_fails_with(linux_image_read(sample_source(&sample), &image, &e),
			  "'sample.efi' is cut short: the kernel in it ends at 2561, the file at "
			  "2560");
	le32_put(sample.bytes + 8, 0xffffffff);
	assert_int_equal(linux_image_read(sample_source(&sample), &image, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_a_bzimage),
		cmocka_unit_test(handover_is_of_protocol_2_11),
		cmocka_unit_test(kernel_without_efi_stub_is_a_bzimage),
		cmocka_unit_test(kernel_of_another_machine_is_an_efi_program),
		cmocka_unit_test(strange_version_text_is_unknown),
		cmocka_unit_test(version_text_has_a_limit),
		cmocka_unit_test(cut_anywhere_is_an_error),
		cmocka_unit_test(other_files_are_named),
		cmocka_unit_test(other_efi_program_is_no_kernel),
		cmocka_unit_test(form_is_what_the_build_calls_it),
		cmocka_unit_test(zboot_tells_where_its_kernel_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
