#include "base/parse.h"
#include "cli/commands.h"
#include "stage/project.h"
#include "stage/run.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 64, DEFAULT_TIMEOUT_S = 180, MEMORY_MIN = 16 << 20 };

/* Where a script finds what the console said when it named no file. */
#define DEFAULT_LOG PROJECT_TARGET "/run.log"

struct options {
	struct run_options run;
	struct run_step steps[STEPS_MAX];
	size_t n_steps;
	uint64_t timeout;
	struct strv disks;
	struct strv qemu;
	struct strv trusted;
	bool has_net; /* --net was given */
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

static int set_boot(struct options *o, enum run_boot boot, struct err *e)
{
	if (o->run.boot != RUN_BOOT_FITTING && o->run.boot != boot)
		return err_set(e, ERR_USAGE, "--uefi, --direct and --bios exclude one another");
	o->run.boot = boot;
	return 0;
}

static int set_uefi(void *into, const char *value, struct err *e)
{
	(void)value;
	return set_boot(into, RUN_BOOT_UEFI, e);
}

static int set_direct(void *into, const char *value, struct err *e)
{
	(void)value;
	return set_boot(into, RUN_BOOT_DIRECT, e);
}

static int set_bios(void *into, const char *value, struct err *e)
{
	(void)value;
	return set_boot(into, RUN_BOOT_BIOS, e);
}

/* The place of the word in the list, which ends with NULL. */
static int find_word(const char *const *words, const char *value, const char *option, int *ret,
		     struct err *e)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], value)) {
			*ret = i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "%s knows no '%s': see mvirt-mkos run --help", option, value);
}

static int set_attach(void *into, const char *value, struct err *e)
{
	static const char *const words[] = {"disk", "cd", "usb", NULL};
	struct options *o = into;
	int i = 0;

	if (find_word(words, value, "--attach", &i, e) < 0)
		return -1;
	o->run.attach = RUN_ATTACH_DISK + (unsigned int)i;
	return 0;
}

static int set_vmm(void *into, const char *value, struct err *e)
{
	static const char *const words[] = {"qemu", "cloud-hypervisor", NULL};
	struct options *o = into;
	int i = 0;

	if (find_word(words, value, "--vmm", &i, e) < 0)
		return -1;
	o->run.vmm = RUN_QEMU + (unsigned int)i;
	return 0;
}

/* "none", "user", "tap" or "tap:NAME", of at most 15 characters (IFNAMSIZ). */
static int set_net(void *into, const char *value, struct err *e)
{
	static const char *const words[] = {"none", "user", "tap", NULL};
	struct options *o = into;
	int i = RUN_NET_TAP;

	if (strncmp(value, "tap:", 4) != 0) {
		if (find_word(words, value, "--net", &i, e) < 0)
			return -1;
		value = "tap:tap0";
	}
	o->has_net = true;
	o->run.net = RUN_NET_NONE + (unsigned int)i;
	o->run.tap = value + 4;
	if (!*o->run.tap || strlen(o->run.tap) > 15 || strpbrk(o->run.tap, ",/: \t"))
		return err_set(e, ERR_USAGE, "'%s' is no name of a network interface", o->run.tap);
	return 0;
}

static int parse_port(const char *text, size_t len, uint16_t *ret, struct err *e)
{
	char copy[8];
	uint64_t port = 0;

	snprintf(copy, sizeof(copy), "%.*s", (int)(len < sizeof(copy) ? len : sizeof(copy)), text);
	if (parse_number(copy, 10, 65535, "port", &port, e) < 0)
		return -1;
	if (port == 0)
		return err_set(e, ERR_USAGE, "there is no port 0");
	*ret = (uint16_t)port;
	return 0;
}

