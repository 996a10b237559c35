/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: the API of rte_ethdev_tph.h, the settings of each
 * port, and their way through start, reset, queue configuration and close. How
 * a device is told is left to the driver, ethdev_tph.h.
 *
 * All settings of a port are in the data that processes share, under one
 * process-shared mutex of that port. A change is made on a copy of the stashes
 * (struct eth_tph_plan), given to the driver in one call, and copied back only
 * if the driver took it: that is what makes every call all or nothing.
 */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_lcore_affinity.h>
#include <rte_malloc.h>
#include <rte_thread.h>

#include <eal_export.h>
#include "rte_ethdev.h"
#include "ethdev_driver.h"
#include "ethdev_private.h"
#include "ethdev_tph_private.h"
#include "ethdev_tph_trace.h"
#include "rte_ethdev_tph.h"
#include <tph_compat.h>

#define ETH_TPH_OBJECTS (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | \
		RTE_ETH_TPH_OBJ_PAYLOAD)

#define ETH_TPH_DIRECTIONS 2

/* Room for a list of CPUs in a message; a longer list is cut. */
#define ETH_TPH_CPUS_STR 128

/* The stash of a queue. Small: every queue of the port has two. */
struct eth_tph_slot {
	uint32_t index;        /* with location: where the device has it */
	uint16_t target_id;
	uint16_t cpu;
	uint16_t tag;
	uint8_t objects;       /* 0: no stash */
	uint8_t location : 2;
	uint8_t target : 1;
	uint8_t given : 1;     /* the device has had it since TPH was turned on */
	uint8_t applied : 1;   /* the device has it as it stands here */
	uint8_t touched : 1;   /* used in a plan only: to be written */
};

/* The settings of a port. */
struct eth_tph {
	bool enabled;
	/* TPH is on in the device, too: not between a reset and the next start. */
	bool in_device;
	struct rte_eth_tph_conf conf; /* nothing AUTO; that of last time if disabled */
	struct rte_eth_tph_info info; /* as it was when TPH was enabled */
	struct eth_tph_slot *slots[ETH_TPH_DIRECTIONS];
	uint16_t nb_slots[ETH_TPH_DIRECTIONS];
	/*
	 * Tags that were looked up for the memory type and requester of conf.
	 * Firmware computes them, and they do not change.
	 */
	rte_cpuset_t known;
	rte_cpuset_t valid;
	uint16_t tags[CPU_SETSIZE];
};

/* A change under way. */
struct eth_tph_plan {
	struct eth_tph_slot *slots[ETH_TPH_DIRECTIONS]; /* copies, to be changed */
	uint16_t nb_slots[ETH_TPH_DIRECTIONS];
	bool ask_system; /* affinities: the system's, not EAL's record */
	bool running;    /* the port is started, or about to be */
	rte_cpuset_t wanted; /* CPUs whose tags are needed */
	/* Each lcore is looked at once, so that all of a change sees the same. */
	bool lcore_seen[RTE_MAX_LCORE];
	rte_cpuset_t lcore_cpus[RTE_MAX_LCORE];
};

static const char * const eth_tph_direction_names[] = {
	[RTE_ETH_TPH_RX] = "Rx",
	[RTE_ETH_TPH_TX] = "Tx",
};

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
			"boot a kernel with the TPH series";
	case RTE_ETH_TPH_NO_CAPABILITY:
		return "the device has no TPH capability; "
			"use another one, or look for a setting in its firmware";
	case RTE_ETH_TPH_NO_PLATFORM:
		return "the platform does not take TPH from this device; "
			"check the BIOS setting, the Root Port and pci=notph";
	case RTE_ETH_TPH_NO_HOST_OPT_IN:
		return "the host does not allow TPH; "
			"load vfio-pci with enable_unsafe_tph=1 and bind the device again";
	}
	return "unknown reason; the library is older than the application";
}

/* CPUs as "0-3,8", cut with "..." if they do not fit. */
static void
eth_tph_cpus_str(const rte_cpuset_t *cpus, char *str, size_t size)
{
	unsigned int cpu, last;
	char part[32];
	size_t len = 0;

	str[0] = '\0';
	for (cpu = 0; cpu < CPU_SETSIZE; cpu = last + 1) {
		last = cpu;
		if (!CPU_ISSET(cpu, cpus))
			continue;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
			last++;

		if (last == cpu)
			snprintf(part, sizeof(part), "%s%u", len > 0 ? "," : "", cpu);
		else
			snprintf(part, sizeof(part), "%s%u-%u", len > 0 ? "," : "",
				cpu, last);
		if (len + strlen(part) + sizeof(",...") > size) {
			snprintf(str + len, size - len, ",...");
			return;
		}
		len += snprintf(str + len, size - len, "%s", part);
	}
}

