/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_TPH_H
#define ETHDEV_TPH_H

/**
 * @file
 * @internal
 *
 * What a driver implements for PCIe TPH
 *
 * ethdev keeps all settings, resolves lcores to CPUs and CPUs to tags, checks
 * every argument, and serialises the calls of a port with each other. A driver
 * turns TPH on and off, looks up tags, and writes stashes to its device. It need
 * not remember anything: the configuration in force comes with every call.
 *
 * Drivers of PCI devices find the PCI part ready in ethdev_pci_tph.h.
 *
 * These operations are called in the primary process only, except
 * eth_tph_info_get_t. None is called at the same time as another one of the
 * same port, but they may run at the same time as dev_start and dev_stop of the
 * driver. They must not call the functions of rte_ethdev_tph.h.
 *
 * A driver's dev_close must leave TPH off on the device, since a removal does
 * not pass through rte_eth_dev_close().
 */

#include <stdbool.h>
#include <stdint.h>

#include "rte_ethdev_tph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_eth_dev;

/** @internal The Steering Tag of a CPU */
struct eth_tph_cpu_tag {
	uint32_t cpu; /**< In: the CPU, as the operating system numbers it */
	uint16_t tag; /**< Out: its tag, for the memory type and requester in force */
	bool valid;   /**< Out: the platform defines a tag for this CPU */
};

/** @internal What a queue is to be set to */
struct eth_tph_queue {
	enum rte_eth_tph_direction direction; /**< In: Rx or Tx */
	uint16_t queue;                       /**< In: a configured queue */
	/**
	 * In: what to steer, of the objects that the driver's info has for the
	 * direction; 0 takes the stash away from the device.
	 */
	uint32_t objects;
	uint32_t cpu;                         /**< In: the CPU to steer to */
	uint16_t tag;                         /**< In: its tag, checked to fit */
	/**
	 * Where it is stored. Out; in on entry if the queue has a stash in the
	 * device, so that one can be taken away after the queue's interrupt
	 * vector has changed. NONE on entry if it has none.
	 */
	enum rte_eth_tph_location location;
	uint32_t index;                       /**< The same, see rte_eth_tph_stash_state */
};

/**
 * @internal
 * Tell what the device can do.
 *
 * @param dev
 *   The port.
 * @param info
 *   On entry all 0 but enabled, mode, requester and memory, which are what is in
 *   force, for those answers that depend on it. To be filled in: all others.
 *   If reason is set to other than RTE_ETH_TPH_USABLE, the rest is ignored.
 * @return
 *   0, also if TPH cannot be used; or negative errno.
 */
typedef int (*eth_tph_info_get_t)(struct rte_eth_dev *dev,
		struct rte_eth_tph_info *info);

/**
 * @internal
 * Turn TPH on, with no queue steered. It may be on already, after a reset
 * that did not turn it off.
 *
 * @param dev
 *   The port, started or not, configured or not.
 * @param conf
 *   In: what to use; a mode and requester that the driver's info has, or AUTO.
 *   Out: what was chosen for AUTO.
 * @return
 *   0, or negative errno with TPH off; -ENOTSUP if the device cannot do it in
 *   its present configuration, after logging why.
 */
typedef int (*eth_tph_enable_t)(struct rte_eth_dev *dev,
		struct rte_eth_tph_conf *conf);

/**
 * @internal
 * Take all stashes away from the device and turn TPH off.
 *
 * @param dev
 *   The port. Unless the device is live, it is stopped or has no stash.
 * @return
 *   0, or negative errno.
 */
typedef int (*eth_tph_disable_t)(struct rte_eth_dev *dev);

/**
 * @internal
 * Look up tags of CPUs, with one system call.
 *
 * @param dev
 *   The port. TPH is enabled on it, but between a reset and the next start
 *   it is not on in the device.
 * @param conf
 *   What is in force; no field is AUTO.
 * @param tags
 *   CPUs, each once, to be filled in.
 * @param n
 *   Number of them, at least 1.
 * @return
 *   0, or negative errno; -EINVAL if one of the CPUs does not exist or is not
 *   online. A CPU without a tag is no error, see eth_tph_cpu_tag.valid.
 */
typedef int (*eth_tph_cpu_tags_get_t)(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf,
		struct eth_tph_cpu_tag *tags, unsigned int n);

/**
 * @internal
 * Write stashes of queues to the device, all or nothing, with one system call
 * at most (one for each run of consecutive entries of an ST table).
 *
 * A driver whose info says live is called for stashes of a started port, and
 * right after the start with all stashes that the port has. Another is called
 * with all of them right before dev_start, to remember them for the queue
 * contexts that dev_start writes. In both cases stashes are taken away also
 * from a stopped port. What a queue had before is replaced.
 *
 * @param dev
 *   The port. TPH is on in the device.
 * @param conf
 *   What is in force; no field is AUTO.
 * @param queues
 *   The queues, each once; the location is to be filled in.
 * @param n
 *   Number of them, at least 1.
 * @return
 *   0, or negative errno with the device as it was; -ENOTSUP if a queue cannot
 *   be steered in this mode, after logging why.
 */
typedef int (*eth_tph_stash_apply_t)(struct rte_eth_dev *dev,
		const struct rte_eth_tph_conf *conf,
		struct eth_tph_queue *queues, unsigned int n);

#ifdef __cplusplus
}
#endif

#endif /* ETHDEV_TPH_H */
