#include "stage/enroll.h"

#include "format/ovmf_vars.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/output.h"

#include <string.h>

enum { VARS_MAX = 16 << 20 };

static struct der der_of(const struct buf *b)
{
	return (struct der){(const uint8_t *)buf_str(b), b->len};
}

static int add_variable(struct ovmf_vars *vars, enum efi_key_variable which, const struct buf *list,
			struct err *e)
{
	uint8_t time[EFI_TIME];
	const struct ovmf_new_variable variable = {
		.name = efi_key_name(which),
		.vendor = efi_key_vendor(which),
		.attributes = EFI_KEY_ATTRIBUTES,
		.time = time,
		.data = der_of(list),
	};
	uint32_t date;

	if (clock_source_date(&date, e) < 0 || efi_time(date, time, e) < 0)
		return -1;
	return ovmf_vars_add(vars, &variable, e);
}

static int check_apart(const struct enroll_options *o, struct err *e)
{
	const char *const files[] = {o->vars, o->keys.pk, o->keys.kek};
	const struct strv *const lists[] = {o->keys.db, o->keys.dbx};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i] && file_apart(files[i], o->output, e) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t k = 0; lists[i] && k < lists[i]->n; k++)
			if (file_apart(lists[i]->v[k], o->output, e) < 0)
				return -1;
	return 0;
}

int stage_enroll(const struct enroll_options *options, struct enroll_summary *ret, struct err *e)
{
	struct enroll_summary summary = {.size = 0};
	AUTO_BUF image = BUF_INIT;
	struct ovmf_vars vars;

	if (check_apart(options, e) < 0)
		return -1;
	if (file_read(options->vars, VARS_MAX, &image, e) < 0)
		return err_ctx(e, "variable store");
	if (ovmf_vars_open(&vars, (uint8_t *)image.data, image.len, options->vars, e) < 0)
		return -1;
	for (unsigned int which = 0; which < EFI_KEY_VARIABLES; which++) {
		AUTO_BUF list = BUF_INIT;

		if (key_list_fill(&options->keys, which, &list, &summary.entries[which], e) < 0 ||
		    (list.len && add_variable(&vars, which, &list, e) < 0))
			return -1;
	}
	if (ovmf_vars_turn_secure_boot_on(&vars, e) < 0)
		return -1;
	if (output_write(options->output, image.data, image.len, options->sync, e) < 0)
		return -1;
	summary.size = image.len;
	*ret = summary;
	return 0;
}
