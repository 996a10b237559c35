/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * The PCI part that drivers share for TLP Processing Hints, on a bus that is
 * played here.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <bus_pci_tph.h>
#include <eal_private.h>
#include <ethdev_tph_private.h>
#include <rte_interrupts.h>

#include "test.h"
#include "test_tph_port.h"

/* The bus as ethdev_pci_tph.h sees it below. */
#define rte_pci_tph_info_get played_info_get
#define rte_pci_tph_enable played_enable
#define rte_pci_tph_disable played_disable
#define rte_pci_tph_cpu_tags_get played_cpu_tags_get
#define rte_pci_tph_st_set played_st_set

#define PLAYED_ENTRIES 16

static struct {
	struct rte_pci_tph_info info;
	int info_error;
	unsigned int info_calls;
	bool enabled;
	uint8_t mode;
	uint8_t requester;
	uint16_t table[PLAYED_ENTRIES];
	unsigned int st_calls;
	unsigned int st_fail_at; /* this call fails, from 1 */
} played;

static int
played_info_get(const struct rte_pci_device *dev __rte_unused,
		struct rte_pci_tph_info *info)
{
	played.info_calls++;
	*info = played.info;
	return played.info_error;
}

static int
played_enable(const struct rte_pci_device *dev __rte_unused, uint8_t mode,
		uint8_t requester)
{
	played.enabled = true;
	played.mode = mode;
	played.requester = requester;
	return 0;
}

static int
played_disable(const struct rte_pci_device *dev __rte_unused)
{
	played.enabled = false;
	return 0;
}

static int
played_cpu_tags_get(const struct rte_pci_device *dev __rte_unused,
		bool persistent, bool extended,
		const uint32_t *cpus, int32_t *tags, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		tags[i] = cpus[i] == 3 ? -1 : (int32_t)cpus[i] +
			(persistent ? 0x10 : 0) + (extended ? 0x100 : 0);
	return 0;
}

static int
played_st_set(const struct rte_pci_device *dev __rte_unused, uint32_t first,
		const uint16_t *tags, unsigned int n)
{
	if (++played.st_calls == played.st_fail_at)
		return -EIO;
	if (first + n > PLAYED_ENTRIES)
		return -EINVAL;
	/* the kernel does not write the device before TPH is on */
	if (!played.enabled)
		return 0;
	memcpy(&played.table[first], tags, n * sizeof(*tags));
	return 0;
}

#include <ethdev_pci_tph.h>

static const struct eth_pci_tph_caps *
played_caps(const struct rte_eth_dev *dev __rte_unused)
{
	static const struct eth_pci_tph_caps caps = {
		.ds_rx_objects = DESC | DATA,
		.ds_tx_objects = DESC,
		.ds_tag_bits = 8,
		.iv_rx_objects = DATA,
	};

	return &caps;
}

static const struct eth_pci_tph_driver played_driver =
	ETH_PCI_TPH_DRIVER(played_caps, NULL);

/* A register of each Rx queue in BAR 0, for objects and tag */
static uint32_t
played_queue_write(struct rte_eth_dev *dev __rte_unused,
		enum rte_eth_tph_direction direction __rte_unused, uint16_t queue,
		uint32_t objects, uint16_t tag)
{
	port_reg_set(4 * queue, objects << 16 | tag);
	return 4 * queue;
}

static const struct eth_pci_tph_driver played_live_driver =
	ETH_PCI_TPH_DRIVER(played_caps, played_queue_write);

static int
played_make(void)
{
	memset(&played, 0, sizeof(played));
	if (port_make(0) != 0)
		return -1;
	port.ops.tph = &played_driver.ops;
	played.info.capable = true;
	played.info.usable = true;
	played.info.policy = RTE_PCI_TPH_POLICY_DS_ST;
	return 0;
}

static void
played_device(uint32_t modes, uint32_t requesters, uint8_t loc)
{
	played.info.modes = modes;
	played.info.requesters = requesters;
	played.info.st_table_loc = loc;
	played.info.st_entries = loc == RTE_PCI_TPH_CAP_LOC_NONE ? 0 : PLAYED_ENTRIES;
}

