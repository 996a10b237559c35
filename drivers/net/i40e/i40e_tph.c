/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of i40e, in Device Specific mode.
 * The contexts of queues, which have tag and enables, are left to the set-up of
 * queues.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>

#include "i40e_ethdev.h"
#include "i40e_tph.h"

static const struct eth_pci_tph_caps *
i40e_tph_caps(const struct rte_eth_dev *dev __rte_unused)
{
	static const struct eth_pci_tph_caps caps = {
		.ds_rx_objects = I40E_TPH_RX_OBJECTS,
		.ds_tx_objects = I40E_TPH_TX_OBJECTS,
		.ds_tag_bits = 8,
	};

	return &caps;
}

const struct eth_pci_tph_driver i40e_tph_driver =
	ETH_PCI_TPH_DRIVER(i40e_tph_caps, NULL);
