/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH of Ethernet ports, on a software port: a device that is nothing but
 * memory, whose driver does and fails what each test scripts. What is proved of
 * ethdev is what arrives in that memory and what the API tells. Drivers of real
 * devices are left to their own tests.
 */

#include "test.h"

#include <stdio.h>

#ifndef RTE_EXEC_ENV_LINUX

static int
test_tph(void)
{
	printf("threads are moved in Linux's way, skipping test\n");
	return TEST_SKIPPED;
}

#else

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <ethdev_vdev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ethdev_tph.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_thread.h>
#include <rte_trace.h>
#include <rte_trace_point.h>

#define NB_QUEUES 4
#define NB_WORKERS 16
#define MAX_QUEUES 1024
#define NB_ROUNDS 100

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

/* Stop a thread within a call of the driver, until another lets it go. */
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
	int fail_caps, fail_enable, fail_disable, fail_tags, fail_write, fail_start, fail_stop;
	const struct rte_eth_tph_stash *fail_queue; /* only writes of this one fail */
	bool removed;
	/* Script: where to stop, if set. */
	struct fake_gate *caps_gate, *write_gate, *start_gate, *stop_gate;

	/* The device's memory. */
	bool on;
	struct rte_eth_tph_info info; /* what TPH was turned on with */
	struct fake_queue queues[2][MAX_QUEUES];

	/* What happened. */
	unsigned int caps_calls, enable_calls, disable_calls, tags_calls, write_calls;
	unsigned int tags_asked, queues_written;
	struct eth_tph_queue last; /* last queue of the last write */
	bool started, starts; /* the device; not while it starts or stops */
	pthread_mutex_t in_use;
	const char *violation; /* a rule of ethdev_tph.h that was broken */

	uint16_t port;
	struct rte_ether_addr mac;
};

static struct fake fake_a, fake_b;

static struct fake *
fake_of(struct rte_eth_dev *dev)
{
	return dev->data->dev_private;
}

static void
fake_violation(struct fake *f, const char *what)
{
	if (f->violation == NULL)
		f->violation = what;
}

static void
fake_pass(struct fake_gate *gate)
{
	if (gate == NULL)
		return;
	sem_post(&gate->entered);
	sem_wait(&gate->leave);
}

static void
fake_enter(struct fake *f)
{
	if (pthread_mutex_trylock(&f->in_use) != 0)
		fake_violation(f, "two calls of the driver at the same time");
}

static int
fake_leave(struct fake *f, int ret)
{
	pthread_mutex_unlock(&f->in_use);
	return ret;
}

static bool
fake_iv(const struct fake *f)
{
	return f->info.mode == RTE_ETH_TPH_MODE_IV;
}

static int
fake_tph_caps_get(struct rte_eth_dev *dev, struct eth_tph_caps *caps)
{
	struct fake *f = fake_of(dev);

	f->caps_calls++;
	fake_pass(f->caps_gate);
	*caps = f->caps;
	return f->fail_caps;
}

static int
fake_tph_enable(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info)
{
	struct fake *f = fake_of(dev);

	fake_enter(f);
	f->enable_calls++;
	if (f->fail_enable != 0)
		return fake_leave(f, f->fail_enable);
	if (info->mode == RTE_ETH_TPH_MODE_AUTO ||
			info->requester == RTE_ETH_TPH_REQUESTER_AUTO)
		fake_violation(f, "the driver is left to choose");
	f->info = *info;
	f->on = true;
	return fake_leave(f, 0);
}

static int
fake_tph_disable(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	fake_enter(f);
	f->disable_calls++;
	if (f->fail_disable != 0)
		return fake_leave(f, f->fail_disable);
	if (!f->on)
		fake_violation(f, "turned off twice");
	f->on = false;
	return fake_leave(f, 0);
}

static int
fake_tph_cpu_tags_get(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
		const uint32_t *cpus, int32_t *tags, unsigned int n)
{
	struct fake *f = fake_of(dev);
	unsigned int i, j;

	fake_enter(f);
	f->tags_calls++;
	f->tags_asked += n;
	if (memcmp(info, &f->info, sizeof(*info)) != 0)
		fake_violation(f, "tags asked for another configuration");
	for (i = 0; i < n; i++) {
		for (j = 0; j < i; j++) {
			if (cpus[i] == cpus[j])
				fake_violation(f, "a CPU asked for twice");
		}
		if (cpus[i] == CPU_OFFLINE)
			return fake_leave(f, -EINVAL);
		tags[i] = f->cpu_tags[cpus[i]];
		if (info->memory == RTE_ETH_TPH_MEMORY_PERSISTENT)
			tags[i] ^= 1;
		if (f->cpu_untagged[cpus[i]])
			tags[i] = -1;
	}
	return fake_leave(f, f->fail_tags);
}

static void
fake_check_write(struct rte_eth_dev *dev, struct fake *f,
		const struct eth_tph_queue *q)
{
	const struct fake_queue *has = &f->queues[q->direction][q->queue];
	const struct eth_tph_mode_caps *caps = &f->caps.modes[f->info.mode];
	uint32_t objects = q->direction == RX ? caps->rx_objects : caps->tx_objects;

	if ((q->objects & ~objects) != 0)
		fake_violation(f, "objects that the device has not");
	if (q->objects != 0 && q->tag >> f->info.tag_bits != 0)
		fake_violation(f, "a tag that does not fit");
	if (q->objects != 0 && (f->caps.live ? !f->started : !f->starts))
		fake_violation(f, "a stash at the wrong time");
	if (q->objects == 0 && !f->caps.live && f->started)
		fake_violation(f, "a stash taken away at the wrong time");
	if (q->queue >= (q->direction == RX ? dev->data->nb_rx_queues :
			dev->data->nb_tx_queues))
		fake_violation(f, "a queue that is gone");
	if (has->objects != 0 && (q->location == RTE_ETH_TPH_LOCATION_NONE ||
			q->index != (uint32_t)FAKE_INDEX(q->direction, q->queue) ||
			q->old_tag != has->tag))
		fake_violation(f, "the old tag, or its place, is lost");
}

static bool
fake_write_fails(const struct fake *f, const struct eth_tph_queue *q)
{
	return f->fail_queue == NULL || (q->objects != 0 &&
		q->direction == f->fail_queue->direction &&
		q->queue == f->fail_queue->queue);
}

static int
fake_tph_queues_write(struct rte_eth_dev *dev, const struct rte_eth_tph_info *info,
		struct eth_tph_queue *queues, unsigned int n)
{
	struct fake *f = fake_of(dev);
	struct fake_queue *to;
	unsigned int i, j;
	int ret = 0;

	fake_enter(f);
	f->write_calls++;
	f->queues_written += n;
	fake_pass(f->write_gate);
	if (!f->on || memcmp(info, &f->info, sizeof(*info)) != 0)
		fake_violation(f, "a stash for another configuration, or with TPH off");
	if (!f->caps.live && !fake_iv(f))
		fake_violation(f, "contexts of queues are not written at any time");
	for (i = 0; i < n; i++) {
		fake_check_write(dev, f, &queues[i]);
		for (j = 0; j < i; j++) {
			if (queues[i].direction == queues[j].direction &&
					queues[i].queue == queues[j].queue)
				fake_violation(f, "a queue comes twice");
		}
		if (fake_write_fails(f, &queues[i]))
			ret = f->fail_write;
	}
	f->last = queues[n - 1];
	if (ret != 0)
		return fake_leave(f, ret);

	for (i = 0; i < n; i++) {
		to = &f->queues[queues[i].direction][queues[i].queue];
		if (queues[i].objects == 0) {
			memset(to, 0, sizeof(*to));
			continue;
		}
		to->objects = queues[i].objects;
		to->cpu = queues[i].cpu;
		to->tag = queues[i].tag;
		queues[i].location = fake_iv(f) ? RTE_ETH_TPH_LOCATION_MSIX :
			RTE_ETH_TPH_LOCATION_DEVICE;
		queues[i].index = FAKE_INDEX(queues[i].direction, queues[i].queue);
	}
	return fake_leave(f, 0);
}

static int
fake_configure(struct rte_eth_dev *dev __rte_unused)
{
	return 0;
}

/* What a driver does whose queues have contexts */
static void
fake_queues_start(struct rte_eth_dev *dev, struct fake *f,
		enum rte_eth_tph_direction direction, uint16_t nb_queues)
{
	struct eth_tph_hint hint;
	uint16_t q;

	for (q = 0; q < nb_queues; q++) {
		hint = rte_eth_tph_queue_start(dev->data, direction, q);
		if (fake_iv(f)) {
			if (hint.objects != 0 && hint.objects != f->queues[direction][q].objects)
				fake_violation(f, "a hint without an entry in the ST table");
			continue;
		}
		f->queues[direction][q].objects = hint.objects;
		f->queues[direction][q].tag = hint.tag;
	}
}

/* A live device loses its registers when it starts; another asks what to write. */
static int
fake_start(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	if (f->caps.live) {
		memset(f->queues, 0, sizeof(f->queues));
		fake_pass(f->start_gate);
	} else {
		f->starts = true;
		rte_eth_tph_table_start(dev);
		f->starts = false;
		fake_queues_start(dev, f, RX, dev->data->nb_rx_queues);
		fake_pass(f->start_gate);
		fake_queues_start(dev, f, TX, dev->data->nb_tx_queues);
	}
	f->started = f->fail_start == 0;
	return f->fail_start;
}

static int
fake_stop(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	f->started = false;
	fake_pass(f->stop_gate);
	if (f->fail_stop != 0) {
		f->started = true;
		return f->fail_stop;
	}
	/* An ST table keeps its entries. */
	if (!fake_iv(f))
		memset(f->queues, 0, sizeof(f->queues));
	return 0;
}