static int add_forward(void *into, const char *value, struct err *e)
{
	struct options *o = into;
	const char *colon = strchr(value, ':');
	struct run_forward f;

	if (!colon)
		return err_set(e, ERR_USAGE, "--forward '%s' is not HOSTPORT:GUESTPORT, as 2222:22",
			       value);
	if (o->run.n_forwards == RUN_FORWARDS_MAX)
		return err_set(e, ERR_USAGE, "more than %d ports to forward", RUN_FORWARDS_MAX);
	if (parse_port(value, (size_t)(colon - value), &f.host, e) < 0 ||
	    parse_port(colon + 1, strlen(colon + 1), &f.guest, e) < 0)
		return -1;
	o->run.forwards[o->run.n_forwards++] = f;
	return 0;
}

static const struct option_row rows[] = {
	{0, "initrd", "FILE", "initrd of a kernel", OPTION_TEXT,
	 offsetof(struct options, run.initrd), NULL},
	{0, "cmdline", "TEXT", "command line of a kernel (default: " RUN_CMDLINE ")", OPTION_TEXT,
	 offsetof(struct options, run.cmdline), NULL},
	{0, "uefi", NULL, "boot by UEFI firmware: OVMF (default, but for a kernel)", OPTION_CALL, 0,
	 set_uefi},
	{0, "direct", NULL,
	 "boot without firmware: the virtual machine loads the kernel (default for one), or "
	 "what is in a UKI",
	 OPTION_CALL, 0, set_direct},
	{0, "bios", NULL, "boot an ISO or a disk by BIOS firmware", OPTION_CALL, 0, set_bios},
	{0, "secure-boot", NULL,
	 "firmware that starts signed programs only; by Microsoft's keys, without --trust or "
	 "--vars",
	 OPTION_FLAG, offsetof(struct options, run.secure_boot), NULL},
	{0, "trust", "FILE",
	 "with --secure-boot: the certificate of one who may sign, enrolled in the guest's copy of "
	 "an "
	 "empty store; may be given again",
	 OPTION_LIST, offsetof(struct options, trusted), NULL},
	{0, "vars", "FILE", "variable store of the firmware, with its keys; the guest gets a copy",
	 OPTION_TEXT, offsetof(struct options, run.vars), NULL},
	{0, "firmware", "FILE", "UEFI firmware, instead of the distribution's OVMF", OPTION_TEXT,
	 offsetof(struct options, run.firmware), NULL},
	{0, "tpm", NULL, "give the guest a TPM 2.0, a new one each time", OPTION_FLAG,
	 offsetof(struct options, run.tpm), NULL},
	{0, "attach", "HOW", "an ISO or a disk is a 'cd', a 'usb' stick or a 'disk' in the guest",
	 OPTION_CALL, 0, set_attach},
	{0, "writable", NULL,
	 "what the guest writes to the ISO or disk stays in it (default: it is forgotten)",
	 OPTION_FLAG, offsetof(struct options, run.writable), NULL},
	{0, "disk", "FILE", "one more disk, which the guest writes to; may be given again",
	 OPTION_LIST, offsetof(struct options, disks), NULL},
	{0, "net", "HOW", "network: 'none' (default), 'user', 'tap' or 'tap:NAME' (tap0)",
	 OPTION_CALL, 0, set_net},
	{0, "forward", "HOST:GUEST",
	 "a TCP port of this machine leads to one of the guest; means --net user; may be given "
	 "again",
	 OPTION_CALL, 0, add_forward},
	{'m', "memory", "SIZE", "memory of the guest (default: 512M)", OPTION_SIZE,
	 offsetof(struct options, run.memory_bytes), NULL},
	{0, "cpus", "N", "processors of the guest (default: 1)", OPTION_NUMBER,
	 offsetof(struct options, run.cpus), NULL},
	{0, "vmm", "NAME", "'qemu' (default) or 'cloud-hypervisor'", OPTION_CALL, 0, set_vmm},
	{0, "expect", "TEXT", "step: wait until the guest prints TEXT, as it stands: no pattern",
	 OPTION_CALL, 0, add_expect},
	{0, "send", "TEXT",
	 "step: type TEXT and Enter into the console, whose echo of it is output like any other",
	 OPTION_CALL, 0, add_send},
	{0, "power-button", NULL,
	 "step: press the power button; goes behind an --expect that shows that the guest "
	 "listens",
	 OPTION_CALL, 0, add_button},
	{0, "monitor", "COMMAND", "step: give QEMU's monitor a command", OPTION_CALL, 0,
	 add_monitor},
	{0, "qemu", "WORDS", "further arguments for QEMU", OPTION_CALL, 0, add_qemu},
	{0, "timeout", "S", "seconds that all steps may take (default: 180)", OPTION_NUMBER,
	 offsetof(struct options, timeout), NULL},
	{0, "log", "FILE",
	 "keep what the console says in FILE (default with steps and without FILE: " DEFAULT_LOG
	 ")",
	 OPTION_TEXT, offsetof(struct options, run.log_path), NULL},
	{0, "no-kvm", NULL, "emulate, also where KVM works", OPTION_FLAG,
	 offsetof(struct options, run.no_kvm), NULL},
	{'n', "dry-run", NULL, "print the commands and start nothing", OPTION_FLAG,
	 offsetof(struct options, run.dry_run), NULL},
};

