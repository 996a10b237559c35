/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: stashes for lcores, and following their affinity.
 */

#include "test.h"

#include <errno.h>
#include <sched.h>

#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_lcore.h>
#include <rte_thread.h>

#include "test_tph_fake.h"
#include "test_tph_worker.h"

static int
move_with_eal(void *cpus)
{
	return rte_thread_set_affinity(cpus);
}

static int
move_behind_eal(void *cpus)
{
	return rte_thread_set_affinity_by_id(rte_thread_self(), cpus);
}

static int
test_cpu_is_that_of_the_affinity_not_the_number_of_the_lcore(void)
{
	unsigned int cpu = tph_real_cpus[0];
	struct tph_worker w[2];
	rte_cpuset_t cpus = tph_one_cpu(cpu);
	int ret = TEST_FAILED;

	/* Of two lcores on one CPU, one at least has another number. */
	TEST_ASSERT_SUCCESS(tph_worker_create(&w[0], &cpus), "no thread");
	TEST_ASSERT_SUCCESS(tph_worker_create(&w[1], &cpus), "no thread");
	if (tph_set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC) == 0 &&
			tph_set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC) == 0 &&
			tph_reports(&fake_a, RX, 0, DESC, cpu, fake_a.cpu_tags[cpu], false) &&
			tph_reports(&fake_a, RX, 1, DESC, cpu, fake_a.cpu_tags[cpu], false) &&
			tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[cpu]) &&
			tph_device_has(&fake_a, RX, 1, DESC, fake_a.cpu_tags[cpu]))
		ret = TEST_SUCCESS;
	tph_worker_end(&w[0]);
	tph_worker_end(&w[1]);
	return ret;
}

static int
test_main_lcore_can_be_stashed_to(void)
{
	int cpu;

	/* It may float, so give all CPUs the same tag. */
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		fake_a.cpu_tags[cpu] = TAG_A;
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, rte_get_main_lcore(), DESC),
		"not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_A), "not there");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0,
		"moved without a reason");
	return TEST_SUCCESS;
}

static int
floating(const struct tph_worker *w)
{
	unsigned int low = tph_real_cpus[0], high = tph_real_cpus[1];

	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, LCORE, w->lcore, DESC), -EINVAL,
		"accepted with different tags");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "set nevertheless");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	fake_teardown();
	TEST_ASSERT_SUCCESS(fake_setup_on(), "no port");
	fake_a.cpu_tags[low] = TAG_A;
	fake_a.cpu_tags[high] = TAG_A;
	fake_a.cpu_untagged[high] = true;
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, LCORE, w->lcore, DESC), -EINVAL,
		"accepted with a tag and none");

	fake_teardown();
	TEST_ASSERT_SUCCESS(fake_setup_on(), "no port");
	fake_a.cpu_tags[low] = TAG_A;
	fake_a.cpu_tags[high] = TAG_A;
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, w->lcore, DESC),
		"refused with the same tag");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, low, TAG_A, false), "not told");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "more than one call");
	return TEST_SUCCESS;
}

static int
test_lcore_may_float_over_cpus_with_the_same_tag_only(void)
{
	struct tph_worker w;
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);
	int ret;

	if (tph_real_cpus[1] < 0)
		return TEST_SKIPPED;
	CPU_SET(tph_real_cpus[1], &cpus);
	TEST_ASSERT_SUCCESS(tph_worker_create(&w, &cpus), "no thread");
	ret = floating(&w);
	tph_worker_end(&w);
	return ret;
}

static int
lcore_gone(void)
{
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);
	struct tph_worker w;
	int ret;

	TEST_ASSERT_SUCCESS(tph_worker_create(&w, &cpus), "no thread");
	ret = tph_set(&fake_a, RX, 0, LCORE, w.lcore, DESC);
	tph_worker_end(&w);
	return ret;
}

static int
test_sync_refuses_an_lcore_that_has_gone(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(lcore_gone(), "not set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(fake_a.port, RX, 0, &state),
		"lost");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, 0, 0), "cannot be removed");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "not synced");
	return TEST_SUCCESS;
}

static int
sync_follows(struct tph_worker *w, int (*move)(void *))
{
	unsigned int from = tph_real_cpus[0], to = tph_real_cpus[1];
	rte_cpuset_t cpus = tph_one_cpu(to);

	/* Three stashes: of two lcores, and of a CPU. One lcore moves. */
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 0, LCORE, w[0].lcore, DATA), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2, CPU, from, DESC), "not set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "nothing moved");

	TEST_ASSERT_SUCCESS(tph_worker_run(&w[0], move, &cpus), "not moved");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[from]),
		"changed before sync");
	fake_a.write_calls = fake_a.queues_written = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 2,
		"not the two that moved");
	TEST_ASSERT(fake_a.write_calls == 1 && fake_a.queues_written == 2,
		"%u queues in %u calls", fake_a.queues_written, fake_a.write_calls);
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[to]) &&
		tph_device_has(&fake_a, TX, 0, DATA, fake_a.cpu_tags[to]) &&
		tph_device_has(&fake_a, RX, 1, DESC, fake_a.cpu_tags[from]) &&
		tph_device_has(&fake_a, RX, 2, DESC, fake_a.cpu_tags[from]), "wrong");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, to, fake_a.cpu_tags[to], false),
		"not told");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "moved again");
	return TEST_SUCCESS;
}

