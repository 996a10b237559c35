/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef I40E_TPH_H
#define I40E_TPH_H

/*
 * TLP Processing Hints of i40e: the fields of queue contexts, and the operations
 * for eth_dev_ops, which are in i40e_tph.c.
 *
 * Where the fields are in a context is for the tables in base/i40e_lan_hmc.c:
 * Rx, tag in bits 20:13, enables in 193 (descriptor fetch), 194 (write-back),
 * 195 (data) and 196 (header); Tx, tag in bits 103:96, enables in 174
 * (descriptor fetch), 175 (packet) and 176 (write-back).
 */

#include <stdint.h>

#include <ethdev_tph.h>

#include "base/i40e_type.h"

struct i40e_vsi;
struct rte_eth_dev;

/* What Rx and Tx queues can steer; there is no header of its own on Tx */
#define I40E_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define I40E_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * Set all TPH fields of an Rx queue context.  No objects, no enables: with a
 * requester that is on, a queue without a stash would be steered to tag 0.
 */
static inline void
i40e_tph_rxq_encode(struct i40e_hmc_obj_rxq *ctx, uint32_t objects, uint8_t tag)
{
	ctx->tphrdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphdata_ena = (objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->tphhead_ena = (objects & RTE_ETH_TPH_OBJ_HEADER) != 0;
	ctx->cpuid = objects != 0 ? tag : 0;
}

/* The same of a Tx queue context. */
static inline void
i40e_tph_txq_encode(struct i40e_hmc_obj_txq *ctx, uint32_t objects, uint8_t tag)
{
	ctx->tphrdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphrpacket_ena = (objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->cpuid = objects != 0 ? tag : 0;
}

/* Set the TPH fields in the context of a port's queue to its stash, if any. */
void i40e_tph_rxq_context(struct i40e_hw *hw, struct i40e_hmc_obj_rxq *ctx,
		uint16_t queue);
void i40e_tph_txq_context(struct i40e_vsi *vsi, struct i40e_hmc_obj_txq *ctx,
		uint16_t queue);

/* Operations, as ethdev_tph.h has them */
int i40e_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info);
int i40e_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf);
int i40e_tph_disable(struct rte_eth_dev *dev);
int i40e_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf,
		struct eth_tph_queue *queues, unsigned int n);

/* Leave TPH off when the port is closed, also by the removal of its device. */
void i40e_tph_close(struct rte_eth_dev *dev);

#endif /* I40E_TPH_H */
