/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Changes to the TPH settings of a port: from lcores to CPUs to tags, and from
 * a copy of the settings to the device and back. A change is made on a copy of
 * the stashes, given to the driver in one call, and swapped in only if the
 * driver took it: that is what makes every call all or nothing.
 *
 * When a port's life asks for a change is left to ethdev_tph_life.c.
 */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_lcore_affinity.h>
#include <rte_malloc.h>

#include "rte_ethdev.h"
#include "ethdev_driver.h"
#include "ethdev_private.h"
#include "ethdev_tph_plan.h"
#include "ethdev_tph_trace.h"
#include <tph_compat.h>

/* Size of a CPU list in a message; longer lists are truncated. */
#define ETH_TPH_CPUS_STR 128

/* --- Settings --- */

struct eth_tph *
eth_tph_alloc(void)
{
	struct eth_tph *tph;

	tph = rte_zmalloc("ethdev->tph", sizeof(*tph), 0);
	if (tph == NULL)
		return NULL;
#ifdef RTE_EXEC_ENV_WINDOWS
	pthread_mutex_init(&tph->mutex, NULL);
#else
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	/* A secondary process may be killed at any time. */
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&tph->mutex, &attr);
	pthread_mutexattr_destroy(&attr);
#endif
	return tph;
}

void
eth_tph_free(struct eth_tph *tph)
{
	pthread_mutex_destroy(&tph->mutex);
	rte_free(tph->table.slots);
	rte_free(tph);
}

/* Whoever died with the mutex has left the settings whole, see the header. */
static int
eth_tph_locked(struct eth_tph *tph, int ret)
{
#ifdef RTE_EXEC_ENV_WINDOWS
	RTE_SET_USED(tph);
#else
	if (ret == EOWNERDEAD)
		ret = pthread_mutex_consistent(&tph->mutex);
#endif
	return ret;
}

void
eth_tph_lock(struct eth_tph *tph)
{
	eth_tph_locked(tph, pthread_mutex_lock(&tph->mutex));
}

bool
eth_tph_trylock(struct eth_tph *tph)
{
#ifdef RTE_EXEC_ENV_WINDOWS
	/* For telemetry, which does not exist there; nor does this function. */
	RTE_SET_USED(tph);
	return false;
#else
	return eth_tph_locked(tph, pthread_mutex_trylock(&tph->mutex)) == 0;
#endif
}

void
eth_tph_unlock(struct eth_tph *tph)
{
	pthread_mutex_unlock(&tph->mutex);
}

/* --- Plans --- */

void
eth_tph_plan_free(struct eth_tph_plan *plan)
{
	rte_free(plan->table.slots);
	free(plan);
}

struct eth_tph_plan *
eth_tph_plan_alloc(const struct rte_eth_dev *dev, const struct eth_tph *tph)
{
	const uint16_t queues[ETH_TPH_DIRECTIONS] = {
		[RTE_ETH_TPH_RX] = dev->data->nb_rx_queues,
		[RTE_ETH_TPH_TX] = dev->data->nb_tx_queues,
	};
	struct eth_tph_plan *plan;
	unsigned int dir;

	plan = calloc(1, sizeof(*plan));
	if (plan == NULL)
		goto no_memory;
	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++)
		plan->table.nb[dir] = RTE_MAX(queues[dir], tph->table.nb[dir]);

	/* One more, since rte_zmalloc() returns NULL for a size of 0. */
	plan->table.slots = rte_zmalloc("ethdev->tph->slots",
		(eth_tph_nb_slots(&plan->table) + 1) * sizeof(*plan->table.slots), 0);
	if (plan->table.slots == NULL)
		goto no_memory;
	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		if (tph->table.nb[dir] > 0)
			memcpy(eth_tph_slot(&plan->table, dir, 0),
				eth_tph_slot(&tph->table, dir, 0),
				tph->table.nb[dir] * sizeof(*plan->table.slots));
	}
	return plan;

no_memory:
	RTE_ETHDEV_LOG_LINE(ERR, "Port %u: no memory to change TPH stashes",
		dev->data->port_id);
	free(plan);
	return NULL;
}

/* Make a plan the settings of the port. */
static void
eth_tph_plan_commit(struct eth_tph *tph, struct eth_tph_plan *plan)
{
	struct eth_tph_table old = tph->table;
	unsigned int i;

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++)
		plan->table.slots[i].touched = 0;
	tph->table = plan->table;
	plan->table = old;
}

/* --- From lcores to CPUs to tags --- */

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

