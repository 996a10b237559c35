/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef ETHDEV_TPH_PRIVATE_H
#define ETHDEV_TPH_PRIVATE_H

/*
 * Where the life of a port meets its TPH settings. The rest of ethdev calls
 * these; all of them do nothing on a port that never had TPH enabled.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ethdev_tph.h"

struct rte_eth_dev_data;

/* Prepare the data of a new port. */
void eth_tph_init(struct rte_eth_dev_data *data);

/* Forget everything: the port is being released, its driver may be gone. */
void eth_tph_release(struct rte_eth_dev_data *data);

/*
 * Before the driver's dev_start: turn TPH on again if a reset turned it off, and
 * give a device that is not live its stashes. If restore is false, the driver
 * has said that its device keeps them when it is stopped.
 */
void eth_tph_start_prepare(struct rte_eth_dev *dev, bool restore);

/* After dev_start, with dev_started set: give a live device its stashes. */
void eth_tph_start_done(struct rte_eth_dev *dev, bool restore);

/* Before queues from nb_queues on are taken away: drop their stashes. */
void eth_tph_queue_config(struct rte_eth_dev *dev,
		enum rte_eth_tph_direction direction, uint16_t nb_queues);

/*
 * Before the driver's dev_reset or dev_close: turn TPH off in the device. The
 * settings stay, for the next start after a reset.
 */
void eth_tph_leave_device(struct rte_eth_dev *dev);

#endif /* ETHDEV_TPH_PRIVATE_H */