/* The data of a port that is released must point to nothing of ours. */
static void
fake_detach(struct rte_eth_dev *dev)
{
	dev->data->dev_private = NULL;
	dev->data->mac_addrs = NULL;
}

static int
fake_close(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	if (f->on)
		fake_violation(f, "closed with TPH on");
	fake_detach(dev);
	return 0;
}

/* Like a driver that closes and initialises its device: all is lost. */
static int
fake_reset(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	f->on = false;
	memset(f->queues, 0, sizeof(f->queues));
	dev->data->nb_rx_queues = 0;
	dev->data->nb_tx_queues = 0;
	return 0;
}

static int
fake_dev_infos_get(struct rte_eth_dev *dev __rte_unused,
		struct rte_eth_dev_info *info)
{
	info->max_rx_queues = MAX_QUEUES;
	info->max_tx_queues = MAX_QUEUES;
	info->max_mac_addrs = 1;
	info->max_rx_pktlen = UINT16_MAX;
	return 0;
}

static int
fake_link_update(struct rte_eth_dev *dev __rte_unused, int wait __rte_unused)
{
	return 0;
}

static int
fake_is_removed(struct rte_eth_dev *dev)
{
	return fake_of(dev)->removed;
}

static const struct eth_tph_ops fake_tph = {
	.caps_get = fake_tph_caps_get,
	.enable = fake_tph_enable,
	.disable = fake_tph_disable,
	.cpu_tags_get = fake_tph_cpu_tags_get,
	.queues_write = fake_tph_queues_write,
};

static const struct eth_dev_ops fake_ops = {
	.dev_configure = fake_configure,
	.dev_start = fake_start,
	.dev_stop = fake_stop,
	.dev_close = fake_close,
	.dev_reset = fake_reset,
	.dev_infos_get = fake_dev_infos_get,
	.link_update = fake_link_update,
	.is_removed = fake_is_removed,
	.tph = &fake_tph,
};

/* A driver that knows nothing of TPH */
static const struct eth_dev_ops plain_ops = {
	.dev_configure = fake_configure,
	.dev_start = fake_start,
	.dev_stop = fake_stop,
	.dev_close = fake_close,
	.dev_infos_get = fake_dev_infos_get,
	.link_update = fake_link_update,
};

static struct rte_driver fake_driver = { .name = "net_tph_test" };
static struct rte_device fake_device = { .name = "tph_test", .driver = &fake_driver };

static int
configure(struct fake *f, uint16_t nb_queues)
{
	static const struct rte_eth_conf conf;

	return rte_eth_dev_configure(f->port, nb_queues, nb_queues, &conf);
}

/* A DS device with 8-bit tags, where every CPU has a tag of its own below 200 */
static void
fake_script(struct fake *f)
{
	unsigned int cpu;

	memset(f, 0, sizeof(*f));
	pthread_mutex_init(&f->in_use, NULL);
	f->caps = (struct eth_tph_caps) {
		.reason = RTE_ETH_TPH_USABLE,
		.requesters = RTE_BIT32(RTE_ETH_TPH_REQUESTER_STANDARD),
		.st_table = RTE_ETH_TPH_LOCATION_MSIX,
		.st_entries = 10,
		.live = true,
		.modes = {
			[RTE_ETH_TPH_MODE_DS] = { DESC | HDR | DATA, DESC | DATA, 8 },
			[RTE_ETH_TPH_MODE_IV] = { DESC | HDR | DATA, 0, 16 },
		},
	};

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		f->cpu_tags[cpu] = cpu * 37 % 199 + 1;
	f->cpu_tags[CPU_A] = TAG_A;
	f->cpu_tags[CPU_LIKE_A] = TAG_A;
	f->cpu_tags[CPU_B] = TAG_B;
	f->cpu_tags[CPU_TAG_0] = 0;
	f->cpu_tags[CPU_WIDE_TAG] = TAG_WIDE;
	f->cpu_untagged[CPU_NO_TAG] = true;
}

static int
port_create(struct fake *f, const char *name, const struct eth_dev_ops *ops)
{
	struct rte_eth_dev *dev;

	dev = rte_eth_dev_allocate(name);
	TEST_ASSERT_NOT_NULL(dev, "no port");
	dev->data->dev_private = f;
	dev->data->mac_addrs = &f->mac;
	dev->dev_ops = ops;
	dev->device = &fake_device;
	rte_eth_dev_probing_finish(dev);
	f->port = dev->data->port_id;
	return configure(f, NB_QUEUES);
}

static void
port_destroy(struct fake *f)
{
	if (!rte_eth_dev_is_valid_port(f->port))
		return;
	f->fail_disable = 0;
	rte_eth_dev_stop(f->port);
	rte_eth_dev_close(f->port);
}

/* A live port, configured, stopped, TPH off */
static int
setup(void)
{
	fake_script(&fake_a);
	return port_create(&fake_a, "tph_test_a", &fake_ops);
}

static void
teardown(void)
{
	port_destroy(&fake_a);
}

/* The same, started, TPH on */
static int
setup_on(void)
{
	TEST_ASSERT_SUCCESS(setup(), "setup failed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "start failed");
	return rte_eth_dev_tph_enable(fake_a.port, NULL);
}

/* A port that takes stashes at start only: stopped, TPH on */
static int
setup_not_live(void)
{
	fake_script(&fake_a);
	fake_a.caps.live = false;
	TEST_ASSERT_SUCCESS(port_create(&fake_a, "tph_test_a", &fake_ops),
		"setup failed");
	return rte_eth_dev_tph_enable(fake_a.port, NULL);
}

static int
set(struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		enum rte_eth_tph_target target, uint32_t id, uint32_t objects)
{
	struct rte_eth_tph_stash stash = {
		.direction = direction,
		.queue = queue,
		.target = target,
		.target_id = id,
		.objects = objects,
	};

	return rte_eth_dev_tph_stash_set(f->port, &stash, 1);
}

/* Does the device steer these objects of a queue with this tag, and no others? */
static bool
device_has(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint16_t tag)
{
	const struct fake_queue *q = &f->queues[direction][queue];

	return q->objects == objects && (objects == 0 || q->tag == tag);
}

/* Does the API tell of this stash, and whether it is pending? */
static bool
told(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint32_t cpu, uint16_t tag, bool pending)
{
	struct rte_eth_tph_stash_state state;

	return rte_eth_dev_tph_stash_get(f->port, direction, queue, &state) == 0 &&
		state.stash.direction == direction && state.stash.queue == queue &&
		state.stash.objects == objects && state.cpu == cpu &&
		state.tag == tag && state.pending == pending;
}

static bool
told_none(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue)
{
	struct rte_eth_tph_stash_state state;

	return rte_eth_dev_tph_stash_get(f->port, direction, queue, &state) == -ENOENT;
}

/* --- Threads that are lcores, for the time of a test --- */

struct worker {
	rte_thread_t thread;
	sem_t go, done;
	int (*fn)(void *arg);
	void *arg;
	int ret;
	unsigned int lcore;
	rte_cpuset_t cpus; /* to start on */
	unsigned int cpu;  /* one of them */
};

static uint32_t
worker_main(void *arg)
{
	struct worker *w = arg;

	rte_thread_set_affinity_by_id(rte_thread_self(), &w->cpus);
	w->ret = rte_thread_register();
	w->lcore = rte_lcore_id();
	sem_post(&w->done);
	for (;;) {
		sem_wait(&w->go);
		if (w->fn == NULL)
			break;
		w->ret = w->fn(w->arg);
		sem_post(&w->done);
	}
	rte_thread_unregister();
	return 0;
}

static void
worker_start(struct worker *w, int (*fn)(void *arg), void *arg)
{
	w->fn = fn;
	w->arg = arg;
	sem_post(&w->go);
}

static int
worker_wait(struct worker *w)
{
	sem_wait(&w->done);
	return w->ret;
}

static int
worker_run(struct worker *w, int (*fn)(void *arg), void *arg)
{
	worker_start(w, fn, arg);
	return worker_wait(w);
}

static int
worker_create(struct worker *w, const rte_cpuset_t *cpus)
{
	memset(w, 0, sizeof(*w));
	sem_init(&w->go, 0, 0);
	sem_init(&w->done, 0, 0);
	w->cpus = *cpus;
	if (rte_thread_create(&w->thread, NULL, worker_main, w) != 0)
		return -1;
	return worker_wait(w);
}

static void
worker_end(struct worker *w)
{
	worker_start(w, NULL, NULL);
	rte_thread_join(w->thread, NULL);
	sem_destroy(&w->go);
	sem_destroy(&w->done);
}

static void
gate_make(struct fake_gate *gate)
{
	sem_init(&gate->entered, 0, 0);
	sem_init(&gate->leave, 0, 0);
}

static void
gate_destroy(struct fake_gate *gate)
{
	sem_destroy(&gate->entered);
	sem_destroy(&gate->leave);
}

static int
timed_wait(sem_t *sem, unsigned int milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return sem_timedwait(sem, &until);
}

static rte_cpuset_t
one_cpu(unsigned int cpu)
{
	rte_cpuset_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	return cpus;
}

static int
move_with_eal(void *cpus)
{
	return rte_thread_set_affinity(cpus);
}

static int
move_behind_eal(void *cpus)
{
	return rte_thread_set_affinity_by_id(rte_thread_self(), cpus);
}

static uint32_t
find_cpus(void *arg)
{
	rte_cpuset_t cpus;
	int *found = arg;
	unsigned int cpu, n = 0;

	for (cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++) {
		cpus = one_cpu(cpu);
		if (rte_thread_set_affinity_by_id(rte_thread_self(), &cpus) == 0)
			found[n++] = cpu;
	}
	return 0;
}

static int real_cpus[2]; /* two CPUs of this machine, -1 if it has one only */

/* --- Information --- */

static int
test_info_says_why_tph_cannot_be_used(void)
{
	struct rte_eth_tph_info info;
	int reason;

	for (reason = RTE_ETH_TPH_NO_DRIVER; reason <= RTE_ETH_TPH_NO_HOST_OPT_IN;
			reason++) {
		fake_a.caps.reason = reason;
		memset(&info, 0xff, sizeof(info));
		TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info),
			"no info with reason %d", reason);
		TEST_ASSERT_EQUAL(info.reason, (unsigned int)reason,
			"told %d, not %d", info.reason, reason);
		TEST_ASSERT(info.modes == 0 && info.rx_objects == 0 &&
			info.tag_bits == 0 && !info.enabled, "told of what is not");
		TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -ENOTSUP,
			"enabled with reason %d", reason);
	}
	TEST_ASSERT_EQUAL(fake_a.enable_calls, 0, "driver was called");
	return TEST_SUCCESS;
}

