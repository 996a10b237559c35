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
 * What the TPH operations of PCI drivers have in common, on top of
 * bus_pci_tph.h: what device and driver can do together, choosing mode and
 * requester, tags of CPUs, and the entries of the Steering Tag (ST) table in
 * Interrupt Vector mode.  Registers and queue contexts of a device are left to
 * its driver, calls in the right order to ethdev.
 *
 * All inline, as in ethdev_pci.h, so that ethdev does not depend on a bus.
 * ethdev serialises the calls for a port.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bus_pci_tph.h>
#include <rte_bitops.h>
#include <rte_common.h>
#include <rte_interrupts.h>

#include "ethdev_driver.h"
#include "ethdev_tph.h"
#include <tph_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a driver can do with its device, if the device has the capability */
struct eth_pci_tph_caps {
	/**
	 * RTE_ETH_TPH_OBJ_* that Rx and Tx queues can steer in Device Specific
	 * mode; both 0 if the driver does not do it.
	 */
	uint32_t ds_rx_objects;
	uint32_t ds_tx_objects;
	/** Width of the tag in the device's registers or contexts, 1 to 16 bits */
	uint8_t ds_tag_bits;
	/** The same for Rx queues in Interrupt Vector mode; 0 if not done */
	uint32_t iv_rx_objects;
	/** As rte_eth_tph_info.live */
	bool live;
};

/** What is on, in the driver's private data; all 0 is off */
struct eth_pci_tph {
	bool enabled;
	enum rte_eth_tph_location st_table; /**< Where the ST table is */
	uint32_t st_entries;
	/**
	 * The tags that were written to the ST table, to go back to and to clear:
	 * not every table can be read.
	 */
	uint16_t st_tags[RTE_MAX_RXTX_INTR_VEC_ID];
};

/** What a queue steers, until its context is written; all 0 is nothing */
struct eth_pci_tph_context {
	uint8_t objects; /**< RTE_ETH_TPH_OBJ_* */
	uint8_t tag;
};

/**
 * The same of all queues, in the private data of a driver whose queue contexts
 * are written when the port starts
 */
struct eth_pci_tph_contexts {
	struct eth_pci_tph_context rx[RTE_MAX_QUEUES_PER_PORT];
	struct eth_pci_tph_context tx[RTE_MAX_QUEUES_PER_PORT];
};

static inline enum rte_eth_tph_reason
eth_pci_tph_reason(enum rte_pci_tph_reason reason)
{
	switch (reason) {
	case RTE_PCI_TPH_USABLE:
		return RTE_ETH_TPH_USABLE;
	case RTE_PCI_TPH_NO_VFIO:
		return RTE_ETH_TPH_NO_VFIO;
	case RTE_PCI_TPH_NO_KERNEL:
		return RTE_ETH_TPH_NO_KERNEL;
	case RTE_PCI_TPH_NO_CAPABILITY:
		return RTE_ETH_TPH_NO_CAPABILITY;
	case RTE_PCI_TPH_NO_PLATFORM:
		return RTE_ETH_TPH_NO_PLATFORM;
	case RTE_PCI_TPH_NO_HOST_OPT_IN:
		return RTE_ETH_TPH_NO_HOST_OPT_IN;
	}
	return RTE_ETH_TPH_NO_PLATFORM;
}

static inline enum rte_eth_tph_location
eth_pci_tph_location(enum rte_pci_tph_st_loc loc)
{
	switch (loc) {
	case RTE_PCI_TPH_ST_LOC_NONE:
		return RTE_ETH_TPH_LOCATION_NONE;
	case RTE_PCI_TPH_ST_LOC_CAP:
		return RTE_ETH_TPH_LOCATION_CAPABILITY;
	case RTE_PCI_TPH_ST_LOC_MSIX:
		return RTE_ETH_TPH_LOCATION_MSIX;
	}
	return RTE_ETH_TPH_LOCATION_NONE;
}

/* Modes that both the device and its driver have, as rte_eth_tph_info.modes */
static inline uint32_t
eth_pci_tph_modes(const struct eth_pci_tph_caps *caps,
		const struct rte_pci_tph_info *pci)
{
	uint32_t modes = 0;

	if ((pci->modes & RTE_BIT32(RTE_PCI_TPH_MODE_DS)) != 0 &&
			(caps->ds_rx_objects | caps->ds_tx_objects) != 0)
		modes |= RTE_BIT32(RTE_ETH_TPH_MODE_DS);
	if ((pci->modes & RTE_BIT32(RTE_PCI_TPH_MODE_IV)) != 0 &&
			pci->st_entries != 0 && caps->iv_rx_objects != 0)
		modes |= RTE_BIT32(RTE_ETH_TPH_MODE_IV);

	return modes;
}

