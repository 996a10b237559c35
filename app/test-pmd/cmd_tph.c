/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH in testpmd: the commands, their completion and their help.
 *
 * Words that a user may get wrong are taken as they come and checked here, so
 * that the answer names the fault and the remedy; the parser of the command
 * line would only say "Bad arguments". Which lcore polls which queue is the
 * business of tph.c.
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef RTE_EXEC_ENV_WINDOWS
#include <unistd.h>
#endif

#include <rte_bitops.h>
#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_string_fns.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_string.h>

#include "tph.h"

static const char * const mode_names[] = {
	[RTE_ETH_TPH_MODE_AUTO] = "auto",
	[RTE_ETH_TPH_MODE_IV] = "iv",
	[RTE_ETH_TPH_MODE_DS] = "ds",
};

static const char * const requester_names[] = {
	[RTE_ETH_TPH_REQUESTER_AUTO] = "auto",
	[RTE_ETH_TPH_REQUESTER_STANDARD] = "standard",
	[RTE_ETH_TPH_REQUESTER_EXTENDED] = "extended",
};

static const char * const memory_names[] = {
	[RTE_ETH_TPH_MEMORY_VOLATILE] = "volatile",
	[RTE_ETH_TPH_MEMORY_PERSISTENT] = "persistent",
};

/* Index of a name, or -1. */
static int
name_index(const char *name, const char * const names[], unsigned int nb)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (strcmp(name, names[i]) == 0)
			return i;

	return -1;
}

/* A decimal number up to max, or -1. */
static int
number(const char *word, unsigned int max)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)word[0]))
		return -1;
	errno = 0;
	n = strtoul(word, &end, 10);
	if (errno != 0 || *end != '\0' || n > max)
		return -1;

	return n;
}

/* Do it for the port that the word names, or for all ports. */
static void
for_ports(const char *word, void (*f)(portid_t pid, const void *arg), const void *arg)
{
	portid_t pid;
	int n;

	if (strcmp(word, "all") == 0) {
		RTE_ETH_FOREACH_DEV(pid)
			f(pid, arg);
		return;
	}

	n = number(word, RTE_MAX_ETHPORTS - 1);
	if (n < 0 || !rte_eth_dev_is_valid_port(n)) {
		fprintf(stderr,
			"No port %s: 'show port summary all' lists the ports\n", word);
		return;
	}

	f(n, arg);
}

/* TPH must be on for what the user asks. */
static bool
tph_is_on(portid_t pid, struct rte_eth_tph_info *info)
{
	int ret;

	ret = rte_eth_dev_tph_info_get(pid, info);
	if (ret != 0) {
		tph_failed(pid, ret);
		return false;
	}
	if (info->enabled)
		return true;

	if (info->reason != RTE_ETH_TPH_USABLE)
		fprintf(stderr, "Port %u: TPH cannot be used: %s\n", pid,
			rte_eth_tph_reason_str(info->reason));
	else
		fprintf(stderr, "Port %u: TPH is off, 'tph enable port %u' turns it on\n",
			pid, pid);
	return false;
}

/* *** A word that completes to choices, but that may be any word *** */
static int
any_word_parse(__rte_unused cmdline_parse_token_hdr_t *token, const char *buf,
	       void *result, unsigned int size)
{
	struct cmdline_token_string any = { .string_data = { .str = NULL } };

	return cmdline_parse_string(&any.hdr, buf, result, size);
}

static struct cmdline_token_ops any_word_ops = {
	.parse = any_word_parse,
	.complete_get_nb = cmdline_complete_get_nb_string,
	.complete_get_elt = cmdline_complete_get_elt_string,
	.get_help = cmdline_get_help_string,
};

#define ANY_WORD_INITIALIZER(structure, field, choices) { \
	.hdr = { \
		.ops = &any_word_ops, \
		.offset = offsetof(structure, field), \
	}, \
	.string_data = { .str = choices }, \
}

/* *** tph enable port (port_id|all) [mode M] [requester R] [memory M] *** */
enum enable_option {
	ENABLE_MODE,
	ENABLE_REQUESTER,
	ENABLE_MEMORY,
	ENABLE_OPTIONS,
};