/* Resolve an lcore to its CPUs and note that their tags are needed. */
static int
eth_tph_plan_lcore(uint16_t port_id, struct eth_tph_plan *plan, uint32_t lcore)
{
	rte_cpuset_t *cpus;
	unsigned int cpu, n = 0;

	/* Out-of-range lcores count as off. */
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

/* Ask the driver for tags that are not known yet, in one call. */
static int
eth_tph_learn(struct rte_eth_dev *dev, struct eth_tph *tph, const uint32_t *cpus,
		int32_t *tags, unsigned int n)
{
	unsigned int i;
	int ret;

	ret = eth_err(dev->data->port_id,
		dev->dev_ops->tph->cpu_tags_get(dev, &tph->info, cpus, tags, n));
	if (ret != 0)
		return ret;

	for (i = 0; i < n; i++) {
		CPU_SET(cpus[i], &tph->known);
		if (tags[i] >= 0)
			CPU_SET(cpus[i], &tph->valid);
		tph->tags[cpus[i]] = tags[i] >= 0 ? tags[i] : 0;
	}
	return 0;
}

/* Learn those tags that the plan needs and that are not known yet. */
static int
eth_tph_plan_learn(struct rte_eth_dev *dev, struct eth_tph *tph,
		const struct eth_tph_plan *plan)
{
	uint32_t cpus[CPU_SETSIZE];
	int32_t tags[CPU_SETSIZE];
	char str[ETH_TPH_CPUS_STR];
	rte_cpuset_t missing;
	unsigned int cpu, n = 0;
	int ret;

	CPU_ZERO(&missing);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &plan->wanted) && !CPU_ISSET(cpu, &tph->known)) {
			CPU_SET(cpu, &missing);
			cpus[n++] = cpu;
		}
	}
	if (n == 0)
		return 0;

	ret = eth_tph_learn(dev, tph, cpus, tags, n);
	if (ret != 0) {
		eth_tph_cpus_str(&missing, str, sizeof(str));
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: cannot look up the tags of CPUs %s: %s; check that all are online",
			dev->data->port_id, str, rte_strerror(-ret));
	}
	return ret;
}

/* Do two CPUs have the same tag? */
static bool
eth_tph_same_tag(const struct eth_tph *tph, unsigned int a, unsigned int b)
{
	bool valid = CPU_ISSET(a, &tph->valid);

	if (valid != !!CPU_ISSET(b, &tph->valid))
		return false;
	return !valid || tph->tags[a] == tph->tags[b];
}

/* The lowest CPU of an lcore if all its CPUs have the same tag. */
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

/* Set CPU and tag of a slot from what the plan has resolved before. */
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

/* --- What a plan is to change --- */

/* Change a slot of a plan to a stash whose CPU and tag were resolved. */
static void
eth_tph_plan_set(struct eth_tph_slot *slot, uint32_t objects,
		const struct eth_tph_slot *resolved)
{
	slot->touched = 1;
	slot->current = 0;
	slot->objects = objects;
	if (objects == 0)
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
	uint16_t nb = stash->direction == RTE_ETH_TPH_RX ?
		dev->data->nb_rx_queues : dev->data->nb_tx_queues;
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

	for (q = 0; q < nb; q++) {
		if (stash->queue == q || stash->queue == RTE_ETH_TPH_QUEUE_ALL)
			eth_tph_plan_set(eth_tph_slot(&plan->table, stash->direction, q),
				stash->objects, &resolved);
	}
	return 0;
}

int
eth_tph_plan_stashes(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan, const struct rte_eth_tph_stash stash[],
		uint16_t n)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		if (stash[i].objects == 0)
			continue;
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

/* Resolve the lcores of all stashes again and look up missing tags. */
static int
eth_tph_plan_lcores(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	const struct eth_tph_slot *slot;
	unsigned int i;
	int ret;

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		if (slot->objects == 0)
			continue;
		ret = eth_tph_plan_target(dev->data->port_id, plan,
			slot->target, slot->target_id);
		if (ret != 0)
			return ret;
	}
	return eth_tph_plan_learn(dev, tph, plan);
}

int
eth_tph_plan_sync(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	struct eth_tph_slot *slot, before;
	unsigned int i;
	int changed = 0;
	int ret;

	ret = eth_tph_plan_lcores(dev, tph, plan);
	if (ret != 0)
		return ret;

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		if (slot->objects == 0)
			continue;
		before = *slot;
		ret = eth_tph_plan_resolve(dev->data->port_id, tph, plan, slot);
		if (ret != 0)
			return ret;
		if (slot->cpu == before.cpu && slot->tag == before.tag)
			continue;
		/* What is pending on a running port is not written with the others. */
		if (dev->data->tph_phase == ETH_TPH_RUNNING && !slot->current)
			continue;
		slot->touched = 1;
		slot->current = 0;
		changed++;
	}
	return changed;
}

