/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH in testpmd: stash each queue to the lcore that polls it.
 *
 * Binding derives the stashes of a port from the forwarding streams, and sets
 * them in one call. It never keeps a port from starting or forwarding: an error
 * only prints one line. The commands are in cmd_tph.c.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_debug.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_string_fns.h>

#include "tph.h"

#define TPH_OBJ_ALL (RTE_ETH_TPH_OBJ_DESCRIPTOR | RTE_ETH_TPH_OBJ_HEADER | \
		     RTE_ETH_TPH_OBJ_PAYLOAD)

static const struct {
	const char *name;
	uint32_t object;
} object_names[] = {
	{ "descriptor", RTE_ETH_TPH_OBJ_DESCRIPTOR },
	{ "header", RTE_ETH_TPH_OBJ_HEADER },
	{ "payload", RTE_ETH_TPH_OBJ_PAYLOAD },
};

/* Who decides about a queue's stash. */
enum tph_rule {
	TPH_BIND,	/* binding: lcore and objects */
	TPH_FOLLOW,	/* the user: objects; binding: lcore */
	TPH_BY_HAND,	/* the user */
};

struct tph_queue {
	uint8_t rule;
	uint8_t objects;	/* of TPH_FOLLOW */
};

struct tph_port {
	bool off;		/* turned off by hand: --tph leaves it off */
	struct tph_queue rxq[RTE_MAX_QUEUES_PER_PORT + 1];
	struct tph_queue txq[RTE_MAX_QUEUES_PER_PORT + 1];
};

static struct tph_port tph_ports[RTE_MAX_ETHPORTS];
static bool enable_all;			/* --tph was given */
static uint32_t bound_objects = TPH_OBJ_ALL;

/* The array for one rte_eth_dev_tph_stash_set(), and what to report about it. */
struct tph_plan {
	struct rte_eth_tph_stash stash[2 * (RTE_MAX_QUEUES_PER_PORT + 1)];
	uint16_t nb_stash;	/* including those that only remove */
	uint16_t nb_queue;
	uint16_t nb_lcore;
};

int
tph_objects_parse(const char *list, uint32_t *objects)
{
	char copy[128];
	char *word, *rest = NULL;
	uint32_t found = 0;
	unsigned int i;

	if (strcmp(list, "none") == 0) {
		*objects = 0;
		return 0;
	}

	if (strlcpy(copy, list, sizeof(copy)) >= sizeof(copy))
		return -EINVAL;

	for (word = strtok_r(copy, ",", &rest); word != NULL;
	     word = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < RTE_DIM(object_names); i++)
			if (strcmp(word, object_names[i].name) == 0)
				break;
		if (i == RTE_DIM(object_names))
			return -EINVAL;
		found |= object_names[i].object;
	}
	if (found == 0)
		return -EINVAL;

	*objects = found;
	return 0;
}

void
tph_list_add(char *list, size_t size, const char *name)
{
	if (list[0] != '\0')
		strlcat(list, ",", size);
	strlcat(list, name, size);
}

const char *
tph_objects_str(uint32_t objects, char *buf, size_t size)
{
	unsigned int i;

	strlcpy(buf, objects == 0 ? "none" : "", size);
	for (i = 0; i < RTE_DIM(object_names); i++)
		if (objects & object_names[i].object)
			tph_list_add(buf, size, object_names[i].name);

	return buf;
}

bool
tph_usable(portid_t pid, const struct rte_eth_tph_info *info)
{
	if (info->reason == RTE_ETH_TPH_USABLE)
		return true;

	fprintf(stderr, "Port %u: TPH cannot be used: %s\n", pid,
		rte_eth_tph_reason_str(info->reason));
	return false;
}

void
tph_failed(portid_t pid, int error)
{
	switch (-error) {
	case EBUSY:
	case EINVAL:
	case ENOMEM:
	case ENOTSUP:
	case ERANGE:
	case E_RTE_SECONDARY:
		/* ethdev or the driver has logged what is wrong and what helps. */
		return;
	default:
		fprintf(stderr, "Port %u: TPH failed: %s, see the log\n", pid,
			rte_strerror(-error));
	}
}

void
tph_option(const char *objects)
{
	enable_all = true;
	if (objects == NULL)
		return;
	if (tph_objects_parse(objects, &bound_objects) != 0 || bound_objects == 0)
		rte_exit(EXIT_FAILURE,
			 "Invalid --tph=%s: give a list of descriptor, header, payload\n",
			 objects);
}