#define DEVICE_DS RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_DS)
#define DEVICE_IV RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_IV)
#define DEVICE_STANDARD RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_TPH)
#define DEVICE_EXTENDED RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_EXT)
#define DEVICE_BOTH (DEVICE_STANDARD | DEVICE_EXTENDED)

/* Give the port what a started one has: a vector for each of n Rx queues. */
static int
port_vectors(int n)
{
	struct rte_intr_handle *intr = port.dev->intr_handle;
	int q;

	port.data.dev_conf.intr_conf.rxq = 1;
	if (rte_intr_type_set(intr, RTE_INTR_HANDLE_VFIO_MSIX) != 0 ||
			rte_intr_nb_efd_set(intr, n) != 0 ||
			rte_intr_vec_list_alloc(intr, "played", PORT_QUEUES) != 0)
		return -1;
	for (q = 0; q < PORT_QUEUES; q++)
		if (rte_intr_vec_list_index_set(intr, q, 1 + RTE_MIN(q, n - 1)) != 0)
			return -1;
	return 0;
}

static int
reason_is(enum rte_eth_tph_reason reason)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, reason, "reason %d", info.reason);
	return TEST_SUCCESS;
}

static int
pci_info_names_the_reason(void)
{
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_NONE);
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_USABLE), "usable");
	played.info.policy = RTE_PCI_TPH_POLICY_IV_ST;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_POLICY), "tags of the kernel only");
	played.info.policy = RTE_PCI_TPH_POLICY_OFF;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_POLICY), "nothing allowed");
	played.info.usable = false;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_PLATFORM), "platform");
	played.info.capable = false;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_CAPABILITY), "device");
	played.info_error = -ENOTTY;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_KERNEL), "kernel");
	played.info_error = -ENOTSUP;
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_VFIO), "VFIO");

	/* a capability that has no mode to steer by */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(RTE_BIT32(0), DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_NONE);
	TEST_ASSERT_SUCCESS(reason_is(RTE_ETH_TPH_NO_CAPABILITY), "no mode");

	return TEST_SUCCESS;
}

static int
pci_info_depends_on_the_mode(void)
{
	const struct rte_eth_tph_conf iv = {
		.mode = RTE_ETH_TPH_MODE_IV,
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED,
	};
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_MSIX);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_USABLE, "not usable");
	TEST_ASSERT_EQUAL(info.modes, (RTE_BIT32(RTE_ETH_TPH_MODE_DS) |
		RTE_BIT32(RTE_ETH_TPH_MODE_IV)), "modes");
	TEST_ASSERT_EQUAL(info.st_table, RTE_ETH_TPH_LOCATION_MSIX, "table");
	TEST_ASSERT_EQUAL(info.st_entries, PLAYED_ENTRIES, "entries");
	TEST_ASSERT_EQUAL(info.rx_objects, (DESC | DATA), "objects of DS");
	TEST_ASSERT_EQUAL(info.tx_objects, DESC, "Tx objects of DS");
	TEST_ASSERT_EQUAL(info.tag_bits, 8, "tag bits of DS");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(PORT_ID, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.rx_objects, DATA, "objects of IV");
	TEST_ASSERT_EQUAL(info.tx_objects, 0, "Tx objects of IV");
	TEST_ASSERT_EQUAL(info.tag_bits, 16, "tag bits of IV");

	/* without a table there is no IV mode */
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(PORT_ID), "not disabled");
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_NONE);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(PORT_ID, &info), "no info");
	TEST_ASSERT_EQUAL(info.modes, RTE_BIT32(RTE_ETH_TPH_MODE_DS), "IV without a table");

	return TEST_SUCCESS;
}

/* Enable as asked, tell what the device was set to, and disable. */
static int
enabled_as(const struct rte_eth_tph_conf *conf, uint8_t mode, uint8_t requester)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(PORT_ID, conf), "not enabled");
	TEST_ASSERT(played.enabled && played.mode == mode && played.requester == requester,
		"mode %u, requester %u", played.mode, played.requester);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(PORT_ID), "not disabled");
	TEST_ASSERT(!played.enabled, "still enabled");
	return TEST_SUCCESS;
}

