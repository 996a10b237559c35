/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/* Threads that are lcores for the duration of a test, on CPUs of this machine */

#include "test.h"

#include <string.h>
#include <time.h>

#include <rte_lcore.h>

#include "test_tph_worker.h"

int tph_real_cpus[2];

static uint32_t
worker_main(void *arg)
{
	struct tph_worker *w = arg;

	rte_thread_set_affinity_by_id(rte_thread_self(), &w->cpus);
	w->ret = rte_thread_register();
	w->lcore = rte_lcore_id();
	sem_post(&w->done);
	for (;;) {
		sem_wait(&w->go);
		if (w->fn == NULL)
			break;
		w->ret = w->fn(w->arg);
		sem_post(&w->done);
	}
	rte_thread_unregister();
	return 0;
}

void
tph_worker_start(struct tph_worker *w, int (*fn)(void *arg), void *arg)
{
	w->fn = fn;
	w->arg = arg;
	sem_post(&w->go);
}

int
tph_worker_wait(struct tph_worker *w)
{
	sem_wait(&w->done);
	return w->ret;
}

int
tph_worker_run(struct tph_worker *w, int (*fn)(void *arg), void *arg)
{
	tph_worker_start(w, fn, arg);
	return tph_worker_wait(w);
}

int
tph_worker_create(struct tph_worker *w, const rte_cpuset_t *cpus)
{
	memset(w, 0, sizeof(*w));
	sem_init(&w->go, 0, 0);
	sem_init(&w->done, 0, 0);
	w->cpus = *cpus;
	if (rte_thread_create(&w->thread, NULL, worker_main, w) != 0)
		return -1;
	return tph_worker_wait(w);
}

void
tph_worker_end(struct tph_worker *w)
{
	tph_worker_start(w, NULL, NULL);
	rte_thread_join(w->thread, NULL);
	sem_destroy(&w->go);
	sem_destroy(&w->done);
}

int
tph_timed_wait(sem_t *sem, unsigned int milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return sem_timedwait(sem, &until);
}

rte_cpuset_t
tph_one_cpu(unsigned int cpu)
{
	rte_cpuset_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return cpus;
}

static uint32_t
find_cpus(void *arg)
{
	rte_cpuset_t cpus;
	int *found = arg;
	unsigned int cpu, n = 0;

	for (cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++) {
		cpus = tph_one_cpu(cpu);
		if (rte_thread_set_affinity_by_id(rte_thread_self(), &cpus) == 0)
			found[n++] = cpu;
	}
	return 0;
}

int
tph_find_real_cpus(void)
{
	rte_thread_t thread;

	tph_real_cpus[0] = tph_real_cpus[1] = -1;
	if (rte_thread_create(&thread, NULL, find_cpus, tph_real_cpus) != 0)
		return TEST_FAILED;
	rte_thread_join(thread, NULL);
	return TEST_SUCCESS;
}

int
tph_with_two_workers(int (*test)(struct tph_worker *w, int (*move)(void *)),
		int (*move)(void *))
{
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);
	struct tph_worker w[2];
	int ret;

	if (tph_real_cpus[1] < 0)
		return TEST_SKIPPED;
	TEST_ASSERT_SUCCESS(tph_worker_create(&w[0], &cpus), "no thread");
	TEST_ASSERT_SUCCESS(tph_worker_create(&w[1], &cpus), "no thread");
	ret = test(w, move);
	tph_worker_end(&w[0]);
	tph_worker_end(&w[1]);
	return ret;
}
