/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: what the API tells about a port, and how TPH is
 * enabled and disabled.
 */

#include "test.h"

#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>

#include "test_tph_fake.h"

/* --- Information --- */

static int
test_info_says_why_tph_cannot_be_used(void)
{
	struct rte_eth_tph_info info;
	int reason;

	for (reason = RTE_ETH_TPH_NO_DRIVER; reason <= RTE_ETH_TPH_NO_POLICY;
			reason++) {
		fake_a.caps.reason = reason;
		memset(&info, 0xff, sizeof(info));
		TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info),
			"no info with reason %d", reason);
		TEST_ASSERT_EQUAL(info.reason, (unsigned int)reason,
			"told %d, not %d", info.reason, reason);
		TEST_ASSERT(info.modes == 0 && info.rx_objects == 0 &&
			info.tag_bits == 0 && !info.enabled, "told of what is not");
		TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -ENOTSUP,
			"enabled with reason %d", reason);
	}
	TEST_ASSERT_EQUAL(fake_a.enable_calls, 0, "driver was called");
	return TEST_SUCCESS;
}

static int
test_driver_without_tph_is_told_apart(void)
{
	struct rte_eth_tph_stash stash = { 0 };
	struct rte_eth_tph_info info;
	uint16_t port = fake_a.port;

	fake_destroy(&fake_a);
	TEST_ASSERT_SUCCESS(fake_create_without_tph(&fake_a), "no port");
	port = fake_a.port;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(port, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_NO_DRIVER, "told %d", info.reason);
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(port, NULL), -ENOTSUP, "enabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(port), -ENOTSUP, "disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(port, &stash, 1), -ENOTSUP, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(port), -ENOTSUP, "synced");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "has a stash");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port), "does not start");
	return TEST_SUCCESS;
}

static int
test_every_reason_is_one_line(void)
{
	const char *str;
	int reason;

	for (reason = RTE_ETH_TPH_USABLE; reason <= RTE_ETH_TPH_NO_POLICY + 1;
			reason++) {
		str = rte_eth_tph_reason_str(reason);
		TEST_ASSERT(str != NULL && str[0] != '\0' && strchr(str, '\n') == NULL,
			"reason %d is no line", reason);
	}
	return TEST_SUCCESS;
}

static int
test_port_that_does_not_exist_is_refused(void)
{
	struct rte_eth_tph_stash_state state;
	struct rte_eth_tph_stash stash = { 0 };
	struct rte_eth_tph_info info;
	uint16_t port = RTE_MAX_ETHPORTS;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(port, &info), -ENODEV, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(port, NULL), -ENODEV, "enable");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(port), -ENODEV, "disable");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(port, &stash, 1), -ENODEV, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(port, RX, 0, &state), -ENODEV, "get");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(port), -ENODEV, "sync");
	return TEST_SUCCESS;
}

static int
test_null_pointers_are_refused(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(fake_a.port, NULL), -EINVAL, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, NULL, 1), -EINVAL, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, 0, NULL), -EINVAL,
		"get");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, NULL, 0), "set none");
	return TEST_SUCCESS;
}

/* --- Enable and disable --- */

static int
test_what_suits_the_device_is_chosen_by_default(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(fake_a.on, "device is off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.enabled && info.mode == RTE_ETH_TPH_MODE_DS &&
		info.requester == RTE_ETH_TPH_REQUESTER_STANDARD &&
		info.memory == RTE_ETH_TPH_MEMORY_VOLATILE, "not what was chosen");
	TEST_ASSERT(info.st_table == RTE_ETH_TPH_LOCATION_MSIX &&
		info.st_entries == 10, "wrong table");
	return TEST_SUCCESS;
}

static int
test_wish_reaches_the_driver(void)
{
	struct rte_eth_tph_conf conf = {
		.mode = RTE_ETH_TPH_MODE_IV,
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
	};
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &conf), "not enabled");
	TEST_ASSERT(fake_iv(&fake_a) &&
		fake_a.info.memory == RTE_ETH_TPH_MEMORY_PERSISTENT, "not as wished");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.mode == RTE_ETH_TPH_MODE_IV && info.tx_objects == 0,
		"info is not of the mode in force");
	return TEST_SUCCESS;
}

static int
enable_refused(struct rte_eth_tph_conf conf, int error)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, &conf), error,
		"mode %d requester %d memory %d flags %u not refused so",
		conf.mode, conf.requester, conf.memory, conf.flags);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && !fake_a.on, "enabled nevertheless");
	return TEST_SUCCESS;
}

static int
test_bad_configuration_is_refused(void)
{
	struct rte_eth_tph_conf conf = { 0 };
	int bad = 0;

	conf.mode = RTE_ETH_TPH_MODE_DS + 1;
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED + 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT + 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) { .flags = 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED };
	bad |= enable_refused(conf, -ENOTSUP);
	memset(&fake_a.caps.modes[RTE_ETH_TPH_MODE_IV], 0, sizeof(fake_a.caps.modes[0]));
	conf = (struct rte_eth_tph_conf) { .mode = RTE_ETH_TPH_MODE_IV };
	bad |= enable_refused(conf, -ENOTSUP);

	TEST_ASSERT_EQUAL(fake_a.enable_calls, 0, "driver was called");
	return bad;
}