static int
pci_auto_chooses_mode_and_requester(void)
{
	const struct rte_eth_tph_conf standard = {
		.requester = RTE_ETH_TPH_REQUESTER_STANDARD,
	};

	/* the device's own field has 8 bits: no need for the wider requester */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_CAP);
	TEST_ASSERT_SUCCESS(enabled_as(NULL, RTE_PCI_TPH_CTRL_MODE_DS,
		RTE_PCI_TPH_CTRL_REQUESTER_TPH), "DS");
	/* unless there is no other */
	played_device(DEVICE_DS, DEVICE_EXTENDED, RTE_PCI_TPH_CAP_LOC_CAP);
	TEST_ASSERT_SUCCESS(enabled_as(NULL, RTE_PCI_TPH_CTRL_MODE_DS,
		RTE_PCI_TPH_CTRL_REQUESTER_EXT), "DS, extended only");

	/* interrupt vectors only, and no queue has one */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_CAP);
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(PORT_ID, NULL), -ENOTSUP,
		"IV without vectors");
	TEST_ASSERT(!played.enabled, "enabled");

	TEST_ASSERT_SUCCESS(port_vectors(PORT_QUEUES), "no vectors");
	TEST_ASSERT_SUCCESS(enabled_as(NULL, RTE_PCI_TPH_CTRL_MODE_IV,
		RTE_PCI_TPH_CTRL_REQUESTER_EXT), "IV");
	/* what is asked for is what is done */
	TEST_ASSERT_SUCCESS(enabled_as(&standard, RTE_PCI_TPH_CTRL_MODE_IV,
		RTE_PCI_TPH_CTRL_REQUESTER_TPH), "IV, standard");

	return TEST_SUCCESS;
}

static int
pci_enabling_asks_the_kernel_once(void)
{
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_NONE);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(PORT_ID, NULL), "not enabled");
	TEST_ASSERT_EQUAL(played.info_calls, 1, "%u questions", played.info_calls);

	return TEST_SUCCESS;
}

static int
pci_tags_are_of_the_configured_kind(void)
{
	const uint32_t cpus[] = { 7, 3 };
	struct rte_eth_tph_info info = {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED,
	};
	int32_t tags[2];

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_SUCCESS(port.ops.tph->cpu_tags_get(port.dev, &info, cpus, tags, 2),
		"no tags");
	TEST_ASSERT_EQUAL(tags[0], 0x117, "tag");
	TEST_ASSERT_EQUAL(tags[1], -1, "CPU without a tag");

	memset(&info, 0, sizeof(info));
	TEST_ASSERT_SUCCESS(port.ops.tph->cpu_tags_get(port.dev, &info, cpus, tags, 1),
		"no tags");
	TEST_ASSERT_EQUAL(tags[0], 0x7, "tag");

	return TEST_SUCCESS;
}

static const struct rte_eth_tph_info iv_info = {
	.mode = RTE_ETH_TPH_MODE_IV,
	.st_table = RTE_ETH_TPH_LOCATION_CAPABILITY,
	.st_entries = PLAYED_ENTRIES,
};

static int
write_queues(const struct rte_eth_tph_info *info, struct eth_tph_queue *queues,
		unsigned int n)
{
	return port.ops.tph->queues_write(port.dev, info, queues, n);
}

/* A port with vectors, and a table that somebody has filled */
static int
iv_make(void)
{
	unsigned int i;

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_SUCCESS(port_vectors(PORT_QUEUES), "no vectors");
	played.enabled = true;
	for (i = 0; i < PLAYED_ENTRIES; i++)
		played.table[i] = 0xF00 + i;
	return TEST_SUCCESS;
}

