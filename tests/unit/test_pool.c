#include "unit.h"

#include "host/pool.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { TASKS = 300, WINDOW = 7 };

struct work {
	atomic_int at_once, most;
	atomic_bool used[WINDOW]; /* slots */
	size_t order[TASKS], n;
	size_t fail_work, fail_finish; /* TASKS: none */
	bool twice, wrong_slot;
};

static int work(void *context, const struct pool_task *task, struct err *e)
{
	struct work *w = context;
	int now = atomic_fetch_add(&w->at_once, 1) + 1;

	if (now > w->most)
		w->most = now;
	if (task->slot >= WINDOW || task->slot != task->index % WINDOW)
		w->wrong_slot = true;
	if (atomic_exchange(&w->used[task->slot], true))
		w->twice = true;
	/* The earlier ones take longer, so that later ones overtake them. */
	usleep((useconds_t)(task->index % 5) * 100);
	atomic_fetch_sub(&w->at_once, 1);
	if (task->index >= w->fail_work)
		return err_set(e, ERR_INPUT, "work %zu", task->index);
	return 0;
}

static int finish(void *context, const struct pool_task *task, struct err *e)
{
	struct work *w = context;

	atomic_store(&w->used[task->slot], false);
	w->order[w->n++] = task->index;
	if (task->index == w->fail_finish)
		return err_set(e, ERR_INPUT, "finish %zu", task->index);
	return 0;
}

static int run(struct work *w, size_t n, unsigned int threads, struct err *e)
{
	const struct pool_job job = {w, n, threads, WINDOW, work, finish};

	return pool_run(&job, e);
}

static void tasks_are_finished_in_order(void **state)
{
	(void)state;
	for (unsigned int threads = 1; threads <= WINDOW; threads += 2) {
		struct work w = {.fail_work = TASKS, .fail_finish = TASKS};
		struct err e = ERR_INIT;

		assert_ok(run(&w, TASKS, threads, &e));
		assert_int_equal(w.n, TASKS);
		for (size_t i = 0; i < TASKS; i++)
			assert_int_equal(w.order[i], i);
		assert_false(w.twice);
		assert_false(w.wrong_slot);
		assert_true((unsigned int)w.most <= threads);
		assert_true(threads == 1 || w.most > 1);
	}
}

static void first_failure_is_told(void **state)
{
	(void)state;
	for (unsigned int threads = 1; threads <= 5; threads += 4) {
		struct work working = {.fail_work = 40, .fail_finish = TASKS};
		struct work finishing = {.fail_work = 41, .fail_finish = 40};
		struct err e = ERR_INIT;

		assert_fails_with(run(&working, TASKS, threads, &e), "work 40");
		assert_int_equal(working.n, 40);
		assert_fails_with(run(&finishing, TASKS, threads, &e), "finish 40");
		assert_int_equal(finishing.n, 41);
	}
}

static void nothing_to_do_is_done(void **state)
{
	struct work w = {.fail_work = TASKS, .fail_finish = TASKS};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(run(&w, 0, 4, &e));
	assert_ok(run(&w, 1, 4, &e));
	assert_int_equal(w.n, 1);
}

static void there_is_a_processor(void **state)
{
	(void)state;
	assert_in_range(pool_processors(), 1, POOL_THREADS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_are_finished_in_order),
		cmocka_unit_test(first_failure_is_told),
		cmocka_unit_test(nothing_to_do_is_done),
		cmocka_unit_test(there_is_a_processor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
