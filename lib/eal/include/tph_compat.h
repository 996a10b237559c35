/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef TPH_COMPAT_H
#define TPH_COMPAT_H

/**
 * @file
 * @internal
 *
 * Backports what DPDK's main branch has and older trees lack. Installed in
 * older trees only.
 */

#include <rte_atomic.h>
#include <rte_common.h>
#include <rte_log.h>

#ifndef rte_memory_order_seq_cst
#define rte_memory_order_seq_cst __ATOMIC_SEQ_CST
#endif

#ifndef RTE_CLASS_TO_BUS_DEVICE
#define RTE_CLASS_TO_BUS_DEVICE(class_dev, type) RTE_DEV_TO_PCI((class_dev)->device)
#endif

#ifndef PCI_LOG
#define PCI_LOG(level, ...) \
	RTE_LOG(level, EAL, RTE_FMT(RTE_FMT_HEAD(__VA_ARGS__ ,) "\n", \
		RTE_FMT_TAIL(__VA_ARGS__ ,)))
#endif

#ifndef RTE_ETHDEV_LOG_LINE
#define RTE_ETHDEV_LOG_LINE(level, ...) \
	RTE_ETHDEV_LOG(level, RTE_FMT(RTE_FMT_HEAD(__VA_ARGS__ ,) "\n", \
		RTE_FMT_TAIL(__VA_ARGS__ ,)))
#endif

/* in 22.11 it takes a non-const device */
#ifndef rte_pci_find_ext_capability
#define rte_pci_find_ext_capability(dev, cap) \
	((rte_pci_find_ext_capability)((void *)(uintptr_t)(dev), cap))
#endif

#endif /* TPH_COMPAT_H */
