/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: threads and processes that use a port at the same
 * time, also while its driver starts or stops the device.
 */

#include "test.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ethdev_vdev.h>
#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_malloc.h>

#include "test_tph_fake.h"
#include "test_tph_worker.h"

#define NB_WORKERS 16

/* --- Many at the same time --- */

struct launch {
	unsigned int i;
	unsigned int round;
	const struct tph_worker *w;
	int errors;
};

/* Each worker steers its own queues, with different objects in each round. */
static uint32_t
launch_objects(const struct launch *l)
{
	return (l->i + l->round) % 7 + 1;
}

static int
launch(void *arg)
{
	struct launch *l = arg;
	uint32_t rx = launch_objects(l);
	const struct rte_eth_tph_stash stash[] = {
		{ RX, l->i, LCORE, l->w->lcore, rx, 0 },
		{ TX, l->i, LCORE, l->w->lcore, DESC, 0 },
	};
	struct rte_eth_tph_stash_state state;

	if (rte_eth_dev_tph_stash_set(fake_a.port, stash, RTE_DIM(stash)) != 0)
		l->errors++;
	if (rte_eth_dev_tph_stash_get(fake_a.port, RX, l->i, &state) != 0 ||
			state.stash.objects != rx ||
			state.stash.target_id != l->w->lcore)
		l->errors++;
	return l->errors;
}

static int
launch_round(struct tph_worker *w, struct launch *l, unsigned int round)
{
	unsigned int i;
	int errors = 0;

	for (i = 0; i < NB_WORKERS; i++) {
		l[i].round = round;
		tph_worker_start(&w[i], launch, &l[i]);
	}
	for (i = 0; i < NB_WORKERS; i++)
		errors += tph_worker_wait(&w[i]);
	TEST_ASSERT_EQUAL(errors, 0, "%d errors in round %u", errors, round);

	for (i = 0; i < NB_WORKERS; i++) {
		TEST_ASSERT(tph_device_has(&fake_a, RX, i, launch_objects(&l[i]),
			fake_a.cpu_tags[w[i].cpu]) &&
			tph_device_has(&fake_a, TX, i, DESC, fake_a.cpu_tags[w[i].cpu]),
			"update of lcore %u lost in round %u", w[i].lcore, round);
	}
	return TEST_SUCCESS;
}

static int
launch_rounds(struct tph_worker *w, struct launch *l)
{
	unsigned int round;

	for (round = 0; round < NB_ROUNDS; round++) {
		fake_a.write_calls = 0;
		TEST_ASSERT_SUCCESS(launch_round(w, l, round), "round %u", round);
		TEST_ASSERT_EQUAL(fake_a.write_calls, NB_WORKERS,
			"%u calls of the driver", fake_a.write_calls);
	}
	TEST_ASSERT(fake_a.tags_asked <= 2 && fake_a.tags_calls <= 2,
		"%u tags asked for in %u calls", fake_a.tags_asked, fake_a.tags_calls);
	return TEST_SUCCESS;
}

/* Start and stop the port while all stash. */
static int
launch_storm(struct tph_worker *w, struct launch *l)
{
	unsigned int i, round;
	int errors = 0;

	for (round = 0; round < NB_ROUNDS; round++) {
		for (i = 0; i < NB_WORKERS; i++) {
			l[i].round = round;
			tph_worker_start(&w[i], launch, &l[i]);
		}
		rte_eth_dev_stop(fake_a.port);
		rte_eth_dev_tph_stash_sync(fake_a.port);
		rte_eth_dev_start(fake_a.port);
		for (i = 0; i < NB_WORKERS; i++)
			errors += tph_worker_wait(&w[i]);
	}
	TEST_ASSERT_EQUAL(errors, 0, "%d errors", errors);

	/* Whatever the race, the device now has what the API reports. */
	for (i = 0; i < NB_WORKERS; i++)
		TEST_ASSERT(tph_device_has(&fake_a, RX, i, launch_objects(&l[i]),
			fake_a.cpu_tags[w[i].cpu]),
			"update of lcore %u lost", w[i].lcore);
	return TEST_SUCCESS;
}