static int
test_driver_without_tph_is_told_apart(void)
{
	struct rte_eth_tph_stash stash = { 0 };
	struct rte_eth_tph_info info;
	uint16_t port = fake_a.port;

	port_destroy(&fake_a);
	TEST_ASSERT_SUCCESS(port_create(&fake_a, "tph_test_a", &plain_ops), "no port");
	port = fake_a.port;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(port, &info), "no info");
	TEST_ASSERT_EQUAL(info.reason, RTE_ETH_TPH_NO_DRIVER, "told %d", info.reason);
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(port, NULL), -ENOTSUP, "enabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(port), -ENOTSUP, "disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(port, &stash, 1), -ENOTSUP, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(port), -ENOTSUP, "synced");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "has a stash");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(port), "does not start");
	return TEST_SUCCESS;
}

static int
test_every_reason_is_one_line(void)
{
	const char *str;
	int reason;

	for (reason = RTE_ETH_TPH_USABLE; reason <= RTE_ETH_TPH_NO_HOST_OPT_IN + 1;
			reason++) {
		str = rte_eth_tph_reason_str(reason);
		TEST_ASSERT(str != NULL && str[0] != '\0' && strchr(str, '\n') == NULL,
			"reason %d is no line", reason);
	}
	return TEST_SUCCESS;
}

static int
test_port_that_does_not_exist_is_refused(void)
{
	struct rte_eth_tph_stash_state state;
	struct rte_eth_tph_stash stash = { 0 };
	struct rte_eth_tph_info info;
	uint16_t port = RTE_MAX_ETHPORTS;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(port, &info), -ENODEV, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(port, NULL), -ENODEV, "enable");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(port), -ENODEV, "disable");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(port, &stash, 1), -ENODEV, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(port, RX, 0, &state), -ENODEV, "get");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(port), -ENODEV, "sync");
	return TEST_SUCCESS;
}

static int
test_null_pointers_are_refused(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(fake_a.port, NULL), -EINVAL, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, NULL, 1), -EINVAL, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, 0, NULL), -EINVAL,
		"get");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, NULL, 0), "set none");
	return TEST_SUCCESS;
}

/* --- Enable and disable --- */

static int
test_what_suits_the_device_is_chosen_by_default(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(fake_a.on, "device is off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.enabled && info.mode == RTE_ETH_TPH_MODE_DS &&
		info.requester == RTE_ETH_TPH_REQUESTER_STANDARD &&
		info.memory == RTE_ETH_TPH_MEMORY_VOLATILE, "not what was chosen");
	TEST_ASSERT(info.st_table == RTE_ETH_TPH_LOCATION_MSIX &&
		info.st_entries == 10, "wrong table");
	return TEST_SUCCESS;
}

static int
test_wish_reaches_the_driver(void)
{
	struct rte_eth_tph_conf conf = {
		.mode = RTE_ETH_TPH_MODE_IV,
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
	};
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &conf), "not enabled");
	TEST_ASSERT(fake_iv(&fake_a) &&
		fake_a.info.memory == RTE_ETH_TPH_MEMORY_PERSISTENT, "not as wished");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.mode == RTE_ETH_TPH_MODE_IV && info.tx_objects == 0,
		"info is not of the mode in force");
	return TEST_SUCCESS;
}

static int
enable_refused(struct rte_eth_tph_conf conf, int error)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, &conf), error,
		"mode %d requester %d memory %d flags %u not refused so",
		conf.mode, conf.requester, conf.memory, conf.flags);
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && !fake_a.on, "enabled nevertheless");
	return TEST_SUCCESS;
}

static int
test_bad_configuration_is_refused(void)
{
	struct rte_eth_tph_conf conf = { 0 };
	int bad = 0;

	conf.mode = RTE_ETH_TPH_MODE_DS + 1;
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED + 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT + 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) { .flags = 1 };
	bad |= enable_refused(conf, -EINVAL);
	conf = (struct rte_eth_tph_conf) {
		.requester = RTE_ETH_TPH_REQUESTER_EXTENDED };
	bad |= enable_refused(conf, -ENOTSUP);
	memset(&fake_a.caps.modes[RTE_ETH_TPH_MODE_IV], 0, sizeof(fake_a.caps.modes[0]));
	conf = (struct rte_eth_tph_conf) { .mode = RTE_ETH_TPH_MODE_IV };
	bad |= enable_refused(conf, -ENOTSUP);

	TEST_ASSERT_EQUAL(fake_a.enable_calls, 0, "driver was called");
	return bad;
}

static int
test_enable_twice_and_disable_twice_are_told(void)
{
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EALREADY,
		"disabled though off");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -EALREADY,
		"enabled twice");
	TEST_ASSERT_EQUAL(fake_a.enable_calls, 1, "driver called again");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EALREADY,
		"disabled twice");
	TEST_ASSERT_EQUAL(fake_a.disable_calls, 1, "driver called again");
	return TEST_SUCCESS;
}

static int
test_disable_forgets_stashes(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(!fake_a.on && device_has(&fake_a, RX, 1, 0, 0), "still there");
	TEST_ASSERT(told_none(&fake_a, RX, 1), "still told");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(told_none(&fake_a, RX, 1), "came back");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "came back");
	return TEST_SUCCESS;
}

static int
test_errors_of_the_driver_arrive_as_they_are(void)
{
	struct rte_eth_tph_info info;

	fake_a.fail_caps = -ENOMSG;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_info_get(fake_a.port, &info), -ENOMSG, "info");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -ENOMSG, "info");
	fake_a.fail_caps = 0;
	fake_a.fail_enable = -EPERM;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_enable(fake_a.port, NULL), -EPERM, "enable");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled, "enabled though the driver failed");
	fake_a.fail_enable = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");

	fake_a.fail_tags = -ETIMEDOUT;
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ETIMEDOUT, "tags");
	fake_a.fail_tags = 0;
	fake_a.fail_write = -ENOSPC;
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ENOSPC, "apply");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "kept though the driver failed");
	fake_a.fail_write = 0;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	fake_a.fail_disable = -EREMOTEIO;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EREMOTEIO, "disable");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, CPU_A, TAG_A, true),
		"lost though the driver failed, or told to be where it is not");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not repaired");
	fake_a.fail_write = -ENOSPC;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -ENOSPC, "disable");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false),
		"lost though it could not be taken away");
	fake_a.fail_write = 0;
	fake_a.removed = true;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EIO, "removed");
	return TEST_SUCCESS;
}

static int
test_enabling_asks_the_device_once(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT(fake_a.caps_calls == 1 && fake_a.enable_calls == 1,
		"%u questions, %u calls", fake_a.caps_calls, fake_a.enable_calls);
	return TEST_SUCCESS;
}

static int
test_every_value_has_a_name(void)
{
	TEST_ASSERT(strcmp(rte_eth_tph_mode_name(RTE_ETH_TPH_MODE_DS), "ds") == 0 &&
		strcmp(rte_eth_tph_requester_name(RTE_ETH_TPH_REQUESTER_EXTENDED),
			"extended") == 0 &&
		strcmp(rte_eth_tph_memory_name(RTE_ETH_TPH_MEMORY_VOLATILE),
			"volatile") == 0 &&
		strcmp(rte_eth_tph_direction_name(TX), "Tx") == 0 &&
		strcmp(rte_eth_tph_location_name(RTE_ETH_TPH_LOCATION_MSIX),
			"msix") == 0, "wrong names");
	TEST_ASSERT(strcmp(rte_eth_tph_mode_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_requester_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_memory_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_direction_name(99), "unknown") == 0 &&
		strcmp(rte_eth_tph_location_name(99), "unknown") == 0,
		"a value that does not exist has a name");
	return TEST_SUCCESS;
}

/* --- Stashes --- */

static int
test_stash_reaches_the_device(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2, CPU, CPU_A, DESC | HDR), "not set");
	TEST_ASSERT(device_has(&fake_a, RX, 2, DESC | HDR, TAG_A), "not there");
	TEST_ASSERT_EQUAL(fake_a.queues[RX][2].cpu, CPU_A, "another CPU");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0) &&
		device_has(&fake_a, TX, 2, 0, 0), "another queue has one");

	TEST_ASSERT(told(&fake_a, RX, 2, DESC | HDR, CPU_A, TAG_A, false), "not told");
	rte_eth_dev_tph_stash_get(fake_a.port, RX, 2, &state);
	TEST_ASSERT(state.stash.target == CPU && state.stash.target_id == CPU_A,
		"another target");
	TEST_ASSERT(state.location == RTE_ETH_TPH_LOCATION_DEVICE &&
		state.index == (uint32_t)FAKE_INDEX(RX, 2), "another place");
	return TEST_SUCCESS;
}

