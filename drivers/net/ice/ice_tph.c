/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of ice, in Device Specific mode. If an adapter's NVM
 * turns TPH off, the device has no TPH capability, which the info reports.
 * The contexts of queues, which have tag and enables, are left to the set-up of
 * queues.
 */

#include <ethdev_driver.h>
#include <ethdev_pci.h>

#include "ice_ethdev.h"
#include "ice_tph.h"

static const struct eth_pci_tph_caps *
ice_tph_caps(const struct rte_eth_dev *dev __rte_unused)
{
	static const struct eth_pci_tph_caps caps = {
		.ds_rx_objects = ICE_TPH_RX_OBJECTS,
		.ds_tx_objects = ICE_TPH_TX_OBJECTS,
		.ds_tag_bits = 8,
	};

	return &caps;
}

const struct eth_pci_tph_driver ice_tph_driver =
	ETH_PCI_TPH_DRIVER(ice_tph_caps, NULL);