static int
with_workers(int (*test)(struct tph_worker *w, struct launch *l))
{
	static struct tph_worker w[NB_WORKERS];
	struct launch l[NB_WORKERS] = { 0 };
	unsigned int i, n, cpu;
	rte_cpuset_t cpus;
	int ret = TEST_FAILED;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_WORKERS), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");

	for (n = 0; n < NB_WORKERS; n++) {
		cpu = tph_real_cpus[tph_real_cpus[1] < 0 ? 0 : n % 2];
		cpus = tph_one_cpu(cpu);
		if (tph_worker_create(&w[n], &cpus) != 0)
			break;
		w[n].cpu = cpu;
		l[n].i = n;
		l[n].w = &w[n];
	}
	if (n == NB_WORKERS)
		ret = test(w, l);
	for (i = 0; i < n; i++)
		tph_worker_end(&w[i]);
	return ret;
}

static int
test_sixteen_lcores_stash_at_launch_a_hundred_times(void)
{
	return with_workers(launch_rounds);
}

static int
test_lcores_stash_while_the_port_starts_and_stops(void)
{
	return with_workers(launch_storm);
}

static int
stash_a(void *arg __rte_unused)
{
	return tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC);
}

static int
stash_b(void *arg __rte_unused)
{
	return tph_set(&fake_b, RX, 0, CPU, CPU_A, DESC);
}

static int
two_ports(struct tph_worker *w, int (*move)(void *) __rte_unused)
{
	struct fake_gate gate;
	int a, b;

	fake_gate_make(&gate);
	fake_a.write_gate = &gate;

	/* Port b must not wait while the driver of port a is busy. */
	tph_worker_start(&w[0], stash_a, NULL);
	sem_wait(&gate.entered);
	tph_worker_start(&w[1], stash_b, NULL);
	b = tph_timed_wait(&w[1].done, 5000);

	sem_post(&gate.leave);
	a = tph_worker_wait(&w[0]);
	if (b != 0)
		tph_worker_wait(&w[1]);
	fake_a.write_gate = NULL;
	fake_gate_destroy(&gate);
	TEST_ASSERT(a == 0 && w[1].ret == 0, "not set");
	TEST_ASSERT_EQUAL(b, 0, "had to wait for the other port");
	return TEST_SUCCESS;
}

static int
test_ports_do_not_wait_for_one_another(void)
{
	int ret;

	fake_script(&fake_b);
	TEST_ASSERT_SUCCESS(fake_create(&fake_b), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_b.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_b.port, NULL), "not enabled");
	ret = tph_with_two_workers(two_ports, NULL);
	fake_destroy(&fake_b);
	return ret;
}

/* --- While the driver starts and stops its device --- */

/* A port that is being started or stopped by another thread, inside its driver */
struct passage {
	struct tph_worker w;
	struct fake_gate gate;
};

static int
start_port(void *arg __rte_unused)
{
	return rte_eth_dev_start(fake_a.port);
}

static int
stop_port(void *arg __rte_unused)
{
	return rte_eth_dev_stop(fake_a.port);
}

static int
passage_enter(struct passage *p, struct fake_gate **where, int (*fn)(void *))
{
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);

	fake_gate_make(&p->gate);
	if (tph_worker_create(&p->w, &cpus) != 0)
		return -1;
	*where = &p->gate;
	tph_worker_start(&p->w, fn, NULL);
	sem_wait(&p->gate.entered);
	*where = NULL;
	return 0;
}

static int
passage_leave(struct passage *p)
{
	int ret;

	sem_post(&p->gate.leave);
	ret = tph_worker_wait(&p->w);
	tph_worker_end(&p->w);
	fake_gate_destroy(&p->gate);
	return ret;
}

