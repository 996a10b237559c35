/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports: what it costs in memory, and what telemetry and trace
 * points show.
 */

#include "test.h"

#include <errno.h>
#include <inttypes.h>
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
#include <rte_per_lcore.h>
#include <rte_trace.h>
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

/* --- Trace points --- */

/* A value of an event: its size in bytes, and what it should be */
struct traced {
	uint8_t size;
	uint64_t value;
};

#define U8(v) { 1, (v) }
#define U16(v) { 2, (v) }
#define U32(v) { 4, (uint32_t)(v) }
#define PTR(v) { sizeof(v), (uintptr_t)(v) }
#define TRACED(name, ...) traced_next(name, (const struct traced[]) { __VA_ARGS__ }, \
	RTE_DIM(((const struct traced[]) { __VA_ARGS__ })))

/* Where the next event of this thread should start; events are aligned. */
static uint32_t traced_at;

static void
traced_start(void)
{
	const struct __rte_trace_header *trace = RTE_PER_LCORE(trace_mem);

	traced_at = trace == NULL ? 0 :
		RTE_ALIGN_CEIL(trace->offset, __RTE_TRACE_EVENT_HEADER_SZ);
}

static bool
traced_is(const uint8_t *bytes, const struct traced *wanted)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (wanted->size) {
	case sizeof(u8):
		memcpy(&u8, bytes, sizeof(u8));
		return u8 == wanted->value;
	case sizeof(u16):
		memcpy(&u16, bytes, sizeof(u16));
		return u16 == wanted->value;
	case sizeof(u32):
		memcpy(&u32, bytes, sizeof(u32));
		return u32 == wanted->value;
	default:
		memcpy(&u64, bytes, sizeof(u64));
		return u64 == wanted->value;
	}
}

/* Is the next event one of this trace point, with these values and no more? */
static bool
traced_next(const char *name, const struct traced *values, unsigned int n)
{
	const struct __rte_trace_header *trace = RTE_PER_LCORE(trace_mem);
	const rte_trace_point_t *point = rte_trace_point_lookup(name);
	uint32_t at = traced_at;
	uint64_t header;
	unsigned int i;

	if (trace == NULL || point == NULL || trace->offset < at + sizeof(header))
		return false;
	memcpy(&header, &trace->mem[at], sizeof(header));
	if (header >> __RTE_TRACE_EVENT_HEADER_ID_SHIFT !=
			(*point & __RTE_TRACE_FIELD_ID_MASK) >> __RTE_TRACE_FIELD_ID_SHIFT)
		return false;
	at += sizeof(header);
	for (i = 0; i < n; i++) {
		if (!traced_is(&trace->mem[at], &values[i])) {
			printf("%s: value %u is not 0x%"PRIx64"\n", name, i,
				values[i].value);
			return false;
		}
		at += values[i].size;
	}
	traced_at = RTE_ALIGN_CEIL(at, __RTE_TRACE_EVENT_HEADER_SZ);
	return true;
}

static int
each_call_is_traced(void)
{
	const struct rte_eth_tph_conf conf = { .memory = RTE_ETH_TPH_MEMORY_PERSISTENT };
	const struct rte_eth_tph_stash stash = { TX, 2, CPU, CPU_B, DATA, 0 };
	uint16_t port = fake_a.port;
	struct rte_eth_tph_stash_state state;
	struct rte_eth_tph_info info;

	traced_start();
	rte_eth_dev_tph_info_get(port, &info);
	TEST_ASSERT(TRACED("lib.ethdev.tph.info_get", U16(port), U32(RTE_ETH_TPH_USABLE),
		U8(1), U32(RTE_ETH_TPH_MODE_DS), U32(RTE_ETH_TPH_REQUESTER_STANDARD),
		U32(0)), "info");
	rte_eth_dev_tph_disable(port);
	rte_eth_dev_tph_disable(port);
	TEST_ASSERT(TRACED("lib.ethdev.tph.disable", U16(port), U32(0)) &&
		TRACED("lib.ethdev.tph.disable", U16(port), U32(-EALREADY)), "disable");
	rte_eth_dev_tph_enable(port, &conf);
	TEST_ASSERT(TRACED("lib.ethdev.tph.enable", U16(port), U32(RTE_ETH_TPH_MODE_DS),
		U32(RTE_ETH_TPH_REQUESTER_STANDARD), U32(RTE_ETH_TPH_MEMORY_PERSISTENT),
		U32(0)), "enable");
	rte_eth_dev_tph_stash_set(port, &stash, 1);
	TEST_ASSERT(TRACED("lib.ethdev.tph.apply", U16(port), U32(TX), U16(2), U32(DATA),
		U32(CPU_B), U16(TAG_B ^ 1), U32(0)), "what the device is given");
	TEST_ASSERT(TRACED("lib.ethdev.tph.stash_set", U16(port), PTR(&stash), U16(1),
		U32(0)), "set");
	rte_eth_dev_tph_stash_get(port, RX, 3, &state);
	TEST_ASSERT(TRACED("lib.ethdev.tph.stash_get", U16(port), U32(RX), U16(3),
		U32(-ENOENT)), "get");
	rte_eth_dev_tph_stash_sync(port);
	TEST_ASSERT(TRACED("lib.ethdev.tph.stash_sync", U16(port), U32(0)), "sync");
	return TEST_SUCCESS;
}

static int
test_each_call_is_traced_with_what_it_did(void)
{
	int ret;

	TEST_ASSERT(rte_trace_pattern("lib.ethdev.tph.*", true) == 1, "no trace points");
	ret = each_call_is_traced();
	rte_trace_pattern("lib.ethdev.tph.*", false);
	return ret;
}

struct unit_test_suite tph_watch_tests = {
	.suite_name = "memory, telemetry, trace points",
	.unit_test_cases = {
		TPH_TEST(fake_setup, test_port_is_not_released_while_telemetry_reads_it),
		TPH_TEST(fake_setup, test_port_takes_little_memory),
		TPH_TEST(fake_setup_on, test_telemetry_tells_of_stashes),
		TPH_TEST(fake_setup_on, test_telemetry_shows_a_hundred_stashes_and_counts_all),
		TPH_TEST(fake_setup_on, test_telemetry_of_a_busy_port_keeps_no_other_from_closing),
		TPH_TEST(fake_setup_on, test_each_call_is_traced_with_what_it_did),
		TEST_CASES_END()
	},
};
