/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_TPH_TRACE_H
#define ETHDEV_TPH_TRACE_H

/*
 * Trace points of TPH: one per control call, and one per queue that a driver is
 * asked to change. None is on the data path.
 */

#include <rte_trace_point.h>

#include "rte_ethdev_tph.h"

RTE_TRACE_POINT(
	rte_eth_trace_tph_info_get,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, const struct rte_eth_tph_info *info,
		int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(info->reason);
	rte_trace_point_emit_u8(info->enabled);
	rte_trace_point_emit_int(info->mode);
	rte_trace_point_emit_int(info->requester);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_enable,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, const struct rte_eth_tph_conf *conf,
		int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(conf->mode);
	rte_trace_point_emit_int(conf->requester);
	rte_trace_point_emit_int(conf->memory);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_disable,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_stash_set,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, const struct rte_eth_tph_stash *stash,
		uint16_t n, int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_ptr(stash);
	rte_trace_point_emit_u16(n);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_stash_get,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, enum rte_eth_tph_direction direction,
		uint16_t queue, int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(direction);
	rte_trace_point_emit_u16(queue);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_stash_sync,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(ret);
)

RTE_TRACE_POINT(
	rte_eth_trace_tph_apply,
	RTE_TRACE_POINT_ARGS(uint16_t port_id, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint32_t cpu, uint16_t tag, int ret),
	rte_trace_point_emit_u16(port_id);
	rte_trace_point_emit_int(direction);
	rte_trace_point_emit_u16(queue);
	rte_trace_point_emit_u32(objects);
	rte_trace_point_emit_u32(cpu);
	rte_trace_point_emit_u16(tag);
	rte_trace_point_emit_int(ret);
)

#endif /* ETHDEV_TPH_TRACE_H */
