/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */
/*
 * A user of VFIO that does what it is told: one system call a line on standard
 * input, one line of answer.  It knows nothing of what the calls mean; the
 * tests do, see rig/tphrig/vfio.py.
 *
 *   open PATH              close FD              eventfd
 *   ioctl FD REQUEST HEX   (a pointer to these bytes, which are the answer)
 *   ioctl FD REQUEST =N    (N itself)
 *   pread FD OFFSET LENGTH           pwrite FD OFFSET HEX
 *   mmap FD OFFSET LENGTH            munmap ADDRESS LENGTH
 *   buffer HEX             peek ADDRESS LENGTH
 *   load ADDRESS           store ADDRESS VALUE      (32 bits, once; EFAULT for SIGBUS)
 *   thread CPU             (a thread that is bound to that CPU, and sleeps)
 *   handover               (the first thread ends, and another goes on)
 *   vectors FD START COUNT [1]       (SET_IRQS of MSI-X, with an eventfd each, or none)
 *   dump FD OFFSET WIDTH             (all of config space, by reads of that width)
 *   sweep FD OFFSET WIDTH PATTERN    (what a write does to all of config space)
 *   race GROUP BDF CAPABILITY ENTRIES VECTORS SECONDS SEED
 *
 * The answer is "= RESULT [HEX]", or "! ERRNO".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "vfio_pci_tph.h"

#define VECTORS_MAX 2048
#define CONFIG_SIZE 4096

static int eventfds[VECTORS_MAX];
static sigjmp_buf before_access;

static void answer(long long result, const uint8_t *bytes, size_t length)
{
	printf("= %lld", result);
	if (length)
		putchar(' ');
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

static void answer_status(long long result)
{
	if (result < 0)
		printf("! %d\n", errno);
	else
		answer(result, NULL, 0);
}

static unsigned long long number(void)
{
	const char *word = strtok(NULL, "\n ");

	return word ? strtoull(word, NULL, 0) : 0;
}

/* The rest of a page is mapped, too, as it is behind an argument on a stack. */
static uint8_t *unhex(const char *hex, size_t *length)
{
	uint8_t *bytes;
	unsigned int byte;

	*length = hex ? strlen(hex) / 2 : 0;
	bytes = calloc(1, *length + 4096);
	for (size_t i = 0; i < *length && sscanf(hex + 2 * i, "%2x", &byte) == 1; i++)
		bytes[i] = byte;
	return bytes;
}

static void do_ioctl(void)
{
	int fd = number();
	unsigned long request = number();
	const char *word = strtok(NULL, "\n ");
	uint8_t *bytes;
	size_t length;
	int ret;

	if (word && *word == '=') {
		answer_status(ioctl(fd, request, strtoull(word + 1, NULL, 0)));
		return;
	}
	bytes = unhex(word, &length);
	ret = ioctl(fd, request, bytes);
	if (ret < 0)
		answer_status(ret);
	else
		answer(ret, bytes, length);
	free(bytes);
}

static void do_pread(void)
{
	int fd = number();
	off_t offset = number();
	size_t length = number();
	uint8_t *bytes = calloc(1, length + 1);
	ssize_t ret = pread(fd, bytes, length, offset);

	if (ret < 0)
		answer_status(ret);
	else
		answer(ret, bytes, ret);
	free(bytes);
}

static void do_pwrite(void)
{
	int fd = number();
	off_t offset = number();
	size_t length;
	uint8_t *bytes = unhex(strtok(NULL, "\n "), &length);

	answer_status(pwrite(fd, bytes, length, offset));
	free(bytes);
}

