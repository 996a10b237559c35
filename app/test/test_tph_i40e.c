/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints in queue contexts of i40e, in memory that stands for the
 * device.  They get there by the driver's own set-up of queues, so that a test
 * fails when it does not use the encoders.  The bits were counted by hand.
 */

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* as the driver is built */
#define PF_DRIVER
#define VF_DRIVER
#define INTEGRATED_VF
#define X722_A0_SUPPORT

#include <ethdev_pci.h>

#include "i40e_ethdev.h"
#include "i40e_pf.h"
#include "i40e_rxtx.h"
#include "i40e_tph.h"

#include "test.h"
#include "test_tph_port.h"

/* Queues, as the tree names them */
typedef struct ci_rx_queue i40e_rxq_t;
typedef struct ci_tx_queue i40e_txq_t;
#define I40E_QUEUE_VSI(queue) ((queue)->i40e_vsi)

#define I40E_RX_CONTEXT_SIZE 32
#define I40E_TX_CONTEXT_SIZE 128
#define I40E_TX_CONTEXT_BASE 4096
#define I40E_CONTEXTS 8

static struct {
	struct i40e_hmc_obj_info objects[I40E_HMC_LAN_TX + I40E_HMC_LAN_RX + 1];
	struct i40e_hmc_sd_entry segment;
	struct i40e_vsi vsi;
	struct i40e_pf_vf vf;
	i40e_rxq_t rxq;
	i40e_txq_t txq;
	uint8_t memory[2 * I40E_TX_CONTEXT_BASE];
	struct i40e_veb veb;
	struct i40e_aq_desc desc[2];
	struct i40e_asq_cmd_details details[2];
	struct i40e_dma_mem buffers[2];
	uint8_t sent[2][I40E_AQ_LARGE_BUF];
} i40e;

static struct i40e_adapter *
i40e_port_adapter(void)
{
	return I40E_DEV_PRIVATE_TO_ADAPTER(port.data.dev_private);
}

/* A port with a queue 1 whose context is number 5 in host memory */
static int
i40e_port_make(void)
{
	struct i40e_adapter *adapter;
	struct i40e_hw *hw;

	memset(&i40e, 0, sizeof(i40e));
	if (port_make(sizeof(struct i40e_adapter)) != 0)
		return -1;

	adapter = i40e_port_adapter();
	adapter->pf.adapter = adapter;
	adapter->pf.dev_data = &port.data;
	hw = &adapter->hw;
	hw->back = adapter;
	hw->hw_addr = port.bar;
	hw->func_caps.rx_buf_chain_len = 5;

	i40e.objects[I40E_HMC_LAN_TX].base = I40E_TX_CONTEXT_BASE;
	i40e.objects[I40E_HMC_LAN_TX].size = I40E_TX_CONTEXT_SIZE;
	i40e.objects[I40E_HMC_LAN_TX].cnt = I40E_CONTEXTS;
	i40e.objects[I40E_HMC_LAN_RX].size = I40E_RX_CONTEXT_SIZE;
	i40e.objects[I40E_HMC_LAN_RX].cnt = I40E_CONTEXTS;
	i40e.segment.entry_type = I40E_SD_TYPE_DIRECT;
	i40e.segment.u.bp.addr.va = i40e.memory;
	hw->hmc.signature = I40E_HMC_INFO_SIGNATURE;
	hw->hmc.hmc_obj = i40e.objects;
	hw->hmc.sd_table.sd_entry = &i40e.segment;

	i40e.vsi.adapter = adapter;
	i40e.vsi.type = I40E_VSI_MAIN;
	i40e.vsi.nb_qps = PORT_QUEUES;
	i40e.vsi.base_queue = 4;

	I40E_QUEUE_VSI(&i40e.rxq) = &i40e.vsi;
	i40e.rxq.mp = port.pool;
	i40e.rxq.nb_rx_desc = 64;
	i40e.rxq.queue_id = 1;
	i40e.rxq.reg_idx = 5;
	I40E_QUEUE_VSI(&i40e.txq) = &i40e.vsi;
	i40e.txq.nb_tx_desc = 64;
	i40e.txq.queue_id = 1;
	i40e.txq.reg_idx = 5;

	return 0;
}