static int
pci_vectors_take_tags_in_runs(void)
{
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 3, DATA, 0x33),
		stash(RTE_ETH_TPH_RX, 0, DATA, 0x30),
		stash(RTE_ETH_TPH_RX, 1, DATA, 0),
	};

	TEST_ASSERT_SUCCESS(iv_make(), "no port");
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, queues, 3), "write");
	TEST_ASSERT_EQUAL(played.st_calls, 2, "calls for entries 1, 2 and 4");
	TEST_ASSERT_EQUAL(played.table[1], 0x30, "queue 0");
	TEST_ASSERT_EQUAL(played.table[2], 0, "queue 1 has tag 0");
	TEST_ASSERT_EQUAL(played.table[4], 0x33, "queue 3");
	TEST_ASSERT_EQUAL(played.table[0], 0xF00, "other entries are touched");
	TEST_ASSERT_EQUAL(played.table[3], 0xF03, "other entries are touched");
	TEST_ASSERT_EQUAL(queues[0].location, RTE_ETH_TPH_LOCATION_CAPABILITY, "location");
	TEST_ASSERT_EQUAL(queues[0].index, 4, "index");

	return TEST_SUCCESS;
}

static int
pci_table_is_put_back_if_a_later_run_fails(void)
{
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 3, DATA, 0x33),
		stash(RTE_ETH_TPH_RX, 0, DATA, 0x30),
	};
	unsigned int i;

	TEST_ASSERT_SUCCESS(iv_make(), "no port");
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, queues, 2), "write");
	for (i = 0; i < RTE_DIM(queues); i++) {
		queues[i].old_tag = queues[i].tag;
		queues[i].tag += 0x10;
	}
	played.st_calls = 0;
	played.st_fail_at = 2;
	TEST_ASSERT_EQUAL(write_queues(&iv_info, queues, 2), -EIO, "no error");
	TEST_ASSERT_EQUAL(played.table[1], 0x30, "half applied");
	TEST_ASSERT_EQUAL(played.table[4], 0x33, "half applied");

	return TEST_SUCCESS;
}

static int
pci_entry_moves_with_the_vector_of_its_queue(void)
{
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 0, DATA, 0x30),
		stash(RTE_ETH_TPH_RX, 1, DATA, 0x31),
	};

	TEST_ASSERT_SUCCESS(iv_make(), "no port");
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, queues, 2), "write");
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 0, 2), "vector");
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 1, 3), "vector");
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, queues, 2), "write");
	TEST_ASSERT_EQUAL(played.table[1], 0, "old entry of queue 0");
	TEST_ASSERT_EQUAL(played.table[2], 0x30, "entry of queue 0, once of queue 1");
	TEST_ASSERT_EQUAL(played.table[3], 0x31, "entry of queue 1");

	/* taken away: where it is, not where its queue would have it now */
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 1, 4), "vector");
	queues[1].objects = 0;
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, &queues[1], 1), "take away");
	TEST_ASSERT_EQUAL(played.table[3], 0, "not taken away");
	TEST_ASSERT_EQUAL(played.table[4], 0xF04, "another entry is touched");

	return TEST_SUCCESS;
}

static int
pci_queue_without_a_vector_is_refused(void)
{
	struct rte_eth_tph_info short_table = iv_info;
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 0, DATA, 1),
		stash(RTE_ETH_TPH_RX, 2, DATA, 2),
	};
	struct eth_tph_queue tx = stash(RTE_ETH_TPH_TX, 0, DATA, 1);
	struct eth_tph_queue shared;

	/* no vectors at all */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_EQUAL(write_queues(&iv_info, queues, 1), -ENOTSUP, "stopped port");

	/* two vectors for four queues: the second is shared */
	TEST_ASSERT_SUCCESS(port_vectors(2), "no vectors");
	played.enabled = true;
	TEST_ASSERT_SUCCESS(write_queues(&iv_info, queues, 1), "queue 0");
	queues[0].tag = 5;
	TEST_ASSERT_EQUAL(write_queues(&iv_info, queues, 2), -ENOTSUP, "shared vector");
	TEST_ASSERT_EQUAL(played.table[1], 1, "half applied");

	shared = stash(RTE_ETH_TPH_RX, 1, DATA, 3);
	TEST_ASSERT_EQUAL(write_queues(&iv_info, &shared, 1), -ENOTSUP,
		"first queue of the shared vector");

	TEST_ASSERT_EQUAL(write_queues(&iv_info, &tx, 1), -ENOTSUP, "Tx");

	/* a vector beyond the table */
	short_table.st_entries = 1;
	TEST_ASSERT_EQUAL(write_queues(&short_table, queues, 1), -ENOTSUP, "no entry");

	return TEST_SUCCESS;
}