static const char * const enable_options[] = {
	[ENABLE_MODE] = "mode",
	[ENABLE_REQUESTER] = "requester",
	[ENABLE_MEMORY] = "memory",
};

struct cmd_tph_enable_result {
	cmdline_fixed_string_t word;
	cmdline_fixed_string_t port;
	cmdline_fixed_string_t option[ENABLE_OPTIONS];
};

/*
 * The options come in any order, each or none of them: tokens are made as the
 * line is read. This is what the tokens read so far mean for the next one.
 */
static struct {
	bool last;		/* the line may end here, and does */
	enum enable_option option;	/* whose value comes next */
} enable_line;

static bool
line_ends(const char *buf)
{
	while (*buf == ' ' || *buf == '\t')
		buf++;

	return *buf == '\n' || *buf == '\r' || *buf == '#';
}

static int
enable_port_parse(cmdline_parse_token_hdr_t *token, const char *buf, void *result,
		  unsigned int size)
{
	int len;

	len = any_word_parse(token, buf, result, size);
	if (len > 0)
		enable_line.last = line_ends(buf + len);

	return len;
}

static int
enable_option_parse(cmdline_parse_token_hdr_t *token, const char *buf, void *result,
		    unsigned int size)
{
	cmdline_fixed_string_t word;
	int len;

	len = cmdline_parse_string(token, buf, word, sizeof(word));
	if (len > 0)
		enable_line.option = name_index(word, enable_options, ENABLE_OPTIONS);
	RTE_SET_USED(result);
	RTE_SET_USED(size);

	return len;
}

static int
enable_value_parse(cmdline_parse_token_hdr_t *token, const char *buf, void *result,
		   unsigned int size)
{
	struct cmd_tph_enable_result *res = result;
	int len;

	len = any_word_parse(token, buf,
			     res == NULL ? NULL : res->option[enable_line.option], size);
	if (len > 0)
		enable_line.last = line_ends(buf + len);

	return len;
}

static struct cmdline_token_ops enable_port_ops = {
	.parse = enable_port_parse,
	.complete_get_nb = cmdline_complete_get_nb_string,
	.complete_get_elt = cmdline_complete_get_elt_string,
	.get_help = cmdline_get_help_string,
};

static struct cmdline_token_ops enable_option_ops = {
	.parse = enable_option_parse,
	.complete_get_nb = cmdline_complete_get_nb_string,
	.complete_get_elt = cmdline_complete_get_elt_string,
	.get_help = cmdline_get_help_string,
};

static struct cmdline_token_ops enable_value_ops = {
	.parse = enable_value_parse,
	.complete_get_nb = cmdline_complete_get_nb_string,
	.complete_get_elt = cmdline_complete_get_elt_string,
	.get_help = cmdline_get_help_string,
};

static cmdline_parse_token_string_t enable_tph =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_enable_result, word, "tph");
static cmdline_parse_token_string_t enable_enable =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_enable_result, word, "enable");
static cmdline_parse_token_string_t enable_port =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_enable_result, word, "port");
static cmdline_parse_token_string_t enable_port_id = {
	.hdr = {
		.ops = &enable_port_ops,
		.offset = offsetof(struct cmd_tph_enable_result, port),
	},
	.string_data = { .str = "all" },
};
static cmdline_parse_token_string_t enable_option = {
	.hdr = { .ops = &enable_option_ops },
	.string_data = { .str = "mode#requester#memory" },
};
static cmdline_parse_token_string_t enable_value[] = {
	[ENABLE_MODE] = {
		.hdr = { .ops = &enable_value_ops },
		.string_data = { .str = "auto#iv#ds" },
	},
	[ENABLE_REQUESTER] = {
		.hdr = { .ops = &enable_value_ops },
		.string_data = { .str = "auto#standard#extended" },
	},
	[ENABLE_MEMORY] = {
		.hdr = { .ops = &enable_value_ops },
		.string_data = { .str = "volatile#persistent" },
	},
};

static cmdline_parse_token_hdr_t *
enable_token(unsigned int index)
{
	static cmdline_parse_token_string_t * const fixed[] = {
		&enable_tph, &enable_enable, &enable_port, &enable_port_id
	};

	if (index == 0)
		enable_line.last = false;
	if (index < RTE_DIM(fixed))
		return &fixed[index]->hdr;

	index -= RTE_DIM(fixed);
	if (enable_line.last || index >= 2 * ENABLE_OPTIONS)
		return NULL;

	return index % 2 == 0 ? &enable_option.hdr :
				&enable_value[enable_line.option].hdr;
}

