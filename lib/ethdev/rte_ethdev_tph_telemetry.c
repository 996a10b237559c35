/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Telemetry of PCIe TPH: what rte_eth_dev_tph_info_get() and
 * rte_eth_dev_tph_stash_get() tell, as /ethdev/tph,<port>.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_telemetry.h>

#include "rte_ethdev.h"
#include "rte_ethdev_tph.h"

/* A telemetry answer has 16 KiB; so many stashes fit for sure. */
#define TPH_TEL_MAX_STASHES 100

static const char * const tel_mode_names[] = {
	[RTE_ETH_TPH_MODE_AUTO] = "",
	[RTE_ETH_TPH_MODE_IV] = "iv",
	[RTE_ETH_TPH_MODE_DS] = "ds",
};

static const char * const tel_requester_names[] = {
	[RTE_ETH_TPH_REQUESTER_AUTO] = "",
	[RTE_ETH_TPH_REQUESTER_STANDARD] = "standard",
	[RTE_ETH_TPH_REQUESTER_EXTENDED] = "extended",
};

static const char * const tel_memory_names[] = {
	[RTE_ETH_TPH_MEMORY_VOLATILE] = "volatile",
	[RTE_ETH_TPH_MEMORY_PERSISTENT] = "persistent",
};

static const char * const tel_location_names[] = {
	[RTE_ETH_TPH_LOCATION_NONE] = "none",
	[RTE_ETH_TPH_LOCATION_CAPABILITY] = "capability",
	[RTE_ETH_TPH_LOCATION_MSIX] = "msix",
	[RTE_ETH_TPH_LOCATION_DEVICE] = "device",
};

static int
tel_add_stash(struct rte_tel_data *stashes,
		const struct rte_eth_tph_stash_state *state)
{
	const char *direction = state->stash.direction == RTE_ETH_TPH_RX ? "rx" : "tx";
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
		tel_location_names[state->location]);
	rte_tel_data_add_dict_int(d, "index", state->index);
	rte_tel_data_add_dict_int(d, "pending", state->pending);

	snprintf(name, sizeof(name), "%s_q%u", direction, state->stash.queue);
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
	struct rte_eth_dev_info dev_info;
	struct rte_eth_tph_info info;
	struct rte_tel_data *stashes;
	unsigned int n;
	int ret;

	ret = rte_eth_dev_tph_info_get(port_id, &info);
	if (ret != 0)
		return ret;
	ret = rte_eth_dev_info_get(port_id, &dev_info);
	if (ret != 0)
		return ret;

	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_string(d, "reason", rte_eth_tph_reason_str(info.reason));
	rte_tel_data_add_dict_int(d, "usable", info.reason == RTE_ETH_TPH_USABLE);
	rte_tel_data_add_dict_int(d, "enabled", info.enabled);
	if (info.reason != RTE_ETH_TPH_USABLE)
		return 0;

	rte_tel_data_add_dict_string(d, "st_table", tel_location_names[info.st_table]);
	rte_tel_data_add_dict_int(d, "st_entries", info.st_entries);
	rte_tel_data_add_dict_int(d, "rx_objects", info.rx_objects);
	rte_tel_data_add_dict_int(d, "tx_objects", info.tx_objects);
	rte_tel_data_add_dict_int(d, "tag_bits", info.tag_bits);
	rte_tel_data_add_dict_int(d, "live", info.live);
	if (!info.enabled)
		return 0;

	rte_tel_data_add_dict_string(d, "mode", tel_mode_names[info.mode]);
	rte_tel_data_add_dict_string(d, "requester",
		tel_requester_names[info.requester]);
	rte_tel_data_add_dict_string(d, "memory", tel_memory_names[info.memory]);

	stashes = rte_tel_data_alloc();
	if (stashes == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(stashes);
	n = tel_add_stashes(stashes, port_id, RTE_ETH_TPH_RX, dev_info.nb_rx_queues, 0);
	n = tel_add_stashes(stashes, port_id, RTE_ETH_TPH_TX, dev_info.nb_tx_queues, n);
	rte_tel_data_add_dict_int(d, "nb_stashes", n);
	return rte_tel_data_add_dict_container(d, "stashes", stashes, 0);
}

static int
tel_handle_tph(const char *cmd __rte_unused, const char *params,
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

RTE_INIT(ethdev_tph_init_telemetry)
{
	rte_telemetry_register_cmd("/ethdev/tph", tel_handle_tph,
		"Returns what a port can do with TPH, and its stashes (the first 100). Parameters: int port_id");
}
