/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef RTE_ETHDEV_TPH_H
#define RTE_ETHDEV_TPH_H

/**
 * @file
 *
 * PCIe TPH (TLP Processing Hints) of Ethernet ports
 *
 * With TPH, a device tells the platform in each memory request which CPU's
 * cache the data should land in. This API ties the queues of a port to the
 * CPUs of the threads that poll them. All of it is control path: the Rx and Tx
 * burst functions neither call it nor change.
 *
 * In short: rte_eth_dev_tph_enable() once for a port, then
 * rte_eth_dev_tph_stash_set() for its queues, from one thread or from every
 * lcore for its own queues at the same time, then
 * rte_eth_dev_tph_stash_sync() whenever affinities have changed.
 *
 * A hint affects where data lands, never its correctness. So a port still starts
 * when its hints cannot be restored; the log and struct rte_eth_tph_stash_state
 * say so.
 *
 * Lifetime: TPH and the stashes survive rte_eth_dev_stop() and
 * rte_eth_dev_start(). After rte_eth_dev_reset() they are restored by the next
 * rte_eth_dev_start(). A queue that rte_eth_dev_configure() removes loses its
 * stash, and if that function fails all queues do. rte_eth_dev_close() and device
 * removal discard everything.
 *
 * Thread safety: on one port, all of these functions may be called concurrently
 * with each other and with rte_eth_dev_start() and rte_eth_dev_stop(), from any
 * thread of any process, but not concurrently with rte_eth_dev_configure(),
 * rte_eth_dev_reset() and rte_eth_dev_close(). Calls on different ports do not
 * block each other.
 *
 * Processes: any process can read the settings, only the primary process can
 * change them. It can stash for threads of secondary processes by CPU
 * (RTE_ETH_TPH_TARGET_CPU). If a secondary process starts the port, the stashes of
 * a live device are pending until the primary process calls
 * rte_eth_dev_tph_stash_sync().
 */

#include <stdint.h>

#include <rte_bitops.h>
#include <rte_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Objects of a queue that a stash steers, bits of rte_eth_tph_stash.objects */
/** Descriptors: fetched and written back by the device */
#define RTE_ETH_TPH_OBJ_DESCRIPTOR	RTE_BIT32(0)
/** Packet headers, where the device splits them from the payload */
#define RTE_ETH_TPH_OBJ_HEADER		RTE_BIT32(1)
/** Packet data: on Rx, everything that is not written as a header */
#define RTE_ETH_TPH_OBJ_PAYLOAD		RTE_BIT32(2)

/** All queues of the direction, as rte_eth_tph_stash.queue */
#define RTE_ETH_TPH_QUEUE_ALL		UINT16_MAX

/** How the device finds the Steering Tag of a request */
enum rte_eth_tph_mode {
	/** DS if the device supports it, else IV if queues have vectors */
	RTE_ETH_TPH_MODE_AUTO = 0,
	/** Interrupt Vector: the ST table entry of the queue's vector */
	RTE_ETH_TPH_MODE_IV,
	/** Device Specific: in registers or queue contexts of the device */
	RTE_ETH_TPH_MODE_DS,
};

/** Width of Steering Tags on the link */
enum rte_eth_tph_requester {
	/** Standard if the device holds tags of 8 bits at most, else extended */
	RTE_ETH_TPH_REQUESTER_AUTO = 0,
	/** TPH: tags of 8 bits */
	RTE_ETH_TPH_REQUESTER_STANDARD,
	/** Extended TPH: tags of 16 bits */
	RTE_ETH_TPH_REQUESTER_EXTENDED,
};

/** Type of memory that holds the port's buffers */
enum rte_eth_tph_memory {
	/** Volatile memory, as used for mempools */
	RTE_ETH_TPH_MEMORY_VOLATILE = 0,
	/** Persistent memory */
	RTE_ETH_TPH_MEMORY_PERSISTENT,
};

/** Why TPH cannot be used on a port */
enum rte_eth_tph_reason {
	/** It can be used. */
	RTE_ETH_TPH_USABLE = 0,
	/** The driver of the port does not support TPH. */
	RTE_ETH_TPH_NO_DRIVER,
	/** The device is not bound to a VFIO driver, or has no IOMMU. */
	RTE_ETH_TPH_NO_VFIO,
	/** The VFIO driver that the device is bound to does not support TPH. */
	RTE_ETH_TPH_NO_KERNEL,
	/** The device has no TPH capability. */
	RTE_ETH_TPH_NO_CAPABILITY,
	/**
	 * The Root Port does not accept TPH requests, or platform or kernel
	 * have TPH turned off.
	 */
	RTE_ETH_TPH_NO_PLATFORM,
	/** The host's policy for the device, tph_policy, is less than ds-st. */
	RTE_ETH_TPH_NO_POLICY,
};