/* --- To the device --- */

/* Does the device take a slot as it stands now, rather than at the next start? */
static bool
eth_tph_slot_takes(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		const struct eth_tph_slot *slot)
{
	uint8_t phase = dev->data->tph_phase;
	bool now = phase == (tph->info.live ? ETH_TPH_RUNNING : ETH_TPH_STARTING);

	if (slot->objects == 0)
		return slot->given && (now || phase == ETH_TPH_STOPPED);
	return now;
}

/* Should it have been written already? */
static bool
eth_tph_slot_pending(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		const struct eth_tph_slot *slot)
{
	return !slot->current && eth_tph_slot_takes(dev, tph, slot);
}

/* Pass a list of queues to the driver in one call. */
static int
eth_tph_queues_write(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_queue *queues, unsigned int n)
{
	uint16_t port_id = dev->data->port_id;
	unsigned int i;
	int ret;

	ret = eth_err(port_id,
		dev->dev_ops->tph->queues_write(dev, &tph->info, queues, n));
	for (i = 0; i < n; i++)
		rte_eth_trace_tph_apply(port_id, queues[i].direction,
			queues[i].queue, queues[i].objects, queues[i].cpu,
			queues[i].tag, ret);
	return ret;
}

/* Note that the device has nothing of a queue. */
static void
eth_tph_slot_absent(struct eth_tph_slot *slot)
{
	slot->given = 0;
	slot->current = 0;
	slot->location = RTE_ETH_TPH_LOCATION_NONE;
	slot->index = 0;
}

/* Mark a slot as written to the device. */
static void
eth_tph_slot_written(struct eth_tph_table *table, const struct eth_tph_queue *queue)
{
	struct eth_tph_slot *slot = eth_tph_slot(table, queue->direction, queue->queue);
	struct eth_tph_slot *other;
	unsigned int i;

	if (slot->objects == 0) {
		memset(slot, 0, sizeof(*slot));
		return;
	}
	/* An entry that was another queue's, and could not be cleared, is not any more. */
	for (i = 0; i < eth_tph_nb_slots(table); i++) {
		other = &table->slots[i];
		if (other != slot && other->given && other->location == queue->location &&
				other->index == queue->index)
			eth_tph_slot_absent(other);
	}
	slot->location = queue->location;
	slot->index = queue->index;
	slot->old_tag = slot->tag;
	slot->given = 1;
	slot->current = 1;
}

int
eth_tph_return_to_device(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	int ret;

	if (tph->in_device)
		return 0;

	ret = eth_err(dev->data->port_id, dev->dev_ops->tph->enable(dev, &tph->info));
	if (ret != 0) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: cannot turn TPH on again: %s",
			dev->data->port_id, rte_strerror(-ret));
		return ret;
	}
	tph->in_device = true;
	return 0;
}

/* Write what is due of a plan, and note in the plan where it is. */
static int
eth_tph_plan_write(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	struct eth_tph_queue *queues;
	struct eth_tph_slot *slot;
	unsigned int i, n = 0;
	int ret = 0;

	queues = calloc(eth_tph_nb_slots(&plan->table) + 1, sizeof(*queues));
	if (queues == NULL) {
		RTE_ETHDEV_LOG_LINE(ERR, "Port %u: no memory to write TPH stashes",
			dev->data->port_id);
		return -ENOMEM;
	}

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		if (!slot->touched || !eth_tph_slot_takes(dev, tph, slot))
			continue;
		queues[n] = (struct eth_tph_queue) {
			.objects = slot->objects,
			.cpu = slot->cpu,
			.tag = slot->tag,
			.old_tag = slot->old_tag,
			.location = slot->given ? slot->location :
				RTE_ETH_TPH_LOCATION_NONE,
			.index = slot->index,
		};
		queues[n].direction = eth_tph_slot_queue(&plan->table, i,
			&queues[n].queue);
		n++;
	}

	if (n > 0)
		ret = eth_tph_return_to_device(dev, tph);
	if (n > 0 && ret == 0)
		ret = eth_tph_queues_write(dev, tph, queues, n);
	for (i = 0; ret == 0 && i < n; i++)
		eth_tph_slot_written(&plan->table, &queues[i]);

	free(queues);
	return ret;
}

int
eth_tph_plan_carry_out(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	int ret;

	ret = eth_tph_plan_write(dev, tph, plan);
	if (ret == 0)
		eth_tph_plan_commit(tph, plan);
	return ret;
}

