/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/* Registers the trace points of ethdev_tph_trace.h. */

#include <rte_trace_point_register.h>

#include "ethdev_tph_trace.h"

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_info_get,
	lib.ethdev.tph.info_get)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_enable,
	lib.ethdev.tph.enable)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_disable,
	lib.ethdev.tph.disable)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_stash_set,
	lib.ethdev.tph.stash_set)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_stash_get,
	lib.ethdev.tph.stash_get)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_stash_sync,
	lib.ethdev.tph.stash_sync)

RTE_TRACE_POINT_REGISTER(rte_eth_trace_tph_apply,
	lib.ethdev.tph.apply)
