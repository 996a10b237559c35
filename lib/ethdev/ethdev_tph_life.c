/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TPH settings through the life of a port: start, stop, reset, queue
 * configuration and release. What a change is, and how the device is told, is
 * left to ethdev_tph_plan.c.
 *
 * dev_started does not tell when a driver is at work in dev_start and dev_stop. So
 * the settings have a phase of their own, set under the mutex. While a driver
 * starts or stops its device, interrupt vectors come and go, and nothing is
 * written to the device but what the driver asks for.
 */

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include <eal_export.h>
#include "rte_ethdev.h"
#include "ethdev_driver.h"
#include "ethdev_private.h"
#include "ethdev_tph_plan.h"
#include <tph_compat.h>

void
eth_tph_release(struct rte_eth_dev_data *data)
{
	if (data->tph == NULL)
		return;
	eth_tph_free(data->tph);
	data->tph = NULL;
}

/* Stashes are written by the primary process only. */
static bool
eth_tph_may_write(const struct eth_tph *tph)
{
	return tph->enabled && rte_eal_process_type() == RTE_PROC_PRIMARY;
}

void
eth_tph_start_begin(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;
	unsigned int i;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	if (eth_tph_may_write(tph))
		eth_tph_return_to_device(dev, tph);
	/* What is not live has lost everything, and will ask. */
	for (i = 0; !tph->info.live && i < eth_tph_nb_slots(&tph->table); i++)
		tph->table.slots[i].current = 0;
	eth_tph_unlock(tph);
}

void
eth_tph_start_end(struct rte_eth_dev *dev, int ret)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	tph->phase = ret == 0 ? ETH_TPH_RUNNING : ETH_TPH_STOPPED;
	eth_tph_unlock(tph);
}

void
eth_tph_restore(struct rte_eth_dev *dev, bool all)
{
	struct eth_tph *tph = dev->data->tph;
	unsigned int i;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	if (tph->info.live && eth_tph_may_write(tph)) {
		eth_tph_write_all(dev, tph, all);
	} else if (tph->info.live && tph->enabled) {
		for (i = 0; i < eth_tph_nb_slots(&tph->table); i++)
			tph->table.slots[i].current = 0;
		RTE_ETHDEV_LOG_LINE(NOTICE,
			"Port %u: started by a secondary process, so that TPH stashes are pending until the primary one syncs them",
			dev->data->port_id);
	}
	eth_tph_unlock(tph);
}

void
eth_tph_stop_begin(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	tph->phase = ETH_TPH_STOPPING;
	eth_tph_unlock(tph);
}

void
eth_tph_stop_end(struct rte_eth_dev *dev, int ret)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	tph->phase = ret == 0 ? ETH_TPH_STOPPED : ETH_TPH_RUNNING;
	eth_tph_unlock(tph);
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_eth_tph_queue_start)
struct eth_tph_hint
rte_eth_tph_queue_start(struct rte_eth_dev_data *data,
		enum rte_eth_tph_direction direction, uint16_t queue)
{
	struct eth_tph_hint hint = { 0 };
	struct eth_tph *tph = data->tph;
	struct eth_tph_slot *slot;

	if (tph == NULL)
		return hint;
	eth_tph_lock(tph);
	/* From now on, what queues were given has to stand. */
	if (tph->phase == ETH_TPH_STOPPED)
		tph->phase = ETH_TPH_STARTING;
	if (!tph->enabled || !tph->in_device || queue >= tph->table.nb[direction])
		goto out;

	slot = eth_tph_slot(&tph->table, direction, queue);
	if (slot->objects == 0)
		goto out;
	if (tph->info.mode == RTE_ETH_TPH_MODE_DS) {
		slot->location = RTE_ETH_TPH_LOCATION_DEVICE;
		slot->index = queue;
		slot->current = 1;
		hint.tag = slot->tag;
	}
	if (slot->current)
		hint.objects = slot->objects;
out:
	eth_tph_unlock(tph);
	return hint;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_eth_tph_table_start)
void
rte_eth_tph_table_start(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	if (eth_tph_may_write(tph) && tph->info.mode == RTE_ETH_TPH_MODE_IV) {
		tph->phase = ETH_TPH_STARTING;
		eth_tph_write_all(dev, tph, true);
	}
	eth_tph_unlock(tph);
}

void
eth_tph_queue_config(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t nb_queues)
{
	uint16_t first[ETH_TPH_DIRECTIONS] = { UINT16_MAX, UINT16_MAX };
	struct eth_tph *tph = dev->data->tph;
	struct eth_tph_slot *slot;
	uint16_t q;
	int ret;

	if (tph == NULL)
		return;
	eth_tph_lock(tph);
	if (!eth_tph_may_write(tph) || nb_queues >= tph->table.nb[direction])
		goto out;

	first[direction] = nb_queues;
	ret = eth_tph_take_away(dev, tph, first);
	if (ret != 0)
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: TPH stashes of removed %s queues are still in the device: %s; sync or disable TPH to clear them",
			dev->data->port_id, rte_eth_tph_direction_name(direction),
			rte_strerror(-ret));
	/* Without objects, a stash that is still there is one to be taken away. */
	for (q = nb_queues; q < tph->table.nb[direction]; q++) {
		slot = eth_tph_slot(&tph->table, direction, q);
		slot->objects = 0;
		slot->current = 0;
	}
out:
	eth_tph_unlock(tph);
}

void
eth_tph_leave_device(struct rte_eth_dev *dev)
{
	const uint16_t all[ETH_TPH_DIRECTIONS] = { 0, 0 };
	struct eth_tph *tph = dev->data->tph;
	int ret;

	/* The device goes on if a secondary process closes its view of the port. */
	if (tph == NULL || rte_eal_process_type() != RTE_PROC_PRIMARY)
		return;
	eth_tph_lock(tph);
	tph->phase = ETH_TPH_STOPPED;
	if (!tph->enabled || !tph->in_device)
		goto out;

	ret = eth_tph_take_away(dev, tph, all);
	if (ret != 0) {
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: cannot take TPH stashes out of the device: %s - ignore",
			dev->data->port_id, rte_strerror(-ret));
		eth_tph_forget_device(tph);
	}
	ret = eth_err(dev->data->port_id, dev->dev_ops->tph->disable(dev));
	if (ret != 0)
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: cannot turn TPH off: %s - ignore",
			dev->data->port_id, rte_strerror(-ret));
	tph->in_device = false;
out:
	eth_tph_unlock(tph);
}
