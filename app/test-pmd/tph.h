/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH in testpmd: what the commands (cmd_tph.c), the binding of queues to
 * lcores (tph.c) and the places in testpmd that call them have in common.
 */
#ifndef _TPH_H_
#define _TPH_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev_tph.h>

#include "testpmd.h"

/* Take --tph[=objects]; objects may be NULL. Does not return on a bad list. */
void tph_option(const char *objects);

/* The port is about to be started. */
void tph_port_starting(portid_t pid);

/* Streams are set up, and forwarding is about to be started. */
void tph_fwd_starting(void);

/*
 * What the user did by hand, which binding respects: TPH was turned on or off,
 * or a queue was stashed with these objects (0 for none) to an lcore of the
 * user's choice or, with follow, to the lcore that polls the queue.
 */
void tph_enabled_by_hand(portid_t pid);
void tph_disabled_by_hand(portid_t pid);
void tph_stashed_by_hand(portid_t pid, enum rte_eth_tph_direction direction,
			 uint16_t queue, uint32_t objects, bool follow);

/* The lcore that polls a queue in the forwarding configuration, or LCORE_ID_ANY. */
unsigned int tph_polling_lcore(portid_t pid, enum rte_eth_tph_direction direction,
			       uint16_t queue);

/* Turn "descriptor,payload" or "none" into RTE_ETH_TPH_OBJ_*, and back. */
int tph_objects_parse(const char *list, uint32_t *objects);
const char *tph_objects_str(uint32_t objects, char *buf, size_t size);

/* Say that rte_eth_dev_tph_*() returned a negative errno, if that was not said yet. */
void tph_failed(portid_t pid, int error);

#endif /* _TPH_H_ */
