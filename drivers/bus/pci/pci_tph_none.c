/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/* TPH stubs for operating systems without VFIO. */

#include <errno.h>

#include <eal_export.h>
#include <rte_common.h>

#include "bus_pci_tph.h"

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_info_get)
int
rte_pci_tph_info_get(const struct rte_pci_device *dev __rte_unused,
		struct rte_pci_tph_info *info __rte_unused)
{
	return -ENOTSUP;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_enable)
int
rte_pci_tph_enable(const struct rte_pci_device *dev __rte_unused,
		uint8_t mode __rte_unused, uint8_t requester __rte_unused)
{
	return -ENOTSUP;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_disable)
int
rte_pci_tph_disable(const struct rte_pci_device *dev __rte_unused)
{
	return -ENOTSUP;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_cpu_tags_get)
int
rte_pci_tph_cpu_tags_get(const struct rte_pci_device *dev __rte_unused,
		bool persistent __rte_unused, bool extended __rte_unused,
		const uint32_t *cpus __rte_unused, int32_t *tags __rte_unused,
		unsigned int n __rte_unused)
{
	return -ENOTSUP;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_st_set)
int
rte_pci_tph_st_set(const struct rte_pci_device *dev __rte_unused,
		uint32_t first __rte_unused, const uint16_t *tags __rte_unused,
		unsigned int n __rte_unused)
{
	return -ENOTSUP;
}
