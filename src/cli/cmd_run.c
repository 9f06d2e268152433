#include "cli/commands.h"
#include "stage/project.h"
#include "stage/run.h"

enum { STEPS_MAX = 64, DEFAULT_TIMEOUT_S = 180 };

struct options {
	struct run_options run;
	struct run_step steps[STEPS_MAX];
	size_t n_steps;
	uint64_t timeout;
	struct strv qemu;
};

static int add_step(void *into, enum run_step_kind kind, const char *text, struct err *e)
{
	struct options *o = into;

	if (o->n_steps == STEPS_MAX)
		return err_set(e, ERR_USAGE, "more than %d steps", STEPS_MAX);
	if (text && !*text)
		return err_set(e, ERR_USAGE, "a step needs a text");
	o->steps[o->n_steps++] = (struct run_step){kind, text};
	return 0;
}

static int add_expect(void *into, const char *value, struct err *e)
{
	return add_step(into, RUN_EXPECT, value, e);
}

static int add_send(void *into, const char *value, struct err *e)
{
	return add_step(into, RUN_SEND, value, e);
}

static int add_button(void *into, const char *value, struct err *e)
{
	(void)value;
	return add_step(into, RUN_BUTTON, NULL, e);
}

static int add_monitor(void *into, const char *value, struct err *e)
{
	return add_step(into, RUN_MONITOR, value, e);
}

static int add_qemu(void *into, const char *value, struct err *e)
{
	return strv_split(&((struct options *)into)->qemu, value, e);
}

static const struct option_row rows[] = {
	{'m', "memory", "SIZE", "memory of the guest (default: 512M)", OPTION_SIZE,
	 offsetof(struct options, run.memory_bytes), NULL},
	{0, "cpus", "N", "processors of the guest (default: 1)", OPTION_NUMBER,
	 offsetof(struct options, run.cpus), NULL},
	{0, "expect", "TEXT", "step: wait until the guest prints TEXT", OPTION_CALL, 0, add_expect},
	{0, "send", "TEXT", "step: type TEXT and Enter into the console", OPTION_CALL, 0, add_send},
	{0, "power-button", NULL, "step: press the power button", OPTION_CALL, 0, add_button},
	{0, "monitor", "COMMAND", "step: give QEMU's monitor a command", OPTION_CALL, 0,
	 add_monitor},
	{0, "qemu", "WORDS", "further arguments for QEMU", OPTION_CALL, 0, add_qemu},
	{0, "timeout", "S", "seconds that all steps may take (default: 180)", OPTION_NUMBER,
	 offsetof(struct options, timeout), NULL},
	{0, "log", "FILE", "keep what the console says in FILE", OPTION_TEXT,
	 offsetof(struct options, run.log_path), NULL},
	{0, "no-kvm", NULL, "emulate, also where KVM works", OPTION_FLAG,
	 offsetof(struct options, run.no_kvm), NULL},
	{'n', "dry-run", NULL, "print the commands and start nothing", OPTION_FLAG,
	 offsetof(struct options, run.dry_run), NULL},
};

static int parse_and_run(const struct command *c, int argc, char **argv, struct options *o,
			 struct err *e)
{
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, o, 1, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if ((o->timeout || o->run.log_path) && o->n_steps == 0)
		return err_set(
			e, ERR_USAGE,
			"--timeout and --log go with steps: --expect, --send, --power-button "
			"or --monitor");
	o->run.file = first < argc ? argv[first] : PROJECT_UKI;
	o->run.steps = o->steps;
	o->run.n_steps = o->n_steps;
	o->run.qemu = &o->qemu;
	o->run.timeout_s = o->timeout ? o->timeout : DEFAULT_TIMEOUT_S;
	return stage_run(&o->run, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	struct options o = {.run = {.memory_bytes = 512ULL << 20, .cpus = 1}, .qemu = STRV_INIT};
	int r = parse_and_run(c, argc, argv, &o, e);

	strv_done(&o.qemu);
	return r;
}

const struct command cmd_run = {
	.name = "run",
	.operands = "[FILE]",
	.summary = "boot the image in QEMU",
	.details = "Boots target/mvirt.efi, or FILE, in QEMU with UEFI firmware (OVMF), the "
		   "serial console in the terminal; Ctrl-A X ends it. KVM is used where a "
		   "probe shows that it works.\n\n"
		   "For scripts, --expect, --send, --power-button and --monitor are steps, done "
		   "in the order given. The exit status is 0 when all were done and the guest then "
		   "powered itself off.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
