/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of ice, in Device Specific mode.
 *
 * Tag and enables are in the contexts of queues, which are written when the port
 * starts: a stash is remembered here until then.  Where the NVM of an adapter
 * has TPH turned off, the device has no TPH capability, and its info says so.
 */

#include <string.h>

#include <ethdev_driver.h>
#include <ethdev_pci.h>
#include <ethdev_pci_tph.h>
#include <rte_malloc.h>

#include "ice_ethdev.h"
#include "ice_tph.h"

/*
 * From the first enabling of TPH until the port is closed; not shorter, because
 * TPH may be disabled while dev_start reads it.
 */
struct ice_tph {
	struct eth_pci_tph pci;
	struct eth_pci_tph_contexts contexts;
};

static const struct eth_pci_tph_caps ice_tph_caps = {
	.ds_rx_objects = ICE_TPH_RX_OBJECTS,
	.ds_tx_objects = ICE_TPH_TX_OBJECTS,
	.ds_tag_bits = 8,
	.live = false,
};

static struct ice_adapter *
ice_tph_adapter(struct rte_eth_dev *dev)
{
	return ICE_DEV_PRIVATE_TO_ADAPTER(dev->data->dev_private);
}

void
ice_tph_rxq_context(struct ice_hw *hw, struct ice_rlan_ctx *ctx,
		uint16_t queue)
{
	const struct ice_adapter *adapter = hw->back;
	const struct ice_tph *tph = adapter->tph;

	if (tph == NULL)
		ice_tph_rxq_encode(ctx, 0, 0);
	else
		ice_tph_rxq_encode(ctx, tph->contexts.rx[queue].objects,
			tph->contexts.rx[queue].tag);
}

void
ice_tph_txq_context(struct ice_hw *hw, struct ice_tlan_ctx *ctx,
		uint16_t queue)
{
	const struct ice_adapter *adapter = hw->back;
	const struct ice_tph *tph = adapter->tph;

	if (tph == NULL)
		ice_tph_txq_encode(ctx, 0, 0);
	else
		ice_tph_txq_encode(ctx, tph->contexts.tx[queue].objects,
			tph->contexts.tx[queue].tag);
}

int
ice_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	return eth_pci_tph_info_get(dev, &ice_tph_caps, info);
}

int
ice_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf)
{
	struct ice_adapter *adapter = ice_tph_adapter(dev);

	if (adapter->tph == NULL)
		adapter->tph = rte_zmalloc("ice_tph", sizeof(*adapter->tph), 0);
	if (adapter->tph == NULL)
		return -ENOMEM;

	return eth_pci_tph_enable(dev, &ice_tph_caps, &adapter->tph->pci, conf);
}

int
ice_tph_disable(struct rte_eth_dev *dev)
{
	struct ice_tph *tph = ice_tph_adapter(dev)->tph;

	memset(&tph->contexts, 0, sizeof(tph->contexts));

	return eth_pci_tph_disable(dev, &tph->pci);
}

int
ice_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf __rte_unused,
		struct eth_tph_queue *queues, unsigned int n)
{
	eth_pci_tph_contexts_apply(&ice_tph_adapter(dev)->tph->contexts, queues, n);
	return 0;
}

void
ice_tph_close(struct rte_eth_dev *dev)
{
	struct ice_adapter *adapter = ice_tph_adapter(dev);

	if (adapter->tph == NULL)
		return;

	if (adapter->tph->pci.enabled)
		ice_tph_disable(dev);
	rte_free(adapter->tph);
	adapter->tph = NULL;
}