static int set_vectors(int fd, unsigned int start, unsigned int count, bool bare)
{
	struct vfio_irq_set *set;
	size_t size = sizeof(*set) + count * sizeof(int);
	int ret;

	if (start + count > VECTORS_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (unsigned int i = start; i < start + count && !bare; i++)
		if (!eventfds[i])
			eventfds[i] = eventfd(0, EFD_NONBLOCK);

	set = calloc(1, size);
	set->argsz = size;
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER |
		     (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
	set->index = VFIO_PCI_MSIX_IRQ_INDEX;
	set->start = start;
	set->count = count;
	if (bare)
		memset(set->data, 0xff, count * sizeof(int));
	else
		memcpy(set->data, eventfds + start, count * sizeof(int));
	ret = ioctl(fd, VFIO_DEVICE_SET_IRQS, set);
	free(set);
	return ret;
}

static void dump(void)
{
	int fd = number();
	off_t config = number();
	int width = number();
	uint8_t bytes[CONFIG_SIZE] = {};

	for (int pos = 0; pos < CONFIG_SIZE; pos += width) {
		if (pread(fd, bytes + pos, width, config + pos) != width) {
			answer_status(-1);
			return;
		}
	}
	answer(0, bytes, sizeof(bytes));
}

/* Where something comes of a write, or it fails, say what; and put it back. */
static void sweep_one(int fd, off_t config, int pos, int width, uint32_t pattern)
{
	uint32_t before = 0, after = 0, last = 0;
	int wrote, back;

	if (pread(fd, &before, width, config + pos) != width) {
		printf("%03x:read%d,", pos, errno);
		return;
	}
	errno = 0;
	wrote = pwrite(fd, &pattern, width, config + pos) == width ? 0 : errno;
	pread(fd, &after, width, config + pos);
	back = pwrite(fd, &before, width, config + pos) == width ? 0 : errno;
	pread(fd, &last, width, config + pos);
	if (wrote || back || after != before || last != before)
		printf("%03x:%d:%x:%x:%d:%x,", pos, wrote, before, after, back, last);
}

static void sweep(void)
{
	int fd = number();
	off_t config = number();
	int width = number();
	uint32_t pattern = number();

	printf("= 0 ");
	for (int pos = 0; pos + width <= CONFIG_SIZE; pos += width)
		sweep_one(fd, config, pos, width, pattern);
	putchar('\n');
}

/*
 * Threads that do everything at once to one device, in rounds.  Each has a
 * file descriptor of its own and stops when it likes; the device is closed by
 * the last of them.
 */
struct race {
	char bdf[16];
	off_t config;
	uint32_t capability, entries, vectors;
	bool stop;
};

struct racer {
	pthread_t thread;
	const struct race *race;
	void (*step)(struct racer *racer);
	int fd;
	unsigned int seed;
	long calls;
};

static unsigned int dice(struct racer *racer, unsigned int sides)
{
	return rand_r(&racer->seed) % sides;
}

static void race_config(struct racer *r)
{
	static const uint32_t controls[] = { 0, 1, 2, 0x100, 0x101, 0x102, 0x300, 0x301, 0x302, 0x203, ~0 };
	uint32_t value = controls[dice(r, sizeof(controls) / sizeof(*controls))];
	int width = 1 << dice(r, 3), pos = r->race->capability;

	if (dice(r, 2))
		pos += 8 + dice(r, 2) * (width == 1);
	else
		pos += 12 + 2 * dice(r, r->race->entries + 2);
	if (dice(r, 2)) {
		pwrite(r->fd, &value, width, r->race->config + pos);
	} else {
		pread(r->fd, &value, width, r->race->config + pos);
		value = 0x406 | dice(r, 2) << 1;
		if (!dice(r, 8))
			pwrite(r->fd, &value, 2, r->race->config + 4);
	}
}

static void race_entries(struct racer *r)
{
	struct {
		struct vfio_device_feature head;
		struct vfio_device_feature_tph_st_config body;
	} set = {};
	uint32_t values[64];

	for (unsigned int i = 0; i < 64; i++)
		values[i] = dice(r, 256);
	set.head.argsz = sizeof(set);
	set.head.flags = VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_TPH_ST_CONFIG;
	set.body.index = dice(r, r->race->entries);
	set.body.count = 1 + dice(r, r->race->entries < 64 ? r->race->entries : 64);
	set.body.data_uptr = (uintptr_t)values;
	ioctl(r->fd, VFIO_DEVICE_FEATURE, &set);
}

static void race_vectors(struct racer *r)
{
	unsigned int start = dice(r, r->race->vectors);

	if (dice(r, 4))
		set_vectors(r->fd, start, 1 + dice(r, r->race->vectors - start), false);
	else
		set_vectors(r->fd, 0, 0, false);
}

static void race_reset(struct racer *r)
{
	ioctl(r->fd, VFIO_DEVICE_RESET);
	usleep(1000 + dice(r, 20000));
}

/* What others than the user can do: reset through sysfs, look into debugfs. */
static void race_outside(struct racer *r)
{
	static const char * const names[] = {
		"/sys/bus/pci/devices/%s/reset", "/sys/kernel/debug/vfio/%s/pci/tph",
		"/sys/bus/pci/devices/%s/config",
	};
	unsigned int which = dice(r, 3);
	char path[80], text[512];
	int fd;

	snprintf(path, sizeof(path), names[which], r->race->bdf);
	fd = open(path, which ? O_RDONLY : O_WRONLY);
	if (fd >= 0) {
		if (which)
			(void)!read(fd, text, sizeof(text));
		else
			(void)!write(fd, "1", 1);
		close(fd);
	}
	usleep(1000 + dice(r, 10000));
}

static void *racer_main(void *argument)
{
	struct racer *racer = argument;

	while (!__atomic_load_n(&racer->race->stop, __ATOMIC_RELAXED)) {
		racer->step(racer);
		racer->calls++;
	}
	close(racer->fd);
	return NULL;
}

static int race_open(int group, struct race *race)
{
	struct {
		struct vfio_device_feature head;
	} opt_in = { .head = { .argsz = sizeof(opt_in), .flags = VFIO_DEVICE_FEATURE_SET |
							VFIO_DEVICE_FEATURE_TPH_ENABLE } };
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX };
	int fd = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, race->bdf);

	if (fd < 0)
		return fd;
	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info) || ioctl(fd, VFIO_DEVICE_FEATURE, &opt_in)) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	race->config = info.offset;
	return fd;
}