/* --- A port that starts, maybe by a secondary process --- */

static int
played_info(struct rte_eth_dev *dev __rte_unused, struct rte_eth_dev_info *info)
{
	info->max_rx_queues = PORT_QUEUES;
	info->max_tx_queues = PORT_QUEUES;
	return 0;
}

/* Registers are lost; contexts are written anew. */
static int
played_start(struct rte_eth_dev *dev)
{
	struct eth_tph_hint hint;
	uint16_t q;

	for (q = 0; q < PORT_QUEUES; q++) {
		port_reg_set(4 * q, 0);
		if (dev->dev_ops->tph == &played_live_driver.ops)
			continue;
		hint = rte_eth_tph_queue_start(dev->data, RTE_ETH_TPH_RX, q);
		port_reg_set(4 * q, hint.objects << 16 | hint.tag);
	}
	return 0;
}

static int
played_stop(struct rte_eth_dev *dev __rte_unused)
{
	return 0;
}

static int
played_link(struct rte_eth_dev *dev __rte_unused, int wait __rte_unused)
{
	return 0;
}

static int
started_port_make(const struct eth_pci_tph_driver *driver)
{
	const struct rte_eth_tph_stash data = {
		.direction = RTE_ETH_TPH_RX,
		.queue = 1,
		.target = RTE_ETH_TPH_TARGET_CPU,
		.target_id = 0x21,
		.objects = DATA,
	};

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS, DEVICE_BOTH, RTE_PCI_TPH_CAP_LOC_NONE);
	port.ops.tph = &driver->ops;
	port.ops.dev_infos_get = played_info;
	port.ops.dev_start = played_start;
	port.ops.dev_stop = played_stop;
	port.ops.link_update = played_link;
	port.data.mac_addrs = &port.mac;
	port.data.dev_configured = 1;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(PORT_ID, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(PORT_ID, &data, 1), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(PORT_ID), "no start");
	TEST_ASSERT_EQUAL(port_reg(4), 0x40021, "not there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(PORT_ID), "no stop");
	return TEST_SUCCESS;
}

/* Be a secondary process, as far as libraries can tell, while the port starts. */
static int
start_as_secondary(void)
{
	struct rte_config *config = rte_eal_get_configuration();
	int ret;

	config->process_type = RTE_PROC_SECONDARY;
	ret = rte_eth_dev_start(PORT_ID);
	config->process_type = RTE_PROC_PRIMARY;
	return ret;
}

static int
stash_is(uint32_t word, bool pending)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(PORT_ID, RTE_ETH_TPH_RX, 1, &state),
		"lost");
	TEST_ASSERT_EQUAL(port_reg(4), word, "0x%x in the device", port_reg(4));
	TEST_ASSERT_EQUAL((bool)state.pending, pending, "pending is %u", state.pending);
	return TEST_SUCCESS;
}

static int
pci_start_by_a_secondary_process_leaves_stashes_pending(void)
{
	TEST_ASSERT_SUCCESS(started_port_make(&played_live_driver), "no port");
	TEST_ASSERT_SUCCESS(start_as_secondary(), "no start");
	TEST_ASSERT_SUCCESS(stash_is(0, true), "told to be where it is not");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(PORT_ID), 1, "not synced");
	TEST_ASSERT_SUCCESS(stash_is(0x40021, false), "not repaired");

	return TEST_SUCCESS;
}

static int
pci_queues_that_a_secondary_process_starts_have_their_hints(void)
{
	TEST_ASSERT_SUCCESS(started_port_make(&played_driver), "no port");
	TEST_ASSERT_SUCCESS(start_as_secondary(), "no start");
	TEST_ASSERT_SUCCESS(stash_is(0x40021, false), "not there");

	return TEST_SUCCESS;
}

