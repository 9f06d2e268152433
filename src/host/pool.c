#include "host/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

struct pool {
	const struct pool_job *job;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* a task is worked, finished or failed */
	size_t next;	      /* to be handed out */
	size_t finished;      /* all below are */
	bool *worked;	      /* one for each slot */
	bool finishing;	      /* somebody is at it */
	size_t failed;	      /* the first task that did; n: none */
	struct err err;
};

struct worker {
	struct pool *pool;
	unsigned int number;
};

/* With the lock held: whatever is at or above this task is not needed any more. */
static void fail(struct pool *p, size_t index, const struct err *e)
{
	if (index >= p->failed)
		return;
	p->failed = index;
	p->err = *e;
}

/* With the lock held, which is let go meanwhile: finishes what is next in order, if it can be. */
static bool finish_some(struct pool *p, unsigned int thread)
{
	const struct pool_job *job = p->job;
	bool any = false;

	if (p->finishing)
		return false;
	p->finishing = true;
	while (p->finished < p->failed && p->finished < job->n &&
	       p->worked[p->finished % job->window]) {
		const struct pool_task task = {p->finished, p->finished % job->window, thread};
		struct err e = ERR_INIT;
		int r = 0;

		pthread_mutex_unlock(&p->lock);
		if (job->finish)
			r = job->finish(job->context, &task, &e);
		pthread_mutex_lock(&p->lock);
		p->worked[task.slot] = false;
		if (r < 0)
			fail(p, task.index, &e);
		else
			p->finished++;
		any = true;
		pthread_cond_broadcast(&p->moved);
	}
	p->finishing = false;
	return any;
}

/* With the lock held, which is let go meanwhile. */
static void work_on(struct pool *p, unsigned int thread)
{
	const struct pool_task task = {p->next, p->next % p->job->window, thread};
	struct err e = ERR_INIT;
	int r;

	p->next++;
	pthread_mutex_unlock(&p->lock);
	r = p->job->work(p->job->context, &task, &e);
	pthread_mutex_lock(&p->lock);
	if (r < 0)
		fail(p, task.index, &e);
	else
		p->worked[task.slot] = true;
	pthread_cond_broadcast(&p->moved);
}

static bool may_begin(const struct pool *p)
{
	return p->next < p->job->n && p->next < p->failed && p->next < p->finished + p->job->window;
}

static void *run(void *argument)
{
	const struct worker *w = argument;
	struct pool *p = w->pool;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		if (finish_some(p, w->number))
			continue;
		if (may_begin(p))
			work_on(p, w->number);
		else if (p->next >= p->job->n || p->next >= p->failed)
			break;
		else
			pthread_cond_wait(&p->moved, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* Threads that cannot be had are done without. */
static unsigned int start(struct worker *workers, pthread_t *threads, unsigned int n)
{
	for (unsigned int i = 1; i < n; i++)
		if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0)
			return i;
	return n;
}

int pool_run(const struct pool_job *job, struct err *e)
{
	struct worker workers[POOL_THREADS_MAX];
	pthread_t threads[POOL_THREADS_MAX];
	AUTO_FREE bool *worked = calloc(job->window, sizeof(*worked));
	struct pool p = {.job = job, .worked = worked, .failed = job->n};
	unsigned int n = job->threads < POOL_THREADS_MAX ? job->threads : POOL_THREADS_MAX;

	if (!worked)
		return err_memory(e);
	if (n > job->n)
		n = job->n ? (unsigned int)job->n : 1;
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.moved, NULL);
	for (unsigned int i = 0; i < n; i++)
		workers[i] = (struct worker){&p, i};
	n = start(workers, threads, n);
	run(&workers[0]);
	for (unsigned int i = 1; i < n; i++)
		pthread_join(threads[i], NULL);
	/* Whoever came last may have left while another was still finishing. */
	pthread_mutex_lock(&p.lock);
	finish_some(&p, 0);
	pthread_mutex_unlock(&p.lock);
	pthread_cond_destroy(&p.moved);
	pthread_mutex_destroy(&p.lock);
	if (p.failed == job->n)
		return 0;
	*e = p.err;
	return -1;
}

unsigned int pool_processors(void)
{
	cpu_set_t set;
	int n;

	CPU_ZERO(&set);
	/* It fails where there are more than CPU_SETSIZE: plenty. */
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return errno == EINVAL ? POOL_THREADS_MAX : 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n < POOL_THREADS_MAX ? (unsigned int)n : POOL_THREADS_MAX;
}
