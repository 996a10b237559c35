/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Records the thread of each lcore and asks the operating system for its
 * affinity. On Linux only; elsewhere use EAL's record, rte_lcore_cpuset().
 */

#include <errno.h>
#include <sched.h>

#include <rte_config.h>
#include <rte_common.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_lcore_affinity.h>

#include <eal_export.h>
#include <tph_compat.h>

/*
 * System-wide thread identifiers. Unlike a pthread_t, a stale one (whose thread
 * has ended) yields an error, not undefined behaviour.
 */
static int lcore_tids[RTE_MAX_LCORE];

void
eal_lcore_affinity_init(unsigned int lcore_id)
{
	if (lcore_id < RTE_MAX_LCORE)
		lcore_tids[lcore_id] = rte_gettid();
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_lcore_affinity_get)
int
rte_lcore_affinity_get(unsigned int lcore_id, rte_cpuset_t *cpuset)
{
	/* 0 would stand for the calling thread. */
	if (lcore_id >= RTE_MAX_LCORE || lcore_tids[lcore_id] == 0)
		return -EINVAL;

#ifdef RTE_EXEC_ENV_LINUX
	rte_cpuset_t cpus;

	if (sched_getaffinity(lcore_tids[lcore_id], sizeof(cpus), &cpus) != 0)
		return -errno;
	*cpuset = cpus;
	return 0;
#else
	RTE_SET_USED(cpuset);
	return -ENOTSUP;
#endif
}
