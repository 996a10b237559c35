/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: setting stashes, and looking up tags of CPUs. What
 * becomes of stashes when ports start and stop is left to test_ethdev_tph_life.c.
 */

#include "test.h"

#include <errno.h>
#include <sched.h>

#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_lcore.h>

#include "test_tph_fake.h"

/* --- Stashes --- */

static int
test_stash_reaches_the_device(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 2, CPU, CPU_A, DESC | HDR), "not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 2, DESC | HDR, TAG_A), "not there");
	TEST_ASSERT_EQUAL(fake_a.queues[RX][2].cpu, CPU_A, "another CPU");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 1, 0, 0) &&
		tph_device_has(&fake_a, TX, 2, 0, 0), "another queue has one");

	TEST_ASSERT(tph_reports(&fake_a, RX, 2, DESC | HDR, CPU_A, TAG_A, false), "not told");
	rte_eth_dev_tph_stash_get(fake_a.port, RX, 2, &state);
	TEST_ASSERT(state.stash.target == CPU && state.stash.target_id == CPU_A,
		"another target");
	TEST_ASSERT(state.location == RTE_ETH_TPH_LOCATION_DEVICE &&
		state.index == (uint32_t)FAKE_INDEX(RX, 2), "another place");
	return TEST_SUCCESS;
}

static int
test_tx_objects_reach_the_device(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 3, CPU, CPU_B, DESC | DATA), "not set");
	TEST_ASSERT(tph_device_has(&fake_a, TX, 3, DESC | DATA, TAG_B), "not there");
	TEST_ASSERT(tph_reports(&fake_a, TX, 3, DESC | DATA, CPU_B, TAG_B, false), "not told");
	return TEST_SUCCESS;
}

static int
test_new_stash_replaces_the_old_one(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_B, DESC | HDR), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DATA), "not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DATA, TAG_A), "mixed with the old one");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DATA, CPU_A, TAG_A, false), "not told");
	return TEST_SUCCESS;
}

static int
test_stash_without_objects_is_removed(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, LCORE, UINT32_MAX, 0), "not removed");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, 0, 0), "still there");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "still told");
	TEST_ASSERT(fake_a.last.location == RTE_ETH_TPH_LOCATION_DEVICE &&
		fake_a.last.index == (uint32_t)FAKE_INDEX(RX, 0),
		"driver does not learn where it was");

	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, 0), "not removed twice");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver called for nothing");
	return TEST_SUCCESS;
}

static int
test_all_queues_in_one_call(void)
{
	uint16_t q;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	for (q = 0; q < NB_QUEUES; q++)
		TEST_ASSERT(tph_device_has(&fake_a, RX, q, DESC, TAG_A) &&
			tph_reports(&fake_a, RX, q, DESC, CPU_A, TAG_A, false) &&
			tph_reports_none(&fake_a, TX, q), "queue %u is wrong", q);

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, 0, 0), "not removed");
	for (q = 0; q < NB_QUEUES; q++)
		TEST_ASSERT(tph_device_has(&fake_a, RX, q, 0, 0) &&
			tph_reports_none(&fake_a, RX, q), "queue %u is still there", q);
	return TEST_SUCCESS;
}

static int
test_array_is_one_call_and_its_last_word_counts(void)
{
	const struct rte_eth_tph_stash stash[] = {
		{ RX, ALL, CPU, CPU_A, DESC, 0 },
		{ TX, 1, CPU, CPU_B, DATA, 0 },
		{ RX, 2, CPU, CPU_B, DATA, 0 },
		{ RX, 3, CPU, CPU_B, DATA, 0 },
		{ RX, 3, CPU, 0, 0, 0 },
	};

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.write_calls == 1,
		"%u and %u calls", fake_a.tags_calls, fake_a.write_calls);
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		tph_device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		tph_device_has(&fake_a, RX, 2, DATA, TAG_B) &&
		tph_device_has(&fake_a, RX, 3, 0, 0) &&
		tph_device_has(&fake_a, TX, 1, DATA, TAG_B), "wrong");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 3), "removed one is told");
	return TEST_SUCCESS;
}