static void race_main(void)
{
	static void (*const steps[])(struct racer *) = {
		race_config, race_config, race_entries, race_entries, race_vectors, race_reset, race_outside,
	};
	enum { RACERS = sizeof(steps) / sizeof(*steps) };
	struct racer racers[RACERS] = {};
	int group = number(), fd;
	struct race race = {};
	unsigned int seconds, seed, rounds = 0;
	long calls = 0, end;

	snprintf(race.bdf, sizeof(race.bdf), "%s", strtok(NULL, "\n "));
	race.capability = number();
	race.entries = number();
	race.vectors = number();
	seconds = number();
	seed = number();

	for (end = time(NULL) + seconds; time(NULL) < end; rounds++) {
		fd = race_open(group, &race);
		if (fd < 0) {
			answer_status(fd);
			return;
		}
		race.stop = false;
		for (int i = 0; i < RACERS; i++) {
			racers[i].race = &race;
			racers[i].step = steps[i];
			racers[i].seed = seed++;
			racers[i].fd = dup(fd);
			pthread_create(&racers[i].thread, NULL, racer_main, &racers[i]);
		}
		close(fd);
		usleep(2000000);
		__atomic_store_n(&race.stop, true, __ATOMIC_RELAXED);
		for (int i = 0; i < RACERS; i++)
			pthread_join(racers[i].thread, NULL);
	}
	for (int i = 0; i < RACERS; i++)
		calls += racers[i].calls;
	printf("= %ld %u\n", calls, rounds);
}

static void sigbus(int number)
{
	(void)number;
	siglongjmp(before_access, 1);
}

/* A mapping may be there, and yet what is behind it be out of reach. */
static void do_access(bool store)
{
	volatile uint32_t *where = (volatile uint32_t *)(uintptr_t)number();
	const volatile uint32_t value = store ? number() : 0;

	if (sigsetjmp(before_access, 1)) {
		errno = EFAULT;
		answer_status(-1);
	} else if (store) {
		*where = value;
		answer(0, NULL, 0);
	} else {
		answer(*where, NULL, 0);
	}
}

static void *sleeper(void *unused)
{
	pause();
	return unused;
}

static void do_thread(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(number(), &cpus);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(cpus), &cpus);
	errno = pthread_create(&thread, &attributes, sleeper, NULL);
	answer_status(errno ? -1 : 0);
}

static void do_handover(void);

static void execute(const char *verb)
{
	size_t length;

	if (!strcmp(verb, "open")) {
		answer_status(open(strtok(NULL, "\n "), O_RDWR));
	} else if (!strcmp(verb, "close")) {
		answer_status(close(number()));
	} else if (!strcmp(verb, "eventfd")) {
		answer_status(eventfd(0, EFD_NONBLOCK));
	} else if (!strcmp(verb, "ioctl")) {
		do_ioctl();
	} else if (!strcmp(verb, "pread")) {
		do_pread();
	} else if (!strcmp(verb, "pwrite")) {
		do_pwrite();
	} else if (!strcmp(verb, "mmap")) {
		int fd = number();
		off_t offset = number();
		void *where = mmap(NULL, number(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

		answer_status(where == MAP_FAILED ? -1 : (intptr_t)where);
	} else if (!strcmp(verb, "munmap")) {
		void *where = (void *)(uintptr_t)number();

		answer_status(munmap(where, number()));
	} else if (!strcmp(verb, "buffer")) {
		answer((uintptr_t)unhex(strtok(NULL, "\n "), &length), NULL, 0);
	} else if (!strcmp(verb, "peek")) {
		const uint8_t *bytes = (const uint8_t *)(uintptr_t)number();

		answer(0, bytes, number());
	} else if (!strcmp(verb, "load")) {
		do_access(false);
	} else if (!strcmp(verb, "store")) {
		do_access(true);
	} else if (!strcmp(verb, "thread")) {
		do_thread();
	} else if (!strcmp(verb, "handover")) {
		do_handover();
	} else if (!strcmp(verb, "vectors")) {
		int fd = number();
		unsigned int start = number(), count = number();

		answer_status(set_vectors(fd, start, count, number()));
	} else if (!strcmp(verb, "dump")) {
		dump();
	} else if (!strcmp(verb, "sweep")) {
		sweep();
	} else if (!strcmp(verb, "race")) {
		race_main();
	} else {
		errno = ENOSYS;
		answer_status(-1);
	}
}

static void *serve(void *unused)
{
	char *line = NULL, *verb;
	size_t size = 0;

	while (fflush(stdout), getline(&line, &size, stdin) > 0) {
		verb = strtok(line, "\n ");
		if (verb)
			execute(verb);
	}
	exit(0);
	return unused;
}

static void do_handover(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, serve, NULL);
	if (errno) {
		answer_status(-1);
		return;
	}
	puts("= 0");
	fflush(stdout);
	pthread_exit(NULL);
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };
	struct termios terminal;

	if (!tcgetattr(0, &terminal)) {
		cfmakeraw(&terminal);
		tcsetattr(0, TCSANOW, &terminal);
	}
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGBUS, sigbus);
	puts("= 0 ready");
	serve(NULL);
}
