/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of ixgbe, X550, in Device Specific mode; the device has no
 * ST table. Changes take effect at once; a reset of the device clears the
 * registers, and ethdev writes them again after each start.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>

#include "base/ixgbe_api.h"
#include "ixgbe_ethdev.h"
#include "ixgbe_tph.h"

static const struct eth_pci_tph_caps *
ixgbe_tph_caps(const struct rte_eth_dev *dev)
{
	static const struct eth_pci_tph_caps x550_caps = {
		.ds_rx_objects = IXGBE_TPH_RX_OBJECTS,
		.ds_tx_objects = IXGBE_TPH_TX_OBJECTS,
		.ds_tag_bits = IXGBE_TPH_TAG_BITS,
	};

	return IXGBE_DEV_PRIVATE_TO_HW(dev->data->dev_private)->mac.type ==
		ixgbe_mac_X550 ? &x550_caps : NULL;
}

static uint32_t
ixgbe_tph_queue_write(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint16_t tag)
{
	struct ixgbe_hw *hw = IXGBE_DEV_PRIVATE_TO_HW(dev->data->dev_private);
	uint32_t reg;

	/* as the queue's set-up has it in reg_idx */
	if (RTE_ETH_DEV_SRIOV(dev).active != 0)
		queue += RTE_ETH_DEV_SRIOV(dev).def_pool_q_idx;

	if (direction == RTE_ETH_TPH_RX) {
		reg = IXGBE_DCA_RXCTRL(queue);
		IXGBE_WRITE_REG(hw, reg,
			ixgbe_tph_rxctrl(IXGBE_READ_REG(hw, reg), objects, tag));
	} else {
		reg = IXGBE_DCA_TXCTRL_82599(queue);
		IXGBE_WRITE_REG(hw, reg,
			ixgbe_tph_txctrl(IXGBE_READ_REG(hw, reg), objects, tag));
	}

	return reg;
}

const struct eth_pci_tph_driver ixgbe_tph_driver =
	ETH_PCI_TPH_DRIVER(ixgbe_tph_caps, ixgbe_tph_queue_write);
