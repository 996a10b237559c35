/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints in queue contexts of ice, in memory that stands for the
 * device.  They get there by the driver's own set-up of queues, so that a test
 * fails when it does not use the encoders.  The bits were counted by hand.
 */

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <rte_mbuf.h>

#include "ice_ethdev.h"
#include "ice_rxtx.h"
#include "ice_tph.h"

#include "test.h"
#include "test_tph_port.h"

/* Queues, as the tree names them */
typedef struct ci_rx_queue ice_rxq_t;
typedef struct ci_tx_queue ice_txq_t;
#define ICE_QUEUE_VSI(queue) ((queue)->ice_vsi)

static struct {
	struct ice_vsi vsi;
	ice_rxq_t rxq;
	ice_txq_t txq;
	struct ice_port_info info;
	struct ice_vsi_ctx vsi_ctx;
	struct ice_q_ctx queue_ctx[PORT_QUEUES];
	struct ice_sched_node node;
	struct ice_aq_desc desc[2];
	struct ice_dma_mem buffer[2];
	uint8_t sent[4096];
	uint8_t context[32];
} ice;

static struct ice_adapter *
ice_port_adapter(void)
{
	return ICE_DEV_PRIVATE_TO_ADAPTER(port.data.dev_private);
}

/*
 * A port with a queue 1 whose context is number 5, an admin queue that nobody
 * serves, and just enough of the Tx scheduler to send a command there.
 */
static int
ice_port_make(void)
{
	struct ice_adapter *adapter;
	struct ice_ctl_q_info *cq;
	struct ice_hw *hw;

	memset(&ice, 0, sizeof(ice));
	if (port_make(sizeof(struct ice_adapter)) != 0)
		return -1;

	adapter = ice_port_adapter();
	adapter->pf.adapter = adapter;
	adapter->pf.dev_data = &port.data;
	adapter->pf.supported_rxdid = UINT64_MAX;
	adapter->pf.main_vsi = &ice.vsi;
	hw = &adapter->hw;
	hw->back = adapter;
	hw->hw_addr = port.bar;

	hw->port_info = &ice.info;
	hw->num_tx_sched_layers = 5;
	hw->vsi_ctx[0] = &ice.vsi_ctx;
	ice.info.hw = hw;
	ice.info.port_state = ICE_SCHED_PORT_STATE_READY;
	ice_init_lock(&ice.info.sched_lock);
	ice.vsi_ctx.lan_q_ctx[0] = ice.queue_ctx;
	ice.vsi_ctx.num_lan_q_entries[0] = PORT_QUEUES;
	ice.vsi_ctx.sched.vsi_node[0] = &ice.node;
	/* of five layers the fourth has the groups of queues, and VSIs too */
	ice.node.tx_sched_layer = 3;

	cq = &hw->adminq;
	cq->num_sq_entries = 2;
	cq->sq_buf_size = sizeof(ice.sent);
	cq->sq.count = 2;
	cq->sq.head = 0x80400;
	cq->sq.tail = 0x80300;
	cq->sq.desc_buf.va = ice.desc;
	cq->sq.r.sq_bi = ice.buffer;
	ice.buffer[0].va = ice.sent;
	ice_init_lock(&cq->sq_lock);

	ice.vsi.adapter = adapter;
	/* traffic class 0 has all queues: 2 to the power of 2 */
	ice.vsi.info.tc_mapping[0] = rte_cpu_to_le_16(2 << ICE_AQ_VSI_TC_Q_NUM_S);
	ICE_QUEUE_VSI(&ice.rxq) = &ice.vsi;
	ice.rxq.mp = port.pool;
	ice.rxq.nb_rx_desc = 64;
	ice.rxq.queue_id = 1;
	ice.rxq.reg_idx = 5;
	ice.rxq.q_set = true;
	ICE_QUEUE_VSI(&ice.txq) = &ice.vsi;
	ice.txq.nb_tx_desc = 64;
	ice.txq.queue_id = 1;
	ice.txq.reg_idx = 5;
	ice.txq.q_set = true;
	port.rxq[1] = &ice.rxq;
	port.txq[1] = &ice.txq;
	adapter->pf.fdir.rxq = &ice.rxq;

	return 0;
}

/* The Rx queue context: eight registers, 0x2000 apart */
static const uint8_t *
ice_rx_context(void)
{
	unsigned int i;
	uint32_t value;

	for (i = 0; i < 8; i++) {
		value = port_reg(0x280000 + i * 0x2000 + 5 * 4);
		memcpy(&ice.context[i * 4], &value, sizeof(value));
	}
	return ice.context;
}

