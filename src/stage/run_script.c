#include "stage/run_script.h"

#include "base/buf.h"
#include "base/log.h"
#include "format/json.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/process.h"
#include "host/write_all.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 4096, ENDING_MS = 10000 };

/* What OVMF says last when it is left with nothing: it waits for a key, and nothing else comes. */
static const char left_with_nothing[] = "BdsDxe: Press any key to enter the Boot Manager Menu.";

struct script {
	const struct run_options *options;
	const struct run_guest *guest;
	int log;
	struct buf seen;     /* printed and not yet matched */
	struct buf answers;  /* of the monitor, up to the last whole line */
	char last;	     /* character that went to standard output */
	char end_reason[32]; /* why QEMU says it ended, "" before that */
	size_t step;
	uint64_t deadline_ms; /* 0: none */
};

static int do_send(const struct script *s, const char *text, struct err *e)
{
	if (write_all(s->guest->console_in, text, strlen(text)) < 0 ||
	    write_all(s->guest->console_in, "\n", 1) < 0)
		return err_os(e, "type '%s' into the console", text);
	return 0;
}

/*
 * QMP (docs/interop/qmp-spec.rst): a JSON object is a command. `line` is the argument of
 * human-monitor-command, else NULL.
 */
static int command(const struct script *s, const char *name, const char *line, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	struct json_writer w;

	json_begin(&w, &text, JSON_SHORT);
	json_open_object(&w, NULL);
	json_text(&w, "execute", name);
	if (line) {
		json_open_object(&w, "arguments");
		json_text(&w, "command-line", line);
		json_close_object(&w);
	}
	json_close_object(&w);
	if (json_finish(&w, e) < 0)
		return -1;
	/* A QEMU that is gone is told of by how it ended, not by this. */
	if (write_all(s->guest->monitor, text.data, text.len) < 0 && errno != EPIPE)
		return err_os(e, "tell QEMU '%s'", line ? line : name);
	return 0;
}

static const char *seen(const struct script *s, const char *text)
{
	return s->seen.len ? memmem(s->seen.data, s->seen.len, text, strlen(text)) : NULL;
}

/* Text may be cut anywhere between two reads, so all that was not matched is looked through. */
static bool found(struct script *s, const char *text)
{
	size_t len = strlen(text);
	size_t rest = len < sizeof(left_with_nothing) ? sizeof(left_with_nothing) - 1 : len;
	const char *at = seen(s, text);
	size_t used;

	/* Of what does not have it only the end can be its beginning. */
	if (!at && s->seen.len >= rest) {
		memmove(s->seen.data, s->seen.data + s->seen.len - (rest - 1), rest - 1);
		s->seen.len = rest - 1;
	}
	if (!at)
		return false;
	used = (size_t)(at - s->seen.data) + len;
	memmove(s->seen.data, at + len, s->seen.len - used);
	s->seen.len -= used;
	return true;
}

/* The sentence for a run that ended, or ran out of time, before its steps were done. */
static int undone(const struct script *s, const char *how, struct err *e)
{
	const struct run_step *step = &s->options->steps[s->step];
	const char *log = s->options->log_path;

	if (s->step == s->options->n_steps)
		return err_set(e, ERR_CHILD, "%s the guest powered itself off%s%s", how,
			       log ? ": see " : "", log ? log : "");
	return err_set(e, ERR_CHILD, "%s '%s' appeared%s%s", how,
		       step->kind == RUN_EXPECT ? step->text : "an answer", log ? ": see " : "",
		       log ? log : "");
}

static int advance(struct script *s, struct err *e)
{
	for (; s->step < s->options->n_steps; s->step++) {
		const struct run_step *step = &s->options->steps[s->step];
		bool is_left = seen(s, left_with_nothing) != NULL;
		int r = 0;

		if (step->kind == RUN_EXPECT && !found(s, step->text))
			return is_left ? undone(s, "the firmware found nothing to start before", e)
				       : 0;
		if (step->kind == RUN_SEND)
			r = do_send(s, step->text, e);
		if (step->kind == RUN_BUTTON)
			r = command(s, "system_powerdown", NULL, e);
		if (step->kind == RUN_MONITOR)
			r = command(s, "human-monitor-command", step->text, e);
		if (r < 0)
			return -1;
	}
	return 0;
}

/* *ret_ended: QEMU closed the console. */
static int read_console(struct script *s, bool *ret_ended, struct err *e)
{
	char piece[PIECE];
	ssize_t n = read(s->guest->console_out, piece, sizeof(piece));

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return err_os(e, "read the console");
	*ret_ended = n == 0;
	if (log_level() > LOG_QUIET && write_all(STDOUT_FILENO, piece, (size_t)n) < 0)
		return err_os(e, "write standard output");
	if (n > 0)
		s->last = piece[n - 1];
	if (s->log >= 0 && write_all(s->log, piece, (size_t)n) < 0)
		return err_os(e, "write '%s'", s->options->log_path);
	if (s->step == s->options->n_steps)
		return 0;
	if (buf_put(&s->seen, piece, (size_t)n, e) < 0)
		return -1;
	return advance(s, e);
}

