/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of igb.
 *
 * Device Specific mode: objects and tag go to RXCTL and TXCTL of the queue.
 * Interrupt Vector mode: the tag goes to the ST table entry of the Rx queue's
 * vector, RXCTL says for what.  Changes take effect at once; a reset of the
 * device clears the registers, and ethdev gives them again after each start.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>
#include <ethdev_pci_tph.h>
#include <rte_malloc.h>

#include "base/e1000_api.h"
#include "e1000_ethdev.h"
#include "e1000_logs.h"
#include "igb_tph.h"

static struct e1000_adapter *
igb_tph_adapter(struct rte_eth_dev *dev)
{
	return E1000_DEV_PRIVATE(dev->data->dev_private);
}

static const struct eth_pci_tph_caps *
igb_tph_caps(struct rte_eth_dev *dev)
{
	static const struct eth_pci_tph_caps caps_8_bits = {
		.ds_rx_objects = IGB_TPH_RX_OBJECTS,
		.ds_tx_objects = IGB_TPH_TX_OBJECTS,
		.ds_tag_bits = 8,
		.iv_rx_objects = IGB_TPH_RX_OBJECTS,
		.live = true,
	};
	/*
	 * The field has 8 bits, but the data sheets of the I210 (7.7.2.1) and of the
	 * X550, which has the same block (8.2.2.12), want the upper five to be 0.
	 * The I350 has TPH (data sheet 336626), but its description of the field was
	 * not at hand, nor that of the I354: they do not get the benefit of the doubt.
	 * The 82576 and the 82580 are devices of PCIe 2.0, which has no TPH yet: they
	 * can have it in emulation only, where all of the bits are there that
	 * E1000_DCA_*_CPUID_MASK_82576 of the base driver has.
	 */
	static const struct eth_pci_tph_caps caps_3_bits = {
		.ds_rx_objects = IGB_TPH_RX_OBJECTS,
		.ds_tx_objects = IGB_TPH_TX_OBJECTS,
		.ds_tag_bits = 3,
		.iv_rx_objects = IGB_TPH_RX_OBJECTS,
		.live = true,
	};
	static const struct eth_pci_tph_caps no_caps = { .live = true };

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
		return &no_caps;
	}
}

/* Offset in BAR 0 of RXCTL or TXCTL of a queue */
static uint32_t
igb_tph_register(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t queue)
{
	/* as the queue's set-up has it in reg_idx */
	if (RTE_ETH_DEV_SRIOV(dev).active != 0)
		queue += RTE_ETH_DEV_SRIOV(dev).def_pool_q_idx;

	return direction == RTE_ETH_TPH_RX ? E1000_RXCTL(queue) : E1000_TXCTL(queue);
}

/* Write a queue's register; objects 0 gives it the value after a reset. */
static uint32_t
igb_tph_queue_write(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint8_t tag)
{
	struct e1000_hw *hw = E1000_DEV_PRIVATE_TO_HW(dev->data->dev_private);
	uint32_t reg = igb_tph_register(dev, direction, queue);

	E1000_WRITE_REG(hw, reg, direction == RTE_ETH_TPH_RX ?
		igb_tph_rxctl(objects, tag) : igb_tph_txctl(objects, tag));

	return reg;
}

int
eth_igb_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	return eth_pci_tph_info_get(dev, igb_tph_caps(dev), info);
}

int
eth_igb_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf)
{
	struct e1000_adapter *adapter = igb_tph_adapter(dev);

	if (adapter->tph == NULL)
		adapter->tph = rte_zmalloc("igb_tph", sizeof(*adapter->tph), 0);
	if (adapter->tph == NULL)
		return -ENOMEM;

	return eth_pci_tph_enable(dev, igb_tph_caps(dev), adapter->tph, conf);
}

int
eth_igb_tph_disable(struct rte_eth_dev *dev)
{
	struct e1000_hw *hw = E1000_DEV_PRIVATE_TO_HW(dev->data->dev_private);
	uint16_t q;

	for (q = 0; q < dev->data->nb_rx_queues; q++)
		igb_tph_queue_write(dev, RTE_ETH_TPH_RX, q, 0, 0);
	for (q = 0; q < dev->data->nb_tx_queues; q++)
		igb_tph_queue_write(dev, RTE_ETH_TPH_TX, q, 0, 0);
	E1000_WRITE_FLUSH(hw);

	return eth_pci_tph_disable(dev, igb_tph_adapter(dev)->tph);
}

int
eth_igb_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct e1000_hw *hw = E1000_DEV_PRIVATE_TO_HW(dev->data->dev_private);
	bool ds = conf->mode == RTE_ETH_TPH_MODE_DS;
	struct eth_tph_queue *q;
	unsigned int i;
	uint32_t reg;
	int ret;

	/* the table first: it can fail, the registers cannot */
	if (!ds) {
		ret = eth_pci_tph_vectors_apply(dev, igb_tph_adapter(dev)->tph, queues, n);
		if (ret < 0)
			return ret;
	}

	for (i = 0; i < n; i++) {
		q = &queues[i];
		reg = igb_tph_queue_write(dev, q->direction, q->queue, q->objects,
			ds ? q->tag : 0);
		if (ds) {
			q->location = RTE_ETH_TPH_LOCATION_DEVICE;
			q->index = reg;
		}
	}
	E1000_WRITE_FLUSH(hw);

	return 0;
}

void
igb_tph_close(struct rte_eth_dev *dev)
{
	struct e1000_adapter *adapter = igb_tph_adapter(dev);

	if (adapter->tph == NULL)
		return;

	if (adapter->tph->enabled)
		eth_igb_tph_disable(dev);
	rte_free(adapter->tph);
	adapter->tph = NULL;
}
