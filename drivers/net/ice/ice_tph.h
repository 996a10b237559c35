/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ICE_TPH_H
#define ICE_TPH_H

/*
 * TLP Processing Hints of ice: the fields of queue contexts, and the operations
 * for eth_dev_ops, which are in ice_tph.c.
 *
 * Where the fields are in a context is for the tables in base/ice_common.c:
 * Rx, tag in bits 20:13, enables in 193 (descriptor fetch), 194 (write-back),
 * 195 (data) and 196 (header); Tx, tag in bits 100:93, enables in 102
 * (descriptor fetch), 103 (packet) and 104 (write-back).
 */

#include <stdint.h>

#include <ethdev_tph.h>

#include "base/ice_common.h"

struct rte_eth_dev;

/* What Rx and Tx queues can steer; there is no header of its own on Tx */
#define ICE_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define ICE_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * Set all TPH fields of an Rx queue context.  No objects, no enables: with a
 * requester that is on, a queue without a stash would be steered to tag 0.
 */
static inline void
ice_tph_rxq_encode(struct ice_rlan_ctx *ctx, uint32_t objects, uint8_t tag)
{
	ctx->tphrdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphdata_ena = (objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->tphhead_ena = (objects & RTE_ETH_TPH_OBJ_HEADER) != 0;
	ctx->cpuid = objects != 0 ? tag : 0;
}

/* The same of a Tx queue context. */
static inline void
ice_tph_txq_encode(struct ice_tlan_ctx *ctx, uint32_t objects, uint8_t tag)
{
	ctx->tphrd_desc = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwr_desc = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphrd = (objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->cpuid = objects != 0 ? tag : 0;
}

/* Set the TPH fields in the context of a port's queue to its stash, if any. */
void ice_tph_rxq_context(struct ice_hw *hw, struct ice_rlan_ctx *ctx,
		uint16_t queue);
void ice_tph_txq_context(struct ice_hw *hw, struct ice_tlan_ctx *ctx,
		uint16_t queue);

/* Operations, as ethdev_tph.h has them */
int ice_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info);
int ice_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf);
int ice_tph_disable(struct rte_eth_dev *dev);
int ice_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf,
		struct eth_tph_queue *queues, unsigned int n);

/* Leave TPH off when the port is closed, also by the removal of its device. */
void ice_tph_close(struct rte_eth_dev *dev);

#endif /* ICE_TPH_H */
