/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TPH settings through the life of a port: start, stop, reset, queue
 * configuration and release. What a change is, and how the device is told, is
 * left to ethdev_tph_plan.c.
 *
 * While a driver starts or stops its device, interrupt vectors come and go, and
 * nothing is written to the device but what the driver asks for.
 */

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <rte_atomic.h>
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

/*
 * Enter a phase, and return the settings with their lock, or NULL if there are
 * none. With the lock, whoever wrote to the device in the old phase is done.
 */
static struct eth_tph *
eth_tph_enter(struct rte_eth_dev_data *data, enum eth_tph_phase phase)
{
	struct eth_tph *tph;

	data->tph_phase = phase;
	/* Who makes settings now sees the phase, or these are seen here. */
	rte_atomic_thread_fence(rte_memory_order_seq_cst);
	tph = data->tph;
	if (tph != NULL)
		eth_tph_lock(tph);
	return tph;
}

void
eth_tph_start_begin(struct rte_eth_dev *dev, bool all)
{
	struct eth_tph *tph = eth_tph_enter(dev->data, ETH_TPH_STARTING);
	unsigned int i;

	if (tph == NULL)
		return;
	if (eth_tph_may_write(tph))
		eth_tph_return_to_device(dev, tph);
	/* What is not live loses everything anyway. */
	for (i = 0; (all || !tph->info.live) && i < eth_tph_nb_slots(&tph->table); i++)
		tph->table.slots[i].current = 0;
	eth_tph_unlock(tph);
}

void
eth_tph_start_end(struct rte_eth_dev *dev, int ret)
{
	struct eth_tph *tph;

	/* Otherwise the configuration is restored next, and the end is there. */
	if (ret == 0)
		return;
	tph = eth_tph_enter(dev->data, ETH_TPH_STOPPED);
	if (tph != NULL)
		eth_tph_unlock(tph);
}

void
eth_tph_restore(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = eth_tph_enter(dev->data, ETH_TPH_RUNNING);

	if (tph == NULL)
		return;
	if (tph->info.live && eth_tph_may_write(tph))
		eth_tph_write_pending(dev, tph);
	else if (tph->info.live && tph->enabled)
		RTE_ETHDEV_LOG_LINE(NOTICE,
			"Port %u: started by a secondary process, so that TPH stashes are pending until the primary one syncs them",
			dev->data->port_id);
	eth_tph_unlock(tph);
}

void
eth_tph_stop_begin(struct rte_eth_dev *dev)
{
	struct eth_tph *tph = eth_tph_enter(dev->data, ETH_TPH_STOPPING);

	if (tph != NULL)
		eth_tph_unlock(tph);
}

void
eth_tph_stop_end(struct rte_eth_dev *dev, int ret)
{
	struct eth_tph *tph;

	tph = eth_tph_enter(dev->data, ret == 0 ? ETH_TPH_STOPPED : ETH_TPH_RUNNING);
	if (tph == NULL)
		return;
	/* Stashes that were removed meanwhile, or could not be written */
	if (tph->in_device && eth_tph_may_write(tph))
		eth_tph_write_pending(dev, tph);
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
	if (eth_tph_may_write(tph) && tph->info.mode == RTE_ETH_TPH_MODE_IV)
		eth_tph_write_pending(dev, tph);
	eth_tph_unlock(tph);
}

void
eth_tph_queue_config(struct rte_eth_dev *dev, enum rte_eth_tph_direction direction,
		uint16_t nb_queues)
{
	struct eth_tph *tph = eth_tph_enter(dev->data, ETH_TPH_STOPPED);
	uint16_t first[ETH_TPH_DIRECTIONS] = { UINT16_MAX, UINT16_MAX };
	struct eth_tph_slot *slot;
	uint16_t q;
	int ret = 0;

	if (tph == NULL)
		return;
	first[direction] = nb_queues;
	if (eth_tph_may_write(tph) && nb_queues < tph->table.nb[direction])
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
	eth_tph_unlock(tph);
}

void
eth_tph_leave_device(struct rte_eth_dev *dev)
{
	const uint16_t all[ETH_TPH_DIRECTIONS] = { 0, 0 };
	struct eth_tph *tph;
	int ret;

	/* The device goes on if a secondary process closes its view of the port. */
	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return;
	tph = eth_tph_enter(dev->data, ETH_TPH_STOPPED);
	if (tph == NULL)
		return;
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
	tph->maybe_on = ret != 0;
	tph->in_device = false;
out:
	eth_tph_unlock(tph);
}
