/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: the API of rte_ethdev_tph.h. It checks arguments,
 * takes the lock of the port, and has the work done: changes by
 * ethdev_tph_plan.c, the device by its driver through ethdev_tph.h. The life of
 * the port comes in through ethdev_tph_life.c.
 */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>

#include <rte_atomic.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_interrupts.h>
#include <rte_malloc.h>

#include <eal_export.h>
#include "rte_ethdev.h"
#include "ethdev_driver.h"
#include "ethdev_private.h"
#include "ethdev_tph_plan.h"
#include "ethdev_tph_trace.h"
#include <tph_compat.h>

#define ETH_TPH_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | \
		RTE_ETH_TPH_OBJ_PAYLOAD)

/* --- Names --- */

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_mode_name, 26.11)
const char *
rte_eth_tph_mode_name(enum rte_eth_tph_mode mode)
{
	switch (mode) {
	case RTE_ETH_TPH_MODE_AUTO:
		return "auto";
	case RTE_ETH_TPH_MODE_IV:
		return "iv";
	case RTE_ETH_TPH_MODE_DS:
		return "ds";
	}
	return "unknown";
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_requester_name, 26.11)
const char *
rte_eth_tph_requester_name(enum rte_eth_tph_requester requester)
{
	switch (requester) {
	case RTE_ETH_TPH_REQUESTER_AUTO:
		return "auto";
	case RTE_ETH_TPH_REQUESTER_STANDARD:
		return "standard";
	case RTE_ETH_TPH_REQUESTER_EXTENDED:
		return "extended";
	}
	return "unknown";
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_memory_name, 26.11)
const char *
rte_eth_tph_memory_name(enum rte_eth_tph_memory memory)
{
	switch (memory) {
	case RTE_ETH_TPH_MEMORY_VOLATILE:
		return "volatile";
	case RTE_ETH_TPH_MEMORY_PERSISTENT:
		return "persistent";
	}
	return "unknown";
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_direction_name, 26.11)
const char *
rte_eth_tph_direction_name(enum rte_eth_tph_direction direction)
{
	switch (direction) {
	case RTE_ETH_TPH_RX:
		return "Rx";
	case RTE_ETH_TPH_TX:
		return "Tx";
	}
	return "unknown";
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_location_name, 26.11)
const char *
rte_eth_tph_location_name(enum rte_eth_tph_location location)
{
	switch (location) {
	case RTE_ETH_TPH_LOCATION_NONE:
		return "none";
	case RTE_ETH_TPH_LOCATION_CAPABILITY:
		return "capability";
	case RTE_ETH_TPH_LOCATION_MSIX:
		return "msix";
	case RTE_ETH_TPH_LOCATION_DEVICE:
		return "device";
	}
	return "unknown";
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_tph_reason_str, 26.11)
const char *
rte_eth_tph_reason_str(enum rte_eth_tph_reason reason)
{
	switch (reason) {
	case RTE_ETH_TPH_USABLE:
		return "TPH can be used";
	case RTE_ETH_TPH_NO_DRIVER:
		return "the driver of this port does not support TPH; "
			"see the NIC feature matrix for those that do";
	case RTE_ETH_TPH_NO_VFIO:
		return "the device is not bound to vfio-pci with an IOMMU; "
			"bind it with dpdk-devbind.py and turn the IOMMU on";
	case RTE_ETH_TPH_NO_KERNEL:
		return "the kernel's vfio-pci does not support TPH; "
			"bind the device to tph-vfio-pci, or boot a kernel with the TPH series";
	case RTE_ETH_TPH_NO_CAPABILITY:
		return "the device has no TPH capability; "
			"use another one, or look for a setting in its firmware";
	case RTE_ETH_TPH_NO_PLATFORM:
		return "the platform does not take TPH from this device; "
			"check the BIOS setting, the Root Port and pci=notph";
	case RTE_ETH_TPH_NO_POLICY:
		return "the host's policy for the device is less than ds-st; "
			"load its VFIO driver with tph_policy=ds-st and bind it again";
	}
	return "unknown reason; the library is older than the application";
}

/* --- What is allowed --- */

