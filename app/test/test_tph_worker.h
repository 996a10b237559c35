/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef TEST_TPH_WORKER_H
#define TEST_TPH_WORKER_H

/*
 * Threads that are lcores for the duration of a test. They run what the test gives
 * them, and start on the CPUs that it names.
 */

#include <semaphore.h>

#include <rte_thread.h>

struct tph_worker {
	rte_thread_t thread;
	sem_t go, done;
	int (*fn)(void *arg);
	void *arg;
	int ret;
	unsigned int lcore;
	rte_cpuset_t cpus; /* to start on */
	unsigned int cpu;  /* one of them */
};

/* Two CPUs of this machine that threads can run on; the second is -1 if it has one only. */
extern int tph_real_cpus[2];
int tph_find_real_cpus(void);

rte_cpuset_t tph_one_cpu(unsigned int cpu);

int tph_worker_create(struct tph_worker *w, const rte_cpuset_t *cpus);
/* Have it call fn(arg), and return at once. */
void tph_worker_start(struct tph_worker *w, int (*fn)(void *arg), void *arg);
/* Wait until it is done; return what fn returned. */
int tph_worker_wait(struct tph_worker *w);
/* Both */
int tph_worker_run(struct tph_worker *w, int (*fn)(void *arg), void *arg);
void tph_worker_end(struct tph_worker *w);

/* Run a test with two lcores on the first CPU; skip it on a machine with one CPU. */
int tph_with_two_workers(int (*test)(struct tph_worker *w, int (*move)(void *)),
		int (*move)(void *));

/* As sem_timedwait(), for a time from now */
int tph_timed_wait(sem_t *sem, unsigned int milliseconds);

#endif /* TEST_TPH_WORKER_H */
