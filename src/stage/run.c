#include "stage/run.h"

#include "base/log.h"
#include "base/path.h"
#include "base/strv.h"
#include "format/pe.h"
#include "host/file.h"
#include "host/kvm.h"
#include "host/output.h"
#include "host/process.h"
#include "host/temp.h"
#include "stage/requirements.h"
#include "stage/run_script.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define QEMU "qemu-system-x86_64"
#define CODE "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define VARS "/usr/share/OVMF/OVMF_VARS_4M.fd"

/* What the firmware boots when nothing else is said (UEFI 2.10, section 3.5.1.1). */
#define ESP_FOLDER "esp/EFI/BOOT"
#define ESP_FILE   ESP_FOLDER "/BOOTX64.EFI"

enum { MONITOR_FD = 3 };

static int check_image(const char *path, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_PE pe = {.e_lfanew = 0};

	if (!file_exists(path))
		return err_set(e, ERR_MISSING,
			       "image '%s' is not there: make it with mvirt-mkos build", path);
	if (file_source_open(&f, path, e) < 0)
		return -1;
	if (pe_read(&f.source, &pe, e) < 0)
		return err_ctx(e, "only a UKI can be run");
	return 0;
}

/* The folder that QEMU shows to the guest as an EFI system partition, and a copy of the variables. */
static int lay_out(const struct run_options *o, const char *folder, struct err *e)
{
	AUTO_FREE char *boot = NULL;
	AUTO_FREE char *file = NULL;
	AUTO_FREE char *vars = NULL;
	AUTO_FREE char *image = NULL;

	if (path_join(folder, ESP_FOLDER, &boot, e) < 0 ||
	    path_join(folder, ESP_FILE, &file, e) < 0 ||
	    path_join(folder, "vars.fd", &vars, e) < 0 || file_real_path(o->file, &image, e) < 0)
		return -1;
	/* QEMU's option syntax has no way to quote these. */
	if (strpbrk(folder, ",:"))
		return err_set(e, ERR_INPUT,
			       "folder '%s' has ',' or ':' in it: set TMPDIR to another", folder);
	if (folder_make(boot, e) < 0)
		return -1;
	if (symlink(image, file) < 0)
		return err_os(e, "link '%s'", file);
	return output_copy(VARS, vars, false, e);
}

static int add_machine(const struct run_options *o, bool kvm, struct strv *to, struct err *e)
{
	if (strv_add_all(to, e, QEMU, "-machine", "q35", "-accel", kvm ? "kvm" : "tcg,thread=multi",
			 "-cpu", kvm ? "host" : "max", NULL) < 0)
		return -1;
	if (strv_add(to, "-m", e) < 0 ||
	    strv_addf(to, e, "%lluK", (unsigned long long)(o->memory_bytes / 1024)) < 0 ||
	    strv_add(to, "-smp", e) < 0 ||
	    strv_addf(to, e, "%llu", (unsigned long long)o->cpus) < 0)
		return -1;
	return strv_add_all(to, e, "-nodefaults", "-display", "none", "-no-reboot", "-nic", "none",
			    "-device", "virtio-rng-pci", NULL);
}

static int add_firmware(const char *folder, struct strv *to, struct err *e)
{
	if (strv_add_all(to, e, "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" CODE,
			 "-drive", NULL) < 0 ||
	    strv_addf(to, e, "if=pflash,format=raw,unit=1,file=%s/vars.fd", folder) < 0 ||
	    strv_add(to, "-drive", e) < 0 ||
	    strv_addf(to, e, "if=none,id=esp,format=raw,readonly=on,file=fat:%s/esp", folder) < 0)
		return -1;
	return strv_add_all(to, e, "-device", "virtio-blk-pci,drive=esp,bootindex=0", NULL);
}

static int add_console(const struct run_options *o, struct strv *to, struct err *e)
{
	if (o->n_steps == 0)
		return strv_add_all(to, e, "-serial", "mon:stdio", NULL);
	if (strv_add_all(to, e, "-chardev", NULL) < 0 ||
	    strv_addf(to, e, "socket,id=monitor,fd=%d", MONITOR_FD) < 0)
		return -1;
	return strv_add_all(to, e, "-mon", "chardev=monitor,mode=control", "-serial", "stdio",
			    NULL);
}

