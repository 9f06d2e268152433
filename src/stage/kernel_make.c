#include "stage/kernel_make.h"

#include "host/clock.h"
#include "host/file.h"
#include "host/process.h"
#include "host/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DETAIL = 160, SURE_PERCENT = 5 };

struct watch {
	FILE *log;
	struct progress progress;
	size_t steps;
	size_t expected; /* 0: unknown */
	char first_error[512];
	bool error_goes_on; /* the last line was one of it */
};

/* kbuild announces each step as "  CC      path". */
static bool is_step(const char *line)
{
	return !strncmp(line, "  ", 2) && line[2] >= 'A' && line[2] <= 'Z';
}

static bool is_error(const char *line)
{
	static const char *const signs[] = {"error:",	   "Error:",
					    "*** ",	   "undefined reference",
					    ": not found", "No such file or directory"};

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (strstr(line, signs[i]))
			return true;
	return false;
}

/* kbuild's own complaints take several lines that begin with "***". */
static void note_error(struct watch *w, const char *line)
{
	size_t n = strlen(w->first_error);
	bool begins = !n && is_error(line);
	bool goes_on = w->error_goes_on && !strncmp(line, "*** ", 4);

	w->error_goes_on = begins || goes_on;
	if (goes_on || (begins && !strncmp(line, "*** ", 4)))
		line += 4 + strspn(line + 4, " ");
	if (begins || goes_on)
		snprintf(w->first_error + n, sizeof(w->first_error) - n, "%s%s", n ? " " : "",
			 line);
}

/* "1234 of about 2300 steps, net/ipv6/udp.o, about 3 m 10 s left". */
static void describe(const struct watch *w, const char *line, char *to, size_t size)
{
	char time[32];
	uint64_t elapsed = clock_ms() - w->progress.started_ms;
	const char *file = strrchr(line, ' ');
	int n = snprintf(to, size, "%zu%s", w->steps, w->expected ? "" : " steps");

	if (w->expected)
		n += snprintf(to + n, size - (size_t)n, " of about %zu steps",
			      w->expected > w->steps ? w->expected : w->steps);
	if (is_step(line) && file)
		n += snprintf(to + n, size - (size_t)n, ", %.60s", file + 1);
	if (w->expected > w->steps && w->steps * 100 > w->expected * SURE_PERCENT)
		snprintf(to + n, size - (size_t)n, ", about %s left",
			 duration_text(elapsed * (w->expected - w->steps) / w->steps, time,
				       sizeof(time)));
}

static int on_line(void *context, const char *line, size_t len, struct err *e)
{
	struct watch *w = context;
	char detail[DETAIL];

	if (fwrite(line, 1, len, w->log) != len || fputc('\n', w->log) == EOF)
		return err_os(e, "write '" KERNEL_LOG "'");
	note_error(w, line);
	w->steps += is_step(line);
	describe(w, line, detail, sizeof(detail));
	progress_update(&w->progress, detail);
	return 0;
}

/* Debug information, and with it the build ID, then names no folder of this machine. */
static int add_prefix_maps(const struct kernel_make *m, const char *folder, struct strv *to,
			   struct err *e)
{
	static const char *const flags[] = {"KCFLAGS", "KAFLAGS"};
	AUTO_FREE char *source = NULL;