static struct tph_queue *
queue_of(portid_t pid, enum rte_eth_tph_direction direction, uint16_t queue)
{
	if (direction == RTE_ETH_TPH_RX)
		return &tph_ports[pid].rxq[queue];
	return &tph_ports[pid].txq[queue];
}

void
tph_port_closed(portid_t pid)
{
	memset(&tph_ports[pid], 0, sizeof(tph_ports[pid]));
}

void
tph_disabled_by_hand(portid_t pid)
{
	memset(&tph_ports[pid], 0, sizeof(tph_ports[pid]));
	tph_ports[pid].off = true;
}

void
tph_stashed_by_hand(portid_t pid, enum rte_eth_tph_direction direction,
		    uint16_t queue, uint32_t objects, bool follow)
{
	struct tph_queue *q = queue_of(pid, direction, queue);

	q->rule = follow ? TPH_FOLLOW : TPH_BY_HAND;
	q->objects = objects;
}

/*
 * Streams tell which lcore polls which queue. While forwarding runs, they are
 * used as they are; otherwise they are set up again, because the user may have
 * changed cores or queues. Not with DCB, whose set-up configures stopped ports.
 */
static void
refresh_streams(void)
{
	if (test_done != 0 && !dcb_config)
		fwd_config_setup();
}

static bool
engine_is(const char *name)
{
	return strcmp(cur_fwd_eng->fwd_mode_name, name) == 0;
}

static bool
stream_polls(const struct fwd_stream *fs, portid_t pid,
	     enum rte_eth_tph_direction direction, uint16_t queue)
{
	if (direction == RTE_ETH_TPH_RX)
		return fs->rx_port == pid && fs->rx_queue == queue &&
		       !engine_is("txonly");
	return fs->tx_port == pid && fs->tx_queue == queue && !engine_is("rxonly");
}

/* Index of the forwarding lcore that polls the queue, or negative. */
static int
polling_fwd_lcore(portid_t pid, enum rte_eth_tph_direction direction, uint16_t queue)
{
	const struct fwd_lcore *fc;
	unsigned int i, j;

	for (i = 0; i < cur_fwd_config.nb_fwd_lcores; i++) {
		fc = fwd_lcores[i];
		for (j = 0; j < fc->stream_nb; j++)
			if (stream_polls(fwd_streams[fc->stream_idx + j], pid,
					 direction, queue))
				return i;
	}

	return -1;
}

unsigned int
tph_polling_lcore(portid_t pid, enum rte_eth_tph_direction direction, uint16_t queue)
{
	int i;

	refresh_streams();
	i = polling_fwd_lcore(pid, direction, queue);

	return i < 0 ? LCORE_ID_ANY : fwd_lcores_cpuids[i];
}

/* In IV mode the tag belongs to the vector of the queue's interrupt. */
static bool
queue_can_be_bound(portid_t pid, const struct rte_eth_tph_info *info,
		   enum rte_eth_tph_direction direction)
{
	if (info->mode != RTE_ETH_TPH_MODE_IV)
		return true;
	return direction == RTE_ETH_TPH_RX && ports[pid].dev_conf.intr_conf.rxq != 0;
}

static void
plan_queue(struct tph_plan *plan, portid_t pid, const struct rte_eth_tph_info *info,
	   enum rte_eth_tph_direction direction, uint16_t queue, bool used[])
{
	const struct tph_queue *q = queue_of(pid, direction, queue);
	struct rte_eth_tph_stash *stash = &plan->stash[plan->nb_stash];
	struct rte_eth_tph_stash_state state;
	uint32_t objects;
	int i;

	if (q->rule == TPH_BY_HAND)
		return;

	objects = q->rule == TPH_FOLLOW ? q->objects : bound_objects;
	objects &= direction == RTE_ETH_TPH_RX ? info->rx_objects : info->tx_objects;
	i = polling_fwd_lcore(pid, direction, queue);

	memset(stash, 0, sizeof(*stash));
	stash->direction = direction;
	stash->queue = queue;
	stash->target = RTE_ETH_TPH_TARGET_LCORE;

	if (i < 0 || objects == 0) {
		/* Remove the stash of a queue that is no longer polled. */
		if (rte_eth_dev_tph_stash_get(pid, direction, queue, &state) == 0)
			plan->nb_stash++;
		return;
	}

	stash->target_id = fwd_lcores_cpuids[i];
	stash->objects = objects;
	plan->nb_stash++;
	plan->nb_queue++;
	if (!used[i])
		plan->nb_lcore++;
	used[i] = true;
}

