#include "stage/esp_sign.h"

#include "base/doubt.h"
#include "base/path.h"
#include "format/pe.h"
#include "stage/sign.h"
#include "stage/verify.h"

#include <stdio.h>

/* Subsystem: application, boot service driver, runtime driver (PE specification). */
enum { EFI_FIRST = 10, EFI_LAST = 12 };

enum signed_by { NO_PROGRAM, SIGNED_BY_NOBODY, SIGNED_BY_SOMEBODY };

static int look_at(const struct source *s, enum signed_by *ret, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};
	struct err no_program;
	char mark[2];

	*ret = NO_PROGRAM;
	if (s->size < sizeof(mark))
		return 0;
	if (source_read(s, 0, mark, sizeof(mark), e) < 0)
		return -1;
	if (mark[0] != 'M' || mark[1] != 'Z' || pe_read(s, &pe, &no_program) < 0 ||
	    pe.Subsystem < EFI_FIRST || pe.Subsystem > EFI_LAST)
		return 0;
	*ret = pe.directories[PE_DIRECTORY_SECURITY].Size ? SIGNED_BY_SOMEBODY : SIGNED_BY_NOBODY;
	return 0;
}

static int is_ours(const struct source *s, const struct signer *signer, bool *ret, struct err *e)
{
	AUTO_VERIFY_REPORT report = {.signatures = NULL};

	if (stage_verify_by(s, &signer->certificates, &report, e) < 0)
		return -1;
	*ret = report.is_good;
	return 0;
}

static int sign_one(struct esp *esp, size_t i, const struct signer *signer, struct err *e)
{
	AUTO_FREE char *path = NULL;
	struct sign_summary summary;
	char name[32];

	snprintf(name, sizeof(name), "%zu.efi", i);
	if ((!esp->folder.path && temp_folder_make(&esp->folder, e) < 0) ||
	    path_join(esp->folder.path, name, &path, e) < 0 ||
	    sign_file(esp->sources[i].source.name, path, signer, false, &summary, e) < 0 ||
	    file_source_open(&esp->copies[i], path, e) < 0)
		return -1;
	esp->files[i].content = &esp->copies[i].source;
	esp->n_signed++;
	return 0;
}

/* Of which index is the first that has no signature where others have one; n: of none. */
static size_t find_odd(const struct esp *esp, const enum signed_by *by)
{
	size_t odd = esp->n;
	bool others = false;

	for (size_t i = esp->n; i-- > 0;) {
		others = others || by[i] == SIGNED_BY_SOMEBODY;
		if (by[i] == SIGNED_BY_NOBODY)
			odd = i;
	}
	return others ? odd : esp->n;
}

static int sign_all(const struct esp_options *o, struct esp *esp, const enum signed_by *by,
		    struct err *e)
{
	AUTO_SIGNER signer = SIGNER_INIT;

	if (signer_load(&o->signer, &signer, e) < 0)
		return -1;
	for (size_t i = 0; i < esp->n; i++) {
		bool has_ours = by[i] != SIGNED_BY_NOBODY;

		if (esp->has_loader && i == esp->loader && by[i] == SIGNED_BY_SOMEBODY &&
		    is_ours(&esp->sources[i].source, &signer, &has_ours, e) < 0)
			return -1;
		if (!has_ours && sign_one(esp, i, &signer, e) < 0)
			return -1;
	}
	return 0;
}

/* Who has nothing to sign is not asked for a passphrase. */
static bool needs_key(const struct esp *esp, const enum signed_by *by)
{
	bool needs = esp->has_loader;

	for (size_t i = 0; i < esp->n; i++)
		needs = needs || by[i] == SIGNED_BY_NOBODY;
	return needs;
}

int esp_sign(const struct esp_options *options, struct esp *esp, struct err *e)
{
	AUTO_FREE enum signed_by *by = calloc(esp->n, sizeof(*by));
	size_t odd;

	if (!by)
		return err_memory(e);
	for (size_t i = 0; i < esp->n; i++)
		if (esp->sources[i].fd >= 0 && look_at(&esp->sources[i].source, &by[i], e) < 0)
			return -1;
	if (options->signer.key)
		return needs_key(esp, by) ? sign_all(options, esp, by, e) : 0;
	odd = find_odd(esp, by);
	if (odd == esp->n)
		return 0;
	return doubt(
		options->strict, e,
		"'%s': it has no signature, as others on the medium have: firmware with Secure "
		"Boot would refuse it: give --secureboot-private-key and "
		"--secureboot-certificate",
		esp->sources[odd].source.name);
}
