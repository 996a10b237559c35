/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef BUS_PCI_TPH_H
#define BUS_PCI_TPH_H

/**
 * @file
 *
 * TLP Processing Hints (TPH) of a PCIe device, for drivers.
 *
 * Query what device and platform support, or why TPH cannot be used; turn the
 * TPH requester on and off; look up the tags of CPUs; program the device's
 * Steering Tag (ST) table. Which tag goes to which queue, and the device's own
 * registers, are up to its driver.
 *
 * All of it goes through the kernel's VFIO: the device must be bound to vfio-pci
 * with an IOMMU. Otherwise the functions return -ENOTSUP.
 *
 * The functions are not thread-safe for the same device.
 */

#include <stdbool.h>
#include <stdint.h>

#include <bus_pci_driver.h>
#include <rte_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * How much TPH the host's administrator allows; each includes those before it.
 * The numbers are those of the kernel.
 */
enum rte_pci_tph_policy {
	RTE_PCI_TPH_POLICY_OFF = 0, /**< Nothing. */
	RTE_PCI_TPH_POLICY_NO_ST,   /**< Hints without tags. */
	RTE_PCI_TPH_POLICY_IV_ST,   /**< ST table entries that the kernel looks up. */
	RTE_PCI_TPH_POLICY_DS_ST,   /**< Any tag, anywhere. */
};

/**
 * What a device can do. Modes, requester types and location are those of the TPH
 * Requester Capability and Control registers, as in rte_pci.h.
 */
struct rte_pci_tph_info {
	bool capable;         /**< The device has the capability. */
	bool usable;          /**< Platform and kernel let it be used. */
	enum rte_pci_tph_policy policy; /**< What the host allows. */
	bool user_opt_in;     /**< The present user of the device has opted in. */
	uint32_t modes;       /**< Bit (1 << mode) for each ST mode. */
	uint32_t requesters;  /**< Bit (1 << type) for each type negotiated. */
	uint8_t st_table_loc; /**< Where the ST table is. */
	uint32_t st_entries;  /**< Entries of the ST table, 0 to 2048. */
};

/**
 * Tell what a device can do with TPH, in one call of the kernel.
 *
 * @param dev
 *   The device.
 * @param[out] info
 *   The answer.
 * @return
 *   - 0: Success, even if TPH cannot be used.
 *   - -ENOTSUP: The device is not bound to vfio-pci, or has no IOMMU.
 *   - -ENOTTY: The kernel does not support TPH in VFIO.
 *   - Another negative errno of the kernel: it could not be asked.
 */
__rte_internal
int rte_pci_tph_info_get(const struct rte_pci_device *dev,
		struct rte_pci_tph_info *info);

/**
 * Opt in, select the ST mode and turn the requester on.
 *
 * The ST table is left as it is.  The opt-in lasts until the device is closed.
 * If the requester is on, it is turned off first.
 *
 * @param dev
 *   The device.
 * @param mode
 *   ST mode, one of rte_pci_tph_info.modes.
 * @param requester
 *   Requester type, one of rte_pci_tph_info.requesters.
 * @return
 *   - 0: Success; both were read back from the device.
 *   - A negative errno of the kernel, which a log line explains: TPH is off.
 *     -ENOTSUP or -EOPNOTSUPP if TPH cannot be used, -EIO if the device does
 *     not take mode or type, or cannot be reached.
 */
__rte_internal
int rte_pci_tph_enable(const struct rte_pci_device *dev, uint8_t mode,
		uint8_t requester);

/**
 * Turn the requester off.
 *
 * @param dev
 *   The device.
 * @return
 *   - 0: Success, even if it was off already or TPH cannot be used.
 *   - -EIO or another negative errno of the kernel: it could not be turned off.
 */
__rte_internal
int rte_pci_tph_disable(const struct rte_pci_device *dev);

/**
 * Look up the Steering Tags of CPUs for requests of a device.
 *
 * Takes one system call for any number of CPUs.  TPH must have been enabled once
 * since the device was opened.
 *
 * @param dev
 *   The device.
 * @param persistent
 *   True: tags for persistent memory. False: for volatile memory.
 * @param extended
 *   Tags of 16 bits, not of 8 bits.
 * @param cpus
 *   Numbers of online CPUs, as the kernel counts.
 * @param[out] tags
 *   The tag of each CPU, or -1 where the platform has none.  Unchanged if the
 *   call fails.
 * @param n
 *   Number of them, 1 to the number of possible CPUs.
 * @return
 *   - 0: Success; a CPU that has no tag is not an error.
 *   - -EINVAL: A CPU is not online, bad *n*, or TPH was never enabled.
 *   - -ENOTSUP: TPH cannot be used, or the platform provides no tags.
 *   - -EPERM: The policy is less than RTE_PCI_TPH_POLICY_DS_ST.
 *   - -ENOMEM: Out of memory.
 *   - Another negative errno of the kernel.
 */
__rte_internal
int rte_pci_tph_cpu_tags_get(const struct rte_pci_device *dev, bool persistent,
		bool extended, const uint32_t *cpus, int32_t *tags, unsigned int n);

/**
 * Set consecutive entries of the ST table, all or none.
 *
 * One call of the kernel, however many entries.  TPH may be on or off, but must
 * have been enabled once since the device was opened.
 *
 * @param dev
 *   The device.
 * @param first
 *   Index of the first entry, 0 to rte_pci_tph_info.st_entries - 1.
 * @param tags
 *   Tags, at most 0xFF each unless the extended requester type was negotiated.
 * @param n
 *   Number of entries, at least 1.
 * @return
 *   - 0: Success.
 *   - -EINVAL: Bad index, count or tag, or TPH was never enabled.
 *   - -ENOTSUP: Not usable, or the device has no ST table.
 *   - -EPERM: The policy is less than RTE_PCI_TPH_POLICY_DS_ST.
 *   - -ENOMEM: Out of memory.
 *   - -EIO: The device cannot be reached.
 *   - Another negative errno of the kernel.
 */
__rte_internal
int rte_pci_tph_st_set(const struct rte_pci_device *dev, uint32_t first,
		const uint16_t *tags, unsigned int n);

#ifdef __cplusplus
}
#endif

#endif /* BUS_PCI_TPH_H */