static inline uint32_t
eth_pci_tph_requesters(const struct rte_pci_tph_info *pci)
{
	uint32_t requesters = 0;

	if ((pci->requesters & RTE_BIT32(RTE_PCI_TPH_REQUESTER_STANDARD)) != 0)
		requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD);
	if ((pci->requesters & RTE_BIT32(RTE_PCI_TPH_REQUESTER_EXTENDED)) != 0)
		requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED);

	return requesters;
}

/*
 * The device's own registers steer more than its interrupt vectors do, so they
 * come first.
 */
static inline enum rte_eth_tph_mode
eth_pci_tph_mode_choose(uint32_t modes)
{
	return (modes & RTE_BIT32(RTE_ETH_TPH_MODE_DS)) != 0 ?
		RTE_ETH_TPH_MODE_DS : RTE_ETH_TPH_MODE_IV;
}

/* Wide tags cost a TLP prefix in each request: only where they can be stored. */
static inline enum rte_eth_tph_requester
eth_pci_tph_requester_choose(const struct eth_pci_tph_caps *caps,
		enum rte_eth_tph_mode mode, uint32_t requesters)
{
	bool wide = mode == RTE_ETH_TPH_MODE_IV || caps->ds_tag_bits > 8;

	if (!wide && (requesters & RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD)) != 0)
		return RTE_ETH_TPH_REQUESTER_STANDARD;

	return (requesters & RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED)) != 0 ?
		RTE_ETH_TPH_REQUESTER_EXTENDED : RTE_ETH_TPH_REQUESTER_STANDARD;
}

/**
 * @internal
 * What device and driver can do together, for eth_tph_info_get_t.
 *
 * @param dev
 *   The port.
 * @param caps
 *   What the driver can do.
 * @param info
 *   As of eth_tph_info_get_t.
 * @return
 *   0, or negative errno of rte_pci_tph_info_get().
 */
static inline int
eth_pci_tph_info_get(struct rte_eth_dev *dev, const struct eth_pci_tph_caps *caps,
		struct rte_eth_tph_info *info)
{
	enum rte_eth_tph_requester requester = info->requester;
	enum rte_eth_tph_mode mode = info->mode;
	struct rte_pci_tph_info pci;
	uint8_t link_bits;
	int ret;

	ret = rte_pci_tph_info_get(RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device),
		&pci);
	if (ret < 0)
		return ret;

	info->reason = eth_pci_tph_reason(pci.reason);
	if (info->reason != RTE_ETH_TPH_USABLE)
		return 0;

	info->modes = eth_pci_tph_modes(caps, &pci);
	if (info->modes == 0) {
		/* a capability without a mode that steers is none */
		info->reason = RTE_ETH_TPH_NO_CAPABILITY;
		return 0;
	}
	info->requesters = eth_pci_tph_requesters(&pci);
	info->st_table = eth_pci_tph_location(pci.st_table_loc);
	info->st_entries = pci.st_entries;
	info->live = caps->live;

	if (!info->enabled) {
		mode = eth_pci_tph_mode_choose(info->modes);
		requester = eth_pci_tph_requester_choose(caps, mode, info->requesters);
	}
	link_bits = requester == RTE_ETH_TPH_REQUESTER_EXTENDED ? 16 : 8;
	if (mode == RTE_ETH_TPH_MODE_DS) {
		info->rx_objects = caps->ds_rx_objects;
		info->tx_objects = caps->ds_tx_objects;
		info->tag_bits = RTE_MIN(caps->ds_tag_bits, link_bits);
	} else {
		info->rx_objects = caps->iv_rx_objects;
		info->tag_bits = link_bits;
	}

	return 0;
}

/* Will Rx queues have interrupt vectors of their own once the port is started? */
static inline bool
eth_pci_tph_has_vectors(const struct rte_eth_dev *dev)
{
	return dev->data->dev_conf.intr_conf.rxq != 0 &&
		rte_intr_cap_multiple(dev->intr_handle);
}

/**
 * @internal
 * Turn TPH on, for eth_tph_enable_t.
 *
 * @param dev
 *   The port.
 * @param caps
 *   What the driver can do.
 * @param[out] tph
 *   What is on.
 * @param conf
 *   As of eth_tph_enable_t.
 * @return
 *   0, or negative errno of rte_pci_tph_enable(); -ENOTSUP also if AUTO finds
 *   only Interrupt Vector mode and queues have no vectors.
 */
