#include "stage/run.h"

#include "base/log.h"
#include "host/certificate.h"
#include "host/file.h"
#include "host/kvm.h"
#include "host/process.h"
#include "host/temp.h"
#include "stage/requirements.h"
#include "stage/run_command.h"
#include "stage/run_files.h"
#include "stage/run_plan.h"
#include "stage/run_script.h"
#include "stage/run_tpm.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Until the virtual machine ends, or somebody ends us. */
static int wait_interactive(pid_t pid, const char *name, int signals, struct err *e)
{
	AUTO_CLOSE int ended = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fds[] = {{.fd = ended, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	int status;

	if (ended < 0) {
		err_os(e, "watch %s", name);
		run_end(pid);
		return -1;
	}
	while (poll(fds, ARRAY_LEN(fds), -1) < 0)
		;
	if (!fds[0].revents) {
		run_end(pid);
		return err_set(e, ERR_CHILD, "interrupted");
	}
	if (process_wait(pid, name, &status, e) < 0)
		return -1;
	return status ? err_set(e, ERR_CHILD, "%s ended with status %d", name, status) : 0;
}

static void explain_keys(const struct run_options *o)
{
	if (!isatty(STDIN_FILENO))
		return;
	if (o->vmm == RUN_QEMU)
		log_info("Ctrl-A X ends QEMU, Ctrl-A C switches to its monitor");
	else
		log_info("cloud-hypervisor ends when the guest powers off");
}

static int start_interactive(const struct run_options *o, const struct strv *argv, int signals,
			     struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	pid_t pid;

	p.argv = argv;
	p.input = STDIN_FILENO;
	p.output = STDOUT_FILENO;
	p.errors = STDERR_FILENO;
	explain_keys(o);
	if (process_start(&p, &pid, e) < 0)
		return -1;
	return wait_interactive(pid, argv->v[0], signals, e);
}

static int start_scripted(const struct run_options *o, const struct strv *argv, int signals,
			  struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct run_guest guest;
	AUTO_CLOSE int log = -1;
	int in[2], out[2], monitor[2];

	if (o->log_path) {
		log = open(o->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (log < 0)
			return err_os(e, "write '%s'", o->log_path);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor) < 0)
		return err_os(e, "make a socket");
	AUTO_CLOSE int monitor_ours = monitor[0];
	AUTO_CLOSE int monitor_qemu = monitor[1];
	if (pipe2(in, O_CLOEXEC) < 0)
		return err_os(e, "make a pipe");
	AUTO_CLOSE int in_qemu = in[0];
	AUTO_CLOSE int in_ours = in[1];
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_os(e, "make a pipe");
	AUTO_CLOSE int out_ours = out[0];
	AUTO_CLOSE int out_qemu = out[1];

	p.argv = argv;
	p.input = in_qemu;
	p.output = out_qemu;
	p.errors = STDERR_FILENO;
	p.extra = monitor_qemu;
	if (process_start(&p, &guest.pid, e) < 0)
		return -1;
	/* Only QEMU holds its ends now: when it goes the console ends. */
	auto_close_(&in_qemu);
	auto_close_(&out_qemu);
	auto_close_(&monitor_qemu);
	guest.console_in = in_ours;
	guest.console_out = out_ours;
	guest.monitor = monitor_ours;
	return run_script(o, &guest, log, signals, e);
}

static int make_command(const struct run_plan *p, struct strv *to, struct err *e)
{
	return p->options->vmm == RUN_QEMU ? run_qemu_command(p, to, e)
					   : run_cloud_hypervisor_command(p, to, e);
}

/* What a person would type to get the same. */
static int print_commands(const struct run_options *o, struct err *e)
{
	AUTO_RUN_PLAN p = {.kernel = NULL};
	AUTO_STRV argv = STRV_INIT;
	struct run_options plain = *o;

	plain.n_steps = 0;
	if (o->n_steps)
		plain.log_path = NULL;
	if (run_plan_make(&plain, "run", &p, e) < 0 || make_command(&p, &argv, e) < 0)
		return -1;
	run_files_print(&p);
	for (size_t i = 0; i < argv.n; i++) {
		run_print_word(argv.v[i]);
		putchar(i + 1 < argv.n ? ' ' : '\n');
	}
	return 0;
}

static int start(const struct run_plan *p, int signals, struct err *e)
{
	AUTO_RUN_TPM tpm = {.pid = 0};
	AUTO_STRV argv = STRV_INIT;

	if (run_files_make(p, e) < 0 || make_command(p, &argv, e) < 0)
		return -1;
	if (p->options->tpm && run_tpm_start(p->folder, &tpm, e) < 0)
		return -1;
	return p->options->n_steps ? start_scripted(p->options, &argv, signals, e)
				   : start_interactive(p->options, &argv, signals, e);
}

static int boot(const struct run_options *options, int signals, struct err *e)
{
	AUTO_TEMP_FOLDER folder = TEMP_FOLDER_INIT;
	AUTO_RUN_PLAN p = {.kernel = NULL};

	if (temp_folder_make(&folder, e) < 0 || run_plan_make(options, folder.path, &p, e) < 0)
		return -1;
	if (options->vmm == RUN_QEMU && !options->no_kvm && kvm_probe(folder.path, &p.kvm, e) < 0)
		return -1;
	if (options->vmm == RUN_QEMU && !p.kvm)
		log_info("KVM does not run guests here: QEMU emulates, which is slower");
	return start(&p, signals, e);
}

/* Signals that would end us are waited for instead, so that nothing is left behind. */
static int boot_and_clean(const struct run_options *options, struct err *e)
{
	sigset_t ending, before;
	int r;

	sigemptyset(&ending);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigprocmask(SIG_BLOCK, &ending, &before);
	AUTO_CLOSE int signals = signalfd(-1, &ending, SFD_CLOEXEC);

	r = signals < 0 ? err_os(e, "make a signal descriptor") : boot(options, signals, e);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* Outside a project there is no list of what is needed: what this run takes is looked for. */
static int check_tools(const struct run_plan *p, struct err *e)
{
	static const char *const roles[] = {"run", NULL};

	if (p->options->vmm == RUN_QEMU && file_exists(REQUIREMENTS) &&
	    requirements_check(roles, e) < 0)
		return -1;
	if (p->firmware && !file_exists(p->firmware))
		return err_set(e, ERR_MISSING, "there is no UEFI firmware '%s'%s", p->firmware,
			       p->options->firmware ? "" : ": install ovmf");
	if (p->vars && !file_exists(p->vars))
		return err_set(e, ERR_MISSING, "there is no variable store '%s'%s", p->vars,
			       p->options->vars ? "" : ": install ovmf");
	return 0;
}

static int check_log_apart(const struct run_options *o, const char *input, struct err *e)
{
	if (!input || file_apart(input, o->log_path, e) == 0)
		return 0;
	return err_set(e, ERR_INPUT, "--log '%s' would overwrite '%s': give another file",
		       o->log_path, input);
}

static int check_log(const struct run_options *o, struct err *e)
{
	const char *const files[] = {o->file, o->initrd, o->vars, o->firmware};
	const struct strv *const lists[] = {o->disks, o->trusted};

	if (!o->log_path)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (check_log_apart(o, files[i], e) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t k = 0; lists[i] && k < lists[i]->n; k++)
			if (check_log_apart(o, lists[i]->v[k], e) < 0)
				return -1;
	return 0;
}

/* --dry-run enrols nothing, and shall not print what would fail. */
static int check_trusted(const struct run_options *o, struct err *e)
{
	AUTO_CERTIFICATES c = {.v = NULL};

	for (size_t i = 0; o->trusted && i < o->trusted->n; i++)
		if (certificates_load(o->trusted->v[i], &c, e) < 0)
			return -1;
	return 0;
}

int stage_run(const struct run_options *options, struct err *e)
{
	AUTO_RUN_PLAN p = {.kernel = NULL};

	if (check_log(options, e) < 0 || check_trusted(options, e) < 0)
		return -1;
	if (options->dry_run)
		return print_commands(options, e);
	if (run_plan_make(options, ".", &p, e) < 0 || check_tools(&p, e) < 0)
		return -1;
	return boot_and_clean(options, e);
}
