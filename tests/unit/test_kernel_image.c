#include "stage/inspect_kernel.h"

#include "format/pe.h"
#include "scratch.h"

#include "pe_sample.h"

#include <zlib.h>

static struct sample sample;

/* Written by zlib itself. */
static void put_gzip(const char *path, const void *data, size_t len)
{
	gzFile f = gzopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(gzwrite(f, data, (unsigned int)len), len);
	assert_int_equal(gzclose(f), Z_OK);
}

/* An ELF header for x86-64, and far behind it what the kernel's log begins with. */
static size_t make_elf(char *to, size_t size, const char *banner)
{
	memset(to, 0, size);
	memcpy(to, "\177ELF\2\1\1", 7);
	to[16] = 2;
	to[18] = 62;
	snprintf(to + size - 200, 200, "%s", banner);
	return size;
}

static void inspect(const char *path, struct kernel_facts *ret)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	enum image_kind kind;
	struct err e = ERR_INIT;

	assert_ok(file_source_open(&f, path, &e));
	assert_ok(image_kind_read(&f.source, &kind, &e));
	assert_ok(inspect_kernel(&f.source, kind, ret, &e));
}

static void elf_kernel_is_refused_by_its_version(void **state)
{
	static char elf[300000];
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct linux_image image;
	struct err e = ERR_INIT;

	(void)state;
	make_elf(elf, sizeof(elf), "Linux version 6.1.0-9-amd64 (debian-kernel@lists) #1");
	put_gzip("vmlinux.gz", elf, sizeof(elf));
	assert_ok(kernel_open("vmlinux.gz", &f, &e));
	assert_fails_with(kernel_read(&f.source, &image, &e),
			  "'vmlinux.gz' is Linux 6.1.0-9-amd64 as an ELF file (vmlinux), which no "
			  "EFI stub starts: give arch/x86/boot/bzImage of its build");
}

static void other_elf_file_is_refused_as_that(void **state)
{
	static char elf[300000];
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct linux_image image;
	struct kernel_facts facts;
	struct err e = ERR_INIT;

	(void)state;
	make_elf(elf, sizeof(elf), "Linux version %s (%s@%s)");
	put_bytes("program", elf, sizeof(elf));
	assert_ok(kernel_open("program", &f, &e));
	assert_fails_with(kernel_read(&f.source, &image, &e),
			  "'program': not a kernel image but an ELF file (vmlinux), which no EFI "
			  "stub starts: give arch/x86/boot/bzImage of that kernel");
	inspect("program", &facts);
	assert_null(facts.form);
}

static void every_form_tells_its_version(void **state)
{
	static char elf[300000];
	struct kernel_facts f;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_AMD64);
	put_bytes("bzImage", sample.bytes, sample.len);
	inspect("bzImage", &f);
	assert_string_equal(f.form, "bzImage");
	assert_null(f.packed);
	assert_string_equal(f.release, f.image.release);
	assert_string_equal(f.version, f.image.banner);
	assert_true(f.release[0]);
	put_gzip("bzImage.gz", sample.bytes, sample.len);
	inspect("bzImage.gz", &f);
	assert_string_equal(f.form, "bzImage");
	assert_string_equal(f.packed, "gzip");
	assert_true(f.release[0]);
	make_elf(elf, sizeof(elf), "Linux version 6.12.1 (a@b) #1");
	put_bytes("vmlinux", elf, sizeof(elf));
	inspect("vmlinux", &f);
	assert_string_equal(f.form, "vmlinux");
	assert_string_equal(f.release, "6.12.1");
	assert_int_equal(f.size, sizeof(elf));
}

static void what_is_no_kernel_has_no_form(void **state)
{
	struct kernel_facts f;

	(void)state;
	put_bytes("cpio", "070701 and so on", 16);
	inspect("cpio", &f);
	assert_null(f.form);
	put_gzip("cpio.gz", "070701 and so on", 16);
	inspect("cpio.gz", &f);
	assert_null(f.form);
	/* Damaged: whoever reads it as an archive says so. */
	put_bytes("cut.gz", "\037\213\010\0\0\0", 6);
	inspect("cut.gz", &f);
	assert_null(f.form);
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252");
	put_bytes("stub", sample.bytes, sample.len);
	inspect("stub", &f);
	assert_null(f.form);
}

static void packing_that_is_not_read_is_named(void **state)
{
	struct linux_image image;
	const char *form;
	struct err e = ERR_INIT;

	(void)state;
	sample_kernel(&sample, PE_MACHINE_ARM64);
	memset(sample.bytes + 0x202, 0, 4);
	memcpy(sample.bytes + 4, "zimg", 4);
	le32_put(sample.bytes + 8, 0x300);
	le32_put(sample.bytes + 12, 16);
	memcpy(sample.bytes + 0x300, "\211LZO\0\r\n\032\n", 9);
	assert_ok(kernel_read(sample_source(&sample), &image, &e));
	assert_ok(kernel_unread(sample_source(&sample), &image, &form, &e));
	assert_string_equal(form, "lzo");
	memcpy(sample.bytes + 0x300, "\037\213\010", 3);
	assert_ok(kernel_unread(sample_source(&sample), &image, &form, &e));
	assert_null(form);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(elf_kernel_is_refused_by_its_version, scratch_clear),
		cmocka_unit_test_teardown(other_elf_file_is_refused_as_that, scratch_clear),
		cmocka_unit_test_teardown(every_form_tells_its_version, scratch_clear),
		cmocka_unit_test_teardown(what_is_no_kernel_has_no_form, scratch_clear),
		cmocka_unit_test(packing_that_is_not_read_is_named),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
