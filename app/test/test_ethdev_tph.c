/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports, tested on a software port: the device is plain memory,
 * and each test scripts what its driver does and where it fails. Tests check what
 * arrives in that memory and what the API returns. They are in test_ethdev_tph_*.c,
 * the device is in test_tph_fake.c. Real drivers have tests of their own.
 */

#include "test.h"

#include <rte_eal.h>

#include "test_tph_fake.h"
#include "test_tph_worker.h"

static int
suite_setup(void)
{
	/* Without this, threads cannot register as lcores. */
	if (!rte_mp_disable())
		return TEST_SKIPPED;

	return tph_find_real_cpus();
}

static int
test_tph(void)
{
	static struct unit_test_suite end;
	static struct unit_test_suite *rooms[] = {
		&tph_api_tests, &tph_stash_tests, &tph_life_tests,
		&tph_lcore_tests, &tph_race_tests, &tph_watch_tests, &end
	};
	static struct unit_test_suite all = {
		.suite_name = "ethdev TPH",
		.setup = suite_setup,
		.unit_test_suites = rooms,
		.unit_test_cases = { TEST_CASES_END() },
	};

	return unit_test_suite_runner(&all);
}

REGISTER_FAST_TEST(tph_autotest, NOHUGE_OK, ASAN_OK, test_tph);
