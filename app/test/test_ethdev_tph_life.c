/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: what becomes of stashes when a port starts, stops,
 * is reconfigured, reset or closed, and when the device does not take them. Several
 * threads at once are left to test_ethdev_tph_races.c.
 */

#include "test.h"

#include <errno.h>

#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>

#include "test_tph_fake.h"

/* --- The life of a port --- */

static int
test_stash_survives_stop_and_start(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 2, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");

	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, TX, 2, DATA, TAG_B), "lost");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	return TEST_SUCCESS;
}

static int
test_stash_of_a_stopped_port_waits_for_its_start(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	/* Errors are still reported immediately. */
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 1, CPU, CPU_WIDE_TAG, DESC), -ERANGE, "set");

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	return TEST_SUCCESS;
}

static int
test_stash_removed_from_a_stopped_port_is_gone_at_once(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][1] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0), "still there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) && tph_reports_none(&fake_a, RX, 1),
		"came back");
	return TEST_SUCCESS;
}

static int
test_reset_is_survived(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT(!fake_a.on, "on after a reset");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.enabled && info.suspended, "forgotten, or told to be on");

	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 0, CPU, CPU_B, DATA), "not set");
	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(fake_a.on && fake_a.info.mode == RTE_ETH_TPH_MODE_DS, "off");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, TX, 0, DATA, TAG_B), "lost");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.enabled && !info.suspended, "told to be off");
	return TEST_SUCCESS;
}

static int
test_entry_that_a_reset_left_behind_can_be_taken_away(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	fake_a.fail_write = 0;
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "not left behind");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0), "still there");
	return TEST_SUCCESS;
}

static int
test_disable_after_a_reset_stays_off(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(!fake_a.on, "on");
	return TEST_SUCCESS;
}

static int
test_queue_that_is_gone_loses_its_stash(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 3, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][3] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, 2), "not configured");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 3, 0, 0), "still there");

	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, 2 * NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "lost");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 2, 0, 0) && tph_reports_none(&fake_a, RX, 2) &&
		tph_device_has(&fake_a, TX, 3, 0, 0) && tph_reports_none(&fake_a, TX, 3),
		"came back");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2 * NB_QUEUES - 1, CPU, CPU_A, DESC),
		"new queue not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 2 * NB_QUEUES - 1, DESC, TAG_A),
		"not there");
	return TEST_SUCCESS;
}

static int
test_close_turns_off_and_forgets(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_close(fake_a.port), "no close");
	TEST_ASSERT(!fake_a.on && fake_a.disable_calls == 1, "left on");

	TEST_ASSERT_SUCCESS(fake_create(&fake_a), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && tph_reports_none(&fake_a, RX, 1), "remembered");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(!fake_a.on && tph_device_has(&fake_a, RX, 1, 0, 0), "came back");
	return TEST_SUCCESS;
}

static int
test_removal_without_close_forgets(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(fake_unplug(&fake_a), "no release");

	TEST_ASSERT_SUCCESS(fake_create(&fake_a), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && tph_reports_none(&fake_a, RX, 1), "remembered");
	return TEST_SUCCESS;
}

static int
test_port_starts_although_stashes_cannot_be_restored(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -ENODATA, "synced");

	fake_a.fail_write = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");
	return TEST_SUCCESS;
}

static int
test_port_starts_although_tph_cannot_be_turned_on_again(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	fake_a.fail_enable = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ENODATA, "set");

	fake_a.fail_enable = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(fake_a.on && tph_device_has(&fake_a, RX, 1, DESC, TAG_A),
		"not repaired");
	return TEST_SUCCESS;
}

/* --- A device that takes stashes at port start only --- */

static int
test_device_that_is_not_live_gets_stashes_when_it_starts(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_device_has(&fake_a, RX, 2, DATA, TAG_B), "not as set");
	return TEST_SUCCESS;
}

static int
test_started_port_that_is_not_live_is_busy(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	fake_a.write_calls = 0;
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 2, CPU, CPU_A, DESC), -EBUSY, "set");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 1, CPU, 0, 0), -EBUSY, "removed");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EBUSY, "disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0,
		"nothing has changed");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(fake_a.on && tph_reports_none(&fake_a, RX, 2) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "changed");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	return TEST_SUCCESS;
}

static int
test_started_port_that_is_not_live_can_be_enabled(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	return TEST_SUCCESS;
}

static int
test_reset_is_survived_by_a_device_that_is_not_live(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(fake_a.on && tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static int
test_start_that_fails_leaves_stashes_pending(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.fail_start = -ENODATA;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(fake_a.port), -ENODATA, "started");
	TEST_ASSERT(tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	fake_a.fail_start = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	return TEST_SUCCESS;
}

/* --- Interrupt Vector mode of a device that is not live --- */

static int
test_table_is_written_before_queues_start(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2, CPU, CPU_B, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "written too early");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, RX, 2, DESC, TAG_B), "not there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(fake_a.port, RX, 1, &state), "lost");
	TEST_ASSERT(state.location == RTE_ETH_TPH_LOCATION_MSIX && !state.pending,
		"location %d, pending %d", state.location, state.pending);

	/* A stash removed from a stopped port leaves the table at once. */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_device_has(&fake_a, RX, 2, DESC, TAG_B), "wrong");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 2, 0, 0), "still there");
	return TEST_SUCCESS;
}

