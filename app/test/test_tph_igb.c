/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints in the registers of igb, in memory that stands for the
 * device.  The words that are expected were computed by hand.
 */

#include <errno.h>
#include <stdint.h>

#include <ethdev_pci.h>

#include "base/e1000_api.h"
#include "e1000_ethdev.h"
#include "igb_tph.h"

#include "test.h"
#include "test_tph_port.h"

static int
igb_words(void)
{
	static const struct {
		uint32_t objects;
		uint8_t tag;
		uint32_t rxctl;
		uint32_t txctl;
	} words[] = {
		{ 0, 0x00, 0x0000A200, 0x00002A00 },
		{ 0, 0xFF, 0x0000A200, 0x00002A00 },
		{ DESC, 0x5A, 0x5A00A203, 0x5A002A03 },
		{ DATA, 0x00, 0x0000A208, 0x00002A08 },
		{ DATA, 0x81, 0x8100A208, 0x81002A08 },
		{ DESC | DATA, 0xFF, 0xFF00A20B, 0xFF002A0B },
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(words); i++) {
		TEST_ASSERT_EQUAL(igb_tph_rxctl(words[i].objects, words[i].tag),
			words[i].rxctl, "RXCTL %u", i);
		TEST_ASSERT_EQUAL(igb_tph_txctl(words[i].objects, words[i].tag),
			words[i].txctl, "TXCTL %u", i);
	}
	TEST_ASSERT_EQUAL(igb_tph_rxctl(HEAD, 1), 0x0100A204, "header");
	TEST_ASSERT_EQUAL(igb_tph_rxctl(DESC | HEAD | DATA, 1), 0x0100A20F, "all");

	return TEST_SUCCESS;
}

static int
igb_port_make(enum e1000_mac_type mac)
{
	struct e1000_hw *hw;

	if (port_make(sizeof(struct e1000_adapter)) != 0)
		return -1;
	hw = E1000_DEV_PRIVATE_TO_HW(port.data.dev_private);
	hw->mac.type = mac;
	hw->hw_addr = (void *)port.bar;
	port.ops.tph = &igb_tph_driver.ops;
	return 0;
}

static int
igb_write(struct eth_tph_queue *queues, unsigned int n)
{
	const struct rte_eth_tph_info ds = { .mode = RTE_ETH_TPH_MODE_DS };

	return igb_tph_driver.ops.queues_write(port.dev, &ds, queues, n);
}

static int
igb_registers_are_replaced(void)
{
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 0, DESC | DATA, 0x5A),
		stash(RTE_ETH_TPH_TX, 3, DESC, 0xA5),
	};

	TEST_ASSERT_SUCCESS(igb_port_make(e1000_82576), "no port");
	TEST_ASSERT_SUCCESS(igb_write(queues, 2), "write");
	TEST_ASSERT_EQUAL(port_reg(0x2814), 0x5A00A20B, "RXCTL 0");
	TEST_ASSERT_EQUAL(port_reg(0x3B14), 0xA5002A03, "TXCTL 3");
	TEST_ASSERT_EQUAL(port_reg(0x2914), 0, "RXCTL 1 is touched");
	TEST_ASSERT_EQUAL(queues[0].location, RTE_ETH_TPH_LOCATION_DEVICE, "location");
	TEST_ASSERT_EQUAL(queues[0].index, 0x2814, "index");
	TEST_ASSERT_EQUAL(queues[1].index, 0x3B14, "index");

	/* nothing of the old tag and objects is left */
	queues[0].tag = 0x21;
	queues[0].objects = HEAD;
	queues[1].objects = 0;
	TEST_ASSERT_SUCCESS(igb_write(queues, 2), "write");
	TEST_ASSERT_EQUAL(port_reg(0x2814), 0x2100A204, "RXCTL 0");
	TEST_ASSERT_EQUAL(port_reg(0x3B14), 0x00002A00, "TXCTL 3");

	return TEST_SUCCESS;
}

static int
igb_queues_of_a_pf_with_vfs_are_shifted(void)
{
	struct eth_tph_queue queue = stash(RTE_ETH_TPH_RX, 1, DATA, 0x12);

	TEST_ASSERT_SUCCESS(igb_port_make(e1000_82576), "no port");
	port.data.sriov.active = 1;
	port.data.sriov.def_pool_q_idx = 14;
	TEST_ASSERT_SUCCESS(igb_write(&queue, 1), "write");
	TEST_ASSERT_EQUAL(port_reg(0xC3D4), 0x1200A208, "RXCTL 15");
	TEST_ASSERT_EQUAL(queue.index, 0xC3D4, "index");

	return TEST_SUCCESS;
}

static int
igb_stash_taken_away_leaves_registers_as_after_a_reset(void)
{
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 2, DATA, 0x12),
		stash(RTE_ETH_TPH_TX, 1, DATA, 0x12),
	};

	TEST_ASSERT_SUCCESS(igb_port_make(e1000_i350), "no port");
	TEST_ASSERT_SUCCESS(igb_write(queues, 2), "write");
	queues[0].objects = 0;
	queues[1].objects = 0;
	TEST_ASSERT_SUCCESS(igb_write(queues, 2), "take away");
	TEST_ASSERT_EQUAL(port_reg(0x2A14), 0x0000A200, "RXCTL 2");
	TEST_ASSERT_EQUAL(port_reg(0x3914), 0x00002A00, "TXCTL 1");

	return TEST_SUCCESS;
}

static int
igb_devices_are_told_apart(void)
{
	static const struct {
		enum e1000_mac_type mac;
		uint8_t bits;
	} devices[] = {
		{ e1000_82576, 8 }, { e1000_82580, 8 }, { e1000_i350, 3 },
		{ e1000_i354, 3 }, { e1000_i210, 3 }, { e1000_i211, 3 }, { e1000_82575, 0 },
	};
	const struct eth_pci_tph_caps *caps;
	struct rte_eth_tph_info info;
	unsigned int i;

	for (i = 0; i < RTE_DIM(devices); i++) {
		TEST_ASSERT_SUCCESS(igb_port_make(devices[i].mac), "no port");
		caps = igb_tph_driver.caps(port.dev);
		TEST_ASSERT_EQUAL((caps == NULL ? 0 : caps->ds_tag_bits), devices[i].bits,
			"device %u", i);
	}

	/* the last of these, whatever it is bound to; and one that is not on VFIO */
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_NO_DRIVER, "reason");
	TEST_ASSERT_SUCCESS(igb_port_make(e1000_i210), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_NO_VFIO, "reason");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(PORT_ID, NULL), -ENOTSUP, "enable");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_igb_suite = {
	.suite_name = "TPH of igb",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(igb_words),
		TEST_CASE(igb_registers_are_replaced),
		TEST_CASE(igb_queues_of_a_pf_with_vfs_are_shifted),
		TEST_CASE(igb_stash_taken_away_leaves_registers_as_after_a_reset),
		TEST_CASE(igb_devices_are_told_apart),
		TEST_CASES_END()
	}
};

static int
test_tph_igb(void)
{
	return unit_test_suite_runner(&tph_igb_suite);
}

REGISTER_FAST_TEST(tph_igb_autotest, NOHUGE_OK, ASAN_OK, test_tph_igb);