static int
test_stash_cannot_be_taken_from_queues_that_start(void)
{
	struct passage p;
	int set_ret, remove_ret, sync_ret, disable_ret;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	/* The context of Rx queue 1 has the stash by now. */
	remove_ret = tph_set(&fake_a, RX, 1, CPU, 0, 0);
	set_ret = tph_set(&fake_a, TX, 1, CPU, CPU_A, DESC);
	sync_ret = rte_eth_dev_tph_stash_sync(fake_a.port);
	disable_ret = rte_eth_dev_tph_disable(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT(remove_ret == -EBUSY && set_ret == -EBUSY && disable_ret == -EBUSY,
		"removed %d, set %d, disabled %d", remove_ret, set_ret, disable_ret);
	TEST_ASSERT_EQUAL(sync_ret, 0, "synced %d", sync_ret);
	TEST_ASSERT(fake_a.on && tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false) &&
		tph_device_has(&fake_a, TX, 1, 0, 0) && tph_reports_none(&fake_a, TX, 1),
		"device and state differ");
	return TEST_SUCCESS;
}

static int
test_stash_set_while_a_live_port_starts_is_there_after_it(void)
{
	struct passage p;
	int set_ret, remove_ret;
	bool pending;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	set_ret = tph_set(&fake_a, RX, 1, CPU, CPU_B, DATA);
	remove_ret = tph_set(&fake_a, RX, 2, CPU, 0, 0);
	pending = tph_reports(&fake_a, RX, 1, DATA, CPU_B, TAG_B, true);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT(set_ret == 0 && remove_ret == 0 && pending, "set %d, removed %d, %s",
		set_ret, remove_ret, pending ? "pending" : "not pending");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DATA, TAG_B) &&
		tph_reports(&fake_a, RX, 1, DATA, CPU_B, TAG_B, false) &&
		tph_device_has(&fake_a, RX, 2, 0, 0), "device and state differ");
	return TEST_SUCCESS;
}

static int
test_tph_cannot_be_disabled_while_a_live_port_starts(void)
{
	struct passage p;
	int ret;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	ret = rte_eth_dev_tph_disable(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT_EQUAL(ret, -EBUSY, "disabled %d", ret);
	TEST_ASSERT(fake_a.on && tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false),
		"device and state differ");
	return TEST_SUCCESS;
}

static int
test_stash_is_pending_until_the_start_is_over(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	fake_a.watched = true;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(fake_a.seen_pending, "told to be there while registers are empty");
	return TEST_SUCCESS;
}

static int
test_start_that_ends_in_an_error_leaves_a_stash_pending(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* The configuration cannot be restored, and then the port cannot be stopped. */
	fake_a.fail_restore = -EIO;
	fake_a.fail_stop = -EAGAIN;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(fake_a.port), -EIO, "started");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true) ==
		tph_device_has(&fake_a, RX, 1, 0, 0), "device and state differ");
	fake_a.fail_restore = 0;
	fake_a.fail_stop = 0;
	return TEST_SUCCESS;
}

static int
test_stash_removed_while_the_port_stops_is_gone_after_it(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };
	struct passage p;
	int ret;

	/* An ST table keeps its entries. */
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.stop_gate, stop_port), "no thread");
	ret = tph_set(&fake_a, RX, 1, CPU, 0, 0);
	ret |= fake_a.write_calls;
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no stop");

	TEST_ASSERT_EQUAL(ret, 0, "not removed, or too early");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) && tph_reports_none(&fake_a, RX, 1),
		"still there");
	return TEST_SUCCESS;
}

/* --- TPH that is enabled for the first time --- */

static int
enable(void *arg __rte_unused)
{
	return rte_eth_dev_tph_enable(fake_a.port, NULL);
}

/* Both have asked what the device can do when either of them goes on. */
static int
enable_twice(struct tph_worker *w)
{
	fake_a.meet = 2;
	tph_worker_start(&w[0], enable, NULL);
	tph_worker_start(&w[1], enable, NULL);
	tph_worker_wait(&w[0]);
	tph_worker_wait(&w[1]);
	TEST_ASSERT((w[0].ret == 0 && w[1].ret == -EALREADY) ||
		(w[1].ret == 0 && w[0].ret == -EALREADY), "enabled %d and %d",
		w[0].ret, w[1].ret);
	return TEST_SUCCESS;
}