static inline int
eth_pci_tph_enable(struct rte_eth_dev *dev, const struct eth_pci_tph_caps *caps,
		struct eth_pci_tph *tph, struct rte_eth_tph_conf *conf)
{
	struct rte_pci_device *pci_dev =
		RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device);
	struct rte_eth_tph_conf chosen = *conf;
	struct rte_pci_tph_info pci;
	int ret;

	ret = rte_pci_tph_info_get(pci_dev, &pci);
	if (ret < 0)
		return ret;

	if (chosen.mode == RTE_ETH_TPH_MODE_AUTO) {
		chosen.mode = eth_pci_tph_mode_choose(eth_pci_tph_modes(caps, &pci));
		if (pci.reason == RTE_PCI_TPH_USABLE &&
				chosen.mode == RTE_ETH_TPH_MODE_IV &&
				!eth_pci_tph_has_vectors(dev)) {
			RTE_ETHDEV_LOG_LINE(ERR,
				"Port %u steers by interrupt vector only, and its Rx queues have none: configure it with intr_conf.rxq",
				dev->data->port_id);
			return -ENOTSUP;
		}
	}
	if (chosen.requester == RTE_ETH_TPH_REQUESTER_AUTO)
		chosen.requester = eth_pci_tph_requester_choose(caps, chosen.mode,
			eth_pci_tph_requesters(&pci));

	ret = rte_pci_tph_enable(pci_dev,
		chosen.mode == RTE_ETH_TPH_MODE_DS ?
			RTE_PCI_TPH_MODE_DS : RTE_PCI_TPH_MODE_IV,
		chosen.requester == RTE_ETH_TPH_REQUESTER_EXTENDED ?
			RTE_PCI_TPH_REQUESTER_EXTENDED : RTE_PCI_TPH_REQUESTER_STANDARD);
	if (ret < 0)
		return ret;

	tph->enabled = true;
	tph->st_table = eth_pci_tph_location(pci.st_table_loc);
	tph->st_entries = RTE_MIN(pci.st_entries, RTE_DIM(tph->st_tags));
	*conf = chosen;
	return 0;
}

/*
 * Write the chosen entries of the ST table, a call for each run of neighbours.
 * All or none.
 */
static inline int
eth_pci_tph_table_write(const struct rte_pci_device *pci_dev,
		struct eth_pci_tph *tph, const uint16_t *tags, const bool *chosen)
{
	unsigned int first, end, failed;
	int ret = 0;

	for (first = 0; first < tph->st_entries; first = end) {
		for (end = first; end < tph->st_entries && chosen[end]; end++)
			;
		if (end == first) {
			end++;
			continue;
		}
		ret = rte_pci_tph_st_set(pci_dev, first, &tags[first], end - first);
		if (ret < 0)
			break;
	}
	if (ret == 0) {
		memcpy(tph->st_tags, tags, tph->st_entries * sizeof(*tags));
		return 0;
	}

	failed = first;
	for (first = 0; first < failed; first = end) {
		for (end = first; chosen[end] && end < failed; end++)
			;
		if (end == first) {
			end++;
			continue;
		}
		rte_pci_tph_st_set(pci_dev, first, &tph->st_tags[first], end - first);
	}
	return ret;
}

/**
 * @internal
 * Turn TPH off, for eth_tph_disable_t, after the driver has cleared its device.
 *
 * @param dev
 *   The port.
 * @param[in,out] tph
 *   What is on.
 * @return
 *   0, or negative errno of rte_pci_tph_disable().
 */
static inline int
eth_pci_tph_disable(struct rte_eth_dev *dev, struct eth_pci_tph *tph)
{
	const struct rte_pci_device *pci_dev =
		RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device);
	uint16_t no_tags[RTE_DIM(tph->st_tags)] = { 0 };
	bool chosen[RTE_DIM(tph->st_tags)];
	unsigned int i;
	int cleared, ret;

	for (i = 0; i < tph->st_entries; i++)
		chosen[i] = tph->st_tags[i] != 0;

	/* the table first: with TPH off the kernel would keep the change to itself */
	cleared = eth_pci_tph_table_write(pci_dev, tph, no_tags, chosen);

	ret = rte_pci_tph_disable(pci_dev);
	if (ret < 0)
		return ret;
	tph->enabled = false;

	return cleared;
}

/**
 * @internal
 * Look up tags of CPUs, as eth_tph_cpu_tags_get_t.
 *
 * @param dev
 *   The port.
 * @param conf
 *   What is in force.
 * @param tags
 *   CPUs to be filled in.
 * @param n
 *   Number of them, at least 1.
 * @return
 *   0, or negative errno of rte_pci_tph_cpu_tags_get().
 */
static inline int
eth_pci_tph_cpu_tags_get(struct rte_eth_dev *dev, const struct rte_eth_tph_conf *conf,
		struct eth_tph_cpu_tag *tags, unsigned int n)
{
	struct rte_pci_tph_cpu_tag *pci_tags;
	unsigned int i;
	int ret;