/** Direction of a queue */
enum rte_eth_tph_direction {
	RTE_ETH_TPH_RX = 0, /**< Receive */
	RTE_ETH_TPH_TX,     /**< Transmit */
};

/** Meaning of rte_eth_tph_stash.target_id */
enum rte_eth_tph_target {
	/**
	 * An lcore of any role except ROLE_OFF. The stash follows the affinity of
	 * its thread, see rte_eth_dev_tph_stash_sync().
	 */
	RTE_ETH_TPH_TARGET_LCORE = 0,
	/**
	 * A CPU number of the operating system: for threads that are not
	 * lcores, and for threads of secondary processes.
	 */
	RTE_ETH_TPH_TARGET_CPU,
};

/** Where a Steering Tag is stored. The ST table is in one of the first three. */
enum rte_eth_tph_location {
	RTE_ETH_TPH_LOCATION_NONE = 0,   /**< Nowhere (yet) */
	RTE_ETH_TPH_LOCATION_CAPABILITY, /**< ST table in the TPH capability */
	RTE_ETH_TPH_LOCATION_MSIX,       /**< ST table in the MSI-X table */
	RTE_ETH_TPH_LOCATION_DEVICE,     /**< Register or queue context of the device */
};

/** TPH capabilities of a port, and the settings in force */
struct rte_eth_tph_info {
	/**
	 * Whether TPH can be used, and if not, why. Unless RTE_ETH_TPH_USABLE,
	 * all other fields are 0.
	 */
	enum rte_eth_tph_reason reason;
	/** Supported modes: RTE_BIT32() of RTE_ETH_TPH_MODE_IV and _DS */
	uint32_t modes;
	/** Supported requesters: RTE_BIT32() of RTE_ETH_TPH_REQUESTER_* */
	uint32_t requesters;
	/** Location of the device's ST table, NONE if it has none */
	enum rte_eth_tph_location st_table;
	/** Entries of the ST table: at most 64 in the capability, 2048 in MSI-X */
	uint32_t st_entries;
	/**
	 * Objects that can be steered for Rx queues, RTE_ETH_TPH_OBJ_* bits, in
	 * the current mode or, while TPH is off, in the mode that AUTO would
	 * choose.
	 */
	uint32_t rx_objects;
	/** The same for Tx queues; 0 if Tx cannot be steered */
	uint32_t tx_objects;
	/**
	 * Width of the widest tag that the device can hold in that mode, 1 to
	 * 16 bits
	 */
	uint8_t tag_bits;
	/**
	 * 1: a stash takes effect immediately on a started port. 0: it takes
	 * effect when the port is started, and setting it on a started port
	 * fails with -EBUSY.
	 */
	uint8_t live;
	/** 1 if TPH is enabled on the port; otherwise the fields below are 0 */
	uint8_t enabled;
	enum rte_eth_tph_mode mode;           /**< Mode in force, never AUTO */
	enum rte_eth_tph_requester requester; /**< Requester in force, never AUTO */
	enum rte_eth_tph_memory memory;       /**< Memory type in force */
	/**
	 * 1 if TPH is enabled on the port but off in the device: from a reset to the
	 * next start, or because it could not be turned on again
	 */
	uint8_t suspended;
	uint64_t reserved_64s[4];             /**< Reserved, 0 */
	void *reserved_ptrs[2];               /**< Reserved, NULL */
};

/** How to enable TPH. All zero is the default: what suits the device. */
struct rte_eth_tph_conf {
	enum rte_eth_tph_mode mode;           /**< Mode, or AUTO */
	enum rte_eth_tph_requester requester; /**< Requester, or AUTO */
	enum rte_eth_tph_memory memory;       /**< Memory type */
	uint32_t flags;                       /**< Reserved, must be 0 */
};

/** Steers objects of a queue to the cache of a thread's CPU. */
struct rte_eth_tph_stash {
	enum rte_eth_tph_direction direction; /**< Rx or Tx */
	/** A configured queue of the port, or RTE_ETH_TPH_QUEUE_ALL */
	uint16_t queue;
	enum rte_eth_tph_target target;       /**< What target_id is */
	/**
	 * Lcore below RTE_MAX_LCORE, or CPU below CPU_SETSIZE.
	 * Ignored if objects is 0.
	 */
	uint32_t target_id;
	/** RTE_ETH_TPH_OBJ_* bits; 0 removes the stash of the queue */
	uint32_t objects;
	uint32_t flags;                       /**< Reserved, must be 0 */
};

