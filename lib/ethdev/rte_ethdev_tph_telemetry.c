/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Telemetry of PCIe TPH: what rte_eth_dev_tph_info_get() and
 * rte_eth_dev_tph_stash_get() tell, as /ethdev/tph,<port>. It is registered with
 * the other commands of ethdev, which see to it that no port is released
 * meanwhile.
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
#include "ethdev_tph_private.h"

/* A telemetry reply is limited to 16 KiB; this many stashes always fit. */
#define TPH_TEL_MAX_STASHES 100

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

/* Add the stashes of a direction; return how many there are. */
static unsigned int
tel_add_stashes(struct rte_tel_data *stashes, uint16_t port_id,
		enum rte_eth_tph_direction direction, uint16_t nb_queues,
		unsigned int n)
{
	struct rte_eth_tph_stash_state state;
	uint16_t q;

	for (q = 0; q < nb_queues; q++) {
		if (rte_eth_dev_tph_stash_get(port_id, direction, q, &state) != 0)
			continue;
		if (n++ < TPH_TEL_MAX_STASHES)
			tel_add_stash(stashes, &state);
	}
	return n;
}

static int
tel_fill(uint16_t port_id, struct rte_tel_data *d)
{
	const struct rte_eth_dev_data *data = rte_eth_devices[port_id].data;
	struct rte_eth_tph_info info;
	struct rte_tel_data *stashes;
	unsigned int n;
	int ret;

	ret = rte_eth_dev_tph_info_get(port_id, &info);
	if (ret != 0)
		return ret;

	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_string(d, "reason", rte_eth_tph_reason_str(info.reason));
	rte_tel_data_add_dict_int(d, "usable", info.reason == RTE_ETH_TPH_USABLE);
	rte_tel_data_add_dict_int(d, "enabled", info.enabled);
	if (info.reason != RTE_ETH_TPH_USABLE)
		return 0;

	rte_tel_data_add_dict_string(d, "st_table",
		rte_eth_tph_location_name(info.st_table));
	rte_tel_data_add_dict_int(d, "st_entries", info.st_entries);
	rte_tel_data_add_dict_int(d, "rx_objects", info.rx_objects);
	rte_tel_data_add_dict_int(d, "tx_objects", info.tx_objects);
	rte_tel_data_add_dict_int(d, "tag_bits", info.tag_bits);
	rte_tel_data_add_dict_int(d, "live", info.live);
	if (!info.enabled)
		return 0;

	rte_tel_data_add_dict_int(d, "suspended", info.suspended);
	rte_tel_data_add_dict_string(d, "mode", rte_eth_tph_mode_name(info.mode));
	rte_tel_data_add_dict_string(d, "requester",
		rte_eth_tph_requester_name(info.requester));
	rte_tel_data_add_dict_string(d, "memory",
		rte_eth_tph_memory_name(info.memory));

	stashes = rte_tel_data_alloc();
	if (stashes == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(stashes);
	n = tel_add_stashes(stashes, port_id, RTE_ETH_TPH_RX, data->nb_rx_queues, 0);
	n = tel_add_stashes(stashes, port_id, RTE_ETH_TPH_TX, data->nb_tx_queues, n);
	rte_tel_data_add_dict_int(d, "nb_stashes", n);
	return rte_tel_data_add_dict_container(d, "stashes", stashes, 0);
}

int
eth_tph_telemetry(const char *cmd __rte_unused, const char *params,
		struct rte_tel_data *d)
{
	unsigned long port_id;
	char *end;

	if (params == NULL || !isdigit((unsigned char)*params))
		return -EINVAL;

	port_id = strtoul(params, &end, 0);
	if (*end != '\0' || port_id > UINT16_MAX || !rte_eth_dev_is_valid_port(port_id))
		return -EINVAL;

	return tel_fill(port_id, d);
}