/*
 * An admin queue that takes every command at once: the register for its tail is
 * the one for its head, too.
 */
static void
i40e_port_admin_queue(void)
{
	struct i40e_hw *hw = &i40e_port_adapter()->hw;

	i40e.buffers[0].va = i40e.sent[0];
	i40e.buffers[1].va = i40e.sent[1];
	hw->aq.num_asq_entries = 2;
	hw->aq.asq_buf_size = I40E_AQ_LARGE_BUF;
	hw->aq.asq.count = 2;
	hw->aq.asq.head = 0x80300;
	hw->aq.asq.tail = 0x80300;
	hw->aq.asq.desc_buf.va = i40e.desc;
	hw->aq.asq.cmd_buf.va = i40e.details;
	hw->aq.asq.r.asq_bi = i40e.buffers;
}

static const uint8_t *
i40e_rx_context(void)
{
	return &i40e.memory[5 * I40E_RX_CONTEXT_SIZE];
}

static const uint8_t *
i40e_tx_context(void)
{
	return &i40e.memory[I40E_TX_CONTEXT_BASE + 5 * I40E_TX_CONTEXT_SIZE];
}

static int
i40e_queue_without_a_stash_has_no_hints(void)
{
	TEST_ASSERT_SUCCESS(i40e_port_make(), "no port");

	TEST_ASSERT_SUCCESS(i40e_rx_queue_init(&i40e.rxq), "Rx");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 89, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0, "Rx enables");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 13, 8), 0, "Rx tag");

	TEST_ASSERT_SUCCESS(i40e_tx_queue_init(&i40e.txq), "Tx");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 33 + 128, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 174, 3), 0, "Tx enables");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 96, 8), 0, "Tx tag");

	/* a stash of another queue changes nothing */
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 0, DESC | DATA, 0xFF), "stash");
	TEST_ASSERT_SUCCESS(i40e_rx_queue_init(&i40e.rxq), "Rx");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0, "Rx enables");

	return TEST_SUCCESS;
}

static int
i40e_stash_is_in_the_queue_context(void)
{
	TEST_ASSERT_SUCCESS(i40e_port_make(), "no port");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, DESC | DATA, 0xA5), "stash");
	TEST_ASSERT_SUCCESS(i40e_rx_queue_init(&i40e.rxq), "Rx");
	/* bits 20:13 are 0xA5; 193, 194 and 195 are set, 196 is not */
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 13, 8), 0xA5, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0x7, "Rx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, HEAD, 0x18), "stash");
	TEST_ASSERT_SUCCESS(i40e_rx_queue_init(&i40e.rxq), "Rx");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 13, 8), 0x18, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0x8, "Rx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_TX, 1, DESC, 0x5A), "stash");
	TEST_ASSERT_SUCCESS(i40e_tx_queue_init(&i40e.txq), "Tx");
	/* bits 103:96 are 0x5A; 174 and 176 are set, 175 is not */
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 96, 8), 0x5A, "Tx tag");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 174, 3), 0x5, "Tx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_TX, 1, DATA, 0x5A), "stash");
	TEST_ASSERT_SUCCESS(i40e_tx_queue_init(&i40e.txq), "Tx");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 174, 3), 0x2, "Tx enables");

	/* removed */
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, 0, 0), "stash");
	TEST_ASSERT_SUCCESS(i40e_rx_queue_init(&i40e.rxq), "Rx");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 13, 8), 0, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0, "Rx enables");

	/* disabled */
	port_stopped();
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(PORT_ID), "disable");
	TEST_ASSERT_SUCCESS(i40e_tx_queue_init(&i40e.txq), "Tx");
	TEST_ASSERT_EQUAL(context_bits(i40e_tx_context(), 174, 3), 0, "Tx enables");

	return TEST_SUCCESS;
}

