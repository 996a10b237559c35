/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_PCI_TPH_H
#define ETHDEV_PCI_TPH_H

/**
 * @file
 * @internal
 *
 * TLP Processing Hints of an Ethernet device on the PCI bus
 *
 * A PCI driver describes its device by one struct eth_pci_tph_driver, made with
 * ETH_PCI_TPH_DRIVER(), and points eth_dev_ops.tph at its ops. The rest is here:
 * what device and driver can do together, turning TPH on and off, tags of CPUs,
 * and the entries of the Steering Tag (ST) table in Interrupt Vector mode.
 *
 * A device that is not live needs no function of its driver here: its driver
 * asks rte_eth_tph_queue_start() for what belongs into a queue's context.
 *
 * All inline, as in ethdev_pci.h, so that ethdev does not depend on a bus.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <bus_pci_tph.h>
#include <rte_bitops.h>
#include <rte_common.h>
#include <rte_interrupts.h>
#include <rte_pci.h>

#include "ethdev_driver.h"
#include "ethdev_tph.h"
#include <tph_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a driver can do with a device that has the TPH capability */
struct eth_pci_tph_caps {
	/**
	 * RTE_ETH_TPH_OBJ_* that Rx and Tx queues can steer in Device Specific
	 * mode; both 0 if the driver does not do it.
	 */
	uint32_t ds_rx_objects;
	uint32_t ds_tx_objects;
	/** Width of the tag in the device's registers or contexts, 1 to 16 bits */
	uint8_t ds_tag_bits;
	/** The same as ds_rx_objects in Interrupt Vector mode; 0 if not done */
	uint32_t iv_rx_objects;
};

/** A driver's descriptor of its device */
struct eth_pci_tph_driver {
	/** Filled in by ETH_PCI_TPH_DRIVER() */
	struct eth_tph_ops ops;
	/**
	 * Tell what the driver supports on this device; NULL for nothing. The
	 * port is probed, maybe not configured.
	 */
	const struct eth_pci_tph_caps *(*caps)(const struct rte_eth_dev *dev);
	/**
	 * Write objects and tag of a queue to the registers of a live device, at
	 * any time; cannot fail. NULL: the device is not live. In Interrupt
	 * Vector mode the tag is 0, as the ST table has it. Objects 0, tag 0:
	 * the value after a reset.
	 *
	 * @return
	 *   Offset of the queue's register in BAR 0.
	 */
	uint32_t (*queue_write)(struct rte_eth_dev *dev,
			enum rte_eth_tph_direction direction, uint16_t queue,
			uint32_t objects, uint16_t tag);
};

/** Initializer of a struct eth_pci_tph_driver: what it can do, and how. */
#define ETH_PCI_TPH_DRIVER(caps_function, queue_write_function) { \
	.ops = { \
		.caps_get = eth_pci_tph_caps_get, \
		.enable = eth_pci_tph_enable, \
		.disable = eth_pci_tph_disable, \
		.cpu_tags_get = eth_pci_tph_cpu_tags_get, \
		.queues_write = eth_pci_tph_queues_write, \
	}, \
	.caps = (caps_function), \
	.queue_write = (queue_write_function), \
}

/* Entries of an ST table that can belong to a queue */
#define ETH_PCI_TPH_ENTRIES RTE_MAX_RXTX_INTR_VEC_ID

static inline const struct eth_pci_tph_driver *
eth_pci_tph_driver(const struct rte_eth_dev *dev)
{
	return (const struct eth_pci_tph_driver *)((uintptr_t)dev->dev_ops->tph -
		offsetof(struct eth_pci_tph_driver, ops));
}

static inline struct rte_pci_device *
eth_pci_tph_device(const struct rte_eth_dev *dev)
{
	return RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device);
}

/* Why TPH cannot be used, from what the bus was told */
static inline enum rte_eth_tph_reason
eth_pci_tph_reason(const struct rte_pci_tph_info *pci)
{
	if (!pci->capable)
		return RTE_ETH_TPH_NO_CAPABILITY;
	if (!pci->usable)
		return RTE_ETH_TPH_NO_PLATFORM;
	/* less does not let the user look up or choose tags */
	if (pci->policy < RTE_PCI_TPH_POLICY_DS_ST)
		return RTE_ETH_TPH_NO_POLICY;
	return RTE_ETH_TPH_USABLE;
}

