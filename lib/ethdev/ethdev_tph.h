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
 * ethdev keeps all settings, chooses mode and requester, resolves lcores to
 * CPUs and CPUs to tags, checks every argument, and remembers what is where in
 * the device. A driver remembers nothing: everything that it needs comes with
 * each call.
 *
 * There are two kinds of devices. A live one takes a stash at any time: ethdev
 * calls queues_write when a stash is set, and for all stashes when the port has
 * started. Another takes stashes only when its queues start: its driver asks
 * for them from within dev_start, see rte_eth_tph_queue_start().
 *
 * Drivers of PCI devices find most of this ready in ethdev_pci_tph.h.
 */

#include <stdbool.h>
#include <stdint.h>

#include <rte_compat.h>

#include "rte_ethdev_tph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_eth_dev;
struct rte_eth_dev_data;

/** @internal What queues can do in one mode */
struct eth_tph_mode_caps {
	/** Objects that Rx queues can steer, RTE_ETH_TPH_OBJ_* */
	uint32_t rx_objects;
	/** The same of Tx queues. If both are 0, the device lacks the mode. */
	uint32_t tx_objects;
	/** Widest tag that the device can hold in this mode, 1 to 16 bits */
	uint8_t tag_bits;
};

/** @internal What a device can do */
struct eth_tph_caps {
	/** Why TPH cannot be used. If not RTE_ETH_TPH_USABLE, the rest is ignored. */
	enum rte_eth_tph_reason reason;
	/** As rte_eth_tph_info.requesters */
	uint32_t requesters;
	/** As rte_eth_tph_info.st_table */
	enum rte_eth_tph_location st_table;
	/** As rte_eth_tph_info.st_entries */
	uint32_t st_entries;
	/** The device takes a stash at any time, not only when queues start. */
	bool live;
	/** By enum rte_eth_tph_mode; AUTO is not used. */
	struct eth_tph_mode_caps modes[RTE_ETH_TPH_MODE_DS + 1];
};

/** @internal What a queue that starts is to be given */
struct eth_tph_hint {
	/** RTE_ETH_TPH_OBJ_* bits to steer; 0: nothing, and no tag */
	uint32_t objects;
	/** Steering Tag; 0 in Interrupt Vector mode, where the ST table has it */
	uint16_t tag;
};

/** @internal New setting of a queue, and where the device has it */
struct eth_tph_queue {
	enum rte_eth_tph_direction direction; /**< In: Rx or Tx */
	/** In: a configured queue or, if objects is 0, one that was */
	uint16_t queue;
	/**
	 * In: what to steer, of the objects that the device has for the direction
	 * in the mode in force; 0 takes the stash away from the device.
	 */
	uint32_t objects;
	uint32_t cpu;                         /**< In: the CPU to steer to */
	uint16_t tag;                         /**< In: its tag, which fits */
	uint16_t old_tag;                     /**< In: what location and index hold */
	/**
	 * In: where the device has the present stash of the queue, NONE if it has
	 * none: the interrupt vector of a queue may have changed since.
	 * Out, if objects is not 0: where it has the new one.
	 */
	enum rte_eth_tph_location location;
	uint32_t index;                       /**< As in rte_eth_tph_stash_state */
};

/**
 * @internal
 * TPH operations of a driver
 *
 * They are called in the primary process only, and none at the same time as
 * another one of the same port; queues_write is not called while dev_stop runs.
 * All of that does not hold for caps_get.
 * They must not call the functions of rte_ethdev_tph.h or of this file.
 */
struct eth_tph_ops {
	/**
	 * Get what the device can do.
	 *
	 * @param dev
	 *   The port. In any process, at any time between probing and close.
	 * @param caps
	 *   Zeroed on entry, to be filled in.
	 * @return
	 *   0, even if TPH cannot be used, or a negative errno.
	 */
	int (*caps_get)(struct rte_eth_dev *dev, struct eth_tph_caps *caps);

	/**
	 * Turn TPH on in the device, with no queue steered. It may be on already,
	 * after a reset that did not turn it off.
	 *
	 * @param dev
	 *   The port, started or not, configured or not.
	 * @param info
	 *   What to use: mode, requester and memory are set, and are among what
	 *   caps_get told.
	 * @return
	 *   0, or negative errno with TPH off.
	 */
	int (*enable)(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info);

	/**
	 * Turn TPH off in the device. All stashes were taken away before, unless
	 * that failed and the port is being closed or reset.
	 *
	 * @param dev
	 *   The port.
	 * @return
	 *   0, or negative errno.
	 */
	int (*disable)(struct rte_eth_dev *dev);

	/**
	 * Look up tags of CPUs, with one system call.
	 *
	 * @param dev
	 *   The port. TPH has been enabled on it, but may be off in the device
	 *   between a reset and the next start.
	 * @param info
	 *   What is in force.
	 * @param cpus
	 *   CPUs, each once.
	 * @param tags
	 *   Filled in: the tag of each CPU, or -1 for a CPU without a valid one.
	 * @param n
	 *   Number of them, at least 1.
	 * @return
	 *   0, or negative errno; -EINVAL if one of the CPUs does not exist or is
	 *   not online.
	 */
	int (*cpu_tags_get)(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
			const uint32_t *cpus, int32_t *tags, unsigned int n);

	/**
	 * Write stashes of queues to the device, all or nothing, with one system
	 * call at most (one for each run of consecutive entries of an ST table).
	 * What a queue had before is replaced.
	 *
	 * Stashes are given to a live device while the port is started, and in
	 * Interrupt Vector mode to any device from within its dev_start, by
	 * rte_eth_tph_table_start(). They are taken away from a stopped port, too.
	 *
	 * Not called in Device Specific mode for devices that are not live.
	 *
	 * @param dev
	 *   The port. TPH is on in the device.
	 * @param info
	 *   What is in force.
	 * @param queues
	 *   The queues, each once; location and index are to be filled in.
	 * @param n
	 *   Number of them, at least 1.
	 * @return
	 *   0, or negative errno with the device as it was; -ENOTSUP if a queue
	 *   cannot be steered in this mode, after logging why.
	 */
	int (*queues_write)(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
			struct eth_tph_queue *queues, unsigned int n);
};

/**
 * @internal
 * Ask what a queue that starts is to be given. For drivers whose devices are not
 * live, which call it whenever they write the context of a queue: from within
 * dev_start, or when a queue is set up or started by itself.
 *
 * May be called in any process and on any port. Without a stash, or with TPH
 * off, the answer is no objects.
 *
 * @param data
 *   The port's data.
 * @param direction
 *   Rx or Tx.
 * @param queue
 *   The queue.
 * @return
 *   What to write. The device counts as having it from now on, also if the
 *   queue does not start after all.
 */
__rte_internal
struct eth_tph_hint rte_eth_tph_queue_start(struct rte_eth_dev_data *data,
		enum rte_eth_tph_direction direction, uint16_t queue);

/**
 * @internal
 * Program the ST table in Interrupt Vector mode; does nothing in other modes. For
 * drivers whose devices are not live, which call it from within dev_start, when
 * queues have been mapped to interrupt vectors and no queue has started.
 *
 * A queue for which it fails starts without a hint, and its stash is pending.
 *
 * @param dev
 *   The port.
 */
__rte_internal
void rte_eth_tph_table_start(struct rte_eth_dev *dev);

#ifdef __cplusplus
}
#endif

#endif /* ETHDEV_TPH_H */