/* A stash that must fail, after one that would succeed: neither may be set. */
static int
refused(struct rte_eth_tph_stash bad, int error)
{
	struct rte_eth_tph_stash stash[2] = {
		{ RX, 0, CPU, CPU_B, DATA, 0 },
	};
	unsigned int apply_calls = fake_a.write_calls;

	stash[1] = bad;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, stash, 2), error,
		"direction %d queue %u target %d %u objects 0x%x not turned down so",
		bad.direction, bad.queue, bad.target, bad.target_id, bad.objects);
	TEST_ASSERT_EQUAL(fake_a.write_calls, apply_calls, "driver was called");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		tph_reports(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false),
		"half of it was applied");
	return TEST_SUCCESS;
}

static int
test_bad_stash_is_refused_and_nothing_changes(void)
{
	unsigned int lcore;
	int bad = 0;

	for (lcore = 0; lcore < RTE_MAX_LCORE; lcore++) {
		if (rte_eal_lcore_role(lcore) == ROLE_OFF)
			break;
	}

#define REFUSED(error, ...) \
	(bad |= refused((struct rte_eth_tph_stash) { __VA_ARGS__ }, error))

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	REFUSED(-EINVAL, TX + 1, 0, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, NB_QUEUES, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, TX, NB_QUEUES, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, TX, ALL - 1, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, NB_QUEUES, CPU, CPU_A, 0, 0);
	REFUSED(-EINVAL, RX, 1, CPU + 1, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_SETSIZE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, UINT32_MAX, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, UINT16_MAX + 1 + CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_A, DATA << 1, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_A, DESC, 1);
	REFUSED(-EINVAL, RX, 1, LCORE, RTE_MAX_LCORE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, LCORE, UINT32_MAX, DESC, 0);
	if (lcore < RTE_MAX_LCORE)
		REFUSED(-EINVAL, RX, 1, LCORE, lcore, DESC, 0);
	REFUSED(-ENOTSUP, TX, 1, CPU, CPU_A, HDR, 0);
	return bad;
}

static int
test_cpu_that_cannot_be_stashed_to_is_refused(void)
{
	int bad = 0;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	REFUSED(-EINVAL, RX, 1, CPU, CPU_OFFLINE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_NO_TAG, DESC, 0);
	REFUSED(-ERANGE, RX, 1, CPU, CPU_WIDE_TAG, DESC, 0);
	return bad;
}

static int
test_error_of_the_driver_changes_nothing(void)
{
	const struct rte_eth_tph_stash stash[] = {
		{ RX, ALL, CPU, CPU_B, DATA, 0 },
		{ RX, 0, CPU, 0, 0, 0 },
	};

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	fake_a.fail_write = -EIO;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), -EIO, "no error");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false) &&
		tph_reports_none(&fake_a, RX, 1), "half of it is told");
	return TEST_SUCCESS;
}

static int
test_tag_0_is_a_tag(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_TAG_0, DESC), "refused");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, 0) &&
		tph_reports(&fake_a, RX, 0, DESC, CPU_TAG_0, 0, false), "not there");
	return TEST_SUCCESS;
}

static int
test_tag_must_fit_the_device(void)
{
	/* All 8 bits are used; a ninth is too many. */
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_B, DESC), "8 bits refused");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_WIDE_TAG, DESC), -ERANGE,
		"9 bits accepted");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_B), "written nevertheless");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	fake_a.caps.modes[RTE_ETH_TPH_MODE_DS].tag_bits = 16;
	fake_a.caps.requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED);
	fake_a.cpu_tags[CPU_WIDE_TAG] = 0xffff;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_WIDE_TAG, DESC),
		"16 bits refused");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, 0xffff), "not there");
	return TEST_SUCCESS;
}

static int
test_queue_that_the_mode_cannot_steer_is_refused(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, TX, 0, CPU, CPU_A, DESC), -ENOTSUP, "set");
	return TEST_SUCCESS;
}

