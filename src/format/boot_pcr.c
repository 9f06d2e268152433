#include "format/boot_pcr.h"

#include <string.h>

static const char separator[4];

const char *const secure_boot_variables[SECURE_BOOT_VARIABLES] = {"SecureBoot", "PK", "KEK", "db",
								  "dbx"};

int boot_pcr7(struct pcr *pcr, struct digest *d, const struct buf variables[SECURE_BOOT_VARIABLES],
	      const struct buf *authority, struct err *e)
{
	for (size_t i = 0; i < SECURE_BOOT_VARIABLES; i++) {
		pcr->what = secure_boot_variables[i];
		if (pcr_measure(pcr, d, variables[i].data, variables[i].len, e) < 0)
			return -1;
	}
	pcr->what = "separator";
	if (pcr_measure(pcr, d, separator, sizeof(separator), e) < 0)
		return -1;
	pcr->what = "entry of db that vouches for the UKI";
	return authority->len ? pcr_measure(pcr, d, authority->data, authority->len, e) : 0;
}

int boot_pcr4(struct pcr *pcr, struct digest *d, const struct digest_value *uki,
	      const struct digest_value *kernel, struct err *e)
{
	static const char action[] = "Calling EFI Application from Boot Option";

	pcr->what = action;
	if (pcr_measure(pcr, d, action, strlen(action), e) < 0)
		return -1;
	pcr->what = "separator";
	if (pcr_measure(pcr, d, separator, sizeof(separator), e) < 0)
		return -1;
	pcr->what = "UKI";
	if (pcr_extend(pcr, d, uki, e) < 0)
		return -1;
	pcr->what = "kernel of the UKI";
	return kernel ? pcr_extend(pcr, d, kernel, e) : 0;
}

/* As the stub hands it on: UTF-16, with a NUL. */
static int measure_cmdline(struct pcr *pcr, struct digest *d, const char *cmdline, size_t len,
			   struct err *e)
{
	struct digest_value event;

	for (size_t i = 0; i <= len; i++) {
		const char unit[2] = {i < len ? cmdline[i] : '\0', '\0'};

		if (digest_put(d, unit, sizeof(unit), e) < 0)
			return -1;
	}
	if (digest_finish(d, &event, e) < 0)
		return -1;
	return pcr_extend(pcr, d, &event, e);
}

int boot_pcr9(struct pcr *pcr, struct digest *d, const char *cmdline, size_t len,
	      const struct digest_value *initrd, struct err *e)
{
	pcr->what = "command line";
	if (len && measure_cmdline(pcr, d, cmdline, len, e) < 0)
		return -1;
	pcr->what = "initrd";
	return initrd ? pcr_extend(pcr, d, initrd, e) : 0;
}