static void
plan_port(struct tph_plan *plan, portid_t pid, const struct rte_eth_tph_info *info)
{
	static const enum rte_eth_tph_direction directions[] = {
		RTE_ETH_TPH_RX, RTE_ETH_TPH_TX
	};
	bool used[RTE_MAX_LCORE] = { false };
	unsigned int d;
	uint16_t q, nb;

	plan->nb_stash = 0;
	plan->nb_queue = 0;
	plan->nb_lcore = 0;

	for (d = 0; d < RTE_DIM(directions); d++) {
		if (!queue_can_be_bound(pid, info, directions[d]))
			continue;
		nb = directions[d] == RTE_ETH_TPH_RX ? nb_rxq : nb_txq;
		for (q = 0; q < nb; q++)
			plan_queue(plan, pid, info, directions[d], q, used);
		/* A queue that was removed comes back without its manual settings. */
		for (; q < RTE_MAX_QUEUES_PER_PORT; q++)
			memset(queue_of(pid, directions[d], q), 0,
			       sizeof(struct tph_queue));
	}
}

/* True if the stashes of the port are those of the plan. */
static bool
plan_in_force(const struct tph_plan *plan, portid_t pid)
{
	const struct rte_eth_tph_stash *want;
	struct rte_eth_tph_stash_state have;
	uint16_t i;

	for (i = 0; i < plan->nb_stash; i++) {
		want = &plan->stash[i];
		if (rte_eth_dev_tph_stash_get(pid, want->direction, want->queue,
					      &have) != 0)
			return false;
		if (have.stash.target != want->target ||
		    have.stash.target_id != want->target_id ||
		    have.stash.objects != want->objects)
			return false;
	}

	return true;
}

static void
bind_port(portid_t pid, const struct rte_eth_tph_info *info, bool started)
{
	static struct tph_plan plan;
	int ret;

	plan_port(&plan, pid, info);

	if (!started || info->live) {
		ret = rte_eth_dev_tph_stash_set(pid, plan.stash, plan.nb_stash);
		if (ret != 0) {
			tph_failed(pid, ret);
			return;
		}
	} else if (!plan_in_force(&plan, pid)) {
		fprintf(stderr,
			"Port %u: TPH binds queues of this device at port start only, 'port stop %u' and start it\n",
			pid, pid);
		return;
	}

	if (plan.nb_queue == 0 && info->mode == RTE_ETH_TPH_MODE_IV &&
	    ports[pid].dev_conf.intr_conf.rxq == 0) {
		fprintf(stderr,
			"Port %u: TPH binds no queue: mode IV needs a vector for every Rx queue, run with --rxq-intr\n",
			pid);
		return;
	}

	printf("Port %u: TPH binds %u queue%s to %u lcore%s\n", pid,
	       plan.nb_queue, plan.nb_queue == 1 ? "" : "s",
	       plan.nb_lcore, plan.nb_lcore == 1 ? "" : "s");
}

/* --tph: turn TPH on unless it is on, or was turned off by hand. */
static void
enable_at_start(portid_t pid, struct rte_eth_tph_info *info)
{
	int ret;

	if (!enable_all || info->enabled || tph_ports[pid].off)
		return;

	if (!tph_usable(pid, info))
		return;

	ret = rte_eth_dev_tph_enable(pid, NULL);
	if (ret == 0)
		ret = rte_eth_dev_tph_info_get(pid, info);
	if (ret != 0)
		tph_failed(pid, ret);
}

void
tph_port_starting(portid_t pid)
{
	struct rte_eth_tph_info info;

	if (!is_proc_primary() || rte_eth_dev_tph_info_get(pid, &info) != 0)
		return;

	enable_at_start(pid, &info);
	if (!info.enabled || info.live)
		return;

	refresh_streams();
	bind_port(pid, &info, false);
}

void
tph_fwd_starting(void)
{
	struct rte_eth_tph_info info;
	portid_t i, pid;

	if (!is_proc_primary())
		return;

	for (i = 0; i < cur_fwd_config.nb_fwd_ports; i++) {
		pid = fwd_ports_ids[i];
		if (rte_eth_dev_tph_info_get(pid, &info) == 0 && info.enabled)
			bind_port(pid, &info, true);
	}
}

void
tph_enabled_by_hand(portid_t pid)
{
	struct rte_eth_tph_info info;

	memset(&tph_ports[pid], 0, sizeof(tph_ports[pid]));

	/* Queues are bound when forwarding starts. If it is running, bind now. */
	if (test_done == 0 && port_is_forwarding(pid) &&
	    rte_eth_dev_tph_info_get(pid, &info) == 0)
		bind_port(pid, &info, true);
}