/* A live port in Interrupt Vector mode that was started with tags for queues 0 and 1 */
static int
stopped_iv_port_make(void)
{
	const struct rte_eth_tph_stash stashes[] = {
		{ RTE_ETH_TPH_RX, 0, RTE_ETH_TPH_TARGET_CPU, 0x30, DATA, 0 },
		{ RTE_ETH_TPH_RX, 1, RTE_ETH_TPH_TARGET_CPU, 0x31, DATA, 0 },
	};
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(started_port_make(&played_live_driver), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(PORT_ID), "not disabled");
	TEST_ASSERT_SUCCESS(port_vectors(PORT_QUEUES), "no vectors");
	played_device(DEVICE_IV, DEVICE_STANDARD, RTE_PCI_TPH_CAP_LOC_CAP);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(PORT_ID, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(PORT_ID, stashes, 2), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(PORT_ID), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(PORT_ID), "no stop");

	return TEST_SUCCESS;
}

static int
pci_vectors_that_change_places_keep_their_tags_apart(void)
{
	TEST_ASSERT_SUCCESS(stopped_iv_port_make(), "no port");

	/* not in one call, so one by one */
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 0, 2), "vector");
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 1, 1), "vector");
	played.st_calls = 0;
	played.st_fail_at = 1;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(PORT_ID), "no start");
	TEST_ASSERT(played.table[2] == 0x30 && played.table[1] == 0x31,
		"tags 0x%x and 0x%x", played.table[2], played.table[1]);
	/* the register says for what, the table has the tag */
	TEST_ASSERT_EQUAL(port_reg(0), (uint32_t)DATA << 16, "register 0x%x", port_reg(0));

	return TEST_SUCCESS;
}

static int
pci_entry_that_was_left_behind_is_not_cleared_once_it_is_in_use(void)
{
	TEST_ASSERT_SUCCESS(stopped_iv_port_make(), "no port");

	/* queue 1 goes, its entry stays, and queue 0 gets its vector */
	played.st_calls = 0;
	played.st_fail_at = 1;
	eth_tph_queue_config(port.dev, RTE_ETH_TPH_RX, 1);
	TEST_ASSERT_EQUAL(played.table[2], 0x31, "cleared nevertheless");
	TEST_ASSERT_SUCCESS(rte_intr_vec_list_index_set(port.dev->intr_handle, 0, 2), "vector");
	played.st_calls = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(PORT_ID), "no start");
	TEST_ASSERT_EQUAL(played.table[2], 0x30, "cleared under queue 0");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(PORT_ID), 0, "not synced");
	TEST_ASSERT_EQUAL(played.table[2], 0x30, "cleared under queue 0");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_pci_suite = {
	.suite_name = "TPH of PCI drivers",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(pci_info_names_the_reason),
		TEST_CASE(pci_info_depends_on_the_mode),
		TEST_CASE(pci_auto_chooses_mode_and_requester),
		TEST_CASE(pci_enabling_asks_the_kernel_once),
		TEST_CASE(pci_tags_are_of_the_configured_kind),
		TEST_CASE(pci_vectors_take_tags_in_runs),
		TEST_CASE(pci_table_is_put_back_if_a_later_run_fails),
		TEST_CASE(pci_entry_moves_with_the_vector_of_its_queue),
		TEST_CASE(pci_queue_without_a_vector_is_refused),
		TEST_CASE(pci_start_by_a_secondary_process_leaves_stashes_pending),
		TEST_CASE(pci_queues_that_a_secondary_process_starts_have_their_hints),
		TEST_CASE(pci_vectors_that_change_places_keep_their_tags_apart),
		TEST_CASE(pci_entry_that_was_left_behind_is_not_cleared_once_it_is_in_use),
		TEST_CASES_END()
	}
};

static int
test_tph_pci(void)
{
	return unit_test_suite_runner(&tph_pci_suite);
}

REGISTER_FAST_TEST(tph_pci_autotest, NOHUGE_OK, ASAN_OK, test_tph_pci);