/* May this process change this port? */
static int
eth_tph_check_changeable(const struct rte_eth_dev *dev)
{
	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH can be changed in the primary process only",
			dev->data->port_id);
		return -E_RTE_SECONDARY;
	}

	if (dev->dev_ops->tph == NULL) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: %s", dev->data->port_id,
			rte_eth_tph_reason_str(RTE_ETH_TPH_NO_DRIVER));
		return -ENOTSUP;
	}

	return 0;
}

/* The locked settings of a port that has TPH enabled, or NULL and a message. */
static struct eth_tph *
eth_tph_lock_enabled(const struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph != NULL) {
		eth_tph_lock(tph);
		if (tph->enabled)
			return tph;
		eth_tph_unlock(tph);
	}

	RTE_ETHDEV_LOG_LINE(ERR, "Port %u: TPH is not enabled; enable it first",
		dev->data->port_id);
	return NULL;
}

/* Does a change have to wait until the port is stopped? */
static int
eth_tph_check_not_busy(const struct rte_eth_dev *dev, const struct eth_tph *tph)
{
	if (dev->data->tph_phase == ETH_TPH_STOPPED || tph->info.live)
		return 0;

	RTE_ETHDEV_LOG_LINE(ERR,
		"Port %u: the device takes stashes at port start only; stop the port first",
		dev->data->port_id);
	return -EBUSY;
}

static int
eth_tph_check_queue(const struct rte_eth_dev *dev,
		enum rte_eth_tph_direction direction, uint16_t queue)
{
	uint16_t nb_queues;

	if ((unsigned int)direction > RTE_ETH_TPH_TX) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: unknown direction %u of a TPH stash",
			dev->data->port_id, direction);
		return -EINVAL;
	}

	nb_queues = direction == RTE_ETH_TPH_RX ?
		dev->data->nb_rx_queues : dev->data->nb_tx_queues;
	if (queue >= nb_queues) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: there is no %s queue %u; %u are configured",
			dev->data->port_id, rte_eth_tph_direction_name(direction),
			queue, nb_queues);
		return -EINVAL;
	}

	return 0;
}

/* --- What a port can do --- */

/* Will Rx queues have interrupt vectors of their own once the port is started? */
static bool
eth_tph_has_vectors(const struct rte_eth_dev *dev)
{
	return dev->data->dev_conf.intr_conf.rxq != 0 &&
		rte_intr_cap_multiple(dev->intr_handle);
}

static bool
eth_tph_has_mode(const struct eth_tph_caps *caps, enum rte_eth_tph_mode mode)
{
	return (caps->modes[mode].rx_objects | caps->modes[mode].tx_objects) != 0;
}

/*
 * Registers of the device can steer more than interrupt vectors can, so prefer
 * them.
 */
static enum rte_eth_tph_mode
eth_tph_choose_mode(const struct eth_tph_caps *caps)
{
	return eth_tph_has_mode(caps, RTE_ETH_TPH_MODE_DS) ?
		RTE_ETH_TPH_MODE_DS : RTE_ETH_TPH_MODE_IV;
}

/*
 * Wide tags add a TLP prefix to each request; use them only where the device
 * can store them.
 */
static enum rte_eth_tph_requester
eth_tph_choose_requester(const struct eth_tph_caps *caps, enum rte_eth_tph_mode mode)
{
	bool wide = caps->modes[mode].tag_bits > 8;

	if (!wide && (caps->requesters & RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD)) != 0)
		return RTE_ETH_TPH_REQUESTER_STANDARD;
	return (caps->requesters & RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED)) != 0 ?
		RTE_ETH_TPH_REQUESTER_EXTENDED : RTE_ETH_TPH_REQUESTER_STANDARD;
}

/* Ask the driver what the device can do. */
static int
eth_tph_caps_get(struct rte_eth_dev *dev, struct eth_tph_caps *caps)
{
	int ret;

	memset(caps, 0, sizeof(*caps));
	if (dev->dev_ops->tph == NULL) {
		caps->reason = RTE_ETH_TPH_NO_DRIVER;
		return 0;
	}

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph->caps_get(dev, caps));
	/* A capability without a mode that steers is of no use. */
	if (ret == 0 && caps->reason == RTE_ETH_TPH_USABLE &&
			!eth_tph_has_mode(caps, eth_tph_choose_mode(caps)))
		caps->reason = RTE_ETH_TPH_NO_CAPABILITY;
	return ret;
}