static int
test_only_one_of_two_threads_enables_tph(void)
{
	struct tph_worker w[2];
	unsigned int i, round;
	rte_cpuset_t cpus;
	int ret = TEST_SUCCESS;

	if (tph_real_cpus[1] < 0)
		return TEST_SKIPPED;
	for (i = 0; i < RTE_DIM(w); i++) {
		cpus = tph_one_cpu(tph_real_cpus[i]);
		TEST_ASSERT_SUCCESS(tph_worker_create(&w[i], &cpus), "no thread");
	}
	for (round = 0; ret == TEST_SUCCESS && round < 5 * NB_ROUNDS; round++) {
		ret = enable_twice(w);
		/* A new port has no settings yet. */
		fake_destroy(&fake_a);
		if (ret == TEST_SUCCESS)
			ret = fake_setup();
	}
	for (i = 0; i < RTE_DIM(w); i++)
		tph_worker_end(&w[i]);
	return ret;
}

static int
test_first_enabling_while_the_port_stops_writes_nothing(void)
{
	struct passage p;
	int ret;

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.stop_gate, stop_port), "no thread");
	ret = rte_eth_dev_tph_enable(fake_a.port, NULL);
	ret |= tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no stop");

	TEST_ASSERT(ret == 0 && fake_a.write_calls == 0, "%d, %u calls", ret,
		fake_a.write_calls);
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static int
test_first_stash_while_the_port_starts_is_there_after_it(void)
{
	struct passage p;
	int ret;

	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	ret = rte_eth_dev_tph_enable(fake_a.port, NULL);
	ret |= tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT_EQUAL(ret, 0, "not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "lost");
	return TEST_SUCCESS;
}

static int
test_first_stash_comes_too_late_for_queues_that_start(void)
{
	struct passage p;
	int ret;

	fake_a.caps.live = false;
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	ret = rte_eth_dev_tph_enable(fake_a.port, NULL);
	if (ret == 0)
		ret = tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT_EQUAL(ret, -EBUSY, "set %d", ret);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, NULL, 0), "nothing is busy");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 1), "told to be where it is not");
	return TEST_SUCCESS;
}

/* dev_stop frees interrupt vectors, so nothing may use them meanwhile. */
static int
test_nothing_is_written_while_the_port_stops(void)
{
	struct passage p;
	int set_ret, sync_ret;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.stop_gate, stop_port), "no thread");
	set_ret = tph_set(&fake_a, RX, 2, CPU, CPU_A, DESC);
	sync_ret = rte_eth_dev_tph_stash_sync(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no stop");

	TEST_ASSERT(set_ret == 0 && sync_ret == 0 && fake_a.write_calls == 0,
		"set %d, synced %d, %u calls", set_ret, sync_ret, fake_a.write_calls);
	TEST_ASSERT(tph_reports(&fake_a, RX, 2, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, RX, 2, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static int
test_stop_that_fails_leaves_stashes_in_force(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.fail_stop = -EAGAIN;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(fake_a.port), -EAGAIN, "stopped");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	fake_a.fail_stop = 0;
	return TEST_SUCCESS;
}

/* --- Locks --- */

static int
test_port_without_tph_has_no_lock(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "has a stash");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_NULL(rte_eth_devices[fake_a.port].data->tph,
		"there is something to lock");
	return TEST_SUCCESS;
}

static void
start_and_die(void)
{
	fake_a.dies_in_start = true;
	rte_eth_dev_start(fake_a.port);
}

static int
test_port_whose_start_was_killed_can_be_stopped_and_stashed(void)
{
	TEST_ASSERT_SUCCESS(fake_killed_in(start_and_die), "not killed");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), -EBUSY, "set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static void
write_and_die(void)
{
	fake_a.dies_in_write = true;
	tph_set(&fake_a, RX, 2, CPU, CPU_B, DESC);
}

static int
stash_in_turn(struct tph_worker *w, int (*move)(void *) __rte_unused)
{
	struct fake_gate gate;
	int both;

	fake_gate_make(&gate);
	fake_a.write_gate = &gate;
	tph_worker_start(&w[0], stash_a, NULL);
	sem_wait(&gate.entered);
	tph_worker_start(&w[1], stash_a, NULL);
	both = tph_timed_wait(&gate.entered, 300);
	sem_post(&gate.leave);
	sem_post(&gate.leave);
	tph_worker_wait(&w[0]);
	tph_worker_wait(&w[1]);
	fake_a.write_gate = NULL;
	fake_gate_destroy(&gate);
	TEST_ASSERT(w[0].ret == 0 && w[1].ret == 0, "not set");
	TEST_ASSERT(both != 0, "two threads write at the same time");
	return TEST_SUCCESS;
}

static int
test_lock_of_a_killed_process_is_a_lock_again(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(fake_killed_in(write_and_die), "not killed");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false) &&
		tph_reports_none(&fake_a, RX, 2), "settings damaged");
	return tph_with_two_workers(stash_in_turn, NULL);
}

