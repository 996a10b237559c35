/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Telemetry of PCIe TPH: what rte_eth_dev_tph_info_get() and
 * rte_eth_dev_tph_stash_get() tell, as /ethdev/tph,<port>. It is registered with
 * the other commands of ethdev, which see to it that no port is released
 * meanwhile: they hold a lock of all ports, under which nothing here may wait for
 * the lock of one.
 */

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_telemetry.h>

#include "rte_ethdev.h"
#include "ethdev_driver.h"
#include "ethdev_tph_plan.h"
#include "ethdev_tph_private.h"

/* A telemetry reply is limited to 16 KiB; this many stashes always fit. */
#define TPH_TEL_MAX_STASHES 100

/* The settings of a port, copied with its lock held */
struct tph_tel {
	struct rte_eth_tph_info info;
	unsigned int nb_stashes; /* all that there are */
	struct rte_eth_tph_stash_state stashes[TPH_TEL_MAX_STASHES]; /* the first ones */
};

static int
tel_add_stash(struct rte_tel_data *stashes,
		const struct rte_eth_tph_stash_state *state)
{
	bool rx = state->stash.direction == RTE_ETH_TPH_RX;
	struct rte_tel_data *d;
	char name[16];

	d = rte_tel_data_alloc();
	if (d == NULL)
		return -ENOMEM;

	rte_tel_data_start_dict(d);
	if (state->stash.target == RTE_ETH_TPH_TARGET_LCORE)
		rte_tel_data_add_dict_int(d, "lcore", state->stash.target_id);
	rte_tel_data_add_dict_int(d, "cpu", state->cpu);
	rte_tel_data_add_dict_int(d, "tag", state->tag);
	rte_tel_data_add_dict_int(d, "objects", state->stash.objects);
	rte_tel_data_add_dict_string(d, "location",
		rte_eth_tph_location_name(state->location));
	rte_tel_data_add_dict_int(d, "index", state->index);
	rte_tel_data_add_dict_int(d, "pending", state->pending);

	snprintf(name, sizeof(name), "%s_q%u", rx ? "rx" : "tx", state->stash.queue);
	return rte_tel_data_add_dict_container(stashes, name, d, 0);
}

static void
tel_copy_stashes(struct tph_tel *tel, const struct rte_eth_dev *dev,
		const struct eth_tph *tph, enum rte_eth_tph_direction direction,
		uint16_t nb_queues)
{
	struct rte_eth_tph_stash_state state;
	uint16_t q;

	for (q = 0; q < nb_queues; q++) {
		if (eth_tph_stash_get(dev, tph, direction, q, &state) != 0)
			continue;
		if (tel->nb_stashes < TPH_TEL_MAX_STASHES)
			tel->stashes[tel->nb_stashes] = state;
		tel->nb_stashes++;
	}
}

/* Return false if the port is being changed. */
static bool
tel_copy(struct tph_tel *tel, const struct rte_eth_dev *dev)
{
	struct eth_tph *tph = dev->data->tph;

	if (tph == NULL)
		return true;
	if (!eth_tph_trylock(tph))
		return false;
	if (eth_tph_info_in_force(tph, &tel->info)) {
		tel_copy_stashes(tel, dev, tph, RTE_ETH_TPH_RX, dev->data->nb_rx_queues);
		tel_copy_stashes(tel, dev, tph, RTE_ETH_TPH_TX, dev->data->nb_tx_queues);
	}
	eth_tph_unlock(tph);
	return true;
}

static int
tel_fill(const struct tph_tel *tel, struct rte_tel_data *d)
{
	const struct rte_eth_tph_info *info = &tel->info;
	struct rte_tel_data *stashes;
	unsigned int i;

	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_string(d, "reason", rte_eth_tph_reason_str(info->reason));
	rte_tel_data_add_dict_int(d, "usable", info->reason == RTE_ETH_TPH_USABLE);
	rte_tel_data_add_dict_int(d, "enabled", info->enabled);
	if (info->reason != RTE_ETH_TPH_USABLE)
		return 0;

	rte_tel_data_add_dict_string(d, "st_table",
		rte_eth_tph_location_name(info->st_table));
	rte_tel_data_add_dict_int(d, "st_entries", info->st_entries);
	rte_tel_data_add_dict_int(d, "rx_objects", info->rx_objects);
	rte_tel_data_add_dict_int(d, "tx_objects", info->tx_objects);
	rte_tel_data_add_dict_int(d, "tag_bits", info->tag_bits);
	rte_tel_data_add_dict_int(d, "live", info->live);
	if (!info->enabled)
		return 0;

	rte_tel_data_add_dict_int(d, "suspended", info->suspended);
	rte_tel_data_add_dict_string(d, "mode", rte_eth_tph_mode_name(info->mode));
	rte_tel_data_add_dict_string(d, "requester",
		rte_eth_tph_requester_name(info->requester));
	rte_tel_data_add_dict_string(d, "memory",
		rte_eth_tph_memory_name(info->memory));

	stashes = rte_tel_data_alloc();
	if (stashes == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(stashes);
	for (i = 0; i < RTE_MIN(tel->nb_stashes, (unsigned int)TPH_TEL_MAX_STASHES); i++)
		tel_add_stash(stashes, &tel->stashes[i]);
	rte_tel_data_add_dict_int(d, "nb_stashes", tel->nb_stashes);
	return rte_tel_data_add_dict_container(d, "stashes", stashes, 0);
}

int
eth_tph_telemetry(const char *cmd __rte_unused, const char *params,
		struct rte_tel_data *d)
{
	struct tph_tel tel = { 0 };
	struct rte_eth_dev *dev;
	unsigned long port_id;
	char *end;
	int ret;

	if (params == NULL || !isdigit((unsigned char)*params))
		return -EINVAL;

	port_id = strtoul(params, &end, 0);
	if (*end != '\0' || port_id > UINT16_MAX || !rte_eth_dev_is_valid_port(port_id))
		return -EINVAL;

	dev = &rte_eth_devices[port_id];
	if (!tel_copy(&tel, dev)) {
		rte_tel_data_start_dict(d);
		return rte_tel_data_add_dict_int(d, "busy", 1);
	}
	if (!tel.info.enabled) {
		ret = eth_tph_info_ask(dev, &tel.info);
		if (ret != 0)
			return ret;
	}
	return tel_fill(&tel, d);
}
