/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef IGB_TPH_H
#define IGB_TPH_H

/*
 * TLP Processing Hints of igb: what its registers look like. What is written to
 * them and when is left to igb_tph.c and ethdev_pci_tph.h.
 */

#include <stdint.h>

#include <ethdev_pci_tph.h>
#include <rte_bitops.h>

/*
 * RXCTL and TXCTL, one of each for every queue, from the 82576 on (the 82575
 * has another layout, and no TPH).
 *
 * Sources of the bits:
 * - TXCTL bits 0, 1 and 3; 5, the older DCA enable, which must be clear for the
 *   same traffic; 8 and 10, No-Snoop, which must be 0 with TPH; 9, set after a
 *   reset: I210 data sheet, 8.13.2.
 * - RXCTL bits 0 to 3; 9, 13 and 15, set after a reset; 11, which must be 0: X550
 *   data sheet (333369), 8.2.2.12.1, which describes the same block without DCA.
 *   No data sheet of an igb device that describes RXCTL was available.
 * - TXCTL bits 11 and 13, set after a reset: QEMU's model of the 82576.
 * - The tag in bits 31:24: both data sheets, and E1000_DCA_*_82576 of the base
 *   driver.
 */
#define IGB_RXCTL_FETCH_TPH	RTE_BIT32(0)
#define IGB_RXCTL_WRITEBACK_TPH	RTE_BIT32(1)
#define IGB_RXCTL_HEADER_TPH	RTE_BIT32(2)
#define IGB_RXCTL_PAYLOAD_TPH	RTE_BIT32(3)
#define IGB_RXCTL_FETCH_RO	RTE_BIT32(9)
#define IGB_RXCTL_PAYLOAD_RO	RTE_BIT32(13)
#define IGB_RXCTL_HEADER_RO	RTE_BIT32(15)

#define IGB_TXCTL_FETCH_TPH	RTE_BIT32(0)
#define IGB_TXCTL_WRITEBACK_TPH	RTE_BIT32(1)
#define IGB_TXCTL_PACKET_TPH	RTE_BIT32(3)
#define IGB_TXCTL_FETCH_RO	RTE_BIT32(9)
#define IGB_TXCTL_WRITEBACK_RO	RTE_BIT32(11)
#define IGB_TXCTL_PACKET_RO	RTE_BIT32(13)

#define IGB_DCA_TAG_SHIFT	24

/* Reset values of the registers: relaxed ordering, no hints */
#define IGB_RXCTL_DEFAULT \
	(IGB_RXCTL_FETCH_RO | IGB_RXCTL_PAYLOAD_RO | IGB_RXCTL_HEADER_RO)
#define IGB_TXCTL_DEFAULT \
	(IGB_TXCTL_FETCH_RO | IGB_TXCTL_WRITEBACK_RO | IGB_TXCTL_PACKET_RO)

/* Objects that queues can steer; Tx does not tell headers from payload */
#define IGB_TPH_RX_OBJECTS \
	(RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | RTE_ETH_TPH_OBJ_PAYLOAD)
#define IGB_TPH_TX_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_PAYLOAD)

/*
 * Complete value of a queue's RXCTL. It is built on the reset value, not on a
 * read: nothing else writes the register, and QEMU's model reads as 0.
 *
 * objects: RTE_ETH_TPH_OBJ_* bits; 0 gives the value after a reset.
 */
static inline uint32_t
igb_tph_rxctl(uint32_t objects, uint8_t tag)
{
	uint32_t rxctl = IGB_RXCTL_DEFAULT;

	if (objects == 0)
		return rxctl;

	if ((objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0)
		rxctl |= IGB_RXCTL_FETCH_TPH | IGB_RXCTL_WRITEBACK_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_HEADER) != 0)
		rxctl |= IGB_RXCTL_HEADER_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0)
		rxctl |= IGB_RXCTL_PAYLOAD_TPH;

	return rxctl | (uint32_t)tag << IGB_DCA_TAG_SHIFT;
}

/* TXCTL of a queue, as igb_tph_rxctl(). */
static inline uint32_t
igb_tph_txctl(uint32_t objects, uint8_t tag)
{
	uint32_t txctl = IGB_TXCTL_DEFAULT;

	if (objects == 0)
		return txctl;

	if ((objects & RTE_ETH_TPH_OBJ_DESCRIPTOR) != 0)
		txctl |= IGB_TXCTL_FETCH_TPH | IGB_TXCTL_WRITEBACK_TPH;
	if ((objects & RTE_ETH_TPH_OBJ_PAYLOAD) != 0)
		txctl |= IGB_TXCTL_PACKET_TPH;

	return txctl | (uint32_t)tag << IGB_DCA_TAG_SHIFT;
}

/* For eth_dev_ops.tph */
extern const struct eth_pci_tph_driver igb_tph_driver;

#endif /* IGB_TPH_H */
