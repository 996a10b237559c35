/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef TEST_TPH_PORT_H
#define TEST_TPH_PORT_H

/*
 * A port without hardware, for tests of TLP Processing Hints in drivers: its
 * BAR 0 is memory, and so are the queue contexts that tests look at.
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

#define PORT_BAR_SIZE (8 << 20)
#define PORT_QUEUES 4

struct tph_port {
	struct rte_pci_device pci;
	struct rte_eth_dev dev;
	struct rte_eth_dev_data data;
	void *rxq[PORT_QUEUES];
	void *txq[PORT_QUEUES];
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

#endif /* TEST_TPH_PORT_H */