static void
enable_one(portid_t pid, const void *arg)
{
	const struct rte_eth_tph_conf *conf = arg;
	struct rte_eth_tph_info info;
	int ret;

	ret = rte_eth_dev_tph_info_get(pid, &info);
	if (ret == 0 && info.enabled) {
		fprintf(stderr,
			"Port %u: TPH is on already, 'tph disable port %u' before changing it\n",
			pid, pid);
		return;
	}
	if (ret == 0 && info.reason != RTE_ETH_TPH_USABLE) {
		fprintf(stderr, "Port %u: TPH cannot be used: %s\n", pid,
			rte_eth_tph_reason_str(info.reason));
		return;
	}

	if (ret == 0)
		ret = rte_eth_dev_tph_enable(pid, conf);
	if (ret == 0)
		ret = rte_eth_dev_tph_info_get(pid, &info);
	if (ret != 0) {
		tph_failed(pid, ret);
		return;
	}

	printf("Port %u: TPH is on, mode %s, requester %s, memory %s\n", pid,
	       mode_names[info.mode], requester_names[info.requester],
	       memory_names[info.memory]);
	tph_enabled_by_hand(pid);
}

/* The value of an option, 0 if it was not given, or -1 with a line of why. */
static int
option_value(const char *word, enum enable_option option,
	     const char * const names[], unsigned int nb)
{
	int value;

	if (word[0] == '\0')
		return 0;

	value = name_index(word, names, nb);
	if (value < 0)
		fprintf(stderr, "No %s %s: give %s%s%s%s%s\n", enable_options[option],
			word, names[0], nb > 2 ? ", " : "", nb > 2 ? names[1] : "",
			" or ", names[nb - 1]);

	return value;
}

static void
enable_run(const struct cmd_tph_enable_result *res)
{
	int mode, requester, memory;

	mode = option_value(res->option[ENABLE_MODE], ENABLE_MODE,
			    mode_names, RTE_DIM(mode_names));
	if (mode < 0)
		return;
	requester = option_value(res->option[ENABLE_REQUESTER], ENABLE_REQUESTER,
				 requester_names, RTE_DIM(requester_names));
	if (requester < 0)
		return;
	memory = option_value(res->option[ENABLE_MEMORY], ENABLE_MEMORY,
			      memory_names, RTE_DIM(memory_names));
	if (memory < 0)
		return;

	for_ports(res->port, enable_one, &(struct rte_eth_tph_conf){
		.mode = mode,
		.requester = requester,
		.memory = memory,
	});
}

static cmdline_parse_inst_t cmd_tph_enable;

/* The parser asks for a token (without cl), or has a whole line to run. */
static void
cmd_tph_enable_parsed(void *arg, struct cmdline *cl, void *data)
{
	cmdline_parse_token_hdr_t **token = arg, **slot = data;

	if (cl == NULL)
		*token = enable_token(slot - cmd_tph_enable.tokens);
	else
		enable_run(arg);
}

static cmdline_parse_inst_t cmd_tph_enable = {
	.f = cmd_tph_enable_parsed,
	.data = NULL,
	.help_str = "tph enable port <port_id>|all [mode auto|iv|ds] "
		"[requester auto|standard|extended] [memory volatile|persistent]",
	.tokens = { NULL },
};

/* *** tph disable|sync port (port_id|all) *** */
struct cmd_tph_port_result {
	cmdline_fixed_string_t word;
	cmdline_fixed_string_t action;
	cmdline_fixed_string_t port;
};

static void
disable_one(portid_t pid, __rte_unused const void *arg)
{
	struct rte_eth_tph_info info;
	int ret;

	if (!tph_is_on(pid, &info))
		return;

	ret = rte_eth_dev_tph_disable(pid);
	if (ret != 0) {
		tph_failed(pid, ret);
		return;
	}

	tph_disabled_by_hand(pid);
	printf("Port %u: TPH is off\n", pid);
}

