/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH in testpmd: the interface between the commands (cmd_tph.c), the
 * binding of queues to lcores (tph.c), and the places in testpmd that call it.
 */
#ifndef _TPH_H_
#define _TPH_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev_tph.h>

#include "testpmd.h"

/* Handle --tph[=objects]; objects may be NULL. Exits if the list is invalid. */
void tph_option(const char *objects);

/* Call before a port is started. */
void tph_port_starting(portid_t pid);

/* Call when a port is gone; another one may get its number. */
void tph_port_closed(portid_t pid);

/* Call before forwarding is started, when the streams are set up. */
void tph_fwd_starting(void);

/*
 * Record what the user set by a command, so that binding respects it: TPH was
 * turned on or off, or a queue was stashed with these objects (0 for none), to an
 * lcore of the user's choice or, with follow, to the lcore that polls the queue.
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

/* Append a name to a list with commas. */
void tph_list_add(char *list, size_t size, const char *name);

/* True if TPH can be used on the port; else print why not. */
bool tph_usable(portid_t pid, const struct rte_eth_tph_info *info);

/* Report a negative errno of rte_eth_dev_tph_*(), unless it was logged already. */
void tph_failed(portid_t pid, int error);

#endif /* _TPH_H_ */