void
eth_tph_init(struct rte_eth_dev_data *data)
{
	rte_thread_mutex_init_shared(&data->tph_mutex);
}

void
eth_tph_release(struct rte_eth_dev_data *data)
{
	unsigned int dir;

	if (data->tph != NULL) {
		for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++)
			rte_free(data->tph->slots[dir]);
		rte_free(data->tph);
		data->tph = NULL;
	}
	pthread_mutex_destroy(&data->tph_mutex);
}

static void
eth_tph_lock(struct rte_eth_dev *dev)
{
	pthread_mutex_lock(&dev->data->tph_mutex);
}

static void
eth_tph_unlock(struct rte_eth_dev *dev)
{
	pthread_mutex_unlock(&dev->data->tph_mutex);
}

static uint16_t
eth_tph_nb_queues(const struct rte_eth_dev *dev, unsigned int direction)
{
	return direction == RTE_ETH_TPH_RX ?
		dev->data->nb_rx_queues : dev->data->nb_tx_queues;
}

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

	if (dev->dev_ops->tph_enable == NULL) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: %s", dev->data->port_id,
			rte_eth_tph_reason_str(RTE_ETH_TPH_NO_DRIVER));
		return -ENOTSUP;
	}

	return 0;
}

/* The settings of a port that has TPH enabled, or NULL and a message. */
static struct eth_tph *
eth_tph_enabled(const struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph != NULL && tph->enabled)
		return tph;

	RTE_ETHDEV_LOG_LINE(ERR, "Port %u: TPH is not enabled; enable it first",
		dev->data->port_id);
	return NULL;
}

/* Does a change have to wait until the port is stopped? */
static int
eth_tph_check_not_busy(const struct rte_eth_dev *dev, const struct eth_tph *tph)
{
	if (!dev->data->dev_started || tph->info.live)
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

	nb_queues = eth_tph_nb_queues(dev, direction);
	if (queue >= nb_queues) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: there is no %s queue %u; %u are configured",
			dev->data->port_id, eth_tph_direction_names[direction],
			queue, nb_queues);
		return -EINVAL;
	}

	return 0;
}

/* Ask the driver. What is in force goes in, for answers that depend on it. */
static int
eth_tph_driver_info(struct rte_eth_dev *dev, const struct rte_eth_tph_conf *conf,
		struct rte_eth_tph_info *info)
{
	int ret;

	memset(info, 0, sizeof(*info));
	if (conf != NULL) {
		info->enabled = 1;
		info->mode = conf->mode;
		info->requester = conf->requester;
		info->memory = conf->memory;
	}

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph_info_get(dev, info));
	if (ret != 0) {
		memset(info, 0, sizeof(*info));
		return ret;
	}

	if (info->reason != RTE_ETH_TPH_USABLE)
		*info = (struct rte_eth_tph_info) { .reason = info->reason };
	return 0;
}

static int
eth_tph_info_get(struct rte_eth_dev *dev, struct rte_eth_tph_info *info)
{
	const struct eth_tph *tph = dev->data->tph;

	if (tph != NULL && tph->enabled) {
		*info = tph->info;
		return 0;
	}
	return eth_tph_driver_info(dev, NULL, info);
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

	if (dev->dev_ops->tph_info_get == NULL) {
		*info = (struct rte_eth_tph_info) { .reason = RTE_ETH_TPH_NO_DRIVER };
		ret = 0;
	} else {
		eth_tph_lock(dev);
		ret = eth_tph_info_get(dev, info);
		eth_tph_unlock(dev);
	}

	rte_eth_trace_tph_info_get(port_id, info, ret);
	return ret;
}

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

static int
eth_tph_check_supported(uint16_t port_id, const struct rte_eth_tph_conf *conf,
		const struct rte_eth_tph_info *info)
{
	if (info->reason != RTE_ETH_TPH_USABLE) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: %s", port_id,
			rte_eth_tph_reason_str(info->reason));
		return -ENOTSUP;
	}

	if (conf->mode != RTE_ETH_TPH_MODE_AUTO &&
			(info->modes & RTE_BIT32(conf->mode)) == 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: the device does not support TPH mode %s; use auto",
			port_id, conf->mode == RTE_ETH_TPH_MODE_IV ? "iv" : "ds");
		return -ENOTSUP;
	}

	if (conf->requester != RTE_ETH_TPH_REQUESTER_AUTO &&
			(info->requesters & RTE_BIT32(conf->requester)) == 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: device and Root Port do not support the %s TPH requester; use auto",
			port_id,
			conf->requester == RTE_ETH_TPH_REQUESTER_STANDARD ?
			"standard" : "extended");
		return -ENOTSUP;
	}

	return 0;
}