static inline void
eth_pci_tph_caps_fill(struct eth_tph_caps *caps, const struct rte_pci_tph_info *pci,
		const struct eth_pci_tph_caps *device)
{
	if ((pci->requesters & RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_TPH)) != 0)
		caps->requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD);
	if ((pci->requesters & RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_EXT)) != 0)
		caps->requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED);

	if (pci->st_table_loc == RTE_PCI_TPH_CAP_LOC_CAP)
		caps->st_table = RTE_ETH_TPH_LOCATION_CAPABILITY;
	else if (pci->st_table_loc == RTE_PCI_TPH_CAP_LOC_MSIX)
		caps->st_table = RTE_ETH_TPH_LOCATION_MSIX;
	caps->st_entries = pci->st_entries;

	if ((pci->modes & RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_DS)) != 0)
		caps->modes[RTE_ETH_TPH_MODE_DS] = (struct eth_tph_mode_caps) {
			.rx_objects = device->ds_rx_objects,
			.tx_objects = device->ds_tx_objects,
			.tag_bits = device->ds_tag_bits,
		};
	if ((pci->modes & RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_IV)) != 0 &&
			pci->st_entries != 0)
		caps->modes[RTE_ETH_TPH_MODE_IV] = (struct eth_tph_mode_caps) {
			.rx_objects = device->iv_rx_objects,
			.tag_bits = 16,
		};
}

/** @internal eth_tph_ops.caps_get of PCI drivers */
static inline int
eth_pci_tph_caps_get(struct rte_eth_dev *dev, struct eth_tph_caps *caps)
{
	const struct eth_pci_tph_driver *driver = eth_pci_tph_driver(dev);
	const struct eth_pci_tph_caps *device = driver->caps(dev);
	struct rte_pci_tph_info pci;
	int ret;

	if (device == NULL) {
		caps->reason = RTE_ETH_TPH_NO_DRIVER;
		return 0;
	}

	ret = rte_pci_tph_info_get(eth_pci_tph_device(dev), &pci);
	if (ret == -ENOTSUP) {
		caps->reason = RTE_ETH_TPH_NO_VFIO;
		return 0;
	}
	if (ret == -ENOTTY) {
		caps->reason = RTE_ETH_TPH_NO_KERNEL;
		return 0;
	}
	if (ret < 0)
		return ret;

	caps->reason = eth_pci_tph_reason(&pci);
	if (caps->reason == RTE_ETH_TPH_USABLE)
		eth_pci_tph_caps_fill(caps, &pci, device);
	caps->live = driver->queue_write != NULL;
	return 0;
}

/** @internal eth_tph_ops.enable of PCI drivers */
static inline int
eth_pci_tph_enable(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info)
{
	return rte_pci_tph_enable(eth_pci_tph_device(dev),
		info->mode == RTE_ETH_TPH_MODE_DS ?
			RTE_PCI_TPH_CTRL_MODE_DS : RTE_PCI_TPH_CTRL_MODE_IV,
		info->requester == RTE_ETH_TPH_REQUESTER_EXTENDED ?
			RTE_PCI_TPH_CTRL_REQUESTER_EXT : RTE_PCI_TPH_CTRL_REQUESTER_TPH);
}

/** @internal eth_tph_ops.disable of PCI drivers */
static inline int
eth_pci_tph_disable(struct rte_eth_dev *dev)
{
	return rte_pci_tph_disable(eth_pci_tph_device(dev));
}

/** @internal eth_tph_ops.cpu_tags_get of PCI drivers */
static inline int
eth_pci_tph_cpu_tags_get(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
		const uint32_t *cpus, int32_t *tags, unsigned int n)
{
	return rte_pci_tph_cpu_tags_get(eth_pci_tph_device(dev),
		info->memory == RTE_ETH_TPH_MEMORY_PERSISTENT,
		info->requester == RTE_ETH_TPH_REQUESTER_EXTENDED, cpus, tags, n);
}

/* The vector that belongs to a queue alone, or negative errno */
static inline int
eth_pci_tph_vector(const struct rte_eth_dev *dev,
		enum rte_eth_tph_direction direction, uint16_t queue)
{
	struct rte_intr_handle *intr = dev->intr_handle;
	int efds = rte_intr_nb_efd_get(intr);
	int vector;

	/* ethdev has no interrupts for Tx queues */
	if (direction != RTE_ETH_TPH_RX)
		return -ENOTSUP;

	/* if there are fewer vectors than queues, the last vector is shared */
	if (!rte_intr_dp_is_en(intr) ||
			(efds < dev->data->nb_rx_queues && queue >= efds - 1))
		return -ENOTSUP;