static int
i40e_queues_of_the_flow_director_have_no_hints(void)
{
	struct i40e_adapter *adapter;
	int ret;

	TEST_ASSERT_SUCCESS(i40e_port_make(), "no port");
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 0, DESC | DATA, 0xFF), "stash");
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_TX, 0, DESC | DATA, 0xFF), "stash");

	adapter = i40e_port_adapter();
	adapter->hw.func_caps.enabled_tcmap = 1;
	adapter->pf.flags = I40E_FLAG_FDIR;
	adapter->pf.fdir_nb_qps = 1;
	adapter->pf.main_vsi = &i40e.vsi;
	i40e.vsi.veb = &i40e.veb;
	TAILQ_INIT(&i40e.veb.head);
	i40e_port_admin_queue();

	/* the Tx queue is on, the Rx queue never, which is where set-up ends */
	port_reg_set(0x100000, 0x5);
	ret = i40e_fdir_setup(&adapter->pf);
	TEST_ASSERT(ret != 0, "Rx queue is on");

	/* its queues have number 0, as the first ones of the port */
	TEST_ASSERT(context_bits(i40e.memory, 89, 13) != 0, "no Rx context");
	TEST_ASSERT_EQUAL(context_bits(i40e.memory, 193, 4), 0, "Rx enables");
	TEST_ASSERT_EQUAL(context_bits(i40e.memory, 13, 8), 0, "Rx tag");
	TEST_ASSERT(context_bits(&i40e.memory[I40E_TX_CONTEXT_BASE], 33 + 128, 13) != 0,
		"no Tx context");
	TEST_ASSERT_EQUAL(context_bits(&i40e.memory[I40E_TX_CONTEXT_BASE], 174, 3), 0,
		"Tx enables");
	TEST_ASSERT_EQUAL(context_bits(&i40e.memory[I40E_TX_CONTEXT_BASE], 96, 8), 0,
		"Tx tag");

	return TEST_SUCCESS;
}

static int
i40e_queue_of_a_vf_has_no_hints(void)
{
	struct {
		struct virtchnl_vsi_queue_config_info info;
		struct virtchnl_queue_pair_info more;
	} msg = { 0 };
	struct i40e_adapter *adapter;

	TEST_ASSERT_SUCCESS(i40e_port_make(), "no port");
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, DESC | DATA, 0xFF), "stash");

	adapter = i40e_port_adapter();
	adapter->pf.vfs = &i40e.vf;
	adapter->pf.vf_num = 1;
	i40e.vf.pf = &adapter->pf;
	i40e.vf.vsi = &i40e.vsi;
	i40e.vf.version.major = VIRTCHNL_VERSION_MAJOR;
	i40e.vf.version.minor = VIRTCHNL_VERSION_MINOR;

	/* its queue 1 has context 5, as its VSI starts at 4 */
	msg.info.num_queue_pairs = 1;
	msg.info.qpair[0].txq.queue_id = 1;
	msg.info.qpair[0].txq.ring_len = 64;
	msg.info.qpair[0].rxq.queue_id = 1;
	msg.info.qpair[0].rxq.ring_len = 64;
	i40e_pf_host_handle_vf_msg(port.dev, 0, VIRTCHNL_OP_CONFIG_VSI_QUEUES, 0,
		(uint8_t *)&msg, sizeof(msg));

	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 89, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 193, 4), 0, "Rx enables");
	TEST_ASSERT_EQUAL(context_bits(i40e_rx_context(), 13, 8), 0, "Rx tag");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_i40e_suite = {
	.suite_name = "TPH of i40e",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(i40e_queue_without_a_stash_has_no_hints),
		TEST_CASE(i40e_stash_is_in_the_queue_context),
		TEST_CASE(i40e_queues_of_the_flow_director_have_no_hints),
		TEST_CASE(i40e_queue_of_a_vf_has_no_hints),
		TEST_CASES_END()
	}
};

static int
test_tph_i40e(void)
{
	return unit_test_suite_runner(&tph_i40e_suite);
}

REGISTER_FAST_TEST(tph_i40e_autotest, NOHUGE_OK, ASAN_OK, test_tph_i40e);
