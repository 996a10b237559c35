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
 * What a device and its platform can do with Steering Tags, or why nothing;
 * switching its TPH requester on and off; the tags of CPUs; the device's
 * Steering Tag (ST) table.  Which tag belongs to which queue, and registers of
 * the device, are left to its driver.
 *
 * All of it goes through the kernel, which must have been given the device with
 * VFIO and an IOMMU.  Everywhere else the functions return -ENOTSUP.
 *
 * None of the functions may be called for one device by several threads at the
 * same time.
 */

#include <stdbool.h>
#include <stdint.h>

#include <bus_pci_driver.h>
#include <rte_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why TPH cannot be used, from the program outwards. */
enum rte_pci_tph_reason {
	RTE_PCI_TPH_USABLE = 0,     /**< It can. */
	RTE_PCI_TPH_NO_VFIO,        /**< Not bound to vfio-pci, or no IOMMU. */
	RTE_PCI_TPH_NO_KERNEL,      /**< The kernel does not know TPH in VFIO. */
	RTE_PCI_TPH_NO_CAPABILITY,  /**< The device has no TPH capability. */
	RTE_PCI_TPH_NO_PLATFORM,    /**< Nothing negotiable with the Root Port, or pci=notph. */
	RTE_PCI_TPH_NO_HOST_OPT_IN, /**< Module parameter enable_unsafe_tph is off. */
};

/** ST mode, as encoded in the TPH Requester Control Register. */
enum rte_pci_tph_mode {
	RTE_PCI_TPH_MODE_NS = 0, /**< No ST: every tag is 0. */
	RTE_PCI_TPH_MODE_IV = 1, /**< Interrupt Vector: ST table entry of the vector. */
	RTE_PCI_TPH_MODE_DS = 2, /**< Device Specific: the device's own registers. */
};

/** Requester type, as encoded in the TPH Requester Control Register. */
enum rte_pci_tph_requester {
	RTE_PCI_TPH_REQUESTER_STANDARD = 1, /**< Tags of 8 bits. */
	RTE_PCI_TPH_REQUESTER_EXTENDED = 3, /**< Tags of 16 bits. */
};

/** Where the ST table of a device is. */
enum rte_pci_tph_st_loc {
	RTE_PCI_TPH_ST_LOC_NONE = 0, /**< There is none. */
	RTE_PCI_TPH_ST_LOC_CAP = 1,  /**< In the TPH capability. */
	RTE_PCI_TPH_ST_LOC_MSIX = 2, /**< In the MSI-X table, an entry a vector. */
};

/** What a device can do. */
struct rte_pci_tph_info {
	enum rte_pci_tph_reason reason; /**< Why not, or that it can. */
	/** Bit (1 << mode) for each enum rte_pci_tph_mode. */
	uint32_t modes;
	/** Bit (1 << type) for each enum rte_pci_tph_requester negotiated. */
	uint32_t requesters;
	enum rte_pci_tph_st_loc st_table_loc;
	uint32_t st_entries; /**< Entries of the ST table, 0 to 2048. */
	bool host_opt_in;    /**< The host allows it. */
	bool user_opt_in;    /**< This open of the device has asked for it. */
};

/** A CPU and its Steering Tag. */
struct rte_pci_tph_cpu_tag {
	uint32_t cpu; /**< In: number of an online CPU, as the kernel counts. */
	uint16_t tag; /**< Out: its tag, if valid. */
	bool valid;   /**< Out: the platform has a tag for this CPU. */
};

/**
 * Tell whether TPH of a device can be used, how, and if not why not.
 *
 * @param dev
 *   The device.
 * @param[out] info
 *   The answer; info->reason is always set on success.
 * @return
 *   - 0: Success, also when TPH cannot be used.
 *   - -EIO or another negative errno of the kernel: it could not be asked.
 */
__rte_internal
int rte_pci_tph_info_get(const struct rte_pci_device *dev,
		struct rte_pci_tph_info *info);

/**
 * Opt in, select the ST mode and turn the requester on.
 *
 * The ST table is left as it is.  The opt-in lasts until the device is closed.
 * A requester that is on is turned off first.
 *
 * @param dev
 *   The device.
 * @param mode
 *   ST mode, one of rte_pci_tph_info.modes.
 * @param requester
 *   Requester type, one of rte_pci_tph_info.requesters.
 * @return
 *   - 0: Success; the device was read back and has both.
 *   - -ENOTSUP: Not usable, or no such mode or type, which a log line explains.
 *   - -EIO or another negative errno of the kernel: it failed, and TPH is off.
 */
__rte_internal
int rte_pci_tph_enable(const struct rte_pci_device *dev,
		enum rte_pci_tph_mode mode, enum rte_pci_tph_requester requester);

/**
 * Turn the requester off.
 *
 * @param dev
 *   The device.
 * @return
 *   - 0: Success, also when it was off already or can never be on.
 *   - -EIO or another negative errno of the kernel: it could not be turned off.
 */
__rte_internal
int rte_pci_tph_disable(const struct rte_pci_device *dev);

/**
 * Look up the Steering Tags of CPUs for requests of a device.
 *
 * One call of the kernel, however many CPUs.  TPH must have been enabled once
 * since the device was opened.
 *
 * @param dev
 *   The device.
 * @param persistent
 *   Tags for persistent memory, not for volatile memory.
 * @param extended
 *   Tags of 16 bits, not of 8 bits.
 * @param[in,out] tags
 *   CPUs in, tags out.  Unchanged if the call fails.
 * @param n
 *   Number of them, 1 to the number of possible CPUs.
 * @return
 *   - 0: Success; a CPU that has no tag is no error.
 *   - -EINVAL: A CPU is not online, bad *n*, or TPH was never enabled.
 *   - -ENOTSUP: Not usable, or the platform tells no tags.
 *   - -ENOMEM: Out of memory.
 *   - Another negative errno of the kernel.
 */
__rte_internal
int rte_pci_tph_cpu_tags_get(const struct rte_pci_device *dev, bool persistent,
		bool extended, struct rte_pci_tph_cpu_tag *tags, unsigned int n);

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