static int
test_tx_objects_reach_the_device(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 3, CPU, CPU_B, DESC | DATA), "not set");
	TEST_ASSERT(device_has(&fake_a, TX, 3, DESC | DATA, TAG_B), "not there");
	TEST_ASSERT(told(&fake_a, TX, 3, DESC | DATA, CPU_B, TAG_B, false), "not told");
	return TEST_SUCCESS;
}

static int
test_new_stash_replaces_the_old_one(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_B, DESC | HDR), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DATA), "not set");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DATA, TAG_A), "mixed with the old one");
	TEST_ASSERT(told(&fake_a, RX, 0, DATA, CPU_A, TAG_A, false), "not told");
	return TEST_SUCCESS;
}

static int
test_stash_without_objects_is_removed(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, UINT32_MAX, 0), "not removed");
	TEST_ASSERT(device_has(&fake_a, RX, 0, 0, 0), "still there");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "still told");
	TEST_ASSERT(fake_a.last.location == RTE_ETH_TPH_LOCATION_DEVICE &&
		fake_a.last.index == (uint32_t)FAKE_INDEX(RX, 0),
		"driver does not learn where it was");

	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, 0), "not removed twice");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver called for nothing");
	return TEST_SUCCESS;
}

static int
test_all_queues_in_one_call(void)
{
	uint16_t q;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	for (q = 0; q < NB_QUEUES; q++)
		TEST_ASSERT(device_has(&fake_a, RX, q, DESC, TAG_A) &&
			told(&fake_a, RX, q, DESC, CPU_A, TAG_A, false) &&
			told_none(&fake_a, TX, q), "queue %u is wrong", q);

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, ALL, CPU, 0, 0), "not removed");
	for (q = 0; q < NB_QUEUES; q++)
		TEST_ASSERT(device_has(&fake_a, RX, q, 0, 0) &&
			told_none(&fake_a, RX, q), "queue %u is still there", q);
	return TEST_SUCCESS;
}

static int
test_array_is_one_call_and_its_last_word_counts(void)
{
	const struct rte_eth_tph_stash stash[] = {
		{ RX, ALL, CPU, CPU_A, DESC, 0 },
		{ TX, 1, CPU, CPU_B, DATA, 0 },
		{ RX, 2, CPU, CPU_B, DATA, 0 },
		{ RX, 3, CPU, CPU_B, DATA, 0 },
		{ RX, 3, CPU, 0, 0, 0 },
	};

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.write_calls == 1,
		"%u and %u calls", fake_a.tags_calls, fake_a.write_calls);
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, RX, 2, DATA, TAG_B) &&
		device_has(&fake_a, RX, 3, 0, 0) &&
		device_has(&fake_a, TX, 1, DATA, TAG_B), "wrong");
	TEST_ASSERT(told_none(&fake_a, RX, 3), "removed one is told");
	return TEST_SUCCESS;
}

/* A stash that must fail, behind one that would not: neither may be there. */
static int
refused(struct rte_eth_tph_stash bad, int error)
{
	struct rte_eth_tph_stash stash[2] = {
		{ RX, 0, CPU, CPU_B, DATA, 0 },
	};
	unsigned int apply_calls = fake_a.write_calls;

	stash[1] = bad;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, stash, 2), error,
		"direction %d queue %u target %d %u objects 0x%x not turned down so",
		bad.direction, bad.queue, bad.target, bad.target_id, bad.objects);
	TEST_ASSERT_EQUAL(fake_a.write_calls, apply_calls, "driver was called");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		told(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false),
		"half of it was applied");
	return TEST_SUCCESS;
}

static int
test_bad_stash_is_refused_and_nothing_changes(void)
{
	unsigned int lcore;
	int bad = 0;

	for (lcore = 0; lcore < RTE_MAX_LCORE; lcore++) {
		if (rte_eal_lcore_role(lcore) == ROLE_OFF)
			break;
	}

#define REFUSED(error, ...) \
	(bad |= refused((struct rte_eth_tph_stash) { __VA_ARGS__ }, error))

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	REFUSED(-EINVAL, TX + 1, 0, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, NB_QUEUES, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, TX, NB_QUEUES, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, TX, ALL - 1, CPU, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, NB_QUEUES, CPU, CPU_A, 0, 0);
	REFUSED(-EINVAL, RX, 1, CPU + 1, CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_SETSIZE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, UINT32_MAX, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, UINT16_MAX + 1 + CPU_A, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_A, DATA << 1, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_A, DESC, 1);
	REFUSED(-EINVAL, RX, 1, LCORE, RTE_MAX_LCORE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, LCORE, UINT32_MAX, DESC, 0);
	if (lcore < RTE_MAX_LCORE)
		REFUSED(-EINVAL, RX, 1, LCORE, lcore, DESC, 0);
	REFUSED(-ENOTSUP, TX, 1, CPU, CPU_A, HDR, 0);
	return bad;
}

static int
test_cpu_that_cannot_be_stashed_to_is_refused(void)
{
	int bad = 0;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	REFUSED(-EINVAL, RX, 1, CPU, CPU_OFFLINE, DESC, 0);
	REFUSED(-EINVAL, RX, 1, CPU, CPU_NO_TAG, DESC, 0);
	REFUSED(-ERANGE, RX, 1, CPU, CPU_WIDE_TAG, DESC, 0);
	return bad;
}

static int
test_error_of_the_driver_changes_nothing(void)
{
	const struct rte_eth_tph_stash stash[] = {
		{ RX, ALL, CPU, CPU_B, DATA, 0 },
		{ RX, 0, CPU, 0, 0, 0 },
	};

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	fake_a.fail_write = -EIO;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), -EIO, "no error");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false) &&
		told_none(&fake_a, RX, 1), "half of it is told");
	return TEST_SUCCESS;
}

static int
test_tag_0_is_a_tag(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_TAG_0, DESC), "refused");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, 0) &&
		told(&fake_a, RX, 0, DESC, CPU_TAG_0, 0, false), "not there");
	return TEST_SUCCESS;
}

static int
test_tag_must_fit_the_device(void)
{
	/* All 8 bits are used; a ninth is too many. */
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_B, DESC), "8 bits refused");
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_WIDE_TAG, DESC), -ERANGE,
		"9 bits accepted");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_B), "written nevertheless");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	fake_a.caps.modes[RTE_ETH_TPH_MODE_DS].tag_bits = 16;
	fake_a.caps.requesters |= RTE_BIT32(RTE_ETH_TPH_REQUESTER_EXTENDED);
	fake_a.cpu_tags[CPU_WIDE_TAG] = 0xffff;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_WIDE_TAG, DESC),
		"16 bits refused");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, 0xffff), "not there");
	return TEST_SUCCESS;
}

static int
test_queue_that_the_mode_cannot_steer_is_refused(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &iv), "not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(set(&fake_a, TX, 0, CPU, CPU_A, DESC), -ENOTSUP, "set");
	return TEST_SUCCESS;
}

static int
test_nothing_is_stashed_while_tph_is_off(void)
{
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_A, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "has a stash");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_A, DESC), -EINVAL,
		"set after TPH was disabled");
	TEST_ASSERT(fake_a.tags_calls == 0 && fake_a.write_calls == 0,
		"driver was called");
	return TEST_SUCCESS;
}

static int
test_get_of_a_queue_that_does_not_exist_is_refused(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, NB_QUEUES, &state),
		-EINVAL, "queue");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, RX, ALL, &state),
		-EINVAL, "all queues");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_get(fake_a.port, TX + 1, 0, &state),
		-EINVAL, "direction");
	return TEST_SUCCESS;
}

/* --- Tags are learned once --- */

static int
test_tags_are_learned_once(void)
{
	struct rte_eth_tph_stash stash[100];
	unsigned int i;

	for (i = 0; i < RTE_DIM(stash); i++)
		stash[i] = (struct rte_eth_tph_stash) {
			RX, i % NB_QUEUES, CPU, i % 50, DESC, 0 };
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.tags_asked == 50 &&
		fake_a.write_calls == 1, "%u calls for %u tags, %u to apply",
		fake_a.tags_calls, fake_a.tags_asked, fake_a.write_calls);

	for (i = 0; i < NB_ROUNDS; i++)
		TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
			RTE_DIM(stash)), "not set again");
	TEST_ASSERT(fake_a.tags_calls == 1 && fake_a.write_calls == 1 + NB_ROUNDS,
		"%u calls for tags, %u to apply", fake_a.tags_calls,
		fake_a.write_calls);

	/* Only what is not known yet is asked for. */
	stash[0].target_id = CPU_A;
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_set(fake_a.port, stash,
		RTE_DIM(stash)), "not set again");
	TEST_ASSERT(fake_a.tags_calls == 2 && fake_a.tags_asked == 51,
		"asked again for what is known");
	return TEST_SUCCESS;
}

static int
test_tags_are_remembered_without_a_tag_too(void)
{
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_NO_TAG, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_NO_TAG, DESC), -EINVAL, "set");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "asked again");
	return TEST_SUCCESS;
}

static int
test_tags_are_those_of_the_memory_type_in_force(void)
{
	const struct rte_eth_tph_conf persistent = {
		.memory = RTE_ETH_TPH_MEMORY_PERSISTENT,
	};

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "asked again for what is known");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, &persistent),
		"not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_A ^ 1),
		"tag is of the other memory type");
	return TEST_SUCCESS;
}

/* --- The life of a port --- */

static int
test_stash_survives_stop_and_start(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 2, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");

	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, TX, 2, DATA, TAG_B), "lost");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	return TEST_SUCCESS;
}

static int
test_stash_of_a_stopped_port_waits_for_its_start(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	/* What is wrong is told at once all the same. */
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 1, CPU, CPU_WIDE_TAG, DESC), -ERANGE, "set");

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	return TEST_SUCCESS;
}