/* Say it in the terms of the API, for a mode and a requester. */
static void
eth_tph_info_fill(struct rte_eth_tph_info *info, const struct eth_tph_caps *caps,
		enum rte_eth_tph_mode mode, enum rte_eth_tph_requester requester)
{
	memset(info, 0, sizeof(*info));
	info->reason = caps->reason;
	if (info->reason != RTE_ETH_TPH_USABLE)
		return;

	if (eth_tph_has_mode(caps, RTE_ETH_TPH_MODE_IV))
		info->modes |= RTE_BIT32(RTE_ETH_TPH_MODE_IV);
	if (eth_tph_has_mode(caps, RTE_ETH_TPH_MODE_DS))
		info->modes |= RTE_BIT32(RTE_ETH_TPH_MODE_DS);
	info->requesters = caps->requesters;
	info->st_table = caps->st_table;
	info->st_entries = caps->st_entries;
	info->live = caps->live;
	info->rx_objects = caps->modes[mode].rx_objects;
	info->tx_objects = caps->modes[mode].tx_objects;
	info->tag_bits = RTE_MIN(caps->modes[mode].tag_bits,
		requester == RTE_ETH_TPH_REQUESTER_EXTENDED ? 16 : 8);
}

bool
eth_tph_info_in_force(const struct eth_tph *tph, struct rte_eth_tph_info *info)
{
	if (!tph->enabled)
		return false;
	*info = tph->info;
	info->suspended = !tph->in_device;
	return true;
}

int
eth_tph_info_ask(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	enum rte_eth_tph_mode mode;
	struct eth_tph_caps caps;
	int ret;

	ret = eth_tph_caps_get(dev, &caps);
	if (ret != 0)
		return ret;
	mode = eth_tph_choose_mode(&caps);
	eth_tph_info_fill(info, &caps, mode, eth_tph_choose_requester(&caps, mode));
	return 0;
}

static int
eth_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	struct eth_tph *tph = dev->data->tph;
	bool enabled = false;

	if (tph != NULL) {
		eth_tph_lock(tph);
		enabled = eth_tph_info_in_force(tph, info);
		eth_tph_unlock(tph);
	}
	return enabled ? 0 : eth_tph_info_ask(dev, info);
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_info_get, 26.11)
int
rte_eth_dev_tph_info_get(uint16_t port_id, struct rte_eth_tph_info *info)
{
	struct rte_eth_dev *dev;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	if (info == NULL) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: TPH info is NULL", port_id);
		return -EINVAL;
	}

	memset(info, 0, sizeof(*info));
	ret = eth_tph_info_get(dev, info);

	rte_eth_trace_tph_info_get(port_id, info, ret);
	return ret;
}

/* --- Enable and disable --- */

static int
eth_tph_check_conf(uint16_t port_id, const struct rte_eth_tph_conf *conf)
{
	if ((unsigned int)conf->mode > RTE_ETH_TPH_MODE_DS ||
			(unsigned int)conf->requester > RTE_ETH_TPH_REQUESTER_EXTENDED ||
			(unsigned int)conf->memory > RTE_ETH_TPH_MEMORY_PERSISTENT) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: unknown TPH mode %u, requester %u or memory type %u",
			port_id, conf->mode, conf->requester, conf->memory);
		return -EINVAL;
	}

	if (conf->flags != 0) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: unknown TPH flags 0x%"PRIx32"; use 0",
			port_id, conf->flags);
		return -EINVAL;
	}

	return 0;
}

/* Choose what was left to us, and check that the device has what was not. */
static int
eth_tph_choose(const struct rte_eth_dev *dev, const struct eth_tph_caps *caps,
		struct rte_eth_tph_conf *conf)
{
	uint16_t port_id = dev->data->port_id;