/* Tags are those of a memory type and a requester: forget them with these. */
static void
eth_tph_set_conf(struct eth_tph *tph, const struct rte_eth_tph_conf *conf)
{
	if (tph->conf.requester != conf->requester || tph->conf.memory != conf->memory)
		CPU_ZERO(&tph->known);
	tph->conf = *conf;
}

static int
eth_tph_enable(struct rte_eth_dev *dev, struct rte_eth_tph_conf *conf)
{
	uint16_t port_id = dev->data->port_id;
	struct rte_eth_tph_info info;
	struct eth_tph *tph;
	int ret;

	if (dev->data->tph == NULL) {
		dev->data->tph = rte_zmalloc("ethdev->tph",
			sizeof(*dev->data->tph), 0);
		if (dev->data->tph == NULL) {
			RTE_ETHDEV_LOG_LINE(ERR, "Port %u: no memory for TPH", port_id);
			return -ENOMEM;
		}
	}
	tph = dev->data->tph;

	if (tph->enabled) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH is enabled already; disable it first to change it",
			port_id);
		return -EALREADY;
	}

	ret = eth_tph_driver_info(dev, NULL, &info);
	if (ret != 0)
		return ret;
	ret = eth_tph_check_supported(port_id, conf, &info);
	if (ret != 0)
		return ret;

	ret = eth_err(port_id, dev->dev_ops->tph_enable(dev, conf));
	if (ret != 0)
		return ret;

	/* Once more: what the device can steer depends on what was chosen. */
	ret = eth_tph_driver_info(dev, conf, &info);
	if (ret != 0) {
		dev->dev_ops->tph_disable(dev);
		return ret;
	}

	eth_tph_set_conf(tph, conf);
	tph->info = info;
	tph->enabled = true;
	tph->in_device = true;
	return 0;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_enable, 26.11)
int
rte_eth_dev_tph_enable(uint16_t port_id, const struct rte_eth_tph_conf *conf)
{
	struct rte_eth_tph_conf chosen = { 0 };
	struct rte_eth_dev *dev;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	if (conf != NULL)
		chosen = *conf;
	ret = eth_tph_check_conf(port_id, &chosen);
	if (ret != 0)
		return ret;

	eth_tph_lock(dev);
	ret = eth_tph_enable(dev, &chosen);
	eth_tph_unlock(dev);

	rte_eth_trace_tph_enable(port_id, &chosen, ret);
	return ret;
}

static bool
eth_tph_has_stash(const struct eth_tph *tph)
{
	unsigned int dir, q;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < tph->nb_slots[dir]; q++) {
			if (tph->slots[dir][q].objects != 0)
				return true;
		}
	}
	return false;
}

static int
eth_tph_disable(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;
	unsigned int dir;
	int ret;

	if (tph == NULL || !tph->enabled) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: TPH is not enabled",
			dev->data->port_id);
		return -EALREADY;
	}

	if (eth_tph_has_stash(tph)) {
		ret = eth_tph_check_not_busy(dev, tph);
		if (ret != 0)
			return ret;
	}

	if (tph->in_device) {
		ret = eth_err(dev->data->port_id, dev->dev_ops->tph_disable(dev));
		if (ret != 0)
			return ret;
	}

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		rte_free(tph->slots[dir]);
		tph->slots[dir] = NULL;
		tph->nb_slots[dir] = 0;
	}
	tph->enabled = false;
	tph->in_device = false;
	return 0;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_disable, 26.11)
int
rte_eth_dev_tph_disable(uint16_t port_id)
{
	struct rte_eth_dev *dev;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	eth_tph_lock(dev);
	ret = eth_tph_disable(dev);
	eth_tph_unlock(dev);

	rte_eth_trace_tph_disable(port_id, ret);
	return ret;
}

/* Have a slot for every queue that the port has now. */
static int
eth_tph_slots_grow(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	struct eth_tph_slot *slots;
	unsigned int dir;
	uint16_t nb;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		nb = eth_tph_nb_queues(dev, dir);
		if (nb <= tph->nb_slots[dir])
			continue;

		slots = rte_zmalloc("ethdev->tph->slots", nb * sizeof(*slots), 0);
		if (slots == NULL)
			return -ENOMEM;
		if (tph->nb_slots[dir] > 0)
			memcpy(slots, tph->slots[dir],
				tph->nb_slots[dir] * sizeof(*slots));
		rte_free(tph->slots[dir]);
		tph->slots[dir] = slots;
		tph->nb_slots[dir] = nb;
	}
	return 0;
}