static int make_command(const struct run_options *o, const char *folder, bool kvm, struct strv *to,
			struct err *e)
{
	if (add_machine(o, kvm, to, e) < 0 || add_firmware(folder, to, e) < 0 ||
	    add_console(o, to, e) < 0)
		return -1;
	for (size_t i = 0; i < o->qemu->n; i++)
		if (strv_add(to, o->qemu->v[i], e) < 0)
			return -1;
	return 0;
}

/* Until QEMU ends, or somebody ends us. */
static int wait_interactive(pid_t pid, int signals, struct err *e)
{
	AUTO_CLOSE int ended = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fds[] = {{.fd = ended, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	int status;

	if (ended < 0) {
		err_os(e, "watch QEMU");
		run_end(pid);
		return -1;
	}
	while (poll(fds, ARRAY_LEN(fds), -1) < 0)
		;
	if (!fds[0].revents) {
		run_end(pid);
		return err_set(e, ERR_CHILD, "interrupted");
	}
	if (process_wait(pid, QEMU, &status, e) < 0)
		return -1;
	return status ? err_set(e, ERR_CHILD, "QEMU ended with status %d", status) : 0;
}

static int start_interactive(const struct strv *argv, int signals, struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	pid_t pid;

	p.argv = argv;
	p.input = STDIN_FILENO;
	p.output = STDOUT_FILENO;
	p.errors = STDERR_FILENO;
	if (isatty(STDIN_FILENO))
		log_info("Ctrl-A X ends QEMU, Ctrl-A C switches to its monitor");
	if (process_start(&p, &pid, e) < 0)
		return -1;
	return wait_interactive(pid, signals, e);
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

static bool needs_quotes(const char *word)
{
	return !*word || strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_=+,./:@%") != strlen(word);
}

/* As a shell takes it for one word. */
static void print_word(const char *word)
{
	if (!needs_quotes(word)) {
		printf("%s", word);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		if (*word == '\'')
			printf("'\\''");
		else
			putchar(*word);
	putchar('\'');
}

/* What a person would type to get the same. */
static int print_commands(const struct run_options *o, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;

	if (make_command(o, "run", false, &argv, e) < 0)
		return -1;
	printf("mkdir -p run/" ESP_FOLDER "\ncp ");
	print_word(o->file);
	printf(" run/" ESP_FILE "\ncp " VARS " run/vars.fd\n");
	for (size_t i = 0; i < argv.n; i++) {
		print_word(argv.v[i]);
		putchar(i + 1 < argv.n ? ' ' : '\n');
	}
	return 0;
}

static int boot(const struct run_options *options, int signals, struct err *e)
{
	AUTO_TEMP_FOLDER folder = TEMP_FOLDER_INIT;
	AUTO_STRV argv = STRV_INIT;
	bool kvm = false;

	if (temp_folder_make(&folder, e) < 0 ||
	    (!options->no_kvm && kvm_probe(folder.path, &kvm, e) < 0))
		return -1;
	if (!kvm)
		log_info("KVM does not run guests here: QEMU emulates, which is slower");
	if (lay_out(options, folder.path, e) < 0 ||
	    make_command(options, folder.path, kvm, &argv, e) < 0)
		return -1;
	return options->n_steps ? start_scripted(options, &argv, signals, e)
				: start_interactive(&argv, signals, e);
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

/* Outside a project there is no list of what is needed: the two that count are looked for. */
static int check_tools(struct err *e)
{
	static const char *const roles[] = {"run", NULL};

	if (file_exists(REQUIREMENTS))
		return requirements_check(roles, e);
	if (!file_exists(CODE))
		return err_set(e, ERR_MISSING,
			       "there is no UEFI firmware '" CODE "': install ovmf");
	return 0;
}

int stage_run(const struct run_options *options, struct err *e)
{
	struct run_options plain = *options;

	plain.n_steps = 0;
	if (check_image(options->file, e) < 0)
		return -1;
	if (options->dry_run)
		return print_commands(&plain, e);
	return check_tools(e) < 0 ? -1 : boot_and_clean(options, e);
}