/* --- What the device does not take --- */

static int
one_of_three_fails(void)
{
	static const struct rte_eth_tph_stash bad = { .direction = RX, .queue = 1 };

	fake_a.fail_queue = &bad;
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false) &&
		tph_device_has(&fake_a, RX, 2, DESC, TAG_B) &&
		tph_reports(&fake_a, RX, 2, DESC, CPU_B, TAG_B, false), "others lose theirs");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	fake_a.fail_queue = NULL;
	fake_a.fail_write = 0;
	return TEST_SUCCESS;
}

static int
three_stashes(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	return tph_set(&fake_a, RX, 2, CPU, CPU_B, DESC);
}

static int
test_queue_that_cannot_be_restored_costs_itself_only(void)
{
	TEST_ASSERT_SUCCESS(three_stashes(), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(one_of_three_fails(), "not like this");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not the one");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");
	return TEST_SUCCESS;
}

static int
test_entry_that_cannot_be_written_costs_its_queue_only(void)
{
	TEST_ASSERT_SUCCESS(three_stashes(), "not set");
	TEST_ASSERT_SUCCESS(one_of_three_fails(), "not like this");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");

	/* The same when there are entries already, which must not be lost sight of. */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(one_of_three_fails(), "not like this");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, 0, 0), "not removed");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, 0, 0) &&
		tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_device_has(&fake_a, RX, 2, 0, 0), "an entry is left");
	return TEST_SUCCESS;
}

static int
test_start_without_tph_in_the_device_gives_no_hints(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	fake_a.fail_enable = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	fake_a.fail_enable = 0;
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_reports(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "hints with TPH off");
	return TEST_SUCCESS;
}

static int
test_tph_that_a_reset_left_on_can_be_turned_off(void)
{
	fake_a.reset_keeps_on = true;
	fake_a.fail_disable = -EIO;
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	fake_a.fail_disable = 0;
	TEST_ASSERT(fake_a.on, "not left on");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(!fake_a.on, "still on");
	return TEST_SUCCESS;
}

static int
test_stash_that_stays_in_the_device_is_not_forgotten(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][3] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, 2), "not configured");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 3, DESC, TAG_A), "taken away nevertheless");
	fake_a.fail_write = 0;
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(fake_a.port, RX, 3, &state),
		"what the device still has is not told");
	TEST_ASSERT(state.stash.objects == 0 && state.pending, "came back");

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "not synced");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 3, 0, 0) && tph_reports_none(&fake_a, RX, 3),
		"still there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, RX, 3, 0, 0), "wrong");
	return TEST_SUCCESS;
}

struct unit_test_suite tph_life_tests = {
	.suite_name = "life of a port",
	.unit_test_cases = {
		TPH_TEST(fake_setup_on, test_stash_survives_stop_and_start),
		TPH_TEST(fake_setup, test_stash_of_a_stopped_port_waits_for_its_start),
		TPH_TEST(fake_setup_on, test_stash_removed_from_a_stopped_port_is_gone_at_once),
		TPH_TEST(fake_setup_on, test_reset_is_survived),
		TPH_TEST(fake_setup_on, test_entry_that_a_reset_left_behind_can_be_taken_away),
		TPH_TEST(fake_setup_not_live, test_start_without_tph_in_the_device_gives_no_hints),
		TPH_TEST(fake_setup_on, test_tph_that_a_reset_left_on_can_be_turned_off),
		TPH_TEST(fake_setup_on, test_disable_after_a_reset_stays_off),
		TPH_TEST(fake_setup_on, test_queue_that_is_gone_loses_its_stash),
		TPH_TEST(fake_setup_on, test_close_turns_off_and_forgets),
		TPH_TEST(fake_setup_on, test_removal_without_close_forgets),
		TPH_TEST(fake_setup_on, test_port_starts_although_stashes_cannot_be_restored),
		TPH_TEST(fake_setup_on, test_port_starts_although_tph_cannot_be_turned_on_again),
		TPH_TEST(fake_setup_not_live,
			test_device_that_is_not_live_gets_stashes_when_it_starts),
		TPH_TEST(fake_setup_not_live, test_started_port_that_is_not_live_is_busy),
		TPH_TEST(fake_setup_not_live, test_started_port_that_is_not_live_can_be_enabled),
		TPH_TEST(fake_setup_not_live, test_reset_is_survived_by_a_device_that_is_not_live),
		TPH_TEST(fake_setup_not_live, test_start_that_fails_leaves_stashes_pending),
		TPH_TEST(fake_setup_on, test_queue_that_cannot_be_restored_costs_itself_only),
		TPH_TEST(fake_setup_not_live_iv,
			test_entry_that_cannot_be_written_costs_its_queue_only),
		TPH_TEST(fake_setup_on, test_stash_that_stays_in_the_device_is_not_forgotten),
		TPH_TEST(fake_setup_not_live_iv, test_table_is_written_before_queues_start),
		TEST_CASES_END()
	},
};
