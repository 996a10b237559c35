/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: what it costs in memory, and what telemetry and trace
 * points show.
 */

#include "test.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_malloc.h>
#include <rte_trace_point.h>

#include "test_tph_fake.h"
#include "test_tph_worker.h"

static size_t
heap_in_use(void)
{
	struct rte_malloc_socket_stats stats;
	size_t sum = 0;
	int socket;

	for (socket = 0; socket < RTE_MAX_NUMA_NODES; socket++) {
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			sum += stats.heap_allocsz_bytes;
	}
	return sum;
}

static int
test_port_takes_little_memory(void)
{
	size_t before, after, limit = 4096 + 16 * 2 * MAX_QUEUES;

	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, MAX_QUEUES), "not configured");
	before = heap_in_use();
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, ALL, CPU, CPU_A, DESC), "not set");
	after = heap_in_use();
	printf("TPH of a port with %u Rx and %u Tx queues takes %zu bytes\n",
		MAX_QUEUES, MAX_QUEUES, after - before);
	TEST_ASSERT(after - before <= limit, "%zu bytes, more than %zu",
		after - before, limit);
	fake_destroy(&fake_a);
	TEST_ASSERT(heap_in_use() <= before, "memory leaks");
	return TEST_SUCCESS;
}

/* Ask telemetry as a monitoring program does; NULL if this process has no telemetry. */
static const char *
telemetry(const char *command)
{
	static char answer[16384];
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char greeting[1024], pid[32];
	ssize_t n = -1;
	int fd;

	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (fd < 0)
		return NULL;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/dpdk_telemetry.v2",
		rte_eal_get_runtime_dir());
	snprintf(pid, sizeof(pid), "\"pid\":%d,", getpid());
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0) {
		n = read(fd, greeting, sizeof(greeting) - 1);
		greeting[RTE_MAX(n, 0)] = '\0';
	}
	/* It may be the socket of another process. */
	if (n > 0 && strstr(greeting, pid) != NULL &&
			write(fd, command, strlen(command)) > 0)
		n = read(fd, answer, sizeof(answer) - 1);
	else
		n = -1;
	close(fd);
	if (n < 0)
		return NULL;
	answer[n] = '\0';
	return answer;
}

static int
test_telemetry_tells_of_stashes(void)
{
	const char *answer;
	char command[32];

	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, 2, CPU, CPU_B, DATA), "not set");
	snprintf(command, sizeof(command), "/ethdev/tph,%u", fake_a.port);
	answer = telemetry(command);
	if (answer == NULL)
		return TEST_SKIPPED;
	TEST_ASSERT(strstr(answer, "\"enabled\":1") != NULL &&
		strstr(answer, "\"mode\":\"ds\"") != NULL &&
		strstr(answer, "\"nb_stashes\":2") != NULL, "port not told: %s", answer);
	TEST_ASSERT(strstr(answer, "\"rx_q1\":{\"cpu\":200,\"tag\":90,\"objects\":1,"
		"\"location\":\"device\",\"index\":49236,\"pending\":0}") != NULL,
		"stash not told: %s", answer);

	snprintf(command, sizeof(command), "/ethdev/tph,%unonsense", fake_a.port);
	answer = telemetry(command);
	TEST_ASSERT(answer != NULL && strstr(answer, "null") != NULL,
		"nonsense is answered");
	return TEST_SUCCESS;
}

static int
close_port(void *arg __rte_unused)
{
	return rte_eth_dev_close(fake_a.port);
}

static int
ask_telemetry(void *arg)
{
	return telemetry(arg) == NULL ? -1 : 0;
}

static int
test_port_is_not_released_while_telemetry_reads_it(void)
{
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);
	struct tph_worker asks, closes;
	struct fake_gate gate;
	char command[32];
	int closed;

	if (telemetry("/") == NULL)
		return TEST_SKIPPED;
	snprintf(command, sizeof(command), "/ethdev/tph,%u", fake_a.port);
	TEST_ASSERT_SUCCESS(tph_worker_create(&asks, &cpus), "no thread");
	TEST_ASSERT_SUCCESS(tph_worker_create(&closes, &cpus), "no thread");
	fake_gate_make(&gate);
	fake_a.caps_gate = &gate;
	tph_worker_start(&asks, ask_telemetry, command);
	sem_wait(&gate.entered);
	fake_a.caps_gate = NULL;

	tph_worker_start(&closes, close_port, NULL);
	closed = tph_timed_wait(&closes.done, 300);
	sem_post(&gate.leave);
	if (closed != 0)
		tph_worker_wait(&closes);
	tph_worker_wait(&asks);
	tph_worker_end(&asks);
	tph_worker_end(&closes);
	fake_gate_destroy(&gate);
	TEST_ASSERT(closed != 0, "released under the reader");
	TEST_ASSERT(closes.ret == 0 && asks.ret == 0, "closed %d, asked %d", closes.ret,
		asks.ret);
	return TEST_SUCCESS;
}