static void
eth_tph_plan_free(struct eth_tph_plan *plan)
{
	unsigned int dir;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++)
		free(plan->slots[dir]);
	free(plan);
}

/* Copy the stashes of the queues that the port has now. */
static struct eth_tph_plan *
eth_tph_plan_alloc(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	struct eth_tph_plan *plan;
	unsigned int dir;
	uint16_t nb;

	plan = calloc(1, sizeof(*plan));
	if (plan == NULL || eth_tph_slots_grow(dev, tph) != 0)
		goto no_memory;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		nb = eth_tph_nb_queues(dev, dir);
		if (nb == 0)
			continue;
		plan->slots[dir] = malloc(nb * sizeof(*plan->slots[dir]));
		if (plan->slots[dir] == NULL)
			goto no_memory;
		memcpy(plan->slots[dir], tph->slots[dir],
			nb * sizeof(*plan->slots[dir]));
		plan->nb_slots[dir] = nb;
	}
	plan->running = dev->data->dev_started;
	return plan;

no_memory:
	RTE_ETHDEV_LOG_LINE(ERR, "Port %u: no memory to change TPH stashes",
		dev->data->port_id);
	if (plan != NULL)
		eth_tph_plan_free(plan);
	return NULL;
}

/* Look where an lcore may run, and note that its CPUs' tags are needed. */
static int
eth_tph_plan_lcore(uint16_t port_id, struct eth_tph_plan *plan, uint32_t lcore)
{
	rte_cpuset_t *cpus;
	unsigned int cpu, n = 0;

	/* Out of bounds is off, too. */
	if (rte_eal_lcore_role(lcore) == ROLE_OFF) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: there is no lcore %"PRIu32"; use one that EAL was started with",
			port_id, lcore);
		return -EINVAL;
	}

	if (plan->lcore_seen[lcore])
		return 0;
	cpus = &plan->lcore_cpus[lcore];
	*cpus = rte_lcore_cpuset(lcore);
	if (plan->ask_system)
		rte_lcore_affinity_get(lcore, cpus);
	plan->lcore_seen[lcore] = true;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, cpus)) {
			CPU_SET(cpu, &plan->wanted);
			n++;
		}
	}
	if (n == 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: lcore %"PRIu32" has no CPU; set its affinity",
			port_id, lcore);
		return -EINVAL;
	}
	return 0;
}

static int
eth_tph_plan_target(uint16_t port_id, struct eth_tph_plan *plan,
		enum rte_eth_tph_target target, uint32_t target_id)
{
	if (target == RTE_ETH_TPH_TARGET_LCORE)
		return eth_tph_plan_lcore(port_id, plan, target_id);

	if (target_id >= CPU_SETSIZE) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: there is no CPU %"PRIu32"; they are below %u",
			port_id, target_id, CPU_SETSIZE);
		return -EINVAL;
	}
	CPU_SET(target_id, &plan->wanted);
	return 0;
}

/* Learn those tags that the plan needs and that are not known yet, in one call. */
static int
eth_tph_plan_learn(struct rte_eth_dev *dev, struct eth_tph *tph,
		const struct eth_tph_plan *plan)
{
	uint16_t port_id = dev->data->port_id;
	char cpus[ETH_TPH_CPUS_STR];
	struct eth_tph_cpu_tag *tags;
	rte_cpuset_t missing;
	unsigned int cpu, i, n = 0;
	int ret;

	CPU_ZERO(&missing);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &plan->wanted) && !CPU_ISSET(cpu, &tph->known)) {
			CPU_SET(cpu, &missing);
			n++;
		}
	}
	if (n == 0)
		return 0;

	tags = calloc(n, sizeof(*tags));
	if (tags == NULL)
		return -ENOMEM;
	for (cpu = 0, i = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &missing))
			tags[i++].cpu = cpu;
	}

	ret = eth_err(port_id,
		dev->dev_ops->tph_cpu_tags_get(dev, &tph->conf, tags, n));
	if (ret != 0) {
		eth_tph_cpus_str(&missing, cpus, sizeof(cpus));
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: cannot look up the tags of CPUs %s: %s; check that all are online",
			port_id, cpus, rte_strerror(-ret));
		goto out;
	}

	for (i = 0; i < n; i++) {
		cpu = tags[i].cpu;
		CPU_SET(cpu, &tph->known);
		if (tags[i].valid)
			CPU_SET(cpu, &tph->valid);
		else
			CPU_CLR(cpu, &tph->valid);
		tph->tags[cpu] = tags[i].tag;
	}