/* The queue is on already, so that nobody waits for it. */
static void
ice_queue_is_on(void)
{
	port_reg_set(0x120000 + 5 * 4, 0x4);
}

static int
ice_rx_start(void)
{
	struct rte_mbuf *mbufs[7];

	ice_queue_is_on();
	/* it stops behind the context, where it finds no mbufs */
	if (rte_pktmbuf_alloc_bulk(port.pool, mbufs, RTE_DIM(mbufs)) != 0 ||
			ice_rx_queue_start(port.dev, 1) != -ENOMEM)
		return -1;
	rte_pktmbuf_free_bulk(mbufs, RTE_DIM(mbufs));
	return 0;
}

/* The Tx queue context, in the command to add a Tx queue */
static const uint8_t *
ice_tx_context(void)
{
	return ((struct ice_aqc_add_tx_qgrp *)ice.sent)->txqs[0].txq_ctx;
}

static int
ice_tx_start(void)
{
	memset(ice.sent, 0, sizeof(ice.sent));
	ice_port_adapter()->hw.adminq.sq.next_to_use = 0;
	/* nobody answers the command */
	return ice_tx_queue_start(port.dev, 1) == 0 ? -1 : 0;
}

static int
ice_queue_without_a_stash_has_no_hints(void)
{
	TEST_ASSERT_SUCCESS(ice_port_make(), "no port");

	TEST_ASSERT_SUCCESS(ice_rx_start(), "Rx");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 89, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0, "Rx enables");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 13, 8), 0, "Rx tag");

	TEST_ASSERT_SUCCESS(ice_tx_start(), "Tx");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 135, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 102, 3), 0, "Tx enables");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 93, 8), 0, "Tx tag");

	/* a stash of another queue changes nothing */
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 0, DESC | DATA, 0xFF), "stash");
	TEST_ASSERT_SUCCESS(ice_rx_start(), "Rx");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0, "Rx enables");

	return TEST_SUCCESS;
}

static int
ice_stash_is_in_the_queue_context(void)
{
	TEST_ASSERT_SUCCESS(ice_port_make(), "no port");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, DESC | DATA, 0xA5), "stash");
	TEST_ASSERT_SUCCESS(ice_rx_start(), "Rx");
	/* bits 20:13 are 0xA5; 193, 194 and 195 are set, 196 is not */
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 13, 8), 0xA5, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0x7, "Rx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, HEAD, 0x18), "stash");
	TEST_ASSERT_SUCCESS(ice_rx_start(), "Rx");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 13, 8), 0x18, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0x8, "Rx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_TX, 1, DESC, 0x5A), "stash");
	TEST_ASSERT_SUCCESS(ice_tx_start(), "Tx");
	/* bits 100:93 are 0x5A; 102 and 104 are set, 103 is not */
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 93, 8), 0x5A, "Tx tag");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 102, 3), 0x5, "Tx enables");

	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_TX, 1, DATA, 0x5A), "stash");
	TEST_ASSERT_SUCCESS(ice_tx_start(), "Tx");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 102, 3), 0x2, "Tx enables");

	/* disabled */
	port_stopped();
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(PORT_ID), "disable");
	TEST_ASSERT_SUCCESS(ice_rx_start(), "Rx");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 13, 8), 0, "Rx tag");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0, "Rx enables");
	TEST_ASSERT_SUCCESS(ice_tx_start(), "Tx");
	TEST_ASSERT_EQUAL(context_bits(ice_tx_context(), 102, 3), 0, "Tx enables");

	return TEST_SUCCESS;
}

static int
ice_queue_of_the_flow_director_has_no_hints(void)
{
	TEST_ASSERT_SUCCESS(ice_port_make(), "no port");
	TEST_ASSERT_SUCCESS(port_stash(RTE_ETH_TPH_RX, 1, DESC | DATA, 0xFF), "stash");
	ice_queue_is_on();
	TEST_ASSERT_SUCCESS(ice_fdir_rx_queue_start(port.dev, 1), "flow director");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 89, 13), 64, "no context");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 193, 4), 0, "Rx enables");
	TEST_ASSERT_EQUAL(context_bits(ice_rx_context(), 13, 8), 0, "Rx tag");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_ice_suite = {
	.suite_name = "TPH of ice",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(ice_queue_without_a_stash_has_no_hints),
		TEST_CASE(ice_stash_is_in_the_queue_context),
		TEST_CASE(ice_queue_of_the_flow_director_has_no_hints),
		TEST_CASES_END()
	}
};

static int
test_tph_ice(void)
{
	return unit_test_suite_runner(&tph_ice_suite);
}

REGISTER_FAST_TEST(tph_ice_autotest, NOHUGE_OK, ASAN_OK, test_tph_ice);