static int
test_stash_removed_from_a_stopped_port_is_gone_at_once(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][1] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0), "still there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0) && told_none(&fake_a, RX, 1),
		"came back");
	return TEST_SUCCESS;
}

static int
test_reset_is_survived(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT(!fake_a.on, "on after a reset");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(info.enabled, "forgotten");

	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 0, CPU, CPU_B, DATA), "not set");
	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(fake_a.on && fake_a.info.mode == RTE_ETH_TPH_MODE_DS, "off");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, TX, 0, DATA, TAG_B), "lost");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	return TEST_SUCCESS;
}

static int
test_disable_after_a_reset_stays_off(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(!fake_a.on, "on");
	return TEST_SUCCESS;
}

static int
test_queue_that_is_gone_loses_its_stash(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 3, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][3] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	TEST_ASSERT_SUCCESS(configure(&fake_a, 2), "not configured");
	TEST_ASSERT(device_has(&fake_a, RX, 3, 0, 0), "still there");

	TEST_ASSERT_SUCCESS(configure(&fake_a, 2 * NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "lost");
	TEST_ASSERT(device_has(&fake_a, RX, 2, 0, 0) && told_none(&fake_a, RX, 2) &&
		device_has(&fake_a, TX, 3, 0, 0) && told_none(&fake_a, TX, 3),
		"came back");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2 * NB_QUEUES - 1, CPU, CPU_A, DESC),
		"new queue not set");
	TEST_ASSERT(device_has(&fake_a, RX, 2 * NB_QUEUES - 1, DESC, TAG_A),
		"not there");
	return TEST_SUCCESS;
}

static int
test_close_turns_off_and_forgets(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_close(fake_a.port), "no close");
	TEST_ASSERT(!fake_a.on && fake_a.disable_calls == 1, "left on");

	TEST_ASSERT_SUCCESS(port_create(&fake_a, "tph_test_a", &fake_ops), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && told_none(&fake_a, RX, 1), "remembered");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(!fake_a.on && device_has(&fake_a, RX, 1, 0, 0), "came back");
	return TEST_SUCCESS;
}

static int
test_removal_without_close_forgets(void)
{
	struct rte_eth_dev *dev = &rte_eth_devices[fake_a.port];
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_reset(dev);
	fake_detach(dev);
	TEST_ASSERT_SUCCESS(rte_eth_dev_release_port(dev), "no release");

	TEST_ASSERT_SUCCESS(port_create(&fake_a, "tph_test_a", &fake_ops), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(!info.enabled && told_none(&fake_a, RX, 1), "remembered");
	return TEST_SUCCESS;
}

static int
test_port_starts_although_stashes_cannot_be_restored(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -ENODATA, "synced");

	fake_a.fail_write = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");
	return TEST_SUCCESS;
}

static int
test_port_starts_although_tph_cannot_be_turned_on_again(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_QUEUES), "not configured");
	fake_a.fail_enable = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, CPU, CPU_A, DESC), -ENODATA, "set");

	fake_a.fail_enable = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(fake_a.on && device_has(&fake_a, RX, 1, DESC, TAG_A),
		"not repaired");
	return TEST_SUCCESS;
}

/* --- A device that takes stashes at port start only --- */

static int
test_device_that_is_not_live_gets_stashes_when_it_starts(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2, CPU, CPU_B, DATA), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0) &&
		device_has(&fake_a, RX, 2, DATA, TAG_B), "not as set");
	return TEST_SUCCESS;
}

static int
test_started_port_that_is_not_live_is_busy(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	fake_a.write_calls = 0;
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 2, CPU, CPU_A, DESC), -EBUSY, "set");
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 1, CPU, 0, 0), -EBUSY, "removed");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_disable(fake_a.port), -EBUSY, "disabled");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0,
		"nothing has changed");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "driver was called");
	TEST_ASSERT(fake_a.on && told_none(&fake_a, RX, 2) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "changed");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	return TEST_SUCCESS;
}

static int
test_started_port_that_is_not_live_can_be_enabled(void)
{
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	return TEST_SUCCESS;
}

static int
test_reset_is_survived_by_a_device_that_is_not_live(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_reset(fake_a.port), "no reset");
	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(fake_a.on && device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static int
test_start_that_fails_leaves_stashes_pending(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.fail_start = -ENODATA;
	TEST_ASSERT_EQUAL(rte_eth_dev_start(fake_a.port), -ENODATA, "started");
	TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	fake_a.fail_start = 0;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A), "not there");
	return TEST_SUCCESS;
}

/* --- Lcores --- */

static int
test_cpu_is_that_of_the_affinity_not_the_number_of_the_lcore(void)
{
	unsigned int cpu = real_cpus[0];
	struct worker w[2];
	rte_cpuset_t cpus = one_cpu(cpu);
	int ret = TEST_FAILED;

	/* Of two lcores on one CPU, one at least has another number. */
	TEST_ASSERT_SUCCESS(worker_create(&w[0], &cpus), "no thread");
	TEST_ASSERT_SUCCESS(worker_create(&w[1], &cpus), "no thread");
	if (set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC) == 0 &&
			set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC) == 0 &&
			told(&fake_a, RX, 0, DESC, cpu, fake_a.cpu_tags[cpu], false) &&
			told(&fake_a, RX, 1, DESC, cpu, fake_a.cpu_tags[cpu], false) &&
			device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[cpu]) &&
			device_has(&fake_a, RX, 1, DESC, fake_a.cpu_tags[cpu]))
		ret = TEST_SUCCESS;
	worker_end(&w[0]);
	worker_end(&w[1]);
	return ret;
}

static int
test_main_lcore_can_be_stashed_to(void)
{
	int cpu;

	/* It may float: give all CPUs one tag. */
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		fake_a.cpu_tags[cpu] = TAG_A;
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, rte_get_main_lcore(), DESC),
		"not set");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_A), "not there");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0,
		"moved without a reason");
	return TEST_SUCCESS;
}

static int
floating(const struct worker *w)
{
	unsigned int low = real_cpus[0], high = real_cpus[1];

	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, LCORE, w->lcore, DESC), -EINVAL,
		"accepted with different tags");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "set nevertheless");

	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	teardown();
	TEST_ASSERT_SUCCESS(setup_on(), "no port");
	fake_a.cpu_tags[low] = TAG_A;
	fake_a.cpu_tags[high] = TAG_A;
	fake_a.cpu_untagged[high] = true;
	TEST_ASSERT_EQUAL(set(&fake_a, RX, 0, LCORE, w->lcore, DESC), -EINVAL,
		"accepted with a tag and none");

	teardown();
	TEST_ASSERT_SUCCESS(setup_on(), "no port");
	fake_a.cpu_tags[low] = TAG_A;
	fake_a.cpu_tags[high] = TAG_A;
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, w->lcore, DESC),
		"refused with the same tag");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, low, TAG_A, false), "not told");
	TEST_ASSERT_EQUAL(fake_a.tags_calls, 1, "more than one call");
	return TEST_SUCCESS;
}

static int
test_lcore_may_float_over_cpus_with_the_same_tag_only(void)
{
	struct worker w;
	rte_cpuset_t cpus = one_cpu(real_cpus[0]);
	int ret;

	if (real_cpus[1] < 0)
		return TEST_SKIPPED;
	CPU_SET(real_cpus[1], &cpus);
	TEST_ASSERT_SUCCESS(worker_create(&w, &cpus), "no thread");
	ret = floating(&w);
	worker_end(&w);
	return ret;
}

static int
lcore_gone(void)
{
	rte_cpuset_t cpus = one_cpu(real_cpus[0]);
	struct worker w;
	int ret;

	TEST_ASSERT_SUCCESS(worker_create(&w, &cpus), "no thread");
	ret = set(&fake_a, RX, 0, LCORE, w.lcore, DESC);
	worker_end(&w);
	return ret;
}

static int
test_sync_refuses_an_lcore_that_has_gone(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(lcore_gone(), "not set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(fake_a.port, RX, 0, &state),
		"lost");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, 0, 0), "cannot be removed");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "not synced");
	return TEST_SUCCESS;
}

static int
sync_follows(struct worker *w, int (*move)(void *))
{
	unsigned int from = real_cpus[0], to = real_cpus[1];
	rte_cpuset_t cpus = one_cpu(to);

	/* Three stashes: of two lcores, and of a CPU. One lcore moves. */
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 0, LCORE, w[0].lcore, DATA), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2, CPU, from, DESC), "not set");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "nothing moved");

	TEST_ASSERT_SUCCESS(worker_run(&w[0], move, &cpus), "not moved");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[from]),
		"changed before sync");
	fake_a.write_calls = fake_a.queues_written = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 2,
		"not the two that moved");
	TEST_ASSERT(fake_a.write_calls == 1 && fake_a.queues_written == 2,
		"%u queues in %u calls", fake_a.queues_written, fake_a.write_calls);
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[to]) &&
		device_has(&fake_a, TX, 0, DATA, fake_a.cpu_tags[to]) &&
		device_has(&fake_a, RX, 1, DESC, fake_a.cpu_tags[from]) &&
		device_has(&fake_a, RX, 2, DESC, fake_a.cpu_tags[from]), "wrong");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, to, fake_a.cpu_tags[to], false),
		"not told");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "moved again");
	return TEST_SUCCESS;
}

/* Run a test with two lcores on the first CPU. */
static int
with_two_lcores(int (*test)(struct worker *w, int (*move)(void *)),
		int (*move)(void *))
{
	rte_cpuset_t cpus = one_cpu(real_cpus[0]);
	struct worker w[2];
	int ret;

	if (real_cpus[1] < 0)
		return TEST_SKIPPED;
	TEST_ASSERT_SUCCESS(worker_create(&w[0], &cpus), "no thread");
	TEST_ASSERT_SUCCESS(worker_create(&w[1], &cpus), "no thread");
	ret = test(w, move);
	worker_end(&w[0]);
	worker_end(&w[1]);
	return ret;
}