static void
sync_one(portid_t pid, __rte_unused const void *arg)
{
	struct rte_eth_tph_info info;
	int ret;

	if (!tph_is_on(pid, &info))
		return;

	ret = rte_eth_dev_tph_stash_sync(pid);
	if (ret < 0)
		tph_failed(pid, ret);
	else
		printf("Port %u: %d stash%s changed\n", pid, ret, ret == 1 ? "" : "es");
}

static void
cmd_tph_port_parsed(void *parsed_result, __rte_unused struct cmdline *cl,
		    __rte_unused void *data)
{
	const struct cmd_tph_port_result *res = parsed_result;

	for_ports(res->port, strcmp(res->action, "sync") == 0 ? sync_one : disable_one,
		  NULL);
}

static cmdline_parse_token_string_t tph_port_tph =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_port_result, word, "tph");
static cmdline_parse_token_string_t tph_port_action =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_port_result, action, "disable#sync");
static cmdline_parse_token_string_t tph_port_port =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_port_result, word, "port");
static cmdline_parse_token_string_t tph_port_id =
	ANY_WORD_INITIALIZER(struct cmd_tph_port_result, port, "all");

static cmdline_parse_inst_t cmd_tph_port = {
	.f = cmd_tph_port_parsed,
	.data = NULL,
	.help_str = "tph disable|sync port <port_id>|all",
	.tokens = {
		(void *)&tph_port_tph,
		(void *)&tph_port_action,
		(void *)&tph_port_port,
		(void *)&tph_port_id,
		NULL,
	},
};

/* *** tph stash port ID (rxq|txq) (Q|all) lcore (L|auto) objects (LIST|none) *** */
struct cmd_tph_stash_result {
	cmdline_fixed_string_t word;
	cmdline_fixed_string_t port;
	cmdline_fixed_string_t direction;
	cmdline_fixed_string_t queue;
	cmdline_fixed_string_t lcore;
	cmdline_fixed_string_t objects;
};

/* What a line asks for, apart from the port. */
struct stash_request {
	enum rte_eth_tph_direction direction;
	const char *queue;
	unsigned int lcore;	/* LCORE_ID_ANY: the one that polls the queue */
	uint32_t objects;
};

static const char *
direction_str(enum rte_eth_tph_direction direction)
{
	return direction == RTE_ETH_TPH_RX ? "Rx" : "Tx";
}

/* The first queue and how many of them, or -1 with a line of why. */
static int
stash_queues(portid_t pid, const struct stash_request *req, uint16_t *first)
{
	struct rte_eth_dev_info dev_info;
	uint16_t nb;
	int q;

	if (rte_eth_dev_info_get(pid, &dev_info) != 0) {
		fprintf(stderr, "Port %u: no device information, is it still there?\n",
			pid);
		return -1;
	}
	nb = req->direction == RTE_ETH_TPH_RX ? dev_info.nb_rx_queues :
						dev_info.nb_tx_queues;

	if (strcmp(req->queue, "all") == 0 && nb > 0) {
		*first = 0;
		return nb;
	}

	q = number(req->queue, UINT16_MAX);
	if (q < 0 || q >= nb) {
		fprintf(stderr,
			"Port %u: no %s queue %s, it has %u: 'port config all %s' sets how many\n",
			pid, direction_str(req->direction), req->queue, nb,
			req->direction == RTE_ETH_TPH_RX ? "rxq" : "txq");
		return -1;
	}

	*first = q;
	return 1;
}

