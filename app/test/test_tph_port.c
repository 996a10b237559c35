/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/* A port without hardware, see the header. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_interrupts.h>
#include <rte_mbuf.h>

#include "test_tph_port.h"

struct tph_port port;

void
port_free(void)
{
	rte_mempool_free(port.pool);
	if (port.pci.intr_handle != NULL)
		rte_intr_vec_list_free(port.pci.intr_handle);
	rte_intr_instance_free(port.pci.intr_handle);
	free(port.data.dev_private);
	free(port.bar);
	memset(&port, 0, sizeof(port));
}

int
port_make(size_t private_size)
{
	port_free();

	port.bar = calloc(1, PORT_BAR_SIZE);
	port.data.dev_private = calloc(1, private_size);
	port.pool = rte_pktmbuf_pool_create("tph_drivers", 7, 0, 0,
		RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	port.pci.intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (port.bar == NULL || port.data.dev_private == NULL ||
			port.pool == NULL || port.pci.intr_handle == NULL)
		return -1;

	port.pci.device.name = "played";
	port.pci.name[0] = 'p';
	port.dev.device = &port.pci.device;
	port.dev.intr_handle = port.pci.intr_handle;
	port.dev.data = &port.data;
	port.data.mtu = RTE_ETHER_MTU;
	port.data.nb_rx_queues = PORT_QUEUES;
	port.data.nb_tx_queues = PORT_QUEUES;
	port.data.rx_queues = port.rxq;
	port.data.tx_queues = port.txq;

	return 0;
}

uint32_t
port_reg(uint32_t offset)
{
	uint32_t value;

	memcpy(&value, port.bar + offset, sizeof(value));
	return value;
}

void
port_reg_set(uint32_t offset, uint32_t value)
{
	memcpy(port.bar + offset, &value, sizeof(value));
}

uint32_t
context_bits(const uint8_t *context, unsigned int lsb, unsigned int width)
{
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < width; i++)
		value |= (uint32_t)(context[(lsb + i) / 8] >> ((lsb + i) % 8) & 1) << i;
	return value;
}

struct eth_tph_queue
stash(enum rte_eth_tph_direction direction, uint16_t queue, uint32_t objects,
		uint16_t tag)
{
	return (struct eth_tph_queue) {
		.direction = direction, .queue = queue, .objects = objects, .tag = tag,
	};
}
