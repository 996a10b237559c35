/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_TPH_PRIVATE_H
#define ETHDEV_TPH_PRIVATE_H

/*
 * TPH hooks into the life cycle of a port, called by the rest of ethdev in any
 * process. On a port on which TPH was never enabled they take no lock, and only
 * note what the port is doing.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ethdev_tph.h"

struct rte_tel_data;

/* Discard all settings of a port that is released; its driver may be gone. */
void eth_tph_release(struct rte_eth_dev_data *data);

/*
 * Around the driver's dev_start; ret is what it returned. If all is false, the
 * driver has said that its device keeps stashes when it is stopped.
 */
void eth_tph_start_begin(struct rte_eth_dev *dev, bool all);
void eth_tph_start_end(struct rte_eth_dev *dev, int ret);

/*
 * With the rest of the configuration, after a successful dev_start: the port
 * runs, and a live device gets its stashes.
 */
void eth_tph_restore(struct rte_eth_dev *dev);

/* Around the driver's dev_stop; the end also if a port to be stopped has not started */
void eth_tph_stop_begin(struct rte_eth_dev *dev);
void eth_tph_stop_end(struct rte_eth_dev *dev, int ret);

/* Before the queues from nb_queues up are removed: drop their stashes. */
void eth_tph_queue_config(struct rte_eth_dev *dev,
		enum rte_eth_tph_direction direction, uint16_t nb_queues);

/*
 * Before the driver's dev_reset or dev_close: turn TPH off in the device. The
 * settings stay, for the next start after a reset.
 */
void eth_tph_leave_device(struct rte_eth_dev *dev);

/* Telemetry of a port, called while no port can be released */
int eth_tph_telemetry(const char *cmd, const char *params, struct rte_tel_data *d);

#endif /* ETHDEV_TPH_PRIVATE_H */