void
eth_tph_forget_device(struct eth_tph *tph)
{
	struct eth_tph_slot *slot;
	unsigned int i;

	for (i = 0; i < eth_tph_nb_slots(&tph->table); i++) {
		slot = &tph->table.slots[i];
		slot->current = 0;
		/* An ST table outlives a reset. */
		if (slot->location == RTE_ETH_TPH_LOCATION_DEVICE)
			eth_tph_slot_absent(slot);
	}
}

int
eth_tph_take_away(struct rte_eth_dev *dev, struct eth_tph *tph,
		const uint16_t first[ETH_TPH_DIRECTIONS])
{
	struct eth_tph_plan *plan;
	struct eth_tph_slot *slot;
	unsigned int dir;
	uint16_t q;
	int ret;

	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;
	for (dir = 0; dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = first[dir]; q < plan->table.nb[dir]; q++) {
			slot = eth_tph_slot(&plan->table, dir, q);
			slot->touched = 1;
			slot->objects = 0;
		}
	}

	ret = eth_tph_plan_write(dev, tph, plan);
	for (dir = 0; ret == 0 && dir < ETH_TPH_DIRECTIONS; dir++) {
		for (q = first[dir]; q < tph->table.nb[dir]; q++) {
			if (!eth_tph_slot(&plan->table, dir, q)->given)
				eth_tph_slot_absent(eth_tph_slot(&tph->table, dir, q));
		}
	}
	eth_tph_plan_free(plan);
	return ret;
}

/* --- A device that starts --- */

static int
eth_tph_write_slot(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan, struct eth_tph_slot *slot)
{
	int ret;

	slot->touched = 1;
	ret = eth_tph_plan_write(dev, tph, plan);
	slot->touched = 0;
	return ret;
}

/*
 * The vectors of queues may have changed, and the old entry of one in an ST table
 * can be the new one of another: before queues are written one by one, all old
 * ones must be gone.
 */
static void
eth_tph_clear_old(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	struct eth_tph_slot *slot, wish;
	unsigned int i;
	int ret;

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		if (slot->objects == 0 || !slot->given || slot->current)
			continue;
		wish = *slot;
		slot->objects = 0;
		ret = eth_tph_write_slot(dev, tph, plan, slot);
		if (ret == 0)
			eth_tph_slot_absent(&wish);
		*slot = wish;
	}
}

/* What could not be written in one call is written queue by queue. */
static int
eth_tph_write_each(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan)
{
	enum rte_eth_tph_direction direction;
	struct eth_tph_slot *slot;
	unsigned int i;
	int first = 0;
	uint16_t q;
	int ret;

	eth_tph_clear_old(dev, tph, plan);
	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		if (!eth_tph_slot_pending(dev, tph, slot))
			continue;
		direction = eth_tph_slot_queue(&plan->table, i, &q);
		ret = eth_tph_write_slot(dev, tph, plan, slot);
		if (ret == 0)
			continue;
		first = first != 0 ? first : ret;
		RTE_ETHDEV_LOG_LINE(ERR,
			"Port %u: cannot write the TPH stash of %s queue %u: %s; it is pending, %s",
			dev->data->port_id, rte_eth_tph_direction_name(direction), q,
			rte_strerror(-ret),
			tph->info.live ? "sync or set it" : "restart the port");
	}
	return first;
}

int
eth_tph_write_pending(struct rte_eth_dev *dev, struct eth_tph *tph)
{
	struct eth_tph_plan *plan;
	struct eth_tph_slot *slot;
	unsigned int i, n = 0;
	int ret;

	for (i = 0; i < eth_tph_nb_slots(&tph->table); i++)
		n += eth_tph_slot_pending(dev, tph, &tph->table.slots[i]);
	if (n == 0)
		return 0;
	ret = eth_tph_return_to_device(dev, tph);
	if (ret != 0)
		return ret;
	plan = eth_tph_plan_alloc(dev, tph);
	if (plan == NULL)
		return -ENOMEM;

	for (i = 0; i < eth_tph_nb_slots(&plan->table); i++) {
		slot = &plan->table.slots[i];
		slot->touched = eth_tph_slot_pending(dev, tph, slot);
	}
	ret = eth_tph_plan_write(dev, tph, plan);
	if (ret != 0) {
		for (i = 0; i < eth_tph_nb_slots(&plan->table); i++)
			plan->table.slots[i].touched = 0;
		ret = eth_tph_write_each(dev, tph, plan);
	}
	eth_tph_plan_commit(tph, plan);
	eth_tph_plan_free(plan);
	return ret;
}
