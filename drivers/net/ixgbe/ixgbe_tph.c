/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of ixgbe, X550, in Device Specific mode; the device has no
 * ST table.  Changes take effect at once; a reset of the device clears the
 * registers, and ethdev gives them again after each start.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>
#include <ethdev_pci_tph.h>
#include <rte_malloc.h>

#include "base/ixgbe_api.h"
#include "ixgbe_ethdev.h"
#include "ixgbe_tph.h"

static struct ixgbe_adapter *
ixgbe_tph_adapter(struct rte_eth_dev *dev)
{
	return dev->data->dev_private;
}

static const struct eth_pci_tph_caps *
ixgbe_tph_caps(struct rte_eth_dev *dev)
{
	static const struct eth_pci_tph_caps x550_caps = {
		.ds_rx_objects = IXGBE_TPH_RX_OBJECTS,
		.ds_tx_objects = IXGBE_TPH_TX_OBJECTS,
		.ds_tag_bits = IXGBE_TPH_TAG_BITS,
		.live = true,
	};
	static const struct eth_pci_tph_caps no_caps = { .live = true };

	return IXGBE_DEV_PRIVATE_TO_HW(dev->data->dev_private)->mac.type ==
		ixgbe_mac_X550 ? &x550_caps : &no_caps;
}

/* Replace the TPH fields of a queue's register, and tell its offset in BAR 0. */
static uint32_t
ixgbe_tph_queue_write(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint8_t tag)
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

int
ixgbe_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	return eth_pci_tph_info_get(dev, ixgbe_tph_caps(dev), info);
}

int
ixgbe_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf)
{
	struct ixgbe_adapter *adapter = ixgbe_tph_adapter(dev);

	if (adapter->tph == NULL)
		adapter->tph = rte_zmalloc("ixgbe_tph", sizeof(*adapter->tph), 0);
	if (adapter->tph == NULL)
		return -ENOMEM;

	return eth_pci_tph_enable(dev, ixgbe_tph_caps(dev), adapter->tph, conf);
}

int
ixgbe_tph_disable(struct rte_eth_dev *dev)
{
	uint16_t q;

	for (q = 0; q < dev->data->nb_rx_queues; q++)
		ixgbe_tph_queue_write(dev, RTE_ETH_TPH_RX, q, 0, 0);
	for (q = 0; q < dev->data->nb_tx_queues; q++)
		ixgbe_tph_queue_write(dev, RTE_ETH_TPH_TX, q, 0, 0);

	return eth_pci_tph_disable(dev, ixgbe_tph_adapter(dev)->tph);
}

int
ixgbe_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf __rte_unused,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct eth_tph_queue *q;
	unsigned int i;

	for (i = 0; i < n; i++) {
		q = &queues[i];
		q->index = ixgbe_tph_queue_write(dev, q->direction, q->queue,
			q->objects, q->tag);
		q->location = RTE_ETH_TPH_LOCATION_DEVICE;
	}

	return 0;
}

void
ixgbe_tph_close(struct rte_eth_dev *dev)
{
	struct ixgbe_adapter *adapter = ixgbe_tph_adapter(dev);

	if (adapter->tph == NULL)
		return;

	if (adapter->tph->enabled)
		ixgbe_tph_disable(dev);
	rte_free(adapter->tph);
	adapter->tph = NULL;
}
