#include "base/log.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "host/progress.h"
#include "stage/enroll.h"

/* OVMF's store without any key. */
#define EMPTY_STORE "/usr/share/OVMF/OVMF_VARS_4M.fd"

struct options {
	struct enroll_options enroll;
	struct strv db;
	struct strv dbx;
	const char *json;
	bool no_sync;
};

static const struct option_row rows[] = {
	{0, "db", "FILE", "certificate of one who may sign what boots; may be given again",
	 OPTION_LIST, offsetof(struct options, db), NULL},
	{0, "dbx", "HEX|FILE",
	 "what must not boot though it is signed: the SHA-256 of an image, as verify prints it, or "
	 "a "
	 "certificate; may be given again",
	 OPTION_LIST, offsetof(struct options, dbx), NULL},
	{0, "kek", "FILE", "certificate of who may change db and dbx (default: the first --db)",
	 OPTION_TEXT, offsetof(struct options, enroll.keys.kek), NULL},
	{0, "pk", "FILE", "certificate of the platform's owner (default: the first --db)",
	 OPTION_TEXT, offsetof(struct options, enroll.keys.pk), NULL},
	{0, "vars", "FILE", "the store without keys that a copy is made of (default: OVMF's)",
	 OPTION_TEXT, offsetof(struct options, enroll.vars), NULL},
	{'o', "output", "FILE", "the store with the keys", OPTION_TEXT,
	 offsetof(struct options, enroll.output), NULL},
	{0, "no-sync", NULL, "do not wait until the output is on the disk", OPTION_FLAG,
	 offsetof(struct options, no_sync), NULL},
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	strv_done(&o->db);
	strv_done(&o->dbx);
}

static int report(const char *path, const struct enroll_summary *s, const struct json_request *json,
		  struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	char size[32];

	if (json->wanted) {
		json_output_begin(&out, json);
		json_text(&out.w, "output", path);
		json_number(&out.w, "size", s->size);
		json_number(&out.w, "pk", s->entries[EFI_PK]);
		json_number(&out.w, "kek", s->entries[EFI_KEK]);
		json_number(&out.w, "db", s->entries[EFI_DB]);
		json_number(&out.w, "dbx", s->entries[EFI_DBX]);
		return json_output_print(&out, e);
	}
	log_info("%s: %s, Secure Boot on; entries: PK %zu, KEK %zu, db %zu, dbx %zu", path,
		 size_text(s->size, size, sizeof(size)), s->entries[EFI_PK], s->entries[EFI_KEK],
		 s->entries[EFI_DB], s->entries[EFI_DBX]);
	return 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.enroll = {.vars = EMPTY_STORE}};
	struct enroll_summary summary;
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (!o.db.n)
		return err_set(e, ERR_USAGE, "whose programs shall boot? Give --db FILE");
	if (!o.enroll.output)
		return err_set(e, ERR_USAGE, "where does the store go? Give --output FILE");
	o.enroll.keys.db = &o.db;
	o.enroll.keys.dbx = &o.dbx;
	o.enroll.sync = !o.no_sync;
	if (json_request_parse(o.json, &json, e) < 0 || stage_enroll(&o.enroll, &summary, e) < 0)
		return -1;
	return report(o.enroll.output, &summary, &json, e);
}

const struct command cmd_enroll = {
	.name = "enroll",
	.operands = "",
	.summary = "a variable store for OVMF with keys of your own",
	.details =
		"Makes the file of a virtual machine's firmware variables, with Secure Boot on and "
		"these keys in it.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