/** Current state of a stash */
struct rte_eth_tph_stash_state {
	/**
	 * The stash as it was set; queue is always the number of one queue,
	 * even if RTE_ETH_TPH_QUEUE_ALL was given
	 */
	struct rte_eth_tph_stash stash;
	/**
	 * CPU of the target when the stash was set or last synced. If the lcore
	 * floats over several CPUs with the same tag, the lowest of them.
	 */
	uint32_t cpu;
	/** Steering Tag of that CPU, at most rte_eth_tph_info.tag_bits wide */
	uint16_t tag;
	/** 1 if it is not in effect yet, or no more; 0 if the device has it */
	uint8_t pending;
	/** Where the device stores it, NONE if it was never written there */
	enum rte_eth_tph_location location;
	/**
	 * ST table: the entry's number. Device: the offset of a register in BAR 0,
	 * or the number of the queue if its context has it, as the driver documents.
	 */
	uint32_t index;
	uint64_t reserved_64s[2];             /**< Reserved, 0 */
};

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Describe why TPH cannot be used and what to do about it.
 *
 * May be called by any thread at any time.
 *
 * @param reason
 *   A value of rte_eth_tph_info.reason.
 * @return
 *   One line without a line feed; never NULL, not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_reason_str(enum rte_eth_tph_reason reason);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Name of a TPH mode, as testpmd, telemetry and logs write it.
 *
 * May be called by any thread at any time.
 *
 * @param mode
 *   Any value.
 * @return
 *   The name, "unknown" for a value that is not of the enumeration; never NULL,
 *   not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_mode_name(enum rte_eth_tph_mode mode);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Name of a requester type, as testpmd, telemetry and logs write it.
 *
 * May be called by any thread at any time.
 *
 * @param requester
 *   Any value.
 * @return
 *   The name, "unknown" for a value that is not of the enumeration; never NULL,
 *   not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_requester_name(enum rte_eth_tph_requester requester);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Name of a memory type, as testpmd, telemetry and logs write it.
 *
 * May be called by any thread at any time.
 *
 * @param memory
 *   Any value.
 * @return
 *   The name, "unknown" for a value that is not of the enumeration; never NULL,
 *   not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_memory_name(enum rte_eth_tph_memory memory);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Name of a queue direction, as testpmd, telemetry and logs write it.
 *
 * May be called by any thread at any time.
 *
 * @param direction
 *   Any value.
 * @return
 *   The name, "unknown" for a value that is not of the enumeration; never NULL,
 *   not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_direction_name(enum rte_eth_tph_direction direction);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Name of a location of a Steering Tag, as testpmd, telemetry and logs write it.
 *
 * May be called by any thread at any time.
 *
 * @param location
 *   Any value.
 * @return
 *   The name, "unknown" for a value that is not of the enumeration; never NULL,
 *   not to be freed.
 */
__rte_experimental
const char *rte_eth_tph_location_name(enum rte_eth_tph_location location);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Get the TPH capabilities of a port, why TPH cannot be used, and the settings
 * in force.
 *
 * Works on every valid port and in every process. Thread safety: see the
 * head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @param info
 *   Filled in on success; look at rte_eth_tph_info.reason first.
 * @return
 *   - 0: success, even if TPH cannot be used.
 *   - -ENODEV: @p port_id is invalid.
 *   - -EINVAL: @p info is NULL.
 *   - -EIO: the device was removed or cannot be reached.
 */
__rte_experimental
int rte_eth_dev_tph_info_get(uint16_t port_id, struct rte_eth_tph_info *info);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Enable TPH on a port, started or not. This alone steers nothing; call
 * rte_eth_dev_tph_stash_set() for that.
 *
 * Thread safety: see the head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @param conf
 *   Configuration; NULL is the same as all zero: the driver chooses mode and
 *   requester, memory is volatile. rte_eth_dev_tph_info_get() tells what was
 *   chosen.
 * @return
 *   - 0: success.
 *   - -ENODEV: @p port_id is invalid.
 *   - -EINVAL: a field of @p conf is out of range, or flags is not 0.
 *   - -ENOTSUP: TPH cannot be used, rte_eth_tph_info.reason says why; or the
 *     port has not the mode or requester that was asked for.
 *   - -EALREADY: TPH is enabled, nothing was changed. To change mode,
 *     requester or memory type, disable it first.
 *   - -ENOMEM: no memory.
 *   - -E_RTE_SECONDARY: not the primary process.
 *   - -EIO: the device was removed or cannot be reached.
 */
