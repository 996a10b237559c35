/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ICE_TPH_H
#define ICE_TPH_H

/*
 * TLP Processing Hints of ice: the fields of queue contexts. They are written
 * when a queue starts, with what rte_eth_tph_queue_start() answers.
 *
 * Positions in a context, as in the tables of base/ice_common.c:
 * Rx, tag in bits 20:13, enables in 193 (descriptor fetch), 194 (write-back),
 * 195 (data) and 196 (header); Tx, tag in bits 100:93, enables in 102
 * (descriptor fetch), 103 (packet) and 104 (write-back).
 */

#include <stdint.h>

#include <ethdev_pci_tph.h>

#include "base/ice_common.h"

/* Objects that queues can steer; Tx does not tell headers from payload */
#define ICE_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define ICE_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * Set all TPH fields of an Rx queue context. Without objects, all enables are
 * cleared: once the requester is on, they would steer the queue to tag 0.
 */
static inline void
ice_tph_rxq_encode(struct ice_rlan_ctx *ctx, struct eth_tph_hint hint)
{
	ctx->tphrdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphdata_ena = (hint.objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->tphhead_ena = (hint.objects & RTE_ETH_TPH_OBJ_HEADER) != 0;
	ctx->cpuid = hint.tag;
}

/* The same for a Tx queue context. */
static inline void
ice_tph_txq_encode(struct ice_tlan_ctx *ctx, struct eth_tph_hint hint)
{
	ctx->tphrd_desc = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwr_desc = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphrd = (hint.objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->cpuid = hint.tag;
}

/* For eth_dev_ops.tph */
extern const struct eth_pci_tph_driver ice_tph_driver;

#endif /* ICE_TPH_H */