static int check(struct options *o, struct err *e)
{
	if (o->timeout && o->n_steps == 0)
		return err_set(e, ERR_USAGE,
			       "--timeout goes with steps: --expect, --send, --power-button or "
			       "--monitor");
	if (o->run.memory_bytes < MEMORY_MIN)
		return err_set(e, ERR_USAGE,
			       "--memory: %llu is bytes, and a guest takes at least 16M: give a "
			       "unit, as 512M",
			       (unsigned long long)o->run.memory_bytes);
	if (o->run.n_forwards && !o->has_net)
		o->run.net = RUN_NET_USER;
	if (o->run.n_forwards && o->run.net != RUN_NET_USER)
		return err_set(e, ERR_USAGE, "--forward goes with --net user");
	return 0;
}

static int start(struct options *o, const char *file, struct err *e)
{
	if (check(o, e) < 0)
		return -1;
	o->run.file = file ? file : PROJECT_UKI;
	if (!file && o->n_steps && !o->run.log_path)
		o->run.log_path = DEFAULT_LOG;
	o->run.disks = &o->disks;
	o->run.qemu = &o->qemu;
	o->run.trusted = &o->trusted;
	o->run.steps = o->steps;
	o->run.n_steps = o->n_steps;
	o->run.timeout_s = o->timeout ? o->timeout : DEFAULT_TIMEOUT_S;
	return stage_run(&o->run, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	struct options o = {.run = {.memory_bytes = 512ULL << 20, .cpus = 1}};
	enum parsed parsed;
	int first, r;

	r = options_parse(c, argc, argv, &o, 1, &first, &parsed, e);
	if (r == 0 && parsed == PARSED)
		r = start(&o, first < argc ? argv[first] : NULL, e);
	strv_done(&o.disks);
	strv_done(&o.qemu);
	strv_done(&o.trusted);
	return r;
}

const struct command cmd_run = {
	.name = "run",
	.operands = "[FILE]",
	.summary = "boot the image in QEMU or cloud-hypervisor",
	.details = "Boots target/mvirt.efi, or FILE: a UKI, an ISO, a disk (raw or qcow2) or a "
		   "kernel. The serial console is in the terminal; Ctrl-A X ends QEMU, Ctrl-A C "
		   "switches to its monitor and back. KVM is used where a probe shows that it "
		   "works. The file stays as it is, whatever the guest does.\n\n"
		   "For scripts, --expect, --send, --power-button and --monitor are steps, done "
		   "in the order given. The exit status is 0 when all were done and the guest then "
		   "powered itself off. The console echoes what --send types, and --expect would "
		   "find TEXT in that: expect what only the answer has, as --send 'echo "
		   "\"[$((6*7))]\"' --expect '[42]'.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
