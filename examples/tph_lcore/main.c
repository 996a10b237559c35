/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * Steer packets into the cache of the lcore that polls them.
 *
 * Every worker lcore forwards one queue of every port. Before it starts, it
 * stashes that queue on every port. Send SIGHUP or SIGUSR1 after affinities were
 * changed (by taskset or cgroups). Forwarding is minimal: packets leave through
 * the neighbour port.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#define NB_DESC	512
#define NB_MBUF	8191	/* of each queue */
#define BURST	32

static volatile bool quit, affinity_changed;
static uint16_t queue_of_lcore[RTE_MAX_LCORE];

static void
on_signal(int signum)
{
	if (signum == SIGHUP || signum == SIGUSR1)
		affinity_changed = true;
	else
		quit = true;
}

static bool
has_tph(uint16_t port, struct rte_eth_tph_info *info)
{
	return rte_eth_dev_tph_info_get(port, info) == 0 && info->enabled;
}

/* Turn TPH on. 8< */
static void
enable_tph(uint16_t port)
{
	struct rte_eth_tph_info info;
	int ret;

	ret = rte_eth_dev_tph_info_get(port, &info);
	if (ret == 0 && info.reason != RTE_ETH_TPH_USABLE) {
		printf("Port %u without TPH: %s\n", port,
		       rte_eth_tph_reason_str(info.reason));
		return;
	}

	if (ret == 0)
		ret = rte_eth_dev_tph_enable(port, NULL);
	if (ret != 0)
		printf("Port %u without TPH: %s\n", port, rte_strerror(-ret));
}
/* >8 End of turning TPH on. */

static void
setup_port(uint16_t port, uint16_t nb_queue, struct rte_mempool *pool)
{
	struct rte_eth_conf conf = { .rxmode.mq_mode = RTE_ETH_MQ_RX_RSS };
	struct rte_eth_dev_info info;
	uint16_t q;
	int ret;

	ret = rte_eth_dev_info_get(port, &info);
	if (ret == 0) {
		conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads;
		ret = rte_eth_dev_configure(port, nb_queue, nb_queue, &conf);
	}
	for (q = 0; q < nb_queue && ret == 0; q++) {
		ret = rte_eth_rx_queue_setup(port, q, NB_DESC, SOCKET_ID_ANY, NULL, pool);
		if (ret == 0)
			ret = rte_eth_tx_queue_setup(port, q, NB_DESC, SOCKET_ID_ANY, NULL);
	}
	if (ret != 0)
		rte_exit(EXIT_FAILURE, "Port %u: cannot set up %u queues: %s\n", port,
			 nb_queue, rte_strerror(-ret));

	enable_tph(port);
}

/* Runs on all workers at once, each for the queues that it is going to poll. */
/* Stash own queues. 8< */
static int
stash_own_queues(__rte_unused void *arg)
{
	struct rte_eth_tph_stash stash[2];
	struct rte_eth_tph_info info;
	uint16_t port;
	int i, ret;

	RTE_ETH_FOREACH_DEV(port) {
		if (!has_tph(port, &info))
			continue;

		for (i = 0; i < 2; i++)
			stash[i] = (struct rte_eth_tph_stash) {
				.direction = i == 0 ? RTE_ETH_TPH_RX : RTE_ETH_TPH_TX,
				.queue = queue_of_lcore[rte_lcore_id()],
				.target = RTE_ETH_TPH_TARGET_LCORE,
				.target_id = rte_lcore_id(),
				.objects = i == 0 ? info.rx_objects : info.tx_objects,
			};
		ret = rte_eth_dev_tph_stash_set(port, stash, RTE_DIM(stash));
		printf("Port %u queue %u lcore %u: %s\n", port, stash[0].queue,
		       rte_lcore_id(), ret == 0 ? "stashed" : rte_strerror(-ret));
	}

	return 0;
}
/* >8 End of stashing own queues. */

static int
forward(__rte_unused void *arg)
{
	uint16_t queue = queue_of_lcore[rte_lcore_id()];
	struct rte_mbuf *pkts[BURST];
	uint16_t port, peer, nb_rx, nb_tx;

	while (!quit) {
		RTE_ETH_FOREACH_DEV(port) {
			peer = rte_eth_dev_is_valid_port(port ^ 1) ? port ^ 1 : port;
			nb_rx = rte_eth_rx_burst(port, queue, pkts, BURST);
			nb_tx = rte_eth_tx_burst(peer, queue, pkts, nb_rx);
			rte_pktmbuf_free_bulk(pkts + nb_tx, nb_rx - nb_tx);
		}
	}

	return 0;
}

/* Follow affinity. 8< */
static void
follow_affinity(void)
{
	struct rte_eth_tph_info info;
	uint16_t port;
	int ret;

	RTE_ETH_FOREACH_DEV(port) {
		if (!has_tph(port, &info))
			continue;
		ret = rte_eth_dev_tph_stash_sync(port);
		if (ret >= 0)
			printf("Port %u: %d stashes changed\n", port, ret);
		else
			printf("Port %u: not synced: %s\n", port, rte_strerror(-ret));
	}
}
/* >8 End of following affinity. */

int
main(int argc, char *argv[])
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
	struct sigaction action = { .sa_handler = on_signal };
	struct rte_mempool *pool;
	uint16_t port, nb_queue = 0;
	unsigned int i, lcore;

	if (rte_eal_init(argc, argv) < 0)
		rte_exit(EXIT_FAILURE, "Cannot initialize EAL: %s\n", rte_strerror(rte_errno));

	for (i = 0; i < RTE_DIM(signals); i++)
		sigaction(signals[i], &action, NULL);

	RTE_LCORE_FOREACH_WORKER(lcore)
		queue_of_lcore[lcore] = nb_queue++;
	if (nb_queue == 0 || rte_eth_dev_count_avail() == 0)
		rte_exit(EXIT_FAILURE, "This needs at least two lcores and a port\n");

	pool = rte_pktmbuf_pool_create("mbufs", nb_queue * NB_MBUF, 0, 0,
				       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (pool == NULL)
		rte_exit(EXIT_FAILURE, "Cannot allocate mbufs: %s\n", rte_strerror(rte_errno));

	RTE_ETH_FOREACH_DEV(port)
		setup_port(port, nb_queue, pool);

	/* Some devices take stashes only before they are started. */
	rte_eal_mp_remote_launch(stash_own_queues, NULL, SKIP_MAIN);
	rte_eal_mp_wait_lcore();

	RTE_ETH_FOREACH_DEV(port) {
		if (rte_eth_dev_start(port) != 0)
			rte_exit(EXIT_FAILURE, "Cannot start port %u\n", port);
		rte_eth_promiscuous_enable(port);
	}

	rte_eal_mp_remote_launch(forward, NULL, SKIP_MAIN);
	printf("Forwarding, send SIGHUP when affinities change\n");
	while (!quit) {
		sleep(1);
		if (affinity_changed) {
			affinity_changed = false;
			follow_affinity();
		}
	}
	rte_eal_mp_wait_lcore();

	RTE_ETH_FOREACH_DEV(port) {
		rte_eth_dev_stop(port);
		rte_eth_dev_close(port);
	}

	return rte_eal_cleanup();
}