static int
stash_a(void *arg __rte_unused)
{
	return tph_set(&fake_a, RX, 0, CPU, CPU_A, DESC);
}

static int
close_other_port(void *arg __rte_unused)
{
	return rte_eth_dev_close(fake_b.port);
}

static int
while_port_is_busy(struct tph_worker *w, struct tph_worker *closes)
{
	struct fake_gate gate;
	char answer[128] = "";
	char command[32];
	const char *said;
	int closed;

	snprintf(command, sizeof(command), "/ethdev/tph,%u", fake_a.port);
	fake_gate_make(&gate);
	fake_a.write_gate = &gate;
	tph_worker_start(&w[0], stash_a, NULL);
	sem_wait(&gate.entered);
	tph_worker_start(&w[1], ask_telemetry, command);
	/* If it does not answer, it has the lock that the other port waits for. */
	if (tph_timed_wait(&w[1].done, 1000) == 0) {
		sem_post(&w[1].done);
		said = telemetry(command);
		snprintf(answer, sizeof(answer), "%s", said != NULL ? said : "");
	}
	tph_worker_start(closes, close_other_port, NULL);
	closed = tph_timed_wait(&closes->done, 5000);
	fake_a.write_gate = NULL;
	sem_post(&gate.leave);
	if (closed != 0)
		tph_worker_wait(closes);
	tph_worker_wait(&w[0]);
	tph_worker_wait(&w[1]);
	fake_gate_destroy(&gate);
	TEST_ASSERT(closed == 0 && closes->ret == 0, "other port had to wait");
	TEST_ASSERT(strstr(answer, "{\"busy\":1}") != NULL, "telemetry says %s", answer);
	return TEST_SUCCESS;
}

static int
test_telemetry_of_a_busy_port_keeps_no_other_from_closing(void)
{
	rte_cpuset_t cpus = tph_one_cpu(tph_real_cpus[0]);
	struct tph_worker w[3];
	unsigned int i;
	int ret;

	if (telemetry("/") == NULL)
		return TEST_SKIPPED;
	fake_script(&fake_b);
	TEST_ASSERT_SUCCESS(fake_create(&fake_b), "no port");
	for (i = 0; i < RTE_DIM(w); i++)
		TEST_ASSERT_SUCCESS(tph_worker_create(&w[i], &cpus), "no thread");
	ret = while_port_is_busy(w, &w[2]);
	for (i = 0; i < RTE_DIM(w); i++)
		tph_worker_end(&w[i]);
	return ret;
}

static int
test_telemetry_shows_a_hundred_stashes_and_counts_all(void)
{
	unsigned int shown = 0;
	const char *answer;
	char command[32];

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(fake_configure(&fake_a, MAX_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, RX, ALL, CPU, CPU_B, DESC | HDR | DATA),
		"not set");
	TEST_ASSERT_SUCCESS(tph_set(&fake_a, TX, ALL, CPU, CPU_B, DESC | DATA), "not set");
	snprintf(command, sizeof(command), "/ethdev/tph,%u", fake_a.port);
	answer = telemetry(command);
	if (answer == NULL)
		return TEST_SKIPPED;
	TEST_ASSERT(strstr(answer, "\"nb_stashes\":2048") != NULL, "counted: %s", answer);
	for (; (answer = strstr(answer, "x_q")) != NULL; answer++)
		shown++;
	TEST_ASSERT_EQUAL(shown, 100, "%u stashes", shown);
	return TEST_SUCCESS;
}

static int
test_every_call_has_a_trace_point(void)
{
	static const char * const names[] = {
		"lib.ethdev.tph.info_get", "lib.ethdev.tph.enable",
		"lib.ethdev.tph.disable", "lib.ethdev.tph.stash_set",
		"lib.ethdev.tph.stash_get", "lib.ethdev.tph.stash_sync",
		"lib.ethdev.tph.apply",
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++)
		TEST_ASSERT_NOT_NULL(rte_trace_point_lookup(names[i]), "no %s", names[i]);
	return TEST_SUCCESS;
}

struct unit_test_suite tph_watch_tests = {
	.suite_name = "memory, telemetry, trace points",
	.unit_test_cases = {
		TPH_TEST(fake_setup, test_port_is_not_released_while_telemetry_reads_it),
		TPH_TEST(fake_setup, test_port_takes_little_memory),
		TPH_TEST(fake_setup_on, test_telemetry_tells_of_stashes),
		TPH_TEST(fake_setup_on, test_telemetry_shows_a_hundred_stashes_and_counts_all),
		TPH_TEST(fake_setup_on, test_telemetry_of_a_busy_port_keeps_no_other_from_closing),
		TPH_TEST(fake_setup, test_every_call_has_a_trace_point),
		TEST_CASES_END()
	},
};