__rte_experimental
int rte_eth_dev_tph_enable(uint16_t port_id, const struct rte_eth_tph_conf *conf);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Remove all stashes of a port and disable TPH on it.
 *
 * Thread safety: see the head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @return
 *   - 0: success.
 *   - -ENODEV: @p port_id is invalid.
 *   - -ENOTSUP: the driver does not support TPH.
 *   - -EALREADY: TPH is not enabled.
 *   - -EBUSY: the port is started, has stashes and is not live
 *     (rte_eth_tph_info.live): stop it first. Or another thread is starting or
 *     stopping it: try again.
 *   - -E_RTE_SECONDARY: not the primary process.
 *   - -EIO: the device was removed or cannot be reached.
 */
__rte_experimental
int rte_eth_dev_tph_disable(uint16_t port_id);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Set or remove stashes of queues. All or nothing: on any error, every queue
 * of the port keeps the stash that it had.
 *
 * The CPU of an lcore is the one on which EAL placed its thread
 * (rte_lcore_cpuset()); it does not follow from the lcore number. An lcore that
 * floats over several CPUs is accepted if all of them have the same tag. If
 * something other than EAL moved the thread, call rte_eth_dev_tph_stash_sync().
 *
 * On a started port of a live device the stashes are in effect when this
 * returns. On a stopped port they are pending until it starts.
 *
 * Tags of CPUs are looked up once per port and cached. A call costs at most one
 * system call to look up all missing tags, and one to program the device.
 *
 * Thread safety: see the head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @param stash
 *   Array of @p n stashes. If a queue occurs more than once, its last element
 *   wins.
 * @param n
 *   Number of elements; if 0, nothing is done.
 * @return
 *   - 0: success.
 *   - -ENODEV: @p port_id is invalid.
 *   - -EINVAL: @p stash is NULL and @p n is not 0; direction, queue, target,
 *     objects or flags out of range; TPH is not enabled; an lcore that does not
 *     exist, or floats over CPUs with different tags; a CPU that does not exist,
 *     is not online, or has no tag.
 *   - -ENOTSUP: the driver does not support TPH; or, in the mode in force, the
 *     device cannot steer these objects, or not this queue.
 *   - -ERANGE: a tag has more than rte_eth_tph_info.tag_bits bits.
 *   - -EBUSY: the port is started or starting, and not live
 *     (rte_eth_tph_info.live): stop it first.
 *   - -ENOMEM: no memory.
 *   - -E_RTE_SECONDARY: not the primary process.
 *   - -EIO: the device was removed or cannot be reached.
 */
__rte_experimental
int rte_eth_dev_tph_stash_set(uint16_t port_id,
		const struct rte_eth_tph_stash stash[], uint16_t n);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Read the stash of a queue. It is read from memory, not from the device. A
 * stash that was removed, but that the device still has, is told with objects 0.
 *
 * Thread safety: see the head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @param direction
 *   Rx or Tx.
 * @param queue
 *   A configured queue of the port.
 * @param state
 *   Filled in on success.
 * @return
 *   - 0: success.
 *   - -ENODEV: @p port_id is invalid.
 *   - -EINVAL: @p state is NULL, or direction or queue is out of range.
 *   - -ENOENT: the queue has no stash.
 */
__rte_experimental
int rte_eth_dev_tph_stash_get(uint16_t port_id,
		enum rte_eth_tph_direction direction, uint16_t queue,
		struct rte_eth_tph_stash_state *state);

/**
 * @warning
 * @b EXPERIMENTAL: this API may change without prior notice.
 *
 * Resolve the lcores of all stashes of a port to CPUs again, and write the
 * stashes that changed: all of them or, on an error, none. Then write those that
 * could not be written when the port started, if they can be written now.
 *
 * On Linux, the kernel is asked for the affinity of each thread, so that
 * changes by taskset and cgroups are seen. Elsewhere rte_lcore_cpuset() is
 * used.
 *
 * Thread safety: see the head of this file.
 *
 * @param port_id
 *   The port identifier of the Ethernet device.
 * @return
 *   - 0 or more: the number of stashes that were changed or written.
 *   - -ENODEV: @p port_id is invalid.
 *   - -EINVAL: TPH is not enabled; an lcore no longer exists, or floats
 *     over CPUs with different tags; a CPU has no tag.
 *   - -ENOTSUP: the driver does not support TPH.
 *   - -ERANGE: a tag has more than rte_eth_tph_info.tag_bits bits.
 *   - -EBUSY: something has changed, and the port is started or starting and
 *     not live (rte_eth_tph_info.live): stop it first.
 *   - -ENOMEM: no memory.
 *   - -E_RTE_SECONDARY: not the primary process.
 *   - -EIO: the device was removed or cannot be reached.
 *   - Another error of rte_eth_dev_tph_stash_set(): a stash that was pending
 *     still is, and all others are up to date.
 */
__rte_experimental
int rte_eth_dev_tph_stash_sync(uint16_t port_id);

#ifdef __cplusplus
}
#endif

#endif /* RTE_ETHDEV_TPH_H */