static int
test_nothing_is_stashed_while_tph_is_off(void)
{
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "has a stash");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), -EINVAL,
		"set after TPH was disabled");
	TEST_ASSERT(fake_a.tags_calls == 0 && fake_a.write_calls == 0,
		"driver was called");
	return TEST_SUCCESS;
}

static int
test_get_of_a_queue_that_does_not_exist_is_refused(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, NB_QUEUES, &state),
		-EINVAL, "queue");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, ALL, &state),
		-EINVAL, "all queues");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, TX + 1, 0, &state),
		-EINVAL, "direction");
	return TEST_SUCCESS;
}

/* --- Tags are looked up once --- */

static int
test_tags_are_learned_once(void)
{
	struct rte_eth_tph_stash stash[100];
	unsigned int i;

	for (i = 0; i < RTE_DIM(stash); i++)
		stash[i] = (struct rte_eth_tph_stash) {
			RX, i % NB_QUEUES, CPU, i % 50, DESC, 0 };
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.tags_asked == 50 &&
		fake_a.write_calls == 1, "%u calls for %u tags, %u to apply",
		fake_a.tags_calls, fake_a.tags_asked, fake_a.write_calls);

	for (i = 0; i < NB_ROUNDS; i++)
		TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
			RTE_DIM(stash)), "not set again");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.write_calls == 1 + NB_ROUNDS,
		"%u calls for tags, %u to apply", fake_a.tags_calls,
		fake_a.write_calls);

	/* Only unknown tags are looked up. */
	stash[0].target_id = CPU_A;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set again");
	TEST_ASSERT(fake_a.tags_calls == 2 && fake_a.tags_asked == 51,
		"asked again for what is known");
	return TEST_SUCCESS;
}

static int
test_tags_are_remembered_without_a_tag_too(void)
{
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_NO_TAG, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_NO_TAG, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "asked again");
	return TEST_SUCCESS;
}

static int
test_tags_are_those_of_the_memory_type_in_force(void)
{
	const struct rte_eth_tph_conf persistent = {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
	};

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "asked again for what is known");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &persistent),
		"not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, DESC, TAG_A ^ 1),
		"tag is of the other memory type");
	return TEST_SUCCESS;
}

struct unit_test_suite tph_stash_tests = {
	.suite_name = "stashes",
	.unit_test_cases = {
		TPH_TEST(fake_setup_on, test_stash_reaches_the_device),
		TPH_TEST(fake_setup_on, test_tx_objects_reach_the_device),
		TPH_TEST(fake_setup_on, test_new_stash_replaces_the_old_one),
		TPH_TEST(fake_setup_on, test_stash_without_objects_is_removed),
		TPH_TEST(fake_setup_on, test_all_queues_in_one_call),
		TPH_TEST(fake_setup_on, test_array_is_one_call_and_its_last_word_counts),
		TPH_TEST(fake_setup_on, test_bad_stash_is_refused_and_nothing_changes),
		TPH_TEST(fake_setup_on, test_cpu_that_cannot_be_stashed_to_is_refused),
		TPH_TEST(fake_setup_on, test_error_of_the_driver_changes_nothing),
		TPH_TEST(fake_setup_on, test_tag_0_is_a_tag),
		TPH_TEST(fake_setup_on, test_tag_must_fit_the_device),
		TPH_TEST(fake_setup_on, test_queue_that_the_mode_cannot_steer_is_refused),
		TPH_TEST(fake_setup, test_nothing_is_stashed_while_tph_is_off),
		TPH_TEST(fake_setup_on, test_get_of_a_queue_that_does_not_exist_is_refused),
		TPH_TEST(fake_setup_on, test_tags_are_learned_once),
		TPH_TEST(fake_setup_on, test_tags_are_remembered_without_a_tag_too),
		TPH_TEST(fake_setup_on, test_tags_are_those_of_the_memory_type_in_force),
		TEST_CASES_END()
	},
};