static int
test_sync_follows_an_lcore_that_eal_moved(void)
{
	return with_two_lcores(sync_follows, move_with_eal);
}

static int
test_sync_follows_an_lcore_that_moved_behind_eal(void)
{
	return with_two_lcores(sync_follows, move_behind_eal);
}

static int
sync_fails(struct worker *w, int (*move)(void *))
{
	unsigned int from = real_cpus[0], to = real_cpus[1];
	rte_cpuset_t both = one_cpu(from), other = one_cpu(to);

	CPU_SET(to, &both);
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, LCORE, w[1].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(worker_run(&w[0], move, &other), "not moved");
	TEST_ASSERT_SUCCESS(worker_run(&w[1], move, &both), "not moved");

	/* One could follow, the other could not: none does. */
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EINVAL, "synced");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[from]) &&
		told(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"half of it was done");

	TEST_ASSERT_SUCCESS(worker_run(&w[1], move, &other), "not moved");
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -ENODATA, "synced");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"told though it failed");
	fake_a.fail_write = 0;
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 2, "not synced");
	return TEST_SUCCESS;
}

static int
test_sync_is_all_or_nothing(void)
{
	return with_two_lcores(sync_fails, move_behind_eal);
}

static int
sync_stopped(struct worker *w, int (*move)(void *))
{
	unsigned int from = real_cpus[0], to = real_cpus[1];
	rte_cpuset_t other = one_cpu(to);

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, LCORE, w[0].lcore, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(worker_run(&w[0], move, &other), "not moved");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), -EBUSY, "synced");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, from, fake_a.cpu_tags[from], false),
		"changed");

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not synced");
	TEST_ASSERT(told(&fake_a, RX, 0, DESC, to, fake_a.cpu_tags[to], true),
		"not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, fake_a.cpu_tags[to]), "wrong");
	return TEST_SUCCESS;
}

static int
test_sync_of_a_device_that_is_not_live_needs_a_stop(void)
{
	return with_two_lcores(sync_stopped, move_behind_eal);
}

/* --- Many at the same time --- */

struct launch {
	unsigned int i;
	unsigned int round;
	const struct worker *w;
	int errors;
};

/* Each worker steers its own queues, with other objects in each round. */
static uint32_t
launch_objects(const struct launch *l)
{
	return (l->i + l->round) % 7 + 1;
}

static int
launch(void *arg)
{
	struct launch *l = arg;
	uint32_t rx = launch_objects(l);
	const struct rte_eth_tph_stash stash[] = {
		{ RX, l->i, LCORE, l->w->lcore, rx, 0 },
		{ TX, l->i, LCORE, l->w->lcore, DESC, 0 },
	};
	struct rte_eth_tph_stash_state state;

	if (rte_eth_dev_tph_stash_set(fake_a.port, stash, RTE_DIM(stash)) != 0)
		l->errors++;
	if (rte_eth_dev_tph_stash_get(fake_a.port, RX, l->i, &state) != 0 ||
			state.stash.objects != rx ||
			state.stash.target_id != l->w->lcore)
		l->errors++;
	return l->errors;
}

static int
launch_round(struct worker *w, struct launch *l, unsigned int round)
{
	unsigned int i;
	int errors = 0;

	for (i = 0; i < NB_WORKERS; i++) {
		l[i].round = round;
		worker_start(&w[i], launch, &l[i]);
	}
	for (i = 0; i < NB_WORKERS; i++)
		errors += worker_wait(&w[i]);
	TEST_ASSERT_EQUAL(errors, 0, "%d errors in round %u", errors, round);

	for (i = 0; i < NB_WORKERS; i++) {
		TEST_ASSERT(device_has(&fake_a, RX, i, launch_objects(&l[i]),
			fake_a.cpu_tags[w[i].cpu]) &&
			device_has(&fake_a, TX, i, DESC, fake_a.cpu_tags[w[i].cpu]),
			"update of lcore %u lost in round %u", w[i].lcore, round);
	}
	return TEST_SUCCESS;
}

static int
launch_rounds(struct worker *w, struct launch *l)
{
	unsigned int round;

	for (round = 0; round < NB_ROUNDS; round++) {
		fake_a.write_calls = 0;
		TEST_ASSERT_SUCCESS(launch_round(w, l, round), "round %u", round);
		TEST_ASSERT_EQUAL(fake_a.write_calls, NB_WORKERS,
			"%u calls of the driver", fake_a.write_calls);
	}
	TEST_ASSERT(fake_a.tags_asked <= 2 && fake_a.tags_calls <= 2,
		"%u tags asked for in %u calls", fake_a.tags_asked, fake_a.tags_calls);
	return TEST_SUCCESS;
}

/* Start and stop the port while all stash. */
static int
launch_storm(struct worker *w, struct launch *l)
{
	unsigned int i, round;
	int errors = 0;

	for (round = 0; round < NB_ROUNDS; round++) {
		for (i = 0; i < NB_WORKERS; i++) {
			l[i].round = round;
			worker_start(&w[i], launch, &l[i]);
		}
		rte_eth_dev_stop(fake_a.port);
		rte_eth_dev_tph_stash_sync(fake_a.port);
		rte_eth_dev_start(fake_a.port);
		for (i = 0; i < NB_WORKERS; i++)
			errors += worker_wait(&w[i]);
	}
	TEST_ASSERT_EQUAL(errors, 0, "%d errors", errors);

	/* Whatever raced with what, the device has now what the API tells. */
	for (i = 0; i < NB_WORKERS; i++)
		TEST_ASSERT(device_has(&fake_a, RX, i, launch_objects(&l[i]),
			fake_a.cpu_tags[w[i].cpu]),
			"update of lcore %u lost", w[i].lcore);
	return TEST_SUCCESS;
}

static int
with_workers(int (*test)(struct worker *w, struct launch *l))
{
	static struct worker w[NB_WORKERS];
	struct launch l[NB_WORKERS] = { 0 };
	unsigned int i, n, cpu;
	rte_cpuset_t cpus;
	int ret = TEST_FAILED;

	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_WORKERS), "not configured");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");

	for (n = 0; n < NB_WORKERS; n++) {
		cpu = real_cpus[real_cpus[1] < 0 ? 0 : n % 2];
		cpus = one_cpu(cpu);
		if (worker_create(&w[n], &cpus) != 0)
			break;
		w[n].cpu = cpu;
		l[n].i = n;
		l[n].w = &w[n];
	}
	if (n == NB_WORKERS)
		ret = test(w, l);
	for (i = 0; i < n; i++)
		worker_end(&w[i]);
	return ret;
}

static int
test_sixteen_lcores_stash_at_launch_a_hundred_times(void)
{
	return with_workers(launch_rounds);
}

static int
test_lcores_stash_while_the_port_starts_and_stops(void)
{
	return with_workers(launch_storm);
}

static int
stash_a(void *arg __rte_unused)
{
	return set(&fake_a, RX, 0, CPU, CPU_A, DESC);
}

static int
stash_b(void *arg __rte_unused)
{
	return set(&fake_b, RX, 0, CPU, CPU_A, DESC);
}

static int
two_ports(struct worker *w, int (*move)(void *) __rte_unused)
{
	struct fake_gate gate;
	int a, b;

	gate_make(&gate);
	fake_a.write_gate = &gate;

	/* Port b must get through while the driver of port a takes its time. */
	worker_start(&w[0], stash_a, NULL);
	sem_wait(&gate.entered);
	worker_start(&w[1], stash_b, NULL);
	b = timed_wait(&w[1].done, 5000);

	sem_post(&gate.leave);
	a = worker_wait(&w[0]);
	if (b != 0)
		worker_wait(&w[1]);
	fake_a.write_gate = NULL;
	gate_destroy(&gate);
	TEST_ASSERT(a == 0 && w[1].ret == 0, "not set");
	TEST_ASSERT_EQUAL(b, 0, "had to wait for the other port");
	return TEST_SUCCESS;
}

static int
test_ports_do_not_wait_for_one_another(void)
{
	int ret;

	fake_script(&fake_b);
	TEST_ASSERT_SUCCESS(port_create(&fake_b, "tph_test_b", &fake_ops), "no port");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_b.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_b.port, NULL), "not enabled");
	ret = with_two_lcores(two_ports, NULL);
	port_destroy(&fake_b);
	return ret;
}

/* --- While the driver starts and stops its device --- */

/* A port that is being started or stopped by another thread, inside its driver */
struct passage {
	struct worker w;
	struct fake_gate gate;
};

static int
start_port(void *arg __rte_unused)
{
	return rte_eth_dev_start(fake_a.port);
}

static int
stop_port(void *arg __rte_unused)
{
	return rte_eth_dev_stop(fake_a.port);
}

static int
passage_enter(struct passage *p, struct fake_gate **where, int (*fn)(void *))
{
	rte_cpuset_t cpus = one_cpu(real_cpus[0]);

	gate_make(&p->gate);
	if (worker_create(&p->w, &cpus) != 0)
		return -1;
	*where = &p->gate;
	worker_start(&p->w, fn, NULL);
	sem_wait(&p->gate.entered);
	*where = NULL;
	return 0;
}

static int
passage_leave(struct passage *p)
{
	int ret;

	sem_post(&p->gate.leave);
	ret = worker_wait(&p->w);
	worker_end(&p->w);
	gate_destroy(&p->gate);
	return ret;
}