	if (caps->reason != RTE_ETH_TPH_USABLE) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: %s", port_id,
			rte_eth_tph_reason_str(caps->reason));
		return -ENOTSUP;
	}

	if (conf->mode == RTE_ETH_TPH_MODE_AUTO) {
		conf->mode = eth_tph_choose_mode(caps);
		if (conf->mode == RTE_ETH_TPH_MODE_IV && !eth_tph_has_vectors(dev)) {
			RTE_ETHDEV_LOG_LINE(ERR,
				"Port %u steers by interrupt vector only, and its Rx queues have none: configure it with intr_conf.rxq",
				port_id);
			return -ENOTSUP;
		}
	} else if (!eth_tph_has_mode(caps, conf->mode)) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: the device does not support TPH mode %s; use auto",
			port_id, rte_eth_tph_mode_name(conf->mode));
		return -ENOTSUP;
	}

	if (conf->requester == RTE_ETH_TPH_REQUESTER_AUTO) {
		conf->requester = eth_tph_choose_requester(caps, conf->mode);
	} else if ((caps->requesters & RTE_BIT32(conf->requester)) == 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: device and Root Port do not support the %s TPH requester; use auto",
			port_id, rte_eth_tph_requester_name(conf->requester));
		return -ENOTSUP;
	}

	return 0;
}

/* The settings of a port, made now if there are none yet. */
static struct eth_tph *
eth_tph_get_or_make(struct rte_eth_dev *dev)
{
	/* For two threads of this process; no other makes settings. */
	static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
	struct eth_tph *tph;

	pthread_mutex_lock(&making);
	tph = dev->data->tph;
	if (tph == NULL) {
		tph = eth_tph_alloc();
		/* Whoever sees the settings sees the mutex in them. */
		rte_atomic_thread_fence(rte_memory_order_seq_cst);
		dev->data->tph = tph;
		/* Who changes the phase now sees the settings, or this sees the phase. */
		rte_atomic_thread_fence(rte_memory_order_seq_cst);
	}
	pthread_mutex_unlock(&making);

	if (tph == NULL)
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: no memory for TPH",
			dev->data->port_id);
	return tph;
}

static int
eth_tph_enable(struct rte_eth_dev *dev, struct eth_tph *tph,
		const struct rte_eth_tph_info *info)
{
	unsigned int cpu;
	int ret;

	if (tph->enabled) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH is enabled already; disable it first to change it",
			dev->data->port_id);
		return -EALREADY;
	}

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph->enable(dev, info));
	if (ret != 0)
		return ret;

	/* Tags are those of a memory type and a requester. None may be one day. */
	if (tph->info.requester != info->requester || tph->info.memory != info->memory)
		CPU_ZERO(&tph->valid);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &tph->valid))
			CPU_CLR(cpu, &tph->known);
	}
	tph->info = *info;
	tph->enabled = true;
	tph->in_device = true;
	/* What could not be cleared when TPH was disabled */
	eth_tph_write_pending(dev, tph);
	return 0;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_enable, 26.11)
int
rte_eth_dev_tph_enable(uint16_t port_id, const struct rte_eth_tph_conf *conf)
{
	struct rte_eth_tph_conf chosen = { 0 };
	struct rte_eth_tph_info info;
	struct eth_tph_caps caps;
	struct rte_eth_dev *dev;
	struct eth_tph *tph;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	if (conf != NULL)
		chosen = *conf;
	ret = eth_tph_check_conf(port_id, &chosen);
	if (ret == 0)
		ret = eth_tph_caps_get(dev, &caps);
	if (ret == 0)
		ret = eth_tph_choose(dev, &caps, &chosen);
	if (ret != 0)
		goto out;

	eth_tph_info_fill(&info, &caps, chosen.mode, chosen.requester);
	info.enabled = 1;
	info.mode = chosen.mode;
	info.requester = chosen.requester;
	info.memory = chosen.memory;
	ret = -ENOMEM;
	tph = eth_tph_get_or_make(dev);
	if (tph != NULL) {
		eth_tph_lock(tph);
		ret = eth_tph_enable(dev, tph, &info);
		eth_tph_unlock(tph);
	}
out:
	rte_eth_trace_tph_enable(port_id, &chosen, ret);
	return ret;
}

static bool
eth_tph_has_stash(const struct eth_tph *tph)
{
	unsigned int i;

	for (i = 0; i < eth_tph_nb_slots(&tph->table); i++) {
		if (tph->table.slots[i].objects != 0)
			return true;
	}
	return false;
}

