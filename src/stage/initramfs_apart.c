#include "stage/initramfs_planner.h"

#include "host/file.h"

int initramfs_apart(const struct initramfs_planner *p, const char *input, const struct stat *status,
		    struct err *e)
{
	/* Most inputs are other files, which costs no look at the machine. */
	if (!p->output_inode || status->st_ino != p->output_inode)
		return 0;
	return file_apart(input, p->options->output, e);
}

static int all_apart(const struct strv *inputs, const char *output, struct err *e)
{
	for (size_t i = 0; inputs && i < inputs->n; i++)
		if (file_apart(inputs->v[i], output, e) < 0)
			return -1;
	return 0;
}

/* What is read beside the content; what is packed is compared where it is looked at. */
int initramfs_output_apart(struct initramfs_planner *p, struct err *e)
{
	const struct initramfs_options *o = p->options;
	struct stat st;

	if (!o->output || stat(o->output, &st) < 0)
		return 0;
	p->output_inode = st.st_ino;
	if (all_apart(o->lists, o->output, e) < 0 || all_apart(o->microcode, o->output, e) < 0 ||
	    all_apart(o->acpi, o->output, e) < 0)
		return -1;
	return o->kernel_config ? file_apart(o->kernel_config, o->output, e) : 0;
}