static int
test_stash_cannot_be_taken_from_queues_that_start(void)
{
	struct passage p;
	int set_ret, remove_ret, sync_ret, disable_ret;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	/* The context of Rx queue 1 has the stash by now. */
	remove_ret = set(&fake_a, RX, 1, CPU, 0, 0);
	set_ret = set(&fake_a, TX, 1, CPU, CPU_A, DESC);
	sync_ret = rte_eth_dev_tph_stash_sync(fake_a.port);
	disable_ret = rte_eth_dev_tph_disable(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT(remove_ret == -EBUSY && set_ret == -EBUSY && disable_ret == -EBUSY,
		"removed %d, set %d, disabled %d", remove_ret, set_ret, disable_ret);
	TEST_ASSERT_EQUAL(sync_ret, 0, "synced %d", sync_ret);
	TEST_ASSERT(fake_a.on && device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false) &&
		device_has(&fake_a, TX, 1, 0, 0) && told_none(&fake_a, TX, 1),
		"device and state differ");
	return TEST_SUCCESS;
}

static int
test_stash_set_while_a_live_port_starts_is_there_after_it(void)
{
	struct passage p;
	int set_ret, remove_ret;
	bool pending;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	set_ret = set(&fake_a, RX, 1, CPU, CPU_B, DATA);
	remove_ret = set(&fake_a, RX, 2, CPU, 0, 0);
	pending = told(&fake_a, RX, 1, DATA, CPU_B, TAG_B, true);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT(set_ret == 0 && remove_ret == 0 && pending, "set %d, removed %d, %s",
		set_ret, remove_ret, pending ? "pending" : "not pending");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DATA, TAG_B) &&
		told(&fake_a, RX, 1, DATA, CPU_B, TAG_B, false) &&
		device_has(&fake_a, RX, 2, 0, 0), "device and state differ");
	return TEST_SUCCESS;
}

static int
test_tph_disabled_while_a_live_port_starts_stays_off(void)
{
	struct passage p;
	int ret;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.start_gate, start_port), "no thread");
	ret = rte_eth_dev_tph_disable(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no start");

	TEST_ASSERT_EQUAL(ret, 0, "not disabled");
	TEST_ASSERT(!fake_a.on && device_has(&fake_a, RX, 1, 0, 0) &&
		told_none(&fake_a, RX, 1), "came back");
	return TEST_SUCCESS;
}

/* Interrupt vectors go away with dev_stop, and nothing may look at them. */
static int
test_nothing_is_written_while_the_port_stops(void)
{
	struct passage p;
	int set_ret, sync_ret;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.write_calls = 0;
	TEST_ASSERT_SUCCESS(passage_enter(&p, &fake_a.stop_gate, stop_port), "no thread");
	set_ret = set(&fake_a, RX, 2, CPU, CPU_A, DESC);
	sync_ret = rte_eth_dev_tph_stash_sync(fake_a.port);
	TEST_ASSERT_SUCCESS(passage_leave(&p), "no stop");

	TEST_ASSERT(set_ret == 0 && sync_ret == 0 && fake_a.write_calls == 0,
		"set %d, synced %d, %u calls", set_ret, sync_ret, fake_a.write_calls);
	TEST_ASSERT(told(&fake_a, RX, 2, DESC, CPU_A, TAG_A, true), "not pending");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, RX, 2, DESC, TAG_A), "lost");
	return TEST_SUCCESS;
}

static int
test_stop_that_fails_leaves_stashes_in_force(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	fake_a.fail_stop = -EAGAIN;
	TEST_ASSERT_EQUAL(rte_eth_dev_stop(fake_a.port), -EAGAIN, "stopped");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "pending");
	fake_a.fail_stop = 0;
	return TEST_SUCCESS;
}

/* --- What the device does not take --- */

static int
one_of_three_fails(void)
{
	static const struct rte_eth_tph_stash bad = { .direction = RX, .queue = 1 };

	fake_a.fail_queue = &bad;
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 0, DESC, TAG_A) &&
		told(&fake_a, RX, 0, DESC, CPU_A, TAG_A, false) &&
		device_has(&fake_a, RX, 2, DESC, TAG_B) &&
		told(&fake_a, RX, 2, DESC, CPU_B, TAG_B, false), "others lose theirs");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, true), "not pending");
	fake_a.fail_queue = NULL;
	fake_a.fail_write = 0;
	return TEST_SUCCESS;
}

static int
three_stashes(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 0, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	return set(&fake_a, RX, 2, CPU, CPU_B, DESC);
}

static int
test_queue_that_cannot_be_restored_costs_itself_only(void)
{
	TEST_ASSERT_SUCCESS(three_stashes(), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(one_of_three_fails(), "not like this");
	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 1, "not the one");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");
	return TEST_SUCCESS;
}

static int
test_entry_that_cannot_be_written_costs_its_queue_only(void)
{
	TEST_ASSERT_SUCCESS(three_stashes(), "not set");
	TEST_ASSERT_SUCCESS(one_of_three_fails(), "not like this");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not repaired");
	return TEST_SUCCESS;
}

static int
test_stash_that_stays_in_the_device_is_not_forgotten(void)
{
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	/* like an entry of an ST table */
	fake_a.queues[RX][3] = (struct fake_queue) { DESC, CPU_A, TAG_A };
	fake_a.fail_write = -ENODATA;
	TEST_ASSERT_SUCCESS(configure(&fake_a, 2), "not configured");
	TEST_ASSERT(device_has(&fake_a, RX, 3, DESC, TAG_A), "taken away nevertheless");
	fake_a.fail_write = 0;
	TEST_ASSERT_SUCCESS(configure(&fake_a, NB_QUEUES), "not configured");
	TEST_ASSERT(told_none(&fake_a, RX, 3), "came back");

	TEST_ASSERT_EQUAL(rte_eth_dev_tph_stash_sync(fake_a.port), 0, "not synced");
	TEST_ASSERT(device_has(&fake_a, RX, 3, 0, 0), "still there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, RX, 3, 0, 0), "wrong");
	return TEST_SUCCESS;
}

/* --- Interrupt Vector mode of a device that is not live --- */

static int
setup_not_live_iv(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(setup_not_live(), "setup failed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	return rte_eth_dev_tph_enable(fake_a.port, &iv);
}

static int
test_table_is_written_before_queues_start(void)
{
	struct rte_eth_tph_stash_state state;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 2, CPU, CPU_B, DESC), "not set");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 0, "written too early");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_EQUAL(fake_a.write_calls, 1, "%u calls", fake_a.write_calls);
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A) &&
		device_has(&fake_a, RX, 2, DESC, TAG_B), "not there");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_stash_get(fake_a.port, RX, 1, &state), "lost");
	TEST_ASSERT(state.location == RTE_ETH_TPH_LOCATION_MSIX && !state.pending,
		"location %d, pending %d", state.location, state.pending);

	/* What is taken away from a stopped port leaves the table at once. */
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, 0, 0), "not removed");
	TEST_ASSERT(device_has(&fake_a, RX, 1, 0, 0) &&
		device_has(&fake_a, RX, 2, DESC, TAG_B), "wrong");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	TEST_ASSERT(device_has(&fake_a, RX, 2, 0, 0), "still there");
	return TEST_SUCCESS;
}

/* --- Locks --- */

static int
test_port_without_tph_has_no_lock(void)
{
	struct rte_eth_tph_info info;

	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_info_get(fake_a.port, &info), "no info");
	TEST_ASSERT(told_none(&fake_a, RX, 0), "has a stash");
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_NULL(rte_eth_devices[fake_a.port].data->tph,
		"there is something to lock");
	return TEST_SUCCESS;
}

/* Another process, which has the memory of the port in common with this one */
static void
read_for_ever(volatile unsigned int *rounds)
{
	struct rte_eth_tph_stash_state state;

	for (;;) {
		rte_eth_dev_tph_stash_get(fake_a.port, RX, 1, &state);
		(*rounds)++;
	}
}

static int
kill_a_reader(volatile unsigned int *rounds)
{
	pid_t reader;
	int status;

	*rounds = 0;
	reader = fork();
	if (reader == 0)
		read_for_ever(rounds);
	if (reader < 0)
		return -1;
	while (*rounds < 1000)
		usleep(50);
	kill(reader, SIGKILL);
	waitpid(reader, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1;
}

static int
test_killed_reader_does_not_hang_the_port(void)
{
	volatile unsigned int *rounds;
	unsigned int i;

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	rounds = rte_zmalloc(NULL, sizeof(*rounds), 0);
	TEST_ASSERT_NOT_NULL(rounds, "no memory");
	/* Some of them die with the lock in hand.  A port that hangs ends the test. */
	alarm(120);
	for (i = 0; i < NB_ROUNDS; i++) {
		TEST_ASSERT_SUCCESS(kill_a_reader(rounds), "reader %u", i);
		TEST_ASSERT(told(&fake_a, RX, 1, DESC, CPU_A, TAG_A, false), "not told");
	}
	TEST_ASSERT_SUCCESS(rte_eth_dev_stop(fake_a.port), "no stop");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "no start");
	TEST_ASSERT(device_has(&fake_a, RX, 1, DESC, TAG_A), "lost");
	port_destroy(&fake_a);
	alarm(0);
	rte_free((void *)(uintptr_t)rounds);
	return TEST_SUCCESS;
}

/* --- Cost --- */

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

	TEST_ASSERT_SUCCESS(configure(&fake_a, MAX_QUEUES), "not configured");
	before = heap_in_use();
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_enable(fake_a.port, NULL), "not enabled");
	TEST_ASSERT_SUCCESS(set(&fake_a, RX, ALL, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, ALL, CPU, CPU_A, DESC), "not set");
	after = heap_in_use();
	printf("TPH of a port with %u Rx and %u Tx queues takes %zu bytes\n",
		MAX_QUEUES, MAX_QUEUES, after - before);
	TEST_ASSERT(after - before <= limit, "%zu bytes, more than %zu",
		after - before, limit);
	port_destroy(&fake_a);
	TEST_ASSERT(heap_in_use() <= before, "memory leaks");
	return TEST_SUCCESS;
}