out:
	free(tags);
	return ret;
}

/* Do two CPUs get the same hint? */
static bool
eth_tph_same_tag(const struct eth_tph *tph, unsigned int a, unsigned int b)
{
	bool valid = CPU_ISSET(a, &tph->valid);

	if (valid != !!CPU_ISSET(b, &tph->valid))
		return false;
	return !valid || tph->tags[a] == tph->tags[b];
}

/* The lowest CPU of an lcore, provided that all of its CPUs have one tag. */
static int
eth_tph_lcore_cpu(uint16_t port_id, const struct eth_tph *tph,
		const rte_cpuset_t *cpus, uint32_t lcore)
{
	char str[ETH_TPH_CPUS_STR];
	int cpu, first = -1;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, cpus))
			continue;
		if (first < 0)
			first = cpu;
		if (eth_tph_same_tag(tph, first, cpu))
			continue;

		eth_tph_cpus_str(cpus, str, sizeof(str));
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: lcore %"PRIu32" floats over CPUs %s, which have different tags; pin it to one",
			port_id, lcore, str);
		return -EINVAL;
	}
	return first;
}

/* Find CPU and tag of a slot's target; the plan has looked at both before. */
static int
eth_tph_plan_resolve(uint16_t port_id, const struct eth_tph *tph,
		const struct eth_tph_plan *plan, struct eth_tph_slot *slot)
{
	int cpu = slot->target_id;

	if (slot->target == RTE_ETH_TPH_TARGET_LCORE) {
		cpu = eth_tph_lcore_cpu(port_id, tph,
			&plan->lcore_cpus[slot->target_id], slot->target_id);
		if (cpu < 0)
			return cpu;
	}

	if (!CPU_ISSET(cpu, &tph->valid)) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: the platform has no tag for CPU %d; use a thread on another CPU",
			port_id, cpu);
		return -EINVAL;
	}

	if (tph->tags[cpu] >> tph->info.tag_bits != 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: tag 0x%x of CPU %d does not fit the %u bits of the device; use a thread on another CPU",
			port_id, tph->tags[cpu], cpu, tph->info.tag_bits);
		return -ERANGE;
	}

	slot->cpu = cpu;
	slot->tag = tph->tags[cpu];
	return 0;
}

/* Does a slot concern the device now, rather than at the next start? */
static bool
eth_tph_slot_due(const struct eth_tph_plan *plan, const struct eth_tph_slot *slot)
{
	if (!slot->touched)
		return false;
	return slot->objects == 0 ? slot->given : plan->running;
}

static void
eth_tph_to_queue(const struct eth_tph_slot *slot, unsigned int direction,
		uint16_t q, struct eth_tph_queue *queue)
{
	*queue = (struct eth_tph_queue) {
		.direction = direction,
		.queue = q,
		.objects = slot->objects,
		.cpu = slot->cpu,
		.tag = slot->tag,
		.location = slot->location,
		.index = slot->index,
	};
}

/* Give the driver a list of queues in one call. */
static int
eth_tph_apply(struct rte_eth_dev *dev, const struct eth_tph *tph,
		struct eth_tph_queue *queues, unsigned int n)
{
	uint16_t port_id = dev->data->port_id;
	unsigned int i;
	int ret;

	ret = eth_err(port_id,
		dev->dev_ops->tph_stash_apply(dev, &tph->conf, queues, n));
	for (i = 0; i < n; i++)
		rte_eth_trace_tph_apply(port_id, queues[i].direction,
			queues[i].queue, queues[i].objects, queues[i].cpu,
			queues[i].tag, ret);
	return ret;
}

/* Note in a slot that the device has it. */
static void
eth_tph_slot_applied(struct eth_tph_slot *slot, const struct eth_tph_queue *queue)
{
	if (slot->objects == 0) {
		memset(slot, 0, sizeof(*slot));
		return;
	}
	slot->location = queue->location;
	slot->index = queue->index;
	slot->given = 1;
	slot->applied = 1;
}

/* Turn TPH on again in a device that has lost it. */
static int
eth_tph_return_to_device(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	struct rte_eth_tph_conf conf = tph->conf;
	int ret;

	if (tph->in_device)
		return 0;

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph_enable(dev, &conf));
	if (ret != 0) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: cannot turn TPH on again: %s",
			dev->data->port_id, rte_strerror(-ret));
		return ret;
	}
	tph->in_device = true;
	return 0;
}

