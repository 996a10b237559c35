/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of i40e, in Device Specific mode.
 *
 * Tag and enables are in the contexts of queues, which are written when the port
 * starts: a stash is remembered here until then.
 */

#include <string.h>

#include <ethdev_driver.h>
#include <ethdev_pci.h>
#include <ethdev_pci_tph.h>
#include <rte_malloc.h>

#include "i40e_ethdev.h"
#include "i40e_tph.h"

/*
 * From the first enabling of TPH until the port is closed; not shorter, because
 * TPH may be disabled while dev_start reads it.
 */
struct i40e_tph {
	struct eth_pci_tph pci;
	struct eth_pci_tph_contexts contexts;
};

static const struct eth_pci_tph_caps i40e_tph_caps = {
	.ds_rx_objects = I40E_TPH_RX_OBJECTS,
	.ds_tx_objects = I40E_TPH_TX_OBJECTS,
	.ds_tag_bits = 8,
	.live = false,
};

static struct i40e_adapter *
i40e_tph_adapter(struct rte_eth_dev *dev)
{
	return I40E_DEV_PRIVATE_TO_ADAPTER(dev->data->dev_private);
}

void
i40e_tph_rxq_context(struct i40e_hw *hw, struct i40e_hmc_obj_rxq *ctx,
		uint16_t queue)
{
	const struct i40e_adapter *adapter = hw->back;
	const struct i40e_tph *tph = adapter->tph;

	if (tph == NULL)
		i40e_tph_rxq_encode(ctx, 0, 0);
	else
		i40e_tph_rxq_encode(ctx, tph->contexts.rx[queue].objects,
			tph->contexts.rx[queue].tag);
}

void
i40e_tph_txq_context(struct i40e_vsi *vsi, struct i40e_hmc_obj_txq *ctx,
		uint16_t queue)
{
	const struct i40e_adapter *adapter = vsi->adapter;
	const struct i40e_tph *tph = adapter->tph;

	/* the queue of the flow director is no queue of the port */
	if (vsi->type == I40E_VSI_FDIR)
		tph = NULL;

	if (tph == NULL)
		i40e_tph_txq_encode(ctx, 0, 0);
	else
		i40e_tph_txq_encode(ctx, tph->contexts.tx[queue].objects,
			tph->contexts.tx[queue].tag);
}

int
i40e_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	return eth_pci_tph_info_get(dev, &i40e_tph_caps, info);
}

int
i40e_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf)
{
	struct i40e_adapter *adapter = i40e_tph_adapter(dev);

	if (adapter->tph == NULL)
		adapter->tph = rte_zmalloc("i40e_tph", sizeof(*adapter->tph), 0);
	if (adapter->tph == NULL)
		return -ENOMEM;

	return eth_pci_tph_enable(dev, &i40e_tph_caps, &adapter->tph->pci, conf);
}

int
i40e_tph_disable(struct rte_eth_dev *dev)
{
	struct i40e_tph *tph = i40e_tph_adapter(dev)->tph;

	memset(&tph->contexts, 0, sizeof(tph->contexts));

	return eth_pci_tph_disable(dev, &tph->pci);
}

int
i40e_tph_stash_apply(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf __rte_unused,
		struct eth_tph_queue *queues, unsigned int n)
{
	eth_pci_tph_contexts_apply(&i40e_tph_adapter(dev)->tph->contexts, queues, n);
	return 0;
}

void
i40e_tph_close(struct rte_eth_dev *dev)
{
	struct i40e_adapter *adapter = i40e_tph_adapter(dev);

	if (adapter->tph == NULL)
		return;

	if (adapter->tph->pci.enabled)
		i40e_tph_disable(dev);
	rte_free(adapter->tph);
	adapter->tph = NULL;
}
