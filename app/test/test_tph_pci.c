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
	bool enabled;
	enum rte_pci_tph_mode mode;
	enum rte_pci_tph_requester requester;
	uint16_t table[PLAYED_ENTRIES];
	unsigned int st_calls;
	unsigned int st_fail_at; /* this call fails, from 1 */
} played;

static int
played_info_get(const struct rte_pci_device *dev __rte_unused,
		struct rte_pci_tph_info *info)
{
	*info = played.info;
	return 0;
}

static int
played_enable(const struct rte_pci_device *dev __rte_unused,
		enum rte_pci_tph_mode mode, enum rte_pci_tph_requester requester)
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
		struct rte_pci_tph_cpu_tag *tags, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		tags[i].tag = tags[i].cpu + (persistent ? 0x10 : 0) +
			(extended ? 0x100 : 0);
		tags[i].valid = tags[i].cpu != 3;
	}
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

static int
played_make(void)
{
	memset(&played, 0, sizeof(played));
	return port_make(0);
}

static const struct eth_pci_tph_caps narrow_caps = {
	.ds_rx_objects = DESC | DATA,
	.ds_tx_objects = DESC,
	.ds_tag_bits = 8,
	.iv_rx_objects = DATA,
	.live = true,
};

static void
played_device(uint32_t modes, uint32_t requesters, enum rte_pci_tph_st_loc loc)
{
	played.info.modes = modes;
	played.info.requesters = requesters;
	played.info.st_table_loc = loc;
	played.info.st_entries = loc == RTE_PCI_TPH_ST_LOC_NONE ? 0 : PLAYED_ENTRIES;
}

#define DEVICE_DS RTE_BIT32(RTE_PCI_TPH_MODE_DS)
#define DEVICE_IV RTE_BIT32(RTE_PCI_TPH_MODE_IV)
#define DEVICE_STANDARD RTE_BIT32(RTE_PCI_TPH_REQUESTER_STANDARD)
#define DEVICE_EXTENDED RTE_BIT32(RTE_PCI_TPH_REQUESTER_EXTENDED)
#define DEVICE_BOTH (DEVICE_STANDARD | DEVICE_EXTENDED)