/* Write what a plan has touched to the device, and note where it is. */
static int
eth_tph_plan_write(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	struct eth_tph_queue *queues;
	unsigned int dir, q, n = 0;
	int ret;

	queues = calloc(plan->nb_slots[RTE_ETH_TPH_RX] +
		plan->nb_slots[RTE_ETH_TPH_TX] + 1, sizeof(*queues));
	if (queues == NULL)
		return -ENOMEM;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < plan->nb_slots[dir]; q++) {
			if (eth_tph_slot_due(plan, &plan->slots[dir][q]))
				eth_tph_to_queue(&plan->slots[dir][q], dir, q,
					&queues[n++]);
		}
	}

	ret = 0;
	if (n > 0)
		ret = eth_tph_return_to_device(dev, tph);
	if (n > 0 && ret == 0)
		ret = eth_tph_apply(dev, tph, queues, n);
	if (ret == 0) {
		while (n-- > 0)
			eth_tph_slot_applied(
				&plan->slots[queues[n].direction][queues[n].queue],
				&queues[n]);
	}

	free(queues);
	return ret;
}

/* Make a plan that the device has taken the settings of the port. */
static void
eth_tph_plan_commit(struct eth_tph *tph, struct eth_tph_plan *plan)
{
	unsigned int dir, q;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < plan->nb_slots[dir]; q++) {
			plan->slots[dir][q].touched = 0;
			tph->slots[dir][q] = plan->slots[dir][q];
		}
	}
}

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

	/* All of no queues is as wrong as a queue that does not exist. */
	ret = eth_tph_check_queue(dev, stash->direction,
		stash->queue == RTE_ETH_TPH_QUEUE_ALL ? 0 : stash->queue);
	if (ret != 0)
		return ret;

	objects = stash->direction == RTE_ETH_TPH_RX ?
		tph->info.rx_objects : tph->info.tx_objects;
	if ((stash->objects & ~objects) != 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: in %s mode the device cannot steer these objects of %s queues:%s%s%s",
			port_id,
			tph->conf.mode == RTE_ETH_TPH_MODE_IV ? "iv" : "ds",
			eth_tph_direction_names[stash->direction],
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

/* Change a slot of a plan, all but CPU and tag. */
static void
eth_tph_plan_set(struct eth_tph_plan *plan, uint16_t q,
		const struct rte_eth_tph_stash *stash,
		const struct eth_tph_slot *resolved)
{
	struct eth_tph_slot *slot = &plan->slots[stash->direction][q];

	slot->touched = 1;
	slot->applied = 0;
	slot->objects = stash->objects;
	if (stash->objects == 0)
		return;
	slot->target = resolved->target;
	slot->target_id = resolved->target_id;
	slot->cpu = resolved->cpu;
	slot->tag = resolved->tag;
}

/* Change a queue of a plan, or all. */
static int
eth_tph_plan_stash(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		struct eth_tph_plan *plan, const struct rte_eth_tph_stash *stash)
{
	struct eth_tph_slot resolved = {
		.target = stash->target,
		.target_id = stash->target_id,
	};
	uint16_t q;
	int ret;

	if (stash->objects != 0) {
		ret = eth_tph_plan_resolve(dev->data->port_id, tph, plan, &resolved);
		if (ret != 0)
			return ret;
	}

	if (stash->queue != RTE_ETH_TPH_QUEUE_ALL) {
		eth_tph_plan_set(plan, stash->queue, stash, &resolved);
		return 0;
	}
	for (q = 0; q < plan->nb_slots[stash->direction]; q++)
		eth_tph_plan_set(plan, q, stash, &resolved);
	return 0;
}

static int
eth_tph_plan_all(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan, const struct rte_eth_tph_stash stash[],
		uint16_t n)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = eth_tph_check_stash(dev, tph, &stash[i]);
		if (ret == 0 && stash[i].objects != 0)
			ret = eth_tph_plan_target(dev->data->port_id, plan,
				stash[i].target, stash[i].target_id);
		if (ret != 0)
			return ret;
	}

	ret = eth_tph_plan_learn(dev, tph, plan);
	for (i = 0; ret == 0 && i < n; i++)
		ret = eth_tph_plan_stash(dev, tph, plan, &stash[i]);
	return ret;
}