/* Ask telemetry as a monitoring program does; NULL if this process has none. */
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

	TEST_ASSERT_SUCCESS(set(&fake_a, RX, 1, CPU, CPU_A, DESC), "not set");
	TEST_ASSERT_SUCCESS(set(&fake_a, TX, 2, CPU, CPU_B, DATA), "not set");
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
	rte_cpuset_t cpus = one_cpu(real_cpus[0]);
	struct worker asks, closes;
	struct fake_gate gate;
	char command[32];
	int closed;

	if (telemetry("/") == NULL)
		return TEST_SKIPPED;
	snprintf(command, sizeof(command), "/ethdev/tph,%u", fake_a.port);
	TEST_ASSERT_SUCCESS(worker_create(&asks, &cpus), "no thread");
	TEST_ASSERT_SUCCESS(worker_create(&closes, &cpus), "no thread");
	gate_make(&gate);
	fake_a.caps_gate = &gate;
	worker_start(&asks, ask_telemetry, command);
	sem_wait(&gate.entered);
	fake_a.caps_gate = NULL;

	worker_start(&closes, close_port, NULL);
	closed = timed_wait(&closes.done, 300);
	sem_post(&gate.leave);
	if (closed != 0)
		worker_wait(&closes);
	worker_wait(&asks);
	worker_end(&asks);
	worker_end(&closes);
	gate_destroy(&gate);
	TEST_ASSERT(closed != 0, "released under the reader");
	TEST_ASSERT(closes.ret == 0 && asks.ret == 0, "closed %d, asked %d", closes.ret,
		asks.ret);
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

typedef int (*test_fn)(void);

/* Run a test, then see whether ethdev kept what ethdev_tph.h promises to drivers. */
static int
run(const void *arg)
{
	const test_fn *test = arg;
	int ret = (*test)();

	TEST_ASSERT(fake_a.violation == NULL && fake_b.violation == NULL,
		"promise to the driver broken: %s",
		fake_a.violation != NULL ? fake_a.violation : fake_b.violation);
	return ret;
}

static int
suite_setup(void)
{
	rte_thread_t thread;

	/* Threads that are no lcores yet cannot become some otherwise. */
	if (!rte_mp_disable())
		return TEST_SKIPPED;

	real_cpus[0] = real_cpus[1] = -1;
	if (rte_thread_create(&thread, NULL, find_cpus, real_cpus) != 0)
		return TEST_FAILED;
	rte_thread_join(thread, NULL);
	return TEST_SUCCESS;
}

#define TPH_TEST(setup, test) \
	TEST_CASE_NAMED_WITH_DATA(#test, setup, teardown, run, \
		(&(const test_fn) { test }))

static struct unit_test_suite tph_testsuite = {
	.suite_name = "ethdev TPH",
	.setup = suite_setup,
	.unit_test_cases = {
		TPH_TEST(setup,
			test_info_says_why_tph_cannot_be_used),
		TPH_TEST(setup,
			test_driver_without_tph_is_told_apart),
		TPH_TEST(setup,
			test_every_reason_is_one_line),
		TPH_TEST(setup,
			test_port_that_does_not_exist_is_refused),
		TPH_TEST(setup_on,
			test_null_pointers_are_refused),
		TPH_TEST(setup,
			test_what_suits_the_device_is_chosen_by_default),
		TPH_TEST(setup,
			test_wish_reaches_the_driver),
		TPH_TEST(setup,
			test_bad_configuration_is_refused),
		TPH_TEST(setup,
			test_enable_twice_and_disable_twice_are_told),
		TPH_TEST(setup_on,
			test_disable_forgets_stashes),
		TPH_TEST(setup,
			test_errors_of_the_driver_arrive_as_they_are),
		TPH_TEST(setup,
			test_enabling_asks_the_device_once),
		TPH_TEST(setup,
			test_every_value_has_a_name),
		TPH_TEST(setup_on,
			test_stash_reaches_the_device),
		TPH_TEST(setup_on,
			test_tx_objects_reach_the_device),
		TPH_TEST(setup_on,
			test_new_stash_replaces_the_old_one),
		TPH_TEST(setup_on,
			test_stash_without_objects_is_removed),
		TPH_TEST(setup_on,
			test_all_queues_in_one_call),
		TPH_TEST(setup_on,
			test_array_is_one_call_and_its_last_word_counts),
		TPH_TEST(setup_on,
			test_bad_stash_is_refused_and_nothing_changes),
		TPH_TEST(setup_on,
			test_cpu_that_cannot_be_stashed_to_is_refused),
		TPH_TEST(setup_on,
			test_error_of_the_driver_changes_nothing),
		TPH_TEST(setup_on,
			test_tag_0_is_a_tag),
		TPH_TEST(setup_on,
			test_tag_must_fit_the_device),
		TPH_TEST(setup_on,
			test_queue_that_the_mode_cannot_steer_is_refused),
		TPH_TEST(setup,
			test_nothing_is_stashed_while_tph_is_off),
		TPH_TEST(setup_on,
			test_get_of_a_queue_that_does_not_exist_is_refused),
		TPH_TEST(setup_on,
			test_tags_are_learned_once),
		TPH_TEST(setup_on,
			test_tags_are_remembered_without_a_tag_too),
		TPH_TEST(setup_on,
			test_tags_are_those_of_the_memory_type_in_force),
		TPH_TEST(setup_on,
			test_stash_survives_stop_and_start),
		TPH_TEST(setup,
			test_stash_of_a_stopped_port_waits_for_its_start),
		TPH_TEST(setup_on,
			test_stash_removed_from_a_stopped_port_is_gone_at_once),
		TPH_TEST(setup_on,
			test_reset_is_survived),
		TPH_TEST(setup_on,
			test_disable_after_a_reset_stays_off),
		TPH_TEST(setup_on,
			test_queue_that_is_gone_loses_its_stash),
		TPH_TEST(setup_on,
			test_close_turns_off_and_forgets),
		TPH_TEST(setup_on,
			test_removal_without_close_forgets),
		TPH_TEST(setup_on,
			test_port_starts_although_stashes_cannot_be_restored),
		TPH_TEST(setup_on,
			test_port_starts_although_tph_cannot_be_turned_on_again),
		TPH_TEST(setup_not_live,
			test_device_that_is_not_live_gets_stashes_when_it_starts),
		TPH_TEST(setup_not_live,
			test_started_port_that_is_not_live_is_busy),
		TPH_TEST(setup_not_live,
			test_started_port_that_is_not_live_can_be_enabled),
		TPH_TEST(setup_not_live,
			test_reset_is_survived_by_a_device_that_is_not_live),
		TPH_TEST(setup_not_live,
			test_start_that_fails_leaves_stashes_pending),
		TPH_TEST(setup_on,
			test_cpu_is_that_of_the_affinity_not_the_number_of_the_lcore),
		TPH_TEST(setup_on,
			test_main_lcore_can_be_stashed_to),
		TPH_TEST(setup_on,
			test_lcore_may_float_over_cpus_with_the_same_tag_only),
		TPH_TEST(setup_on,
			test_sync_refuses_an_lcore_that_has_gone),
		TPH_TEST(setup_on,
			test_sync_follows_an_lcore_that_eal_moved),
		TPH_TEST(setup_on,
			test_sync_follows_an_lcore_that_moved_behind_eal),
		TPH_TEST(setup_on,
			test_sync_is_all_or_nothing),
		TPH_TEST(setup_not_live,
			test_sync_of_a_device_that_is_not_live_needs_a_stop),
		TPH_TEST(setup_on,
			test_sixteen_lcores_stash_at_launch_a_hundred_times),
		TPH_TEST(setup_on,
			test_lcores_stash_while_the_port_starts_and_stops),
		TPH_TEST(setup_on,
			test_ports_do_not_wait_for_one_another),
		TPH_TEST(setup_not_live,
			test_stash_cannot_be_taken_from_queues_that_start),
		TPH_TEST(setup_on,
			test_stash_set_while_a_live_port_starts_is_there_after_it),
		TPH_TEST(setup_on,
			test_tph_disabled_while_a_live_port_starts_stays_off),
		TPH_TEST(setup_on,
			test_nothing_is_written_while_the_port_stops),
		TPH_TEST(setup_on,
			test_stop_that_fails_leaves_stashes_in_force),
		TPH_TEST(setup_on,
			test_queue_that_cannot_be_restored_costs_itself_only),
		TPH_TEST(setup_not_live_iv,
			test_entry_that_cannot_be_written_costs_its_queue_only),
		TPH_TEST(setup_on,
			test_stash_that_stays_in_the_device_is_not_forgotten),
		TPH_TEST(setup_not_live_iv,
			test_table_is_written_before_queues_start),
		TPH_TEST(setup,
			test_port_without_tph_has_no_lock),
		TPH_TEST(setup_on,
			test_killed_reader_does_not_hang_the_port),
		TPH_TEST(setup,
			test_port_is_not_released_while_telemetry_reads_it),
		TPH_TEST(setup,
			test_port_takes_little_memory),
		TPH_TEST(setup_on,
			test_telemetry_tells_of_stashes),
		TPH_TEST(setup,
			test_every_call_has_a_trace_point),
		TEST_CASES_END()
	},
};

static int
test_tph(void)
{
	return unit_test_suite_runner(&tph_testsuite);
}

#endif /* RTE_EXEC_ENV_LINUX */

REGISTER_FAST_TEST(tph_autotest, NOHUGE_OK, ASAN_OK, test_tph);
