#include "stage/uki_sign.h"

#include "base/path.h"
#include "format/pe.h"
#include "host/file.h"
#include "stage/sign.h"

void uki_signing_done(struct uki_signing *s)
{
	signer_done(&s->signer);
	temp_folder_remove(&s->folder);
	free(s->kernel);
}

static int is_signed(const char *path, bool *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_PE pe = {.sections = NULL};

	if (file_source_open(&f, path, e) < 0)
		return err_ctx(e, "kernel");
	if (pe_read(&f.source, &pe, e) < 0)
		return -1;
	*ret = pe.directories[PE_DIRECTORY_SECURITY].Size != 0;
	return 0;
}

/* As ukify does it: unless it is forbidden, a kernel without a signature gets one. */
static int wants_kernel(const struct uki_options *o, bool *ret, struct err *e)
{
	bool is = false;

	*ret = false;
	if (!o->kernel || o->sign_kernel == UKI_SIGN_KERNEL_NO)
		return 0;
	if (o->sign_kernel == UKI_SIGN_KERNEL_FITTING && is_signed(o->kernel, &is, e) < 0)
		return -1;
	*ret = !is;
	return 0;
}

static int sign_kernel(const struct uki_options *o, struct uki_signing *s, struct err *e)
{
	struct sign_summary summary;

	if (temp_folder_make(&s->folder, e) < 0 ||
	    path_join(s->folder.path, path_base(o->kernel), &s->kernel, e) < 0)
		return -1;
	if (sign_file(o->kernel, s->kernel, &s->signer, false, &summary, e) < 0)
		return err_ctx(e, "sign the kernel (--no-sign-kernel leaves that out)");
	return 0;
}

int uki_signing_begin(const struct uki_options *options, struct uki_signing *ret, struct err *e)
{
	AUTO_UKI_SIGNING s = {.folder = TEMP_FOLDER_INIT};
	bool kernel;

	s.wanted = options->signer.key != NULL;
	if (s.wanted) {
		if (signer_load(&options->signer, &s.signer, e) < 0 ||
		    wants_kernel(options, &kernel, e) < 0 ||
		    (kernel && sign_kernel(options, &s, e) < 0))
			return -1;
	}
	*ret = s;
	s = (struct uki_signing){.folder = TEMP_FOLDER_INIT};
	return 0;
}
