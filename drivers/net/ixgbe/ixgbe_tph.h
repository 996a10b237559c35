/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef IXGBE_TPH_H
#define IXGBE_TPH_H

/*
 * TLP Processing Hints of ixgbe, X550: what its registers look like. What is
 * written to them and when is left to ixgbe_tph.c and ethdev_pci_tph.h.
 */

#include <stdint.h>

#include <ethdev_pci_tph.h>
#include <rte_bitops.h>

/*
 * TPH_RXCTRL and TPH_TXCTRL, one of each for every queue, which the base driver
 * names DCA_RXCTRL and DCA_TXCTRL after those of the 82599.  X550 data sheet
 * (333369), 8.2.2.12.  Other devices have other bits where these are, or their
 * data sheets were not at hand.
 */
#define IXGBE_RXCTRL_FETCH_TPH		RTE_BIT32(0)
#define IXGBE_RXCTRL_WRITEBACK_TPH	RTE_BIT32(1)
#define IXGBE_RXCTRL_HEADER_TPH		RTE_BIT32(2)
#define IXGBE_RXCTRL_PAYLOAD_TPH	RTE_BIT32(3)

#define IXGBE_TXCTRL_FETCH_TPH		RTE_BIT32(0)
#define IXGBE_TXCTRL_WRITEBACK_TPH	RTE_BIT32(1)
#define IXGBE_TXCTRL_PACKET_TPH		RTE_BIT32(3)

/* The enables and the tag, in bits 31:24; the rest is for relaxed ordering */
#define IXGBE_TPH_FIELDS		UINT32_C(0xFF00000F)
#define IXGBE_TPH_TAG_SHIFT		24
/* the field has 8 bits, of which the upper 5 must be 0 */
#define IXGBE_TPH_TAG_BITS		3

/* Objects that queues can steer; Tx does not tell headers from payload */
#define IXGBE_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define IXGBE_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * TPH_RXCTRL of a queue with new TPH fields; relaxed ordering stays as the base
 * driver set it.
 *
 * objects: RTE_ETH_TPH_OBJ_* bits; 0 for no hints.
 */
static inline uint32_t
ixgbe_tph_rxctrl(uint32_t rxctrl, uint32_t objects, uint8_t tag)
{
	rxctrl &= ~IXGBE_TPH_FIELDS;
	if (objects == 0)
		return rxctrl;

	if ((objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0)
		rxctrl |= IXGBE_RXCTRL_FETCH_TPH | IXGBE_RXCTRL_WRITEBACK_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_HEADER) != 0)
		rxctrl |= IXGBE_RXCTRL_HEADER_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0)
		rxctrl |= IXGBE_RXCTRL_PAYLOAD_TPH;

	return rxctrl | (uint32_t)tag << IXGBE_TPH_TAG_SHIFT;
}

/* TPH_TXCTRL of a queue, as ixgbe_tph_rxctrl(). */
static inline uint32_t
ixgbe_tph_txctrl(uint32_t txctrl, uint32_t objects, uint8_t tag)
{
	txctrl &= ~IXGBE_TPH_FIELDS;
	if (objects == 0)
		return txctrl;

	if ((objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0)
		txctrl |= IXGBE_TXCTRL_FETCH_TPH | IXGBE_TXCTRL_WRITEBACK_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0)
		txctrl |= IXGBE_TXCTRL_PACKET_TPH;

	return txctrl | (uint32_t)tag << IXGBE_TPH_TAG_SHIFT;
}

/* For eth_dev_ops.tph */
extern const struct eth_pci_tph_driver ixgbe_tph_driver;

#endif /* IXGBE_TPH_H */
