/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_TPH_PLAN_H
#define ETHDEV_TPH_PLAN_H

/*
 * The TPH settings of a port, and how a change to them is planned, written to
 * the device and committed. Shared by rte_ethdev_tph.c (the API),
 * ethdev_tph_life.c (start, stop, reset, close) and telemetry.
 *
 * The settings are in memory that processes share. A process that is killed
 * while it holds the mutex leaves them whole: only the primary process changes
 * more than single fields, and it commits a change by swapping one table.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_os.h>

#include "ethdev_driver.h"
#include "ethdev_tph.h"

#define ETH_TPH_DIRECTIONS 2

/* Stash of a queue. Kept small, since each port has one per queue and direction. */
struct eth_tph_slot {
	uint32_t index;        /* where the device stores it, see location */
	uint16_t target_id;
	uint16_t cpu;
	uint16_t tag;
	uint16_t old_tag;      /* what is there, if given */
	uint8_t objects;       /* 0: no stash */
	uint8_t location : 2;
	uint8_t target : 1;
	uint8_t given : 1;     /* the device has something that must be taken away */
	uint8_t current : 1;   /* the device has exactly this, while started */
	uint8_t touched : 1;   /* of a plan only: to be written */
};

/* The slots of all queues: those of Rx, then those of Tx */
struct eth_tph_table {
	struct eth_tph_slot *slots;
	uint16_t nb[ETH_TPH_DIRECTIONS];
};

/*
 * Where a port is between stop and start, as rte_eth_dev_data.tph_phase. It is
 * kept for every port, since TPH may be enabled at any time, and changed under
 * the mutex if there is one. dev_started does not tell when a driver is at work in
 * dev_start or dev_stop, while interrupt vectors come and go.
 */
enum eth_tph_phase {
	ETH_TPH_STOPPED, /* also of a new port */
	ETH_TPH_STARTING,
	ETH_TPH_RUNNING,
	ETH_TPH_STOPPING,
};

/* The settings of a port */
struct eth_tph {
	pthread_mutex_t mutex;
	bool enabled;
	/* TPH is on in the device too; false between a reset and the next start */
	bool in_device;
	/* It could not be turned off then, and may be on nevertheless. */
	bool maybe_on;
	/* The settings in force or, if TPH was disabled, the last ones */
	struct rte_eth_tph_info info;
	struct eth_tph_table table;
	/*
	 * Tags that were looked up for the memory type and requester in info.
	 * Firmware computes them, and they do not change.
	 */
	rte_cpuset_t known;
	rte_cpuset_t valid;
	uint16_t tags[CPU_SETSIZE];
};

/* A change under way */
struct eth_tph_plan {
	struct eth_tph_table table; /* a copy, to be changed */
	bool ask_system; /* ask the operating system for affinities, not EAL */
	rte_cpuset_t wanted; /* CPUs whose tags are needed */
	/* Each lcore is resolved once, so that the whole change sees the same. */
	bool lcore_seen[RTE_MAX_LCORE];
	rte_cpuset_t lcore_cpus[RTE_MAX_LCORE];
};

/* Settings are allocated with the mutex ready, and freed with it. */
struct eth_tph *eth_tph_alloc(void);
void eth_tph_free(struct eth_tph *tph);

void eth_tph_lock(struct eth_tph *tph);
/* Lock without waiting; false if another thread or process has the lock. */
bool eth_tph_trylock(struct eth_tph *tph);
void eth_tph_unlock(struct eth_tph *tph);

static inline struct eth_tph_slot *
eth_tph_slot(const struct eth_tph_table *table, unsigned int direction, uint16_t q)
{
	return &table->slots[(direction == RTE_ETH_TPH_TX ?
		table->nb[RTE_ETH_TPH_RX] : 0) + q];
}

static inline unsigned int
eth_tph_nb_slots(const struct eth_tph_table *table)
{
	return table->nb[RTE_ETH_TPH_RX] + table->nb[RTE_ETH_TPH_TX];
}

/* Is slot number i of a table one of Rx or of Tx, and of which queue? */
static inline enum rte_eth_tph_direction
eth_tph_slot_queue(const struct eth_tph_table *table, unsigned int i, uint16_t *q)
{
	bool tx = i >= table->nb[RTE_ETH_TPH_RX];

	*q = tx ? i - table->nb[RTE_ETH_TPH_RX] : i;
	return tx ? RTE_ETH_TPH_TX : RTE_ETH_TPH_RX;
}

/* Start a change: a plan with the stashes as they are. NULL after a message. */
struct eth_tph_plan *eth_tph_plan_alloc(const struct rte_eth_dev *dev,
		const struct eth_tph *tph);
void eth_tph_plan_free(struct eth_tph_plan *plan);

/* Set or remove stashes that were checked; all of them, or negative errno. */
int eth_tph_plan_stashes(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan, const struct rte_eth_tph_stash stash[],
		uint16_t n);

/*
 * Look where the lcores of all stashes are now, and touch those that have another
 * CPU or tag than before. Return how many, or negative errno.
 */
int eth_tph_plan_sync(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan);

/*
 * Write what was touched and concerns the device now, and make the plan the
 * settings of the port. On an error, device and settings are as they were.
 */
int eth_tph_plan_carry_out(struct rte_eth_dev *dev, struct eth_tph *tph,
		struct eth_tph_plan *plan);

/*
 * Write what is pending to a device that can take it, and take away what should
 * be gone. What cannot be written stays pending: only the queue concerned loses
 * its hint. Return 0, or the first error.
 */
int eth_tph_write_pending(struct rte_eth_dev *dev, struct eth_tph *tph);

/*
 * Take away what the device has of queues from these numbers on. On an error all
 * is as it was. The settings stay: what is not in the device is pending.
 */
int eth_tph_take_away(struct rte_eth_dev *dev, struct eth_tph *tph,
		const uint16_t first[ETH_TPH_DIRECTIONS]);

/* Note that the device is being reset, and what it keeps. */
void eth_tph_forget_device(struct eth_tph *tph);

/* Turn TPH on again in a device that was reset. */
int eth_tph_return_to_device(struct rte_eth_dev *dev, struct eth_tph *tph);

/*
 * What the functions of the API tell, for a caller that has the lock of the
 * settings. in_force is false while TPH is not enabled; then ask, which needs no
 * lock.
 */
bool eth_tph_info_in_force(const struct eth_tph *tph, struct rte_eth_tph_info *info);
int eth_tph_info_ask(struct rte_eth_dev *dev, struct rte_eth_tph_info *info);
int eth_tph_stash_get(const struct rte_eth_dev *dev, const struct eth_tph *tph,
		enum rte_eth_tph_direction direction, uint16_t queue,
		struct rte_eth_tph_stash_state *state);

#endif /* ETHDEV_TPH_PLAN_H */
