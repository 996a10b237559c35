/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/* A port without hardware, see the header. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ethdev_tph_private.h>
#include <rte_ethdev_tph.h>
#include <rte_interrupts.h>
#include <rte_mbuf.h>

#include "test_tph_port.h"

struct tph_port port;

void
port_free(void)
{
	if (port.dev != NULL) {
		eth_tph_release(&port.data);
		memset(port.dev, 0, sizeof(*port.dev));
	}
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
	static const struct rte_driver driver = { .name = "net_played" };

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
	port.pci.device.driver = &driver;
	port.pci.name[0] = 'p';
	port.dev = &rte_eth_devices[PORT_ID];
	port.dev->state = RTE_ETH_DEV_ATTACHED;
	port.dev->device = &port.pci.device;
	port.dev->intr_handle = port.pci.intr_handle;
	port.dev->data = &port.data;
	port.dev->dev_ops = &port.ops;
	port.data.port_id = PORT_ID;
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

static int
played_caps_get(struct rte_eth_dev *dev __rte_unused, struct eth_tph_caps *caps)
{
	caps->requesters = RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD);
	caps->modes[RTE_ETH_TPH_MODE_DS] = (struct eth_tph_mode_caps) {
		.rx_objects = DESC | HEAD | DATA,
		.tx_objects = DESC | DATA,
		.tag_bits = 8,
	};
	return 0;
}

static int
played_enable(struct rte_eth_dev *dev __rte_unused,
		const struct rte_eth_tph_info *info __rte_unused)
{
	return 0;
}

static int
played_disable(struct rte_eth_dev *dev __rte_unused)
{
	return 0;
}

static int
played_cpu_tags_get(struct rte_eth_dev *dev __rte_unused,
		const struct rte_eth_tph_info *info __rte_unused,
		const uint32_t *cpus, int32_t *tags, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		tags[i] = cpus[i];
	return 0;
}

void
port_stopped(void)
{
	eth_tph_stop_end(port.dev, 0);
}

int
port_stash(enum rte_eth_tph_direction direction, uint16_t queue, uint32_t objects,
		uint16_t tag)
{
	static const struct eth_tph_ops played = {
		.caps_get = played_caps_get,
		.enable = played_enable,
		.disable = played_disable,
		.cpu_tags_get = played_cpu_tags_get,
	};
	const struct rte_eth_tph_stash wanted = {
		.direction = direction,
		.queue = queue,
		.target = RTE_ETH_TPH_TARGET_CPU,
		.target_id = tag,
		.objects = objects,
	};
	int ret;

	port.ops.tph = &played;
	ret = rte_eth_dev_tph_enable(PORT_ID, NULL);
	if (ret != 0 && ret != -EALREADY)
		return ret;
	port_stopped();
	return rte_eth_dev_tph_stash_set(PORT_ID, &wanted, 1);
}
