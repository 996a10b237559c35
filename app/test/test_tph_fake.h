/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

#ifndef TEST_TPH_FAKE_H
#define TEST_TPH_FAKE_H

/*
 * A software device for tests of PCIe TPH in ethdev. Its memory shows what arrived
 * there; its script says what it can do, where its driver fails, and where it waits.
 */

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include <ethdev_tph.h>
#include <rte_ethdev.h>

#define NB_QUEUES 4
#define NB_ROUNDS 100
#define MAX_QUEUES 1024

#define DESC RTE_ETH_TPH_OBJ_DESCRIPTOR
#define HDR RTE_ETH_TPH_OBJ_HEADER
#define DATA RTE_ETH_TPH_OBJ_PAYLOAD
#define RX RTE_ETH_TPH_RX
#define TX RTE_ETH_TPH_TX
#define CPU RTE_ETH_TPH_TARGET_CPU
#define LCORE RTE_ETH_TPH_TARGET_LCORE
#define ALL RTE_ETH_TPH_QUEUE_ALL

/* CPUs of the scripted platform that only CPU targets use */
#define CPU_A 200
#define CPU_B 201
#define CPU_TAG_0 202    /* its tag is 0, and valid */
#define CPU_LIKE_A 203   /* has the tag of CPU_A */
#define CPU_NO_TAG 204
#define CPU_WIDE_TAG 205 /* its tag has 9 bits */
#define CPU_OFFLINE 206

#define TAG_A 0x5a
#define TAG_B 0xff
#define TAG_WIDE 0x1ff

/* Where the device has the tag of a queue */
#define FAKE_INDEX(dir, q) (((dir) << 16) + 0xc014 + (q) * 0x40)

struct fake_queue {
	uint32_t objects;
	uint32_t cpu;
	uint16_t tag;
};

/* Makes a thread wait in a call of the driver until another lets it continue. */
struct fake_gate {
	sem_t entered, leave;
};

/* A device and the script of its driver */
struct fake {
	/* Script: what the device is. */
	struct eth_tph_caps caps;
	uint16_t cpu_tags[CPU_SETSIZE];
	bool cpu_untagged[CPU_SETSIZE];
	/* Script: errors to return. */
	int fail_caps, fail_enable, fail_disable, fail_tags, fail_write, fail_start,
		fail_stop, fail_restore;
	const struct rte_eth_tph_stash *fail_queue; /* if set, only its writes fail */
	bool removed;
	bool reset_keeps_on;
	bool dies_in_start, dies_in_write; /* the process does */
	/* Script: where to wait, if set. */
	struct fake_gate *caps_gate, *write_gate, *start_gate, *stop_gate;
	unsigned int meet; /* caps_get spins until it has been called so often. */

	/* The device's memory. */
	bool on;
	struct rte_eth_tph_info info; /* what TPH was turned on with */
	struct fake_queue queues[2][MAX_QUEUES];

	/* What happened. */
	unsigned int caps_calls, enable_calls, disable_calls, tags_calls, write_calls;
	unsigned int tags_asked, queues_written;
	struct eth_tph_queue last; /* last queue of the last write */
	bool started; /* false while the device starts or stops */
	bool starts;  /* it is about to start its queues */
	/* If watched: is the stash of Rx queue 1 pending while a start ends? */
	bool watched, seen_pending;
	pthread_mutex_t in_use;
	const char *violation; /* a rule of ethdev_tph.h that was broken */

	uint16_t port;
	struct rte_ether_addr mac;
};

extern struct fake fake_a, fake_b;

/* True if the device is in Interrupt Vector mode. */
bool fake_iv(const struct fake *f);

/* A live device with 8-bit tags in DS mode, where each CPU below 200 has its own tag */
void fake_script(struct fake *f);

/* Make a port, with NB_QUEUES Rx and Tx queues. */
int fake_create(struct fake *f);
/* The same with a driver without TPH */
int fake_create_without_tph(struct fake *f);
int fake_configure(struct fake *f, uint16_t nb_queues);
/* Stop and close the port, if there is one. */
void fake_destroy(struct fake *f);
/* Remove the device; the port is not closed. */
int fake_unplug(struct fake *f);

/* Make fake_a a live port, configured, stopped, TPH off. */
int fake_setup(void);
/* The same, started, TPH on */
int fake_setup_on(void);
/* A port that takes stashes only when it starts: stopped, TPH on */
int fake_setup_not_live(void);
/* The same in Interrupt Vector mode */
int fake_setup_not_live_iv(void);
void fake_teardown(void);

void fake_gate_make(struct fake_gate *gate);
void fake_gate_destroy(struct fake_gate *gate);

/*
 * Call fn in another process, which shares the memory of the port with this one and
 * is to be killed in it. Return 0 if it was.
 */
int fake_killed_in(void (*fn)(void));

/* Set one stash. */
int tph_set(struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		enum rte_eth_tph_target target, uint32_t id, uint32_t objects);

/* Does the device steer these objects of a queue with this tag, and no others? */
bool tph_device_has(const struct fake *f, enum rte_eth_tph_direction direction,
		uint16_t queue, uint32_t objects, uint16_t tag);

/* Does the API report this stash, as pending or as applied? */
bool tph_reports(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint32_t cpu, uint16_t tag, bool pending);
/* Does the API report that the queue has no stash? */
bool tph_reports_none(const struct fake *f, enum rte_eth_tph_direction direction,
		uint16_t queue);

typedef int (*fake_test)(void);

/* Run a test, then check that ethdev kept its promises to the driver. */
int fake_run(const void *test);

#define TPH_TEST(setup, test) \
	TEST_CASE_NAMED_WITH_DATA(#test, setup, fake_teardown, fake_run, \
		(&(const fake_test) { test }))

/* The tests, by what they are about */
extern struct unit_test_suite tph_api_tests;
extern struct unit_test_suite tph_stash_tests;
extern struct unit_test_suite tph_life_tests;
extern struct unit_test_suite tph_lcore_tests;
extern struct unit_test_suite tph_race_tests;
extern struct unit_test_suite tph_watch_tests;

#endif /* TEST_TPH_FAKE_H */