static int
eth_tph_stash_set(struct rte_eth_dev *dev, const struct rte_eth_tph_stash stash[],
		uint16_t n)
{
	struct eth_tph_plan *plan;
	struct eth_tph *tph;
	int ret;

	tph = eth_tph_enabled(dev);
	if (tph == NULL)
		return -EINVAL;
	ret = eth_tph_check_not_busy(dev, tph);
	if (ret != 0)
		return ret;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;

	ret = eth_tph_plan_all(dev, tph, plan, stash, n);
	if (ret == 0)
		ret = eth_tph_plan_write(dev, tph, plan);
	if (ret == 0)
		eth_tph_plan_commit(tph, plan);

	eth_tph_plan_free(plan);
	return ret;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_stash_set, 26.11)
int
rte_eth_dev_tph_stash_set(uint16_t port_id, const struct rte_eth_tph_stash stash[],
		uint16_t n)
{
	struct rte_eth_dev *dev;
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

	eth_tph_lock(dev);
	ret = eth_tph_stash_set(dev, stash, n);
	eth_tph_unlock(dev);

	rte_eth_trace_tph_stash_set(port_id, stash, n, ret);
	return ret;
}

static int
eth_tph_stash_get(const struct rte_eth_dev *dev,
		enum rte_eth_tph_direction direction, uint16_t queue,
		struct rte_eth_tph_stash_state *state)
{
	const struct eth_tph *tph = dev->data->tph;
	const struct eth_tph_slot *slot;

	if (tph == NULL || queue >= tph->nb_slots[direction])
		return -ENOENT;
	slot = &tph->slots[direction][queue];
	if (slot->objects == 0)
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
		.pending = !dev->data->dev_started || !slot->applied,
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

	eth_tph_lock(dev);
	ret = eth_tph_stash_get(dev, direction, queue, state);
	eth_tph_unlock(dev);

	rte_eth_trace_tph_stash_get(port_id, direction, queue, ret);
	return ret;
}

/* Look where the lcores of all stashes are now, and learn missing tags. */
static int
eth_tph_plan_lcores(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	const struct eth_tph_slot *slot;
	unsigned int dir, q;
	int ret;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < plan->nb_slots[dir]; q++) {
			slot = &plan->slots[dir][q];
			if (slot->objects == 0)
				continue;
			ret = eth_tph_plan_target(dev->data->port_id, plan,
				slot->target, slot->target_id);
			if (ret != 0)
				return ret;
		}
	}
	return eth_tph_plan_learn(dev, tph, plan);
}

/*
 * Touch what has another CPU or tag than before, and what a started device
 * should have but has not. Return how many.
 */
static int
eth_tph_plan_sync(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	struct eth_tph_slot *slot, before;
	unsigned int dir, q;
	int changed = 0;
	int ret;

	ret = eth_tph_plan_lcores(dev, tph, plan);
	if (ret != 0)
		return ret;

	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < plan->nb_slots[dir]; q++) {
			slot = &plan->slots[dir][q];
			if (slot->objects == 0)
				continue;
			before = *slot;
			ret = eth_tph_plan_resolve(dev->data->port_id, tph, plan, slot);
			if (ret != 0)
				return ret;
			if (slot->cpu == before.cpu && slot->tag == before.tag &&
					(slot->applied || !dev->data->dev_started))
				continue;
			slot->touched = 1;
			slot->applied = 0;
			changed++;
		}
	}
	return changed;
}

static int
eth_tph_stash_sync(struct rte_eth_dev *dev)
{
	struct eth_tph_plan *plan;
	struct eth_tph *tph;
	int changed, ret;

	tph = eth_tph_enabled(dev);
	if (tph == NULL)
		return -EINVAL;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;
	plan->ask_system = true;

	changed = eth_tph_plan_sync(dev, tph, plan);
	ret = changed < 0 ? changed : 0;
	if (changed > 0) {
		ret = eth_tph_check_not_busy(dev, tph);
		if (ret == 0)
			ret = eth_tph_plan_write(dev, tph, plan);
		if (ret == 0)
			eth_tph_plan_commit(tph, plan);
	}

	eth_tph_plan_free(plan);
	return ret == 0 ? changed : ret;
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_eth_dev_tph_stash_sync, 26.11)
int
rte_eth_dev_tph_stash_sync(uint16_t port_id)
{
	struct rte_eth_dev *dev;
	int ret;

	RTE_ETH_VALID_PORTID_OR_ERR_RET(port_id, -ENODEV);
	dev = &rte_eth_devices[port_id];

	ret = eth_tph_check_changeable(dev);
	if (ret != 0)
		return ret;

	eth_tph_lock(dev);
	ret = eth_tph_stash_sync(dev);
	eth_tph_unlock(dev);

	rte_eth_trace_tph_stash_sync(port_id, ret);
	return ret;
}