/* Does the device have anything that cannot be taken away now? */
static int
eth_tph_check_disable(const struct rte_eth_dev *dev, const struct eth_tph *tph)
{
	uint8_t phase = dev->data->tph_phase;

	if (!eth_tph_has_stash(tph))
		return 0;
	if (tph->info.live && (phase == ETH_TPH_STARTING || phase == ETH_TPH_STOPPING)) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u is being started or stopped; disable TPH after that",
			dev->data->port_id);
		return -EBUSY;
	}
	return eth_tph_check_not_busy(dev, tph);
}

static int
eth_tph_disable(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	const uint16_t all[ETH_TPH_DIRECTIONS] = { 0, 0 };
	unsigned int i;
	int ret;

	ret = eth_tph_check_disable(dev, tph);
	if (ret != 0)
		return ret;

	if (tph->in_device || tph->maybe_on) {
		ret = eth_tph_take_away(dev, tph, all);
		if (ret != 0)
			RTE_ETHDEV_LOG_LINE(ERR,
				"Port %u: TPH stashes are still in the device: %s; they do nothing while TPH is off",
				dev->data->port_id, rte_strerror(-ret));
		ret = eth_err(dev->data->port_id, dev->dev_ops->tph->disable(dev));
		if (ret != 0)
			return ret;
	}

	/* Those that are still there are to be taken away when TPH is on again. */
	for (i = 0; i < eth_tph_nb_slots(&tph->table); i++) {
		tph->table.slots[i].objects = 0;
		tph->table.slots[i].current = 0;
	}
	tph->enabled = false;
	tph->in_device = false;
	tph->maybe_on = false;
	return 0;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_disable, 26.11)
int
rte_eth_dev_tph_disable(uint16_t port_id)
{
	struct rte_eth_dev *dev;
	struct eth_tph *tph;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	tph = eth_tph_lock_enabled(dev);
	ret = -EALREADY;
	if (tph != NULL) {
		ret = eth_tph_disable(dev, tph);
		eth_tph_unlock(tph);
	}

	rte_eth_trace_tph_disable(port_id, ret);
	return ret;
}

/* --- Stashes --- */

static int
eth_tph_check_stash(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		const struct rte_eth_tph_stash *stash)
{
	uint16_t port_id = dev->data->port_id;
	uint32_t objects;
	int ret;

	if ((unsigned int)stash->target > RTE_ETH_TPH_TARGET_CPU ||
			(stash->objects & ~ETH_TPH_OBJECTS) != 0 || stash->flags != 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: unknown target %u, objects 0x%"PRIx32" or flags 0x%"PRIx32" of a TPH stash",
			port_id, stash->target, stash->objects, stash->flags);
		return -EINVAL;
	}

	/*
	 * ALL is an error on a port without queues, like any queue that does
	 * not exist.
	 */
	ret = eth_tph_check_queue(dev, stash->direction,
		stash->queue == RTE_ETH_TPH_QUEUE_ALL ? 0 : stash->queue);
	if (ret != 0)
		return ret;

	objects = stash->direction == RTE_ETH_TPH_RX ?
		tph->info.rx_objects : tph->info.tx_objects;
	if ((stash->objects & ~objects) != 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: in %s mode the device cannot steer these objects of %s queues:%s%s%s",
			port_id, rte_eth_tph_mode_name(tph->info.mode),
			rte_eth_tph_direction_name(stash->direction),
			stash->objects & ~objects & RTE_ETH_TPH_OBJ_DESCRIPTOR ?
			" descriptor" : "",
			stash->objects & ~objects & RTE_ETH_TPH_OBJ_HEADER ?
			" header" : "",
			stash->objects & ~objects & RTE_ETH_TPH_OBJ_PAYLOAD ?
			" payload" : "");
		return -ENOTSUP;
	}

	return 0;
}

static int
eth_tph_stash_set(struct rte_eth_dev *dev, struct eth_tph *tph,
		const struct rte_eth_tph_stash stash[], uint16_t n)
{
	struct eth_tph_plan *plan;
	unsigned int i;
	int ret;

	if (n == 0)
		return 0;
	ret = eth_tph_check_not_busy(dev, tph);
	for (i = 0; ret == 0 && i < n; i++)
		ret = eth_tph_check_stash(dev, tph, &stash[i]);
	if (ret != 0)
		return ret;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;
	ret = eth_tph_plan_stashes(dev, tph, plan, stash, n);
	if (ret == 0)
		ret = eth_tph_plan_carry_out(dev, tph, plan);
	eth_tph_plan_free(plan);
	return ret;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_stash_set, 26.11)
