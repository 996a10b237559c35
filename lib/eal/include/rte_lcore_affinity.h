/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef RTE_LCORE_AFFINITY_H
#define RTE_LCORE_AFFINITY_H

/*
 * Actual CPU affinity of lcore threads; for libraries of DPDK, not installed
 *
 * rte_lcore_cpuset() is EAL's record of where it placed a thread. taskset and
 * cgroups move threads without telling EAL. Libraries that tie hardware to the
 * CPU of an lcore ask here.
 */

#include <rte_compat.h>
#include <rte_os.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @internal
 * Record the calling thread as an lcore. EAL calls this in each thread that
 * becomes an lcore.
 *
 * @param lcore_id
 *   The lcore, or LCORE_ID_ANY if the thread is not an lcore.
 */
void eal_lcore_affinity_init(unsigned int lcore_id);

/**
 * @internal
 * Ask the operating system where the thread of an lcore may run.
 *
 * Thread safe.
 *
 * @param lcore_id
 *   An lcore of this process, of any role except ROLE_OFF.
 * @param cpuset
 *   Filled in on success, otherwise unchanged.
 * @return
 *   - 0: success.
 *   - -EINVAL: no such lcore.
 *   - -ENOTSUP: not implemented on this operating system.
 *   - Another negative errno: the operating system returned an error.
 */
__rte_internal
int rte_lcore_affinity_get(unsigned int lcore_id, rte_cpuset_t *cpuset);

#ifdef __cplusplus
}
#endif

#endif /* RTE_LCORE_AFFINITY_H */