	if (file_real_path(m->source->folder, &source, e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (strv_addf(to, e, "%s=-ffile-prefix-map=%s=linux -ffile-prefix-map=%s=kernel",
			      flags[i], source, folder) < 0)
			return -1;
	return 0;
}

static int make_arguments(const struct kernel_make *m, const char *target, struct strv *to,
			  struct err *e)
{
	AUTO_FREE char *folder = NULL;

	if (file_real_path(PROJECT_KERNEL, &folder, e) < 0)
		return -1;
	if (strv_add_all(to, e, "make", "-C", m->source->folder, NULL) < 0 ||
	    strv_addf(to, e, "-j%u", m->project->jobs) < 0 || strv_addf(to, e, "O=%s", folder) < 0)
		return -1;
	if (m->debug_info && add_prefix_maps(m, folder, to, e) < 0)
		return -1;
	/*
	 * For every target: another compiler's name in between would configure anew. Not for
	 * kbuild's own tools: they count on comments, which distcc's preprocessing takes away.
	 */
	if (m->project->launcher && strv_addf(to, e, "CC=%s gcc", m->project->launcher) < 0)
		return -1;
	return strv_add_all(to, e, "ARCH=x86", target, NULL);
}

/* ccache then finds what it compiled for another checkout: paths below count from here. */
static int add_ccache_folder(struct strv *to, struct err *e)
{
	AUTO_FREE char *folder = NULL;

	if (getenv("CCACHE_BASEDIR"))
		return 0;
	if (file_real_path(".", &folder, e) < 0)
		return -1;
	return strv_addf(to, e, "CCACHE_BASEDIR=%s", folder);
}

/* What kbuild would take from the machine: the date, the user, the host, a build counter. */
static int make_environment(const struct project *p, struct strv *to, struct err *e)
{
	time_t when = (time_t)p->time;
	struct tm utc;
	char date[64];

	if (!gmtime_r(&when, &utc) ||
	    strftime(date, sizeof(date), "%a %b %e %H:%M:%S UTC %Y", &utc) == 0)
		return err_set(e, ERR_INPUT, "SOURCE_DATE_EPOCH %u is no date", p->time);
	if (strv_addf(to, e, "KBUILD_BUILD_TIMESTAMP=%s", date) < 0)
		return -1;
	/* distcc would call the compiler by its full name, which gets into the kernel's banner. */
	if (p->launcher &&
	    (strv_add(to, "DISTCC_NO_REWRITE_CROSS=1", e) < 0 || add_ccache_folder(to, e) < 0))
		return -1;
	return strv_add_all(to, e, "KBUILD_BUILD_USER=mvirt", "KBUILD_BUILD_HOST=mkos",
			    "KBUILD_BUILD_VERSION=1", "TZ=UTC", NULL);
}

static void close_log(FILE **f)
{
	if (*f)
		fclose(*f);
}

int kernel_make(const struct kernel_make *m, const char *target, const char *what, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;
	AUTO_STRV environment = STRV_INIT;
	AUTO(close_log) FILE *log = fopen(KERNEL_LOG, "ae");
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct watch w = {.log = log, .expected = m->expected_steps};
	int status, r;

	if (!log)
		return err_os(e, "write '" KERNEL_LOG "'");
	if (make_arguments(m, target, &argv, e) < 0 ||
	    make_environment(m->project, &environment, e) < 0)
		return -1;
	p.argv = &argv;
	p.environment = &environment;
	p.extra = m->lock;
	progress_begin(&w.progress, what);
	r = process_pump(&p, on_line, &w, &status, e);
	progress_end(&w.progress);
	if (r < 0)
		return err_ctx(e, "%s", what);
	if (fflush(log) == EOF)
		return err_os(e, "write '" KERNEL_LOG "'");
	if (status != 0)
		return err_set(e, ERR_CHILD, "%s failed: %s (the whole log is in " KERNEL_LOG ")",
			       what, w.first_error[0] ? w.first_error : "make says no reason");
	return 0;
}

int kernel_make_interactive(const struct kernel_make *m, const char *target, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;
	AUTO_STRV environment = STRV_INIT;
	struct process_options p = PROCESS_OPTIONS_INIT;
	int status;
	pid_t pid;

	if (make_arguments(m, target, &argv, e) < 0 ||
	    make_environment(m->project, &environment, e) < 0)
		return -1;
	p.argv = &argv;
	p.environment = &environment;
	p.input = STDIN_FILENO;
	p.output = STDOUT_FILENO;
	p.errors = STDERR_FILENO;
	if (process_start(&p, &pid, e) < 0 || process_wait(pid, "make", &status, e) < 0)
		return -1;
	if (status != 0)
		return err_set(e, ERR_CHILD, "make %s failed with status %d", target, status);
	return 0;
}
