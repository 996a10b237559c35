/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef TEST_TPH_PORT_H
#define TEST_TPH_PORT_H

/*
 * A port without hardware, for tests of TLP Processing Hints in drivers: its
 * BAR 0 is memory, and so are the queue contexts that tests look at. ethdev knows
 * it as PORT_ID.
 *
 * Those tests call the set-up functions of drivers, which drivers do not export:
 * they are built in static builds only.
 */

#include <stddef.h>
#include <stdint.h>

#include <ethdev_pci.h>
#include <ethdev_tph.h>

#define DESC RTE_ETH_TPH_OBJ_DESCRIPTOR
#define HEAD RTE_ETH_TPH_OBJ_HEADER
#define DATA RTE_ETH_TPH_OBJ_PAYLOAD

#define PORT_ID (RTE_MAX_ETHPORTS - 1)
#define PORT_BAR_SIZE (8 << 20)
#define PORT_QUEUES 4

struct tph_port {
	struct rte_pci_device pci;
	struct rte_eth_dev *dev; /* that of PORT_ID */
	struct eth_dev_ops ops;
	struct rte_eth_dev_data data;
	void *rxq[PORT_QUEUES];
	void *txq[PORT_QUEUES];
	struct rte_ether_addr mac;
	uint8_t *bar;
	struct rte_mempool *pool;
};

extern struct tph_port port;

/* Make the port anew; private_size is that of the driver's data, all 0. */
int port_make(size_t private_size);
void port_free(void);

/* Registers in BAR 0 */
uint32_t port_reg(uint32_t offset);
void port_reg_set(uint32_t offset, uint32_t value);

/* The field of a queue context that starts at bit lsb */
uint32_t context_bits(const uint8_t *context, unsigned int lsb, unsigned int width);

/* What ethdev gives to a driver for a queue */
struct eth_tph_queue stash(enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint16_t tag);

/*
 * Stash a queue through the API, with TPH that is played: the device takes
 * stashes when queues start, and the tag of a CPU is its number.
 */
int port_stash(enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint16_t tag);

/* Queues have started by the driver's own set-up; now they are stopped. */
void port_stopped(void);

#endif /* TEST_TPH_PORT_H */
