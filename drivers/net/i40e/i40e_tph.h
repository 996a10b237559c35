/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef I40E_TPH_H
#define I40E_TPH_H

/*
 * TLP Processing Hints of i40e: the fields of queue contexts. They are written
 * when a queue starts, with what rte_eth_tph_queue_start() answers.
 *
 * Positions in a context, as in the tables of base/i40e_lan_hmc.c:
 * Rx, tag in bits 20:13, enables in 193 (descriptor fetch), 194 (write-back),
 * 195 (data) and 196 (header); Tx, tag in bits 103:96, enables in 174
 * (descriptor fetch), 175 (packet) and 176 (write-back).
 */

#include <stdint.h>

#include <ethdev_pci_tph.h>

#include "base/i40e_type.h"

/* Objects that queues can steer; Tx does not tell headers from payload */
#define I40E_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define I40E_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * Set all TPH fields of an Rx queue context. Without objects, all enables are
 * cleared: once the requester is on, they would steer the queue to tag 0.
 */
static inline void
i40e_tph_rxq_encode(struct i40e_hmc_obj_rxq *ctx, struct eth_tph_hint hint)
{
	ctx->tphrdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphdata_ena = (hint.objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->tphhead_ena = (hint.objects & RTE_ETH_TPH_OBJ_HEADER) != 0;
	ctx->cpuid = hint.tag;
}

/* The same for a Tx queue context. */
static inline void
i40e_tph_txq_encode(struct i40e_hmc_obj_txq *ctx, struct eth_tph_hint hint)
{
	ctx->tphrdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphwdesc_ena = (hint.objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0;
	ctx->tphrpacket_ena = (hint.objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0;
	ctx->cpuid = hint.tag;
}

/* For eth_dev_ops.tph */
extern const struct eth_pci_tph_driver i40e_tph_driver;

#endif /* I40E_TPH_H */
