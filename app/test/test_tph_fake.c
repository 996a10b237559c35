/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * A software device for tests of PCIe TPH in ethdev: plain memory, with a driver
 * that follows the script of the test, and that notes when ethdev breaks a promise
 * of ethdev_tph.h.
 */

#include "test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ethdev_vdev.h>
#include <ethdev_tph.h>
#include <rte_pause.h>
#include <rte_spinlock.h>

#include "test_tph_fake.h"

struct fake fake_a, fake_b;

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

bool
fake_iv(const struct fake *f)
{
	return f->info.mode == RTE_ETH_TPH_MODE_IV;
}

/* Count a question; tell how many there have been. */
static unsigned int
fake_asked(struct fake *f, unsigned int questions)
{
	static rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;
	unsigned int calls;

	rte_spinlock_lock(&lock);
	f->caps_calls += questions;
	calls = f->caps_calls;
	rte_spinlock_unlock(&lock);
	return calls;
}

static int
fake_tph_caps_get(struct rte_eth_dev *dev, struct eth_tph_caps *caps)
{
	struct fake *f = fake_of(dev);

	fake_asked(f, 1);
	while (fake_asked(f, 0) < f->meet)
		rte_pause();
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
		fake_violation(f, "the driver has to choose");
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
		fake_violation(f, "tags requested for another configuration");
	for (i = 0; i < n; i++) {
		for (j = 0; j < i; j++) {
			if (cpus[i] == cpus[j])
				fake_violation(f, "a CPU requested twice");
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
		fake_violation(f, "objects that the device cannot steer");
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
	if (f->dies_in_write)
		raise(SIGKILL);
	if (!f->on || memcmp(info, &f->info, sizeof(*info)) != 0)
		fake_violation(f, "a stash for another configuration, or with TPH off");
	if (!f->caps.live && !fake_iv(f))
		fake_violation(f, "queue contexts cannot be written at this time");
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
fake_dev_configure(struct rte_eth_dev *dev __rte_unused)
{
	return 0;
}

/* What a driver does if its queues have contexts */
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

/* A live device loses its registers when it starts; any other asks what to write. */
static int
fake_start(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	if (f->dies_in_start)
		raise(SIGKILL);
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

/* A released port's data must not point to our memory. */
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

/* Like a driver that closes and initialises its device: all but the ST table is lost. */
static int
fake_reset(struct rte_eth_dev *dev)
{
	struct fake *f = fake_of(dev);

	f->on = f->on && f->reset_keeps_on;
	if (!fake_iv(f))
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

/* ethdev restores this after dev_start. */
static int
fake_promiscuous_disable(struct rte_eth_dev *dev)
{
	struct rte_eth_tph_stash_state state;
	struct fake *f = fake_of(dev);

	if (f->watched)
		f->seen_pending = rte_eth_dev_tph_stash_get(f->port, RX, 1, &state) == 0 &&
			state.pending;
	return f->fail_restore;
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
	.dev_configure = fake_dev_configure,
	.dev_start = fake_start,
	.dev_stop = fake_stop,
	.dev_close = fake_close,
	.dev_reset = fake_reset,
	.dev_infos_get = fake_dev_infos_get,
	.promiscuous_disable = fake_promiscuous_disable,
	.link_update = fake_link_update,
	.is_removed = fake_is_removed,
	.tph = &fake_tph,
};

/* A driver without TPH */
static const struct eth_dev_ops plain_ops = {
	.dev_configure = fake_dev_configure,
	.dev_start = fake_start,
	.dev_stop = fake_stop,
	.dev_close = fake_close,
	.dev_infos_get = fake_dev_infos_get,
	.link_update = fake_link_update,
};

static struct rte_driver fake_driver = { .name = "net_tph_test" };
static struct rte_device fake_device = { .name = "tph_test", .driver = &fake_driver };

int
fake_configure(struct fake *f, uint16_t nb_queues)
{
	static const struct rte_eth_conf conf;

	return rte_eth_dev_configure(f->port, nb_queues, nb_queues, &conf);
}

void
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
create(struct fake *f, const struct eth_dev_ops *ops)
{
	struct rte_eth_dev *dev;

	dev = rte_eth_dev_allocate(f == &fake_a ? "tph_test_a" : "tph_test_b");
	TEST_ASSERT_NOT_NULL(dev, "no port");
	dev->data->dev_private = f;
	dev->data->mac_addrs = &f->mac;
	dev->dev_ops = ops;
	dev->device = &fake_device;
	rte_eth_dev_probing_finish(dev);
	f->port = dev->data->port_id;
	return fake_configure(f, NB_QUEUES);
}

int
fake_create(struct fake *f)
{
	return create(f, &fake_ops);
}

int
fake_create_without_tph(struct fake *f)
{
	return create(f, &plain_ops);
}

void
fake_destroy(struct fake *f)
{
	if (!rte_eth_dev_is_valid_port(f->port))
		return;
	f->fail_disable = 0;
	rte_eth_dev_stop(f->port);
	rte_eth_dev_close(f->port);
}

int
fake_unplug(struct fake *f)
{
	struct rte_eth_dev *dev = &rte_eth_devices[f->port];

	fake_reset(dev);
	fake_detach(dev);
	return rte_eth_dev_release_port(dev);
}

int
fake_setup(void)
{
	fake_script(&fake_a);
	return fake_create(&fake_a);
}

void
fake_teardown(void)
{
	fake_destroy(&fake_a);
}

int
fake_setup_on(void)
{
	TEST_ASSERT_SUCCESS(fake_setup(), "setup failed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_start(fake_a.port), "start failed");
	return rte_eth_dev_tph_enable(fake_a.port, NULL);
}

int
fake_setup_not_live(void)
{
	fake_script(&fake_a);
	fake_a.caps.live = false;
	TEST_ASSERT_SUCCESS(fake_create(&fake_a), "setup failed");
	return rte_eth_dev_tph_enable(fake_a.port, NULL);
}

int
fake_setup_not_live_iv(void)
{
	const struct rte_eth_tph_conf iv = { .mode = RTE_ETH_TPH_MODE_IV };

	TEST_ASSERT_SUCCESS(fake_setup_not_live(), "setup failed");
	TEST_ASSERT_SUCCESS(rte_eth_dev_tph_disable(fake_a.port), "not disabled");
	return rte_eth_dev_tph_enable(fake_a.port, &iv);
}

int
tph_set(struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
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

bool
tph_device_has(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint16_t tag)
{
	const struct fake_queue *q = &f->queues[direction][queue];

	return q->objects == objects && (objects == 0 || q->tag == tag);
}

bool
tph_reports(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue,
		uint32_t objects, uint32_t cpu, uint16_t tag, bool pending)
{
	struct rte_eth_tph_stash_state state;

	return rte_eth_dev_tph_stash_get(f->port, direction, queue, &state) == 0 &&
		state.stash.direction == direction && state.stash.queue == queue &&
		state.stash.objects == objects && state.cpu == cpu &&
		state.tag == tag && state.pending == pending;
}

bool
tph_reports_none(const struct fake *f, enum rte_eth_tph_direction direction, uint16_t queue)
{
	struct rte_eth_tph_stash_state state;

	return rte_eth_dev_tph_stash_get(f->port, direction, queue, &state) == -ENOENT;
}

int
fake_killed_in(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		fn();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -1;
}

void
fake_gate_make(struct fake_gate *gate)
{
	sem_init(&gate->entered, 0, 0);
	sem_init(&gate->leave, 0, 0);
}

void
fake_gate_destroy(struct fake_gate *gate)
{
	sem_destroy(&gate->entered);
	sem_destroy(&gate->leave);
}

int
fake_run(const void *arg)
{
	const fake_test *test = arg;
	int ret = (*test)();

	TEST_ASSERT(fake_a.violation == NULL && fake_b.violation == NULL,
		"promise to the driver broken: %s",
		fake_a.violation != NULL ? fake_a.violation : fake_b.violation);
	return ret;
}