static void
stash_one(portid_t pid, const void *arg)
{
	static struct rte_eth_tph_stash stash[RTE_MAX_QUEUES_PER_PORT];
	const struct stash_request *req = arg;
	struct rte_eth_tph_info info;
	char buf[64], bad[64];
	uint32_t can;
	uint16_t first;
	unsigned int lcore;
	int i, nb, ret;

	if (!tph_is_on(pid, &info))
		return;

	can = req->direction == RTE_ETH_TPH_RX ? info.rx_objects : info.tx_objects;
	if ((req->objects & ~can) != 0) {
		fprintf(stderr, "Port %u: in mode %s, %s queues can stash %s, not %s\n",
			pid, mode_names[info.mode], direction_str(req->direction),
			tph_objects_str(can, buf, sizeof(buf)),
			tph_objects_str(req->objects & ~can, bad, sizeof(bad)));
		return;
	}

	nb = stash_queues(pid, req, &first);
	if (nb < 0)
		return;

	memset(stash, 0, nb * sizeof(stash[0]));
	for (i = 0; i < nb; i++) {
		lcore = req->lcore;
		if (lcore == LCORE_ID_ANY && req->objects != 0)
			lcore = tph_polling_lcore(pid, req->direction, first + i);
		if (lcore == LCORE_ID_ANY && req->objects != 0) {
			fprintf(stderr,
				"Port %u: no lcore polls %s queue %u, name the lcore\n",
				pid, direction_str(req->direction), first + i);
			return;
		}
		stash[i].direction = req->direction;
		stash[i].queue = first + i;
		stash[i].target = RTE_ETH_TPH_TARGET_LCORE;
		stash[i].target_id = lcore;
		stash[i].objects = req->objects;
	}

	ret = rte_eth_dev_tph_stash_set(pid, stash, nb);
	if (ret < 0) {
		tph_failed(pid, ret);
		return;
	}

	for (i = 0; i < nb; i++)
		tph_stashed_by_hand(pid, req->direction, first + i, req->objects,
				    req->lcore == LCORE_ID_ANY);
}

/* An lcore that EAL knows, LCORE_ID_ANY for auto, or -1 with a line of why. */
static int64_t
stash_lcore(const char *word)
{
	int lcore;

	if (strcmp(word, "auto") == 0)
		return LCORE_ID_ANY;

	lcore = number(word, RTE_MAX_LCORE - 1);
	if (lcore >= 0 && rte_eal_lcore_role(lcore) != ROLE_OFF)
		return lcore;

	fprintf(stderr, "No lcore %s: give one that --lcores defines, or auto\n", word);
	return -1;
}

static void
cmd_tph_stash_parsed(void *parsed_result, __rte_unused struct cmdline *cl,
		     __rte_unused void *data)
{
	const struct cmd_tph_stash_result *res = parsed_result;
	struct stash_request req;
	int64_t lcore;

	lcore = stash_lcore(res->lcore);
	if (lcore < 0)
		return;
	if (tph_objects_parse(res->objects, &req.objects) != 0) {
		fprintf(stderr,
			"No objects %s: give none, or a list of descriptor, header, payload\n",
			res->objects);
		return;
	}

	req.direction = strcmp(res->direction, "rxq") == 0 ? RTE_ETH_TPH_RX :
							     RTE_ETH_TPH_TX;
	req.queue = res->queue;
	req.lcore = lcore;
	for_ports(res->port, stash_one, &req);
}

static cmdline_parse_token_string_t stash_tph =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, word, "tph");
static cmdline_parse_token_string_t stash_stash =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, word, "stash");
static cmdline_parse_token_string_t stash_port =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, word, "port");
static cmdline_parse_token_string_t stash_port_id =
	ANY_WORD_INITIALIZER(struct cmd_tph_stash_result, port, "all");
static cmdline_parse_token_string_t stash_direction =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, direction, "rxq#txq");
static cmdline_parse_token_string_t stash_queue =
	ANY_WORD_INITIALIZER(struct cmd_tph_stash_result, queue, "all");
static cmdline_parse_token_string_t stash_lcore_word =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, word, "lcore");
static cmdline_parse_token_string_t stash_lcore_id =
	ANY_WORD_INITIALIZER(struct cmd_tph_stash_result, lcore, "auto");
static cmdline_parse_token_string_t stash_objects_word =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_stash_result, word, "objects");
static cmdline_parse_token_string_t stash_objects =
	ANY_WORD_INITIALIZER(struct cmd_tph_stash_result, objects,
		"descriptor#header#payload#descriptor,header#descriptor,header,payload#none");

static cmdline_parse_inst_t cmd_tph_stash = {
	.f = cmd_tph_stash_parsed,
	.data = NULL,
	.help_str = "tph stash port <port_id>|all rxq|txq <queue_id>|all lcore <lcore_id>|auto "
		"objects <descriptor,header,payload>|none",
	.tokens = {
		(void *)&stash_tph,
		(void *)&stash_stash,
		(void *)&stash_port,
		(void *)&stash_port_id,
		(void *)&stash_direction,
		(void *)&stash_queue,
		(void *)&stash_lcore_word,
		(void *)&stash_lcore_id,
		(void *)&stash_objects_word,
		(void *)&stash_objects,
		NULL,
	},
};