/* The settings of a port if they are for a life cycle hook to act on, else NULL. */
static struct eth_tph *
eth_tph_hooked(const struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return NULL;
	return tph != NULL && tph->enabled ? tph : NULL;
}

/*
 * Give a device that starts its stashes: all, or those that are pending if it
 * keeps what it had. A hint is not worth a port that does not start, so
 * failing leaves them pending, and says so.
 */
static void
eth_tph_restore(struct rte_eth_dev *dev, struct eth_tph *tph, bool all)
{
	struct eth_tph_plan *plan;
	struct eth_tph_slot *slot;
	unsigned int dir, q;
	int ret;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return;

	plan->running = true;
	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < plan->nb_slots[dir]; q++) {
			slot = &plan->slots[dir][q];
			slot->touched = slot->objects != 0 && (all || !slot->applied);
			if (slot->touched)
				tph->slots[dir][q].applied = 0;
		}
	}

	ret = eth_tph_plan_write(dev, tph, plan);
	if (ret == 0)
		eth_tph_plan_commit(tph, plan);
	else
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH stashes could not be restored: %s; they are pending, sync or set them",
			dev->data->port_id, rte_strerror(-ret));

	eth_tph_plan_free(plan);
}

void
eth_tph_start_prepare(struct rte_eth_dev *dev, bool restore)
{
	struct eth_tph *tph;

	eth_tph_lock(dev);
	tph = eth_tph_hooked(dev);
	if (tph != NULL && eth_tph_return_to_device(dev, tph) == 0 && !tph->info.live)
		eth_tph_restore(dev, tph, restore);
	eth_tph_unlock(dev);
}

void
eth_tph_start_done(struct rte_eth_dev *dev, bool restore)
{
	struct eth_tph *tph;

	eth_tph_lock(dev);
	tph = eth_tph_hooked(dev);
	if (tph != NULL && tph->in_device && tph->info.live)
		eth_tph_restore(dev, tph, restore);
	eth_tph_unlock(dev);
}

/* Drop the stashes of queues from nb_queues on. */
static void
eth_tph_drop(struct rte_eth_dev *dev, struct eth_tph *tph,
		enum rte_eth_tph_direction direction, uint16_t nb_queues)
{
	struct eth_tph_queue *queues;
	unsigned int n = 0;
	uint16_t q;
	int ret = 0;

	queues = calloc(tph->nb_slots[direction] - nb_queues, sizeof(*queues));
	if (queues == NULL)
		ret = -ENOMEM;

	for (q = nb_queues; q < tph->nb_slots[direction]; q++) {
		tph->slots[direction][q].objects = 0;
		if (queues != NULL && tph->slots[direction][q].given)
			eth_tph_to_queue(&tph->slots[direction][q], direction, q,
				&queues[n++]);
		memset(&tph->slots[direction][q], 0, sizeof(tph->slots[direction][q]));
	}

	if (n > 0)
		ret = eth_tph_apply(dev, tph, queues, n);
	if (ret != 0)
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH stashes of removed %s queues are still in the device: %s; disable TPH to clear them",
			dev->data->port_id, eth_tph_direction_names[direction],
			rte_strerror(-ret));
	free(queues);
}

void
eth_tph_queue_config(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t nb_queues)
{
	struct eth_tph *tph;

	eth_tph_lock(dev);
	tph = eth_tph_hooked(dev);
	if (tph != NULL && tph->nb_slots[direction] > nb_queues)
		eth_tph_drop(dev, tph, direction, nb_queues);
	eth_tph_unlock(dev);
}

void
eth_tph_leave_device(struct rte_eth_dev *dev)
{
	struct eth_tph_slot *slot;
	struct eth_tph *tph;
	unsigned int dir, q;
	int ret;

	eth_tph_lock(dev);
	tph = eth_tph_hooked(dev);
	if (tph == NULL || !tph->in_device)
		goto out;

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph_disable(dev));
	if (ret != 0)
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: cannot turn TPH off: %s - ignore",
			dev->data->port_id, rte_strerror(-ret));

	tph->in_device = false;
	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = 0; q < tph->nb_slots[dir]; q++) {
			slot = &tph->slots[dir][q];
			slot->given = 0;
			slot->applied = 0;
			slot->location = RTE_ETH_TPH_LOCATION_NONE;
			slot->index = 0;
		}
	}
out:
	eth_tph_unlock(dev);
}