int
rte_eth_dev_tph_stash_set(uint16_t port_id, const struct rte_eth_tph_stash stash[],
		uint16_t n)
{
	struct rte_eth_dev *dev;
	struct eth_tph *tph;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	if (stash == NULL && n != 0) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: array of TPH stashes is NULL", port_id);
		return -EINVAL;
	}

	tph = eth_tph_lock_enabled(dev);
	ret = -EINVAL;
	if (tph != NULL) {
		ret = eth_tph_stash_set(dev, tph, stash, n);
		eth_tph_unlock(tph);
	}

	rte_eth_trace_tph_stash_set(port_id, stash, n, ret);
	return ret;
}

int
eth_tph_stash_get(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		enum rte_eth_tph_direction direction, uint16_t queue,
		struct rte_eth_tph_stash_state *state)
{
	const struct eth_tph_slot *slot;

	if (queue >= tph->table.nb[direction])
		return -ENOENT;
	slot = eth_tph_slot(&tph->table, direction, queue);
	if (!tph->enabled || (slot->objects == 0 && !slot->given))
		return -ENOENT;

	*state = (struct rte_eth_tph_stash_state) {
		.stash = {
			.direction = direction,
			.queue = queue,
			.target = slot->target,
			.target_id = slot->target_id,
			.objects = slot->objects,
		},
		.cpu = slot->cpu,
		.tag = slot->tag,
		.pending = dev->data->tph_phase != ETH_TPH_RUNNING || !slot->current,
		.location = slot->location,
		.index = slot->index,
	};
	return 0;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_stash_get, 26.11)
int
rte_eth_dev_tph_stash_get(uint16_t port_id, enum rte_eth_tph_direction direction,
		uint16_t queue, struct rte_eth_tph_stash_state *state)
{
	struct rte_eth_dev *dev;
	struct eth_tph *tph;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	if (state == NULL) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: state of a TPH stash is NULL", port_id);
		return -EINVAL;
	}
	ret = eth_tph_check_queue(dev, direction, queue);
	if (ret != 0)
		return ret;

	tph = dev->data->tph;
	ret = -ENOENT;
	if (tph != NULL) {
		eth_tph_lock(tph);
		ret = eth_tph_stash_get(dev, tph, direction, queue, state);
		eth_tph_unlock(tph);
	}

	rte_eth_trace_tph_stash_get(port_id, direction, queue, ret);
	return ret;
}

static unsigned int
eth_tph_nb_current(const struct eth_tph *tph)
{
	unsigned int i, n = 0;

	for (i = 0; i < eth_tph_nb_slots(&tph->table); i++)
		n += tph->table.slots[i].current;
	return n;
}

static int
eth_tph_stash_sync(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	struct eth_tph_plan *plan;
	unsigned int before;
	int changed, ret;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;
	plan->ask_system = true;

	changed = eth_tph_plan_sync(dev, tph, plan);
	ret = changed < 0 ? changed : 0;
	if (changed > 0)
		ret = eth_tph_check_not_busy(dev, tph);
	if (ret == 0)
		ret = eth_tph_plan_carry_out(dev, tph, plan);
	eth_tph_plan_free(plan);
	if (ret != 0)
		return ret;

	/* One that still cannot be written must not keep others from following. */
	before = eth_tph_nb_current(tph);
	ret = eth_tph_write_pending(dev, tph);
	return ret == 0 ? changed + (int)(eth_tph_nb_current(tph) - before) : ret;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_stash_sync, 26.11)
int
rte_eth_dev_tph_stash_sync(uint16_t port_id)
{
	struct rte_eth_dev *dev;
	struct eth_tph *tph;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	tph = eth_tph_lock_enabled(dev);
	ret = -EINVAL;
	if (tph != NULL) {
		ret = eth_tph_stash_sync(dev, tph);
		eth_tph_unlock(tph);
	}

	rte_eth_trace_tph_stash_sync(port_id, ret);
	return ret;
}