/* *** show port (port_id|all) tph *** */
struct cmd_show_port_tph_result {
	cmdline_fixed_string_t word;
	cmdline_fixed_string_t port;
};

/* One word, so that scripts can split the rows of the table. */
static const char *
location_str(enum rte_eth_tph_location location)
{
	switch (location) {
	case RTE_ETH_TPH_LOCATION_CAPABILITY:
		return "capability";
	case RTE_ETH_TPH_LOCATION_MSIX:
		return "MSI-X";
	case RTE_ETH_TPH_LOCATION_DEVICE:
		return "device";
	default:
		return "-";
	}
}

/*
 * NUMA node of a CPU, or -1. Not rte_lcore_to_socket_id(): that is where the
 * lcore was when EAL started.
 */
static int
cpu_node(uint32_t cpu)
{
#ifdef RTE_EXEC_ENV_LINUX
	char path[64];
	unsigned int i;
	int node;

	for (i = 0; i < rte_socket_count(); i++) {
		node = rte_socket_id_by_idx(i);
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/node%d",
			 cpu, node);
		if (access(path, F_OK) == 0)
			return node;
	}
#else
	RTE_SET_USED(cpu);
#endif
	return -1;
}

static void
show_stash(const struct rte_eth_tph_stash_state *state)
{
	const struct rte_eth_tph_stash *stash = &state->stash;
	char lcore[16] = "-", node[16] = "-", stored[32], objects[64];
	int n;

	if (stash->target == RTE_ETH_TPH_TARGET_LCORE)
		snprintf(lcore, sizeof(lcore), "%u", stash->target_id);
	n = cpu_node(state->cpu);
	if (n >= 0)
		snprintf(node, sizeof(node), "%d", n);
	snprintf(stored, sizeof(stored), "%s", location_str(state->location));
	if (state->location != RTE_ETH_TPH_LOCATION_NONE)
		snprintf(stored, sizeof(stored),
			 state->location == RTE_ETH_TPH_LOCATION_DEVICE ?
			 "%s 0x%x" : "%s %u", location_str(state->location),
			 state->index);

	printf("  %-4s %5u %5s %5u %4s 0x%04x  %-25s  %-17s  %s\n",
	       direction_str(stash->direction), stash->queue, lcore, state->cpu,
	       node, state->tag,
	       tph_objects_str(stash->objects, objects, sizeof(objects)), stored,
	       state->pending ? "pending" : "applied");
}

static void
show_stashes(portid_t pid)
{
	static const enum rte_eth_tph_direction directions[] = {
		RTE_ETH_TPH_RX, RTE_ETH_TPH_TX
	};
	struct rte_eth_tph_stash_state state;
	struct rte_eth_dev_info dev_info;
	unsigned int d, q, nb, shown = 0;

	if (rte_eth_dev_info_get(pid, &dev_info) != 0)
		return;

	for (d = 0; d < RTE_DIM(directions); d++) {
		nb = directions[d] == RTE_ETH_TPH_RX ? dev_info.nb_rx_queues :
						       dev_info.nb_tx_queues;
		for (q = 0; q < nb; q++) {
			if (rte_eth_dev_tph_stash_get(pid, directions[d], q,
						      &state) != 0)
				continue;
			if (shown++ == 0)
				printf("  %-4s %5s %5s %5s %4s %6s  %-25s  %-17s  %s\n",
				       "Dir", "Queue", "Lcore", "CPU", "NUMA",
				       "Tag", "Objects", "Stored in", "State");
			show_stash(&state);
		}
	}

	if (shown == 0)
		printf("  No queue has a stash: 'start' binds those that are polled\n");
}

/* The names whose bits are set, "ds,iv". */
static const char *
bits_str(uint32_t bits, const char * const names[], unsigned int nb, char *buf,
	 size_t size)
{
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < nb; i++) {
		if ((bits & RTE_BIT32(i)) == 0)
			continue;
		if (buf[0] != '\0')
			strlcat(buf, ",", size);
		strlcat(buf, names[i], size);
	}

	return buf;
}