/* Give the port what a started one has: a vector for each of n Rx queues. */
static int
port_vectors(int n)
{
	struct rte_intr_handle *intr = port.dev.intr_handle;
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
pci_info_names_the_reason(void)
{
	static const struct {
		enum rte_pci_tph_reason pci;
		enum rte_eth_tph_reason eth;
	} reasons[] = {
		{ RTE_PCI_TPH_NO_VFIO, RTE_ETH_TPH_NO_VFIO },
		{ RTE_PCI_TPH_NO_KERNEL, RTE_ETH_TPH_NO_KERNEL },
		{ RTE_PCI_TPH_NO_CAPABILITY, RTE_ETH_TPH_NO_CAPABILITY },
		{ RTE_PCI_TPH_NO_PLATFORM, RTE_ETH_TPH_NO_PLATFORM },
		{ RTE_PCI_TPH_NO_HOST_OPT_IN, RTE_ETH_TPH_NO_HOST_OPT_IN },
	};
	struct rte_eth_tph_info info;
	unsigned int i;

	for (i = 0; i < RTE_DIM(reasons); i++) {
		TEST_ASSERT_SUCCESS(played_make(), "no port");
		played.info.reason = reasons[i].pci;
		memset(&info, 0, sizeof(info));
		TEST_ASSERT_SUCCESS(eth_pci_tph_info_get(&port.dev, &narrow_caps, &info),
			"no info");
		TEST_ASSERT_EQUAL(info.reason, reasons[i].eth, "reason %u", i);
	}

	/* a capability that has no mode to steer by */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(RTE_BIT32(RTE_PCI_TPH_MODE_NS), DEVICE_BOTH, RTE_PCI_TPH_ST_LOC_NONE);
	memset(&info, 0, sizeof(info));
	TEST_ASSERT_SUCCESS(eth_pci_tph_info_get(&port.dev, &narrow_caps, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_NO_CAPABILITY, "no mode");

	return TEST_SUCCESS;
}

static int
pci_info_depends_on_the_mode(void)
{
	struct rte_eth_tph_info info = { 0 };

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_ST_LOC_MSIX);
	TEST_ASSERT_SUCCESS(eth_pci_tph_info_get(&port.dev, &narrow_caps, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_USABLE, "not usable");
	TEST_ASSERT_EQUAL(info.modes, (RTE_BIT32(RTE_ETH_TPH_MODE_DS) |
		RTE_BIT32(RTE_ETH_TPH_MODE_IV)), "modes");
	TEST_ASSERT_EQUAL(info.st_table, RTE_ETH_TPH_LOCATION_MSIX, "table");
	TEST_ASSERT_EQUAL(info.st_entries, PLAYED_ENTRIES, "entries");
	TEST_ASSERT_EQUAL(info.rx_objects, (DESC | DATA), "objects of DS");
	TEST_ASSERT_EQUAL(info.tx_objects, DESC, "Tx objects of DS");
	TEST_ASSERT_EQUAL(info.tag_bits, 8, "tag bits of DS");

	memset(&info, 0, sizeof(info));
	info.enabled = 1;
	info.mode = RTE_ETH_TPH_MODE_IV;
	info.requester = RTE_ETH_TPH_REQUESTER_EXTENDED;
	TEST_ASSERT_SUCCESS(eth_pci_tph_info_get(&port.dev, &narrow_caps, &info), "no info");
	TEST_ASSERT_EQUAL(info.rx_objects, DATA, "objects of IV");
	TEST_ASSERT_EQUAL(info.tx_objects, 0, "Tx objects of IV");
	TEST_ASSERT_EQUAL(info.tag_bits, 16, "tag bits of IV");

	/* without a table there is no IV mode */
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_ST_LOC_NONE);
	memset(&info, 0, sizeof(info));
	TEST_ASSERT_SUCCESS(eth_pci_tph_info_get(&port.dev, &narrow_caps, &info), "no info");
	TEST_ASSERT_EQUAL(info.modes, RTE_BIT32(RTE_ETH_TPH_MODE_DS), "IV without a table");

	return TEST_SUCCESS;
}

static int
pci_auto_chooses_mode_and_requester(void)
{
	struct rte_eth_tph_conf conf = { 0 };
	struct eth_pci_tph tph;

	/* the device's own field has 8 bits: no need for the wider requester */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	memset(&tph, 0, sizeof(tph));
	played_device(DEVICE_DS | DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_ST_LOC_CAP);
	TEST_ASSERT_SUCCESS(eth_pci_tph_enable(&port.dev, &narrow_caps, &tph, &conf), "DS");
	TEST_ASSERT_EQUAL(conf.mode, RTE_ETH_TPH_MODE_DS, "mode");
	TEST_ASSERT_EQUAL(conf.requester, RTE_ETH_TPH_REQUESTER_STANDARD, "requester");
	TEST_ASSERT_EQUAL(played.mode, RTE_PCI_TPH_MODE_DS, "mode of the device");
	TEST_ASSERT_EQUAL(played.requester, RTE_PCI_TPH_REQUESTER_STANDARD,
		"requester of the device");

	/* interrupt vectors only, and no queue has one */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	memset(&tph, 0, sizeof(tph));
	memset(&conf, 0, sizeof(conf));
	played_device(DEVICE_IV, DEVICE_BOTH, RTE_PCI_TPH_ST_LOC_CAP);
	TEST_ASSERT_EQUAL(eth_pci_tph_enable(&port.dev, &narrow_caps, &tph, &conf), -ENOTSUP,
		"IV without vectors");
	TEST_ASSERT(!played.enabled && !tph.enabled, "enabled");

	TEST_ASSERT_SUCCESS(port_vectors(PORT_QUEUES), "no vectors");
	TEST_ASSERT_SUCCESS(eth_pci_tph_enable(&port.dev, &narrow_caps, &tph, &conf), "IV");
	TEST_ASSERT_EQUAL(conf.mode, RTE_ETH_TPH_MODE_IV, "mode");
	TEST_ASSERT_EQUAL(conf.requester, RTE_ETH_TPH_REQUESTER_EXTENDED, "requester");
	TEST_ASSERT(played.enabled && tph.enabled, "not enabled");

	/* what is asked for is what is done */
	memset(&conf, 0, sizeof(conf));
	conf.mode = RTE_ETH_TPH_MODE_IV;
	conf.requester = RTE_ETH_TPH_REQUESTER_STANDARD;
	TEST_ASSERT_SUCCESS(eth_pci_tph_enable(&port.dev, &narrow_caps, &tph, &conf), "IV");
	TEST_ASSERT_EQUAL(played.requester, RTE_PCI_TPH_REQUESTER_STANDARD, "requester");

	return TEST_SUCCESS;
}

static int
pci_tags_are_of_the_configured_kind(void)
{
	struct rte_eth_tph_conf conf = {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED,
	};
	struct eth_tph_cpu_tag tags[] = { { .cpu = 7 }, { .cpu = 3 } };

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_SUCCESS(eth_pci_tph_cpu_tags_get(&port.dev, &conf, tags, 2), "no tags");
	TEST_ASSERT_EQUAL(tags[0].tag, 0x117, "tag");
	TEST_ASSERT(tags[0].valid, "tag not valid");
	TEST_ASSERT(!tags[1].valid, "CPU without a tag");

	memset(&conf, 0, sizeof(conf));
	TEST_ASSERT_SUCCESS(eth_pci_tph_cpu_tags_get(&port.dev, &conf, tags, 1), "no tags");
	TEST_ASSERT_EQUAL(tags[0].tag, 0x7, "tag");

	return TEST_SUCCESS;
}

static int
pci_vectors_take_tags_in_runs(void)
{
	struct eth_pci_tph tph = {
		.st_table = RTE_ETH_TPH_LOCATION_CAPABILITY,
		.st_entries = PLAYED_ENTRIES,
	};
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 3, DATA, 0x33),
		stash(RTE_ETH_TPH_RX, 0, DATA, 0x30),
		stash(RTE_ETH_TPH_RX, 1, DATA, 0),
	};
	struct eth_tph_queue again;
	unsigned int i;

	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_SUCCESS(port_vectors(PORT_QUEUES), "no vectors");
	played.enabled = true;
	for (i = 0; i < PLAYED_ENTRIES; i++)
		played.table[i] = 0xF00 + i;

	TEST_ASSERT_SUCCESS(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 3), "apply");
	TEST_ASSERT_EQUAL(played.st_calls, 2, "calls for entries 1, 2 and 4");
	TEST_ASSERT_EQUAL(played.table[1], 0x30, "queue 0");
	TEST_ASSERT_EQUAL(played.table[2], 0, "queue 1 has tag 0");
	TEST_ASSERT_EQUAL(played.table[4], 0x33, "queue 3");
	TEST_ASSERT_EQUAL(played.table[0], 0xF00, "other entries are touched");
	TEST_ASSERT_EQUAL(played.table[3], 0xF03, "other entries are touched");
	TEST_ASSERT_EQUAL(queues[0].location, RTE_ETH_TPH_LOCATION_CAPABILITY, "location");
	TEST_ASSERT_EQUAL(queues[0].index, 4, "index");

	/* a later run fails: the earlier one is put back */
	played.st_calls = 0;
	played.st_fail_at = 2;
	queues[0].tag = 0x43;
	queues[1].tag = 0x40;
	queues[2].tag = 0x41;
	TEST_ASSERT_EQUAL(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 3), -EIO,
		"no error");
	TEST_ASSERT_EQUAL(played.table[1], 0x30, "half applied");
	TEST_ASSERT_EQUAL(played.table[2], 0, "half applied");
	TEST_ASSERT_EQUAL(played.table[4], 0x33, "half applied");

	/* taken away, and given again after a restart of the port */
	played.st_fail_at = 0;
	again = queues[0];
	again.objects = 0;
	TEST_ASSERT_SUCCESS(eth_pci_tph_vectors_apply(&port.dev, &tph, &again, 1), "remove");
	TEST_ASSERT_EQUAL(played.table[4], 0, "not removed");
	played.table[1] = 0;
	queues[1].tag = 0x30;
	TEST_ASSERT_SUCCESS(eth_pci_tph_vectors_apply(&port.dev, &tph, &queues[1], 1), "again");
	TEST_ASSERT_EQUAL(played.table[1], 0x30, "not given again");

	/* gone after disable */
	tph.enabled = true;
	TEST_ASSERT_SUCCESS(eth_pci_tph_disable(&port.dev, &tph), "disable");
	TEST_ASSERT(!tph.enabled && !played.enabled, "still enabled");
	TEST_ASSERT_EQUAL(played.table[1], 0, "tag left behind");
	TEST_ASSERT_EQUAL(played.table[3], 0xF03, "other entries are touched");

	return TEST_SUCCESS;
}