	/* vector 0 is for everything else */
	vector = rte_intr_vec_list_index_get(intr, queue);
	if (vector < RTE_INTR_VEC_RXTX_OFFSET)
		return -ENOTSUP;

	return vector;
}

/* Changes to the ST table */
struct eth_pci_tph_entries {
	unsigned int n; /* of the table */
	uint16_t old_tags[ETH_PCI_TPH_ENTRIES];
	uint16_t tags[ETH_PCI_TPH_ENTRIES];
	bool chosen[ETH_PCI_TPH_ENTRIES]; /* is to be written */
};

/* Write chosen entries below end, with a call for each run of neighbours. */
static inline int
eth_pci_tph_runs_write(const struct rte_eth_dev *dev,
		const struct eth_pci_tph_entries *entries, const uint16_t *tags,
		unsigned int end, unsigned int *failed)
{
	unsigned int first, next;
	int ret;

	for (first = 0; first < end; first = next) {
		for (next = first; next < end && entries->chosen[next]; next++)
			;
		if (next == first) {
			next++;
			continue;
		}
		ret = rte_pci_tph_st_set(eth_pci_tph_device(dev), first, &tags[first],
			next - first);
		if (ret < 0) {
			*failed = first;
			return ret;
		}
	}
	return 0;
}

/* Find the entries of queues, and what these entries are to be. */
static inline int
eth_pci_tph_entries_fill(const struct rte_eth_dev *dev,
		const struct rte_eth_tph_info *info,
		struct eth_pci_tph_entries *entries,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct eth_tph_queue *q;
	unsigned int i;
	int vector;

	memset(entries, 0, sizeof(*entries));
	entries->n = RTE_MIN(info->st_entries, (uint32_t)ETH_PCI_TPH_ENTRIES);

	/* old ones before new ones: one queue may get what was another's */
	for (i = 0; i < n; i++) {
		q = &queues[i];
		if (q->location != info->st_table || q->index >= entries->n)
			continue;
		entries->old_tags[q->index] = q->old_tag;
		entries->chosen[q->index] = true;
	}

	for (i = 0; i < n; i++) {
		q = &queues[i];
		if (q->objects == 0)
			continue;
		vector = eth_pci_tph_vector(dev, q->direction, q->queue);
		if (vector < 0 || (unsigned int)vector >= entries->n) {
			RTE_ETHDEV_LOG_LINE(ERR,
				"Port %u %s queue %u has no interrupt vector of its own to steer by",
				dev->data->port_id,
				rte_eth_tph_direction_name(q->direction), q->queue);
			return -ENOTSUP;
		}
		q->location = info->st_table;
		q->index = vector;
		entries->tags[vector] = q->tag;
		entries->chosen[vector] = true;
	}

	return 0;
}

/* Write the ST table entries of queues in Interrupt Vector mode, all or none. */
static inline int
eth_pci_tph_table_write(const struct rte_eth_dev *dev,
		const struct rte_eth_tph_info *info,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct eth_pci_tph_entries entries;
	unsigned int failed;
	int ret;

	ret = eth_pci_tph_entries_fill(dev, info, &entries, queues, n);
	if (ret < 0)
		return ret;

	ret = eth_pci_tph_runs_write(dev, &entries, entries.tags, entries.n, &failed);
	if (ret < 0 && eth_pci_tph_runs_write(dev, &entries, entries.old_tags, failed,
			&failed) < 0)
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: ST table entries below %u are lost",
			dev->data->port_id, failed);
	return ret;
}

/** @internal eth_tph_ops.queues_write of PCI drivers */
static inline int
eth_pci_tph_queues_write(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
		struct eth_tph_queue *queues, unsigned int n)
{
	const struct eth_pci_tph_driver *driver = eth_pci_tph_driver(dev);
	bool ds = info->mode == RTE_ETH_TPH_MODE_DS;
	struct eth_tph_queue *q;
	unsigned int i;
	uint32_t reg;
	int ret;

	/* the table first: it can fail, the registers cannot */
	if (!ds) {
		ret = eth_pci_tph_table_write(dev, info, queues, n);
		if (ret < 0)
			return ret;
	}

	for (i = 0; i < n && driver->queue_write != NULL; i++) {
		q = &queues[i];
		reg = driver->queue_write(dev, q->direction, q->queue, q->objects,
			ds && q->objects != 0 ? q->tag : 0);
		if (ds) {
			q->location = RTE_ETH_TPH_LOCATION_DEVICE;
			q->index = reg;
		}
	}

	return 0;
}

#ifdef __cplusplus
}
#endif

#endif /* ETHDEV_PCI_TPH_H */