static void
show_device(const struct rte_eth_tph_info *info)
{
	char buf[64];

	printf("  ST table: ");
	if (info->st_table == RTE_ETH_TPH_LOCATION_NONE)
		printf("none\n");
	else
		printf("%s, %u entries\n", location_str(info->st_table),
		       info->st_entries);
	printf("  Modes: %s\n", bits_str(info->modes, mode_names,
					 RTE_DIM(mode_names), buf, sizeof(buf)));
	printf("  Requesters: %s\n", bits_str(info->requesters, requester_names,
					      RTE_DIM(requester_names), buf,
					      sizeof(buf)));
	printf("  Rx objects: %s\n", tph_objects_str(info->rx_objects, buf,
						     sizeof(buf)));
	printf("  Tx objects: %s\n", tph_objects_str(info->tx_objects, buf,
						     sizeof(buf)));
	printf("  Tags: %u bits, in effect %s\n", info->tag_bits,
	       info->live ? "at once" : "at port start");
}

static void
show_one(portid_t pid, __rte_unused const void *arg)
{
	struct rte_eth_tph_info info;
	int ret;

	ret = rte_eth_dev_tph_info_get(pid, &info);
	if (ret != 0) {
		tph_failed(pid, ret);
		return;
	}
	if (info.reason != RTE_ETH_TPH_USABLE) {
		printf("Port %u: TPH cannot be used: %s\n", pid,
		       rte_eth_tph_reason_str(info.reason));
		return;
	}
	if (!info.enabled) {
		printf("Port %u: TPH is off\n", pid);
		show_device(&info);
		return;
	}

	printf("Port %u: TPH is on, mode %s, requester %s, memory %s\n", pid,
	       mode_names[info.mode], requester_names[info.requester],
	       memory_names[info.memory]);
	show_device(&info);
	show_stashes(pid);
}

static void
cmd_show_port_tph_parsed(void *parsed_result, __rte_unused struct cmdline *cl,
			 __rte_unused void *data)
{
	const struct cmd_show_port_tph_result *res = parsed_result;

	for_ports(res->port, show_one, NULL);
}

static cmdline_parse_token_string_t show_show =
	TOKEN_STRING_INITIALIZER(struct cmd_show_port_tph_result, word, "show");
static cmdline_parse_token_string_t show_port =
	TOKEN_STRING_INITIALIZER(struct cmd_show_port_tph_result, word, "port");
static cmdline_parse_token_string_t show_port_id =
	ANY_WORD_INITIALIZER(struct cmd_show_port_tph_result, port, "all");
static cmdline_parse_token_string_t show_tph =
	TOKEN_STRING_INITIALIZER(struct cmd_show_port_tph_result, word, "tph");

static cmdline_parse_inst_t cmd_show_port_tph = {
	.f = cmd_show_port_tph_parsed,
	.data = NULL,
	.help_str = "show port <port_id>|all tph",
	.tokens = {
		(void *)&show_show,
		(void *)&show_port,
		(void *)&show_port_id,
		(void *)&show_tph,
		NULL,
	},
};

static struct testpmd_driver_commands tph_commands = {
	.commands = {
		{
			&cmd_tph_enable,
			"tph enable port (port_id|all) [mode (auto|iv|ds)]"
			" [requester (auto|standard|extended)]"
			" [memory (volatile|persistent)]\n"
			"    Turn PCIe TPH on. Queues are then bound to the lcores that poll"
			" them, at 'start'.\n"
		},
		{
			&cmd_tph_port,
			"tph disable port (port_id|all)\n"
			"    Take all stashes away and turn TPH off.\n\n"
			"tph sync port (port_id|all)\n"
			"    Follow lcores whose CPU affinity has changed.\n"
		},
		{
			&cmd_tph_stash,
			"tph stash port (port_id|all) (rxq|txq) (queue_id|all)"
			" lcore (lcore_id|auto) objects (list|none)\n"
			"    Steer objects of a queue to the cache of an lcore; auto is the"
			" one that polls it.\n"
			"    The list is of descriptor, header and payload, with commas.\n"
		},
		{
			&cmd_show_port_tph,
			"show port (port_id|all) tph\n"
			"    What TPH can do, what is in force, and the stash of every"
			" queue.\n"
		},
		{ NULL, NULL },
	},
};
TESTPMD_ADD_DRIVER_COMMANDS(tph_commands)