static int
pci_queue_without_a_vector_is_refused(void)
{
	struct eth_pci_tph tph = {
		.st_table = RTE_ETH_TPH_LOCATION_MSIX,
		.st_entries = PLAYED_ENTRIES,
	};
	struct eth_tph_queue queues[] = {
		stash(RTE_ETH_TPH_RX, 0, DATA, 1),
		stash(RTE_ETH_TPH_RX, 2, DATA, 2),
	};
	struct eth_tph_queue tx = stash(RTE_ETH_TPH_TX, 0, DATA, 1);

	/* no vectors at all */
	TEST_ASSERT_SUCCESS(played_make(), "no port");
	TEST_ASSERT_EQUAL(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 1), -ENOTSUP,
		"stopped port");

	/* two vectors for four queues: the second is shared */
	TEST_ASSERT_SUCCESS(port_vectors(2), "no vectors");
	played.enabled = true;
	TEST_ASSERT_SUCCESS(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 1), "queue 0");
	queues[0].tag = 5;
	TEST_ASSERT_EQUAL(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 2), -ENOTSUP,
		"shared vector");
	TEST_ASSERT_EQUAL(played.table[1], 1, "half applied");

	TEST_ASSERT_EQUAL(eth_pci_tph_vectors_apply(&port.dev, &tph, &tx, 1), -ENOTSUP, "Tx");

	/* a vector beyond the table */
	tph.st_entries = 1;
	TEST_ASSERT_EQUAL(eth_pci_tph_vectors_apply(&port.dev, &tph, queues, 1), -ENOTSUP,
		"no entry");

	return TEST_SUCCESS;
}

static struct unit_test_suite tph_pci_suite = {
	.suite_name = "TPH of PCI drivers",
	.teardown = port_free,
	.unit_test_cases = {
		TEST_CASE(pci_info_names_the_reason),
		TEST_CASE(pci_info_depends_on_the_mode),
		TEST_CASE(pci_auto_chooses_mode_and_requester),
		TEST_CASE(pci_tags_are_of_the_configured_kind),
		TEST_CASE(pci_vectors_take_tags_in_runs),
		TEST_CASE(pci_queue_without_a_vector_is_refused),
		TEST_CASES_END()
	}
};

static int
test_tph_pci(void)
{
	return unit_test_suite_runner(&tph_pci_suite);
}

REGISTER_FAST_TEST(tph_pci_autotest, NOHUGE_OK, ASAN_OK, test_tph_pci);