static int
test_enable_twice_and_disable_twice_are_told(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EALREADY,
		"disabled though off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -EALREADY,
		"enabled twice");
	TEST_ASSERT_EQUAL(fake_a.enable_calls, 1, "driver called again");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EALREADY,
		"disabled twice");
	TEST_ASSERT_EQUAL(fake_a.disable_calls, 1, "driver called again");
	return TEST_SUCCESS;
}

static int
test_disable_forgets_stashes(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(!fake_a.on && tph_device_has(&fake_a, RX, 1, 0, 0), "still there");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 1), "still told");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 1), "came back");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "came back");
	return TEST_SUCCESS;
}

static int
test_errors_of_the_driver_arrive_as_they_are(void)
{
	struct rte_eth_tph_info info;

	fake_a.fail_caps = -ENOMSG;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(fake_a.port, &info), -ENOMSG, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -ENOMSG, "info");
	fake_a.fail_caps = 0;
	fake_a.fail_enable = -EPERM;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -EPERM, "enable");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled, "enabled though the driver failed");
	fake_a.fail_enable = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");

	fake_a.fail_tags = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ETIMEDOUT, "tags");
	fake_a.fail_tags = 0;
	fake_a.fail_write = -ENOSPC;
	TEST_ASSERT_EQUAL(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ENOSPC, "apply");
	TEST_ASSERT(tph_reports_none(&fake_a, RX, 0), "kept though the driver failed");
	fake_a.fail_write = 0;

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	fake_a.fail_disable = -EREMOTEIO;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EREMOTEIO, "disable");
	TEST_ASSERT(tph_reports(&fake_a, RX, 0, DESC, CPU_A, TAG_A, true),
		"lost though the driver failed, or told to be where it is not");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not repaired");
	fake_a.removed = true;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EIO, "removed");
	return TEST_SUCCESS;
}

static int
test_tph_goes_off_although_stashes_cannot_be_taken_away(void)
{
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	fake_a.fail_write = -ENOSPC;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(!fake_a.on && tph_device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		tph_reports_none(&fake_a, RX, 0), "not off");
	fake_a.fail_write = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(tph_device_has(&fake_a, RX, 0, 0, 0) && tph_reports_none(&fake_a, RX, 0),
		"in force again");
	return TEST_SUCCESS;
}

static int
test_enabling_asks_the_device_once(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(fake_a.caps_calls == 1 && fake_a.enable_calls == 1,
		"%u questions, %u calls", fake_a.caps_calls, fake_a.enable_calls);
	return TEST_SUCCESS;
}

static int
test_every_value_has_a_name(void)
{
	TEST_ASSERT(strcmp(rte_eth_tph_mode_name(RTE_ETH_TPH_MODE_DS), "ds") == 0 &&
		strcmp(rte_eth_tph_requester_name(RTE_ETH_TPH_REQUESTER_EXTENDED),
			"extended") == 0 &&
		strcmp(rte_eth_tph_memory_name(RTE_ETH_TPH_MEMORY_VOLATILE),
			"volatile") == 0 &&
		strcmp(rte_eth_tph_direction_name(TX), "Tx") == 0 &&
		strcmp(rte_eth_tph_location_name(RTE_ETH_TPH_LOCATION_MSIX),
			"msix") == 0, "wrong names");
	TEST_ASSERT(strcmp(rte_eth_tph_mode_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_requester_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_memory_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_direction_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_location_name(99), "unknown") == 0,
		"a value that does not exist has a name");
	return TEST_SUCCESS;
}

struct unit_test_suite tph_api_tests = {
	.suite_name = "what a port can do, on and off",
	.unit_test_cases = {
		TPH_TEST(fake_setup, test_info_says_why_tph_cannot_be_used),
		TPH_TEST(fake_setup, test_driver_without_tph_is_told_apart),
		TPH_TEST(fake_setup, test_every_reason_is_one_line),
		TPH_TEST(fake_setup, test_port_that_does_not_exist_is_refused),
		TPH_TEST(fake_setup_on, test_null_pointers_are_refused),
		TPH_TEST(fake_setup, test_what_suits_the_device_is_chosen_by_default),
		TPH_TEST(fake_setup, test_wish_reaches_the_driver),
		TPH_TEST(fake_setup, test_bad_configuration_is_refused),
		TPH_TEST(fake_setup, test_enable_twice_and_disable_twice_are_told),
		TPH_TEST(fake_setup_on, test_disable_forgets_stashes),
		TPH_TEST(fake_setup, test_errors_of_the_driver_arrive_as_they_are),
		TPH_TEST(fake_setup_on, test_tph_goes_off_although_stashes_cannot_be_taken_away),
		TPH_TEST(fake_setup, test_enabling_asks_the_device_once),
		TPH_TEST(fake_setup, test_every_value_has_a_name),
		TEST_CASES_END()
	},
};