	pci_tags = (struct rte_pci_tph_cpu_tag *)calloc(n, sizeof(*pci_tags));
	if (pci_tags == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		pci_tags[i].cpu = tags[i].cpu;

	ret = rte_pci_tph_cpu_tags_get(RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device),
		conf->memory == RTE_ETH_TPH_MEMORY_PERSISTENT,
		conf->requester == RTE_ETH_TPH_REQUESTER_EXTENDED, pci_tags, n);
	for (i = 0; ret == 0 && i < n; i++) {
		tags[i].tag = pci_tags[i].tag;
		tags[i].valid = pci_tags[i].valid;
	}

	free(pci_tags);
	return ret;
}

/* The vector that belongs to a queue of a started port alone, or negative errno */
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

	/* where vectors run out, all queues from the last one on share it */
	if (!rte_intr_dp_is_en(intr) ||
			(efds < dev->data->nb_rx_queues && queue >= efds - 1))
		return -ENOTSUP;

	/* vector 0 is for everything else */
	vector = rte_intr_vec_list_index_get(intr, queue);
	if (vector < RTE_INTR_VEC_RXTX_OFFSET)
		return -ENOTSUP;

	return vector;
}

/**
 * @internal
 * Write the ST table entries of Rx queues in Interrupt Vector mode, all or none,
 * for eth_tph_stash_apply_t.
 *
 * @param dev
 *   The port; started, unless all stashes are to be taken away.
 * @param[in,out] tph
 *   As of eth_pci_tph_enable().
 * @param queues
 *   As of eth_tph_stash_apply_t.
 * @param n
 *   Number of them, at least 1.
 * @return
 *   0, or negative errno of rte_pci_tph_st_set(); -ENOTSUP if a queue has no
 *   vector of its own or the vector no entry, after a log line.
 */
static inline int
eth_pci_tph_vectors_apply(struct rte_eth_dev *dev, struct eth_pci_tph *tph,
		struct eth_tph_queue *queues, unsigned int n)
{
	bool chosen[RTE_DIM(tph->st_tags)] = { false };
	uint16_t tags[RTE_DIM(tph->st_tags)];
	struct eth_tph_queue *q;
	unsigned int i;
	int vector, ret;

	memcpy(tags, tph->st_tags, sizeof(tags));
	for (i = 0; i < n; i++) {
		q = &queues[i];
		if (q->objects == 0) {
			if (q->location == tph->st_table && q->index < tph->st_entries) {
				tags[q->index] = 0;
				chosen[q->index] = true;
			}
			continue;
		}

		vector = eth_pci_tph_vector(dev, q->direction, q->queue);
		if (vector < 0 || (uint32_t)vector >= tph->st_entries) {
			RTE_ETHDEV_LOG_LINE(ERR,
				"Port %u %s queue %u has no interrupt vector of its own to steer by",
				dev->data->port_id,
				q->direction == RTE_ETH_TPH_RX ? "Rx" : "Tx", q->queue);
			return -ENOTSUP;
		}
		tags[vector] = q->tag;
		chosen[vector] = true;
	}

	ret = eth_pci_tph_table_write(
		RTE_CLASS_TO_BUS_DEVICE(dev, struct rte_pci_device), tph, tags, chosen);
	if (ret < 0)
		return ret;

	for (i = 0; i < n; i++) {
		q = &queues[i];
		if (q->objects == 0)
			continue;
		q->location = tph->st_table;
		q->index = eth_pci_tph_vector(dev, q->direction, q->queue);
	}

	return 0;
}

/**
 * @internal
 * Remember stashes for queue contexts of Device Specific mode, for
 * eth_tph_stash_apply_t.
 *
 * @param contexts
 *   Where to remember them.
 * @param queues
 *   As of eth_tph_stash_apply_t.
 * @param n
 *   Number of them, at least 1.
 */
static inline void
eth_pci_tph_contexts_apply(struct eth_pci_tph_contexts *contexts,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct eth_pci_tph_context *context;
	struct eth_tph_queue *q;
	unsigned int i;

	for (i = 0; i < n; i++) {
		q = &queues[i];
		context = q->direction == RTE_ETH_TPH_RX ?
			&contexts->rx[q->queue] : &contexts->tx[q->queue];
		context->objects = q->objects;
		context->tag = q->objects != 0 ? q->tag : 0;
		q->location = RTE_ETH_TPH_LOCATION_DEVICE;
		q->index = q->queue;
	}
}

#ifdef __cplusplus
}
#endif

#endif /* ETHDEV_PCI_TPH_H */
