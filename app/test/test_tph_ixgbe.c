/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints in the registers of ixgbe, in memory that stands for the
 * device.  The words that are expected were computed by hand.
 */

#include <stdint.h>

#include <ethdev_pci.h>

#include "base/ixgbe_api.h"
#include "ixgbe_ethdev.h"
#include "ixgbe_tph.h"

#include "test.h"
#include "test_tph_port.h"

static int
ixgbe_words(void)
{
	/* what the X550 has after a reset, and after the base driver's start */
	TEST_ASSERT_EQUAL(ixgbe_tph_rxctrl(0xA200, DESC, 5), 0x0500A203, "descriptor");
	TEST_ASSERT_EQUAL(ixgbe_tph_rxctrl(0x0200, HEAD, 7), 0x07000204, "header");
	TEST_ASSERT_EQUAL(ixgbe_tph_rxctrl(0x0200, DATA, 0), 0x00000208, "payload");
	TEST_ASSERT_EQUAL(ixgbe_tph_txctrl(0x2200, DESC, 5), 0x05002203, "Tx descriptor");
	TEST_ASSERT_EQUAL(ixgbe_tph_txctrl(0x2200, DATA, 6), 0x06002208, "Tx packet");

	/* nothing of the old tag and objects is left */
	TEST_ASSERT_EQUAL(ixgbe_tph_rxctrl(0x0700020F, HEAD, 2), 0x02000204, "Rx");
	TEST_ASSERT_EQUAL(ixgbe_tph_txctrl(0x0700220B, DESC, 2), 0x02002203, "Tx");
	TEST_ASSERT_EQUAL(ixgbe_tph_rxctrl(0x0700020F, 0, 7), 0x00000200, "Rx removed");
	TEST_ASSERT_EQUAL(ixgbe_tph_txctrl(0x0700220B, 0, 7), 0x00002200, "Tx removed");

	return TEST_SUCCESS;
}

static int
ixgbe_registers_keep_relaxed_ordering(void)
{
	const struct rte_eth_tph_info ds = { .mode = RTE_ETH_TPH_MODE_DS };
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 2, DESC | DATA, 3),
		stash(RTE_ETH_TPH_TX, 1, DATA, 4),
	};
	struct ixgbe_hw *hw;

	TEST_ASSERT_SUCCESS(port_make(sizeof(struct ixgbe_adapter)), "no port");
	port.ops.tph = &ixgbe_tph_driver.ops;
	hw = IXGBE_DEV_PRIVATE_TO_HW(port.data.dev_private);
	hw->mac.type = ixgbe_mac_X550;
	hw->hw_addr = (void *)port.bar;
	port_reg_set(0x2208, 0x0200);
	port_reg_set(0x604C, 0x2200);

	TEST_ASSERT_SUCCESS(port.ops.tph->queues_write(port.dev, &ds, queues, 2), "write");
	TEST_ASSERT_EQUAL(port_reg(0x2208), 0x0300020B, "TPH_RXCTRL 2");
	TEST_ASSERT_EQUAL(port_reg(0x604C), 0x04002208, "TPH_TXCTRL 1");
	TEST_ASSERT_EQUAL(queues[0].index, 0x2208, "index");
	TEST_ASSERT_EQUAL(queues[1].index, 0x604C, "index");

	queues[0].objects = 0;
	queues[1].objects = 0;
	TEST_ASSERT_SUCCESS(port.ops.tph->queues_write(port.dev, &ds, queues, 2), "take away");
	TEST_ASSERT_EQUAL(port_reg(0x2208), 0x0200, "TPH_RXCTRL 2");
	TEST_ASSERT_EQUAL(port_reg(0x604C), 0x2200, "TPH_TXCTRL 1");

	TEST_ASSERT_NOT_NULL(ixgbe_tph_driver.caps(port.dev), "X550");
	hw->mac.type = ixgbe_mac_82599EB;
	TEST_ASSERT_NULL(ixgbe_tph_driver.caps(port.dev), "82599");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_ixgbe_suite = {
	.suite_name = "TPH of ixgbe",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(ixgbe_words),
		TEST_CASE(ixgbe_registers_keep_relaxed_ordering),
		TEST_CASES_END()
	}
};

static int
test_tph_ixgbe(void)
{
	return unit_test_suite_runner(&tph_ixgbe_suite);
}

REGISTER_FAST_TEST(tph_ixgbe_autotest, NOHUGE_OK, ASAN_OK, test_tph_ixgbe);