static int
test_sync_follows_an_lcore_that_eal_moved(void)
{
	return tph_with_two_workers(sync_follows, move_with_eal);
}

static int
test_sync_follows_an_lcore_that_moved_behind_eal(void)
{
	return tph_with_two_workers(sync_follows, move_behind_eal);
}

static int
sync_fails(struct tph_worker *w, int (*move)(void *))
{
	unsigned int from = tph_real_cpus[0], to = tph_real_cpus[1];
	rte_cpuset_t both = tph_one_cpu(from), other = tph_one_cpu(to);

	CPU_SET(to, &both);
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_worker_run(&w[0], move, &other), "not moved");
	TEST_ASSERT_SUCCESS(tph_worker_run(&w[1], move, &both), "not moved");

	/* One could follow, the other could not: neither does. */
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[from]) &&
		tph_reports(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"half of it was done");

	TEST_ASSERT_SUCCESS(tph_worker_run(&w[1], move, &other), "not moved");
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -ENODATA, "synced");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"told though it failed");
	fake_a.fail_write = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 2, "not synced");
	return TEST_SUCCESS;
}

static int
test_sync_is_all_or_nothing(void)
{
	return tph_with_two_workers(sync_fails, move_behind_eal);
}

static int
sync_past_pending(struct tph_worker *w, int (*move)(void *))
{
	static const struct rte_eth_tph_stash bad = { .direction = RX, .queue = 1 };
	unsigned int to = tph_real_cpus[1];
	rte_cpuset_t other = tph_one_cpu(to);

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	fake_a.fail_queue = &bad;
	fake_a.fail_write = -ENOTSUP;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");

	TEST_ASSERT_SUCCESS(tph_worker_run(&w[0], move, &other), "not moved");
	TEST_ASSERT_SUCCESS(tph_worker_run(&w[1], move, &other), "not moved");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -ENOTSUP, "not told");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[to]) &&
		tph_reports(&fake_a, RX, 0, DESC, to, fake_a.cpu_tags[to], false),
		"does not follow");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, to, fake_a.cpu_tags[to], true),
		"not pending");
	fake_a.fail_queue = NULL;
	fake_a.fail_write = 0;
	return TEST_SUCCESS;
}

static int
test_stash_that_cannot_be_written_does_not_keep_others_from_following(void)
{
	return tph_with_two_workers(sync_past_pending, move_behind_eal);
}

static int
sync_stopped(struct tph_worker *w, int (*move)(void *))
{
	unsigned int from = tph_real_cpus[0], to = tph_real_cpus[1];
	rte_cpuset_t other = tph_one_cpu(to);

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(tph_worker_run(&w[0], move, &other), "not moved");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EBUSY, "synced");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"changed");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, to, fake_a.cpu_tags[to], true),
		"not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[to]), "wrong");
	return TEST_SUCCESS;
}

static int
test_sync_of_a_device_that_is_not_live_needs_a_stop(void)
{
	return tph_with_two_workers(sync_stopped, move_behind_eal);
}

struct unit_test_suite tph_lcore_tests = {
	.suite_name = "lcores",
	.unit_test_cases = {
		TPH_TEST(fake_setup_on,
			test_cpu_is_that_of_the_affinity_not_the_number_of_the_lcore),
		TPH_TEST(fake_setup_on, test_main_lcore_can_be_stashed_to),
		TPH_TEST(fake_setup_on, test_lcore_may_float_over_cpus_with_the_same_tag_only),
		TPH_TEST(fake_setup_on, test_sync_refuses_an_lcore_that_has_gone),
		TPH_TEST(fake_setup_on, test_sync_follows_an_lcore_that_eal_moved),
		TPH_TEST(fake_setup_on, test_sync_follows_an_lcore_that_moved_behind_eal),
		TPH_TEST(fake_setup_on,
			test_stash_that_cannot_be_written_does_not_keep_others_from_following),
		TPH_TEST(fake_setup_on, test_sync_is_all_or_nothing),
		TPH_TEST(fake_setup_not_live, test_sync_of_a_device_that_is_not_live_needs_a_stop),
		TEST_CASES_END()
	},
};
