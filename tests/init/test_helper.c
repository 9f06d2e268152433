#include "test.h"

#include "helper.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static struct init init;

/* As PID 1 does it. */
static void reap(void *data)
{
	struct signalfd_siginfo got;
	int status;
	pid_t pid;

	(void)data;
	while (read(init.signals.fd, &got, sizeof(got)) == (ssize_t)sizeof(got))
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == init.helper) {
			init.helper = 0;
			init.helper_status = status;
		}
	}
}

static int set_up(void **state)
{
	sigset_t child;

	(void)state;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	init.signals = (struct loop_source){.fd = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC),
					    .events = POLLIN,
					    .ready = reap};
	loop_watch(&init.loop, &init.signals);
	return init.signals.fd < 0;
}

static void nothing(void)
{
}

/* A sync of a disk that is gone never returns. */
static void hang(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

static int ticks;

static void tick(void *data)
{
	ticks++;
	loop_timer_set(&init.loop, data, loop_now_ms() + 20);
}

static void work_that_ends_is_seen_to_end(void **state)
{
	int64_t begin = loop_now_ms();

	(void)state;
	assert_true(helper_run(&init, nothing, 20000));
	assert_true(loop_now_ms() - begin < 10000);
}

static void work_that_hangs_is_left_behind_in_time_while_the_loop_goes_on(void **state)
{
	struct loop_timer timer = {.fire = tick, .data = &timer};
	int64_t begin = loop_now_ms();

	(void)state;
	loop_timer_set(&init.loop, &timer, begin + 20);
	assert_false(helper_run(&init, hang, 400));
	loop_timer_clear(&init.loop, &timer);
	assert_in_range(loop_now_ms() - begin, 400, 5000);
	assert_true(ticks >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_that_ends_is_seen_to_end),
		cmocka_unit_test(work_that_hangs_is_left_behind_in_time_while_the_loop_goes_on),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