static int time_left(const struct script *s)
{
	uint64_t now = clock_ms();

	if (s->deadline_ms == 0)
		return -1;
	if (now >= s->deadline_ms)
		return 0;
	return s->deadline_ms - now < INT_MAX ? (int)(s->deadline_ms - now) : INT_MAX;
}

/*
 * The SHUTDOWN event tells a guest that powered off from one that reset itself. The monitor answers
 * a command of ours with what it would print: nothing, unless it did not understand.
 */
static void read_event(struct script *s, const char *line, size_t len)
{
	const char *event, *reason, *answer;
	struct json *j = NULL;
	struct err ignored;

	if (json_parse(line, len, "QMP", &j, &ignored) < 0)
		return;
	answer = json_member_text(j, "return");
	if (answer && *answer)
		log_info("QEMU: %.*s", (int)strcspn(answer, "\r\n"), answer);
	event = json_member_text(j, "event");
	reason = json_member_text(json_member(j, "data"), "reason");
	if (event && reason && !strcmp(event, "SHUTDOWN"))
		snprintf(s->end_reason, sizeof(s->end_reason), "%s", reason);
	json_free(j);
}

/* *ret_ended: QEMU closed the monitor. */
static int read_monitor(struct script *s, bool *ret_ended, struct err *e)
{
	char piece[PIECE];
	ssize_t n = read(s->guest->monitor, piece, sizeof(piece));
	size_t used = 0;

	*ret_ended = n == 0 || (n < 0 && errno != EINTR);
	if (n <= 0)
		return 0;
	if (buf_put(&s->answers, piece, (size_t)n, e) < 0)
		return -1;
	for (const char *p = s->answers.data, *end; (end = strchr(p, '\n')); p = end + 1) {
		read_event(s, p, (size_t)(end - p));
		used = (size_t)(end + 1 - s->answers.data);
	}
	memmove(s->answers.data, s->answers.data + used, s->answers.len - used + 1);
	s->answers.len -= used;
	return 0;
}

static int watch(struct script *s, int signals, struct err *e)
{
	char how[64];
	bool ended = false, closed = false;

	snprintf(how, sizeof(how), "%llu s went by before",
		 (unsigned long long)s->options->timeout_s);
	if (command(s, "qmp_capabilities", NULL, e) < 0 || advance(s, e) < 0)
		return -1;
	while (!ended) {
		struct pollfd fds[] = {
			{.fd = s->guest->console_out, .events = POLLIN},
			{.fd = closed ? -1 : s->guest->monitor, .events = POLLIN},
			{.fd = signals, .events = POLLIN},
		};
		int n = poll(fds, ARRAY_LEN(fds), time_left(s));

		if (n < 0 && errno != EINTR)
			return err_os(e, "wait for the guest");
		if (n == 0 && time_left(s) == 0)
			return undone(s, how, e);
		if (n <= 0)
			continue;
		if (fds[2].revents)
			return err_set(e, ERR_CHILD, "interrupted");
		if (fds[1].revents && read_monitor(s, &closed, e) < 0)
			return -1;
		if (fds[0].revents && read_console(s, &ended, e) < 0)
			return -1;
	}
	return 0;
}

/* The console is closed: QEMU is about to end, or was killed. */
static int judge_end(struct script *s, struct err *e)
{
	bool closed = false;
	int status;

	if (process_wait_for(s->guest->pid, "qemu-system-x86_64", ENDING_MS, &status, e) < 0)
		return -1;
	/* What QEMU said last is still in the socket. */
	while (!closed)
		if (read_monitor(s, &closed, e) < 0)
			return -1;
	if (status != 0)
		return err_set(e, ERR_CHILD, "QEMU ended with status %d: what it said stands above",
			       status);
	if (s->step < s->options->n_steps)
		return undone(s, "the guest ended before", e);
	if (strcmp(s->end_reason, "guest-shutdown") != 0)
		return err_set(
			e, ERR_CHILD,
			"the guest did not power itself off: QEMU ended for '%s' (a panic ends "
			"in a reset too)",
			s->end_reason[0] ? s->end_reason : "no reason");
	return 0;
}

int run_script(const struct run_options *options, const struct run_guest *guest, int log,
	       int signals, struct err *e)
{
	struct script s = {.options = options, .guest = guest, .log = log};
	int r;

	if (options->timeout_s)
		s.deadline_ms = clock_ms() + options->timeout_s * 1000;
	r = watch(&s, signals, e);
	if (r == 0)
		r = judge_end(&s, e);
	else
		run_end(guest->pid);
	/* What is said about the run begins on a line of its own. */
	if (s.last && s.last != '\n' && log_level() > LOG_QUIET &&
	    write_all(STDOUT_FILENO, "\n", 1) < 0)
		log_detail("standard output: %s", strerror(errno));
	buf_done(&s.seen);
	buf_done(&s.answers);
	return r;
}

void run_end(pid_t pid)
{
	struct err ignored;
	int status;

	kill(pid, SIGKILL);
	if (process_wait(pid, "qemu-system-x86_64", &status, &ignored) < 0)
		log_detail("%s", ignored.text);
}