/* Another process, which shares the memory of the port with this one */
static void
read_for_ever(volatile unsigned int *rounds)
{
	struct rte_eth_tph_stash_state state;

	for (;;) {
		rte_eth_dev_tph_stash_get(fake_a.port, RX, 1, &state);
		(*rounds)++;
	}
}

static int
kill_a_reader(volatile unsigned int *rounds)
{
	pid_t reader;
	int status;

	*rounds = 0;
	reader = fork();
	if (reader == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		read_for_ever(rounds);
	}
	if (reader < 0)
		return -1;
	while (*rounds < 1000)
		usleep(50);
	kill(reader, SIGKILL);
	waitpid(reader, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1;
}

static int
test_killed_reader_does_not_hang_the_port(void)
{
	volatile unsigned int *rounds;
	unsigned int i;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	rounds = rte_zmalloc(NULL, sizeof(*rounds), 0);
	TEST_ASSERT_NOT_NULL(rounds, "no memory");
	/* Some of them die while they hold the lock. A port that hangs ends the test. */
	alarm(120);
	for (i = 0; i < NB_ROUNDS; i++) {
		TEST_ASSERT_SUCCESS(kill_a_reader(rounds), "reader %u", i);
		TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not told");
	}
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	fake_destroy(&fake_a);
	alarm(0);
	rte_free((void *)(uintptr_t)rounds);
	return TEST_SUCCESS;
}

struct unit_test_suite tph_race_tests = {
	.suite_name = "at the same time",
	.unit_test_cases = {
		TPH_TEST(fake_setup_on, test_sixteen_lcores_stash_at_launch_a_hundred_times),
		TPH_TEST(fake_setup_on, test_lcores_stash_while_the_port_starts_and_stops),
		TPH_TEST(fake_setup_on, test_ports_do_not_wait_for_one_another),
		TPH_TEST(fake_setup_not_live, test_stash_cannot_be_taken_from_queues_that_start),
		TPH_TEST(fake_setup_on, test_stash_set_while_a_live_port_starts_is_there_after_it),
		TPH_TEST(fake_setup_on, test_tph_cannot_be_disabled_while_a_live_port_starts),
		TPH_TEST(fake_setup_on, test_stash_is_pending_until_the_start_is_over),
		TPH_TEST(fake_setup_on, test_start_that_ends_in_an_error_leaves_a_stash_pending),
		TPH_TEST(fake_setup_on, test_stash_removed_while_the_port_stops_is_gone_after_it),
		TPH_TEST(fake_setup, test_only_one_of_two_threads_enables_tph),
		TPH_TEST(fake_setup, test_first_enabling_while_the_port_stops_writes_nothing),
		TPH_TEST(fake_setup, test_first_stash_while_the_port_starts_is_there_after_it),
		TPH_TEST(fake_setup, test_first_stash_comes_too_late_for_queues_that_start),
		TPH_TEST(fake_setup_on, test_nothing_is_written_while_the_port_stops),
		TPH_TEST(fake_setup_on, test_stop_that_fails_leaves_stashes_in_force),
		TPH_TEST(fake_setup, test_port_without_tph_has_no_lock),
		TPH_TEST(fake_setup_on, test_killed_reader_does_not_hang_the_port),
		TPH_TEST(fake_setup_not_live,
			test_port_whose_start_was_killed_can_be_stopped_and_stashed),
		TPH_TEST(fake_setup_on, test_lock_of_a_killed_process_is_a_lock_again),
		TEST_CASES_END()
	},
};
