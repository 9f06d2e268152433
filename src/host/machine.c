#include "host/machine.h"

#include "base/cleanup.h"

#include <fnmatch.h>
#include <sys/utsname.h>

const char *machine_efi_arch(void)
{
	static const struct {
		const char *machine, *arch;
	} names[] = {
		{"x86_64", "x64"},
		{"i[3456]86", "ia32"},
		{"aarch64", "aa64"},
		{"armv[45678]*l", "arm"},
		{"riscv64", "riscv64"},
		{"riscv32", "riscv32"},
		{"loongarch64", "loongarch64"},
		{"loongarch32", "loongarch32"},
	};
	struct utsname u;

	if (uname(&u) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (fnmatch(names[i].machine, u.machine, 0) == 0)
			return names[i].arch;
	return NULL;
}
