/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of igb.
 *
 * Device Specific mode: objects and tag go to RXCTL and TXCTL of the queue.
 * Interrupt Vector mode: the tag goes to the ST table entry of the Rx queue's
 * vector, and RXCTL says for which objects. Changes take effect at once; a reset
 * of the device clears the registers, and ethdev writes them again after each
 * start.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>

#include "base/e1000_api.h"
#include "e1000_ethdev.h"
#include "e1000_logs.h"
#include "igb_tph.h"

static const struct eth_pci_tph_caps *
igb_tph_caps(const struct rte_eth_dev *dev)
{
	static const struct eth_pci_tph_caps caps_8_bits = {
		.ds_rx_objects = IGB_TPH_RX_OBJECTS,
		.ds_tx_objects = IGB_TPH_TX_OBJECTS,
		.ds_tag_bits = 8,
		.iv_rx_objects = IGB_TPH_RX_OBJECTS,
	};
	/*
	 * The field has 8 bits, but the data sheets of the I210 (7.7.2.1) and of the
	 * X550, which has the same block (8.2.2.12), require the upper five to be 0.
	 * The I350 has TPH (data sheet 336626), but neither its description of the
	 * field nor the I354's was available: 3 bits are assumed for both.
	 * The 82576 and the 82580 are devices of PCIe 2.0, which has no TPH yet: they
	 * have it in emulation only, with all bits of E1000_DCA_*_CPUID_MASK_82576
	 * of the base driver.
	 */
	static const struct eth_pci_tph_caps caps_3_bits = {
		.ds_rx_objects = IGB_TPH_RX_OBJECTS,
		.ds_tx_objects = IGB_TPH_TX_OBJECTS,
		.ds_tag_bits = 3,
		.iv_rx_objects = IGB_TPH_RX_OBJECTS,
	};

	switch (E1000_DEV_PRIVATE_TO_HW(dev->data->dev_private)->mac.type) {
	case e1000_82576:
	case e1000_82580:
		return &caps_8_bits;
	case e1000_i350:
	case e1000_i354:
	case e1000_i210:
	case e1000_i211:
		return &caps_3_bits;
	default:
		return NULL;
	}
}

static uint32_t
igb_tph_queue_write(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint16_t tag)
{
	struct e1000_hw *hw = E1000_DEV_PRIVATE_TO_HW(dev->data->dev_private);
	uint32_t reg;

	/* reg_idx, as set when the queue was set up */
	if (RTE_ETH_DEV_SRIOV(dev).active != 0)
		queue += RTE_ETH_DEV_SRIOV(dev).def_pool_q_idx;

	if (direction == RTE_ETH_TPH_RX) {
		reg = E1000_RXCTL(queue);
		E1000_WRITE_REG(hw, reg, igb_tph_rxctl(objects, tag));
	} else {
		reg = E1000_TXCTL(queue);
		E1000_WRITE_REG(hw, reg, igb_tph_txctl(objects, tag));
	}
	E1000_WRITE_FLUSH(hw);

	return reg;
}

const struct eth_pci_tph_driver igb_tph_driver =
	ETH_PCI_TPH_DRIVER(igb_tph_caps, igb_tph_queue_write);
