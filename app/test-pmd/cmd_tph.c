/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * PCIe TPH in testpmd: the commands, their completion and their help.
 *
 * Words that a user may get wrong are parsed as plain strings and checked here,
 * so that the error names cause and remedy; the command line parser would only
 * print "Bad arguments". tph.c knows which lcore polls which queue.
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

/* Call f for the port that the word names, or for all ports. */
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

/* True if TPH is on; else print why not. */
static bool
tph_is_on(portid_t pid, struct rte_eth_tph_info *info)
{
	int ret;

	ret = rte_eth_dev_tph_info_get(pid, info);
	if (ret != 0) {
		tph_failed(pid, ret);
		return false;
	}
	if (!info->enabled && tph_usable(pid, info))
		fprintf(stderr, "Port %u: TPH is off, 'tph enable port %u' turns it on\n",
			pid, pid);

	return info->enabled;
}

static void
print_enabled(portid_t pid, const struct rte_eth_tph_info *info)
{
	printf("Port %u: TPH is on, mode %s, requester %s, memory %s\n", pid,
	       rte_eth_tph_mode_name(info->mode),
	       rte_eth_tph_requester_name(info->requester),
	       rte_eth_tph_memory_name(info->memory));
}

/* *** A token that accepts any word, and completes to a list of choices *** */
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

/* All commands parse into this, and share tokens. */
struct cmd_tph_result {
	cmdline_fixed_string_t word;
	cmdline_fixed_string_t action;
	cmdline_fixed_string_t port;
	cmdline_fixed_string_t direction;
	cmdline_fixed_string_t queue;
	cmdline_fixed_string_t lcore;
	cmdline_fixed_string_t objects;
	cmdline_multi_string_t enable_args;
};

static cmdline_parse_token_string_t word_show =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "show");
static cmdline_parse_token_string_t word_tph =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "tph");
static cmdline_parse_token_string_t word_port =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "port");
static cmdline_parse_token_string_t port_id =
	ANY_WORD_INITIALIZER(struct cmd_tph_result, port, "all");

/* *** tph enable port (port_id|all) [mode M] [requester R] [memory M] *** */
enum enable_option {
	ENABLE_MODE,
	ENABLE_REQUESTER,
	ENABLE_MEMORY,
	ENABLE_OPTIONS
};

#define ENABLE_OPTION_NAMES "mode#requester#memory"

static const struct {
	const char *values;	/* by number, as rte_eth_tph_*_name() has them */
	const char *in_words;
} enable_options[] = {
	[ENABLE_MODE] = { "auto#iv#ds", "auto, iv or ds" },
	[ENABLE_REQUESTER] = { "auto#standard#extended", "auto, standard or extended" },
	[ENABLE_MEMORY] = { "volatile#persistent", "volatile or persistent" },
};

/* Index of a word among choices, or -1. */
static int
choice_index(const char *choices, const char *word)
{
	struct cmdline_token_string token = { .string_data = { .str = choices } };
	cmdline_fixed_string_t choice;
	int i;

	for (i = 0; cmdline_complete_get_elt_string(&token.hdr, i, choice,
						    sizeof(choice)) == 0; i++)
		if (strcmp(word, choice) == 0)
			return i;

	return -1;
}

/*
 * The options may come in any order, so one token takes port and options as one
 * string when the command is run. When the tab key is pressed (there is no result
 * then) it takes one word at a time, and sets what the next one completes to.
 */
static int
enable_args_parse(cmdline_parse_token_hdr_t *hdr, const char *buf, void *result,
		  unsigned int size)
{
	struct cmdline_token_string rest = { .string_data = { .str = TOKEN_STRING_MULTI } };
	struct cmdline_token_string *args = (struct cmdline_token_string *)hdr;
	cmdline_fixed_string_t word;
	int len, option;

	if (result != NULL) {
		args->string_data.str = NULL;
		return cmdline_parse_string(&rest.hdr, buf, result, size);
	}

	len = any_word_parse(hdr, buf, word, sizeof(word));
	if (len > 0) {
		option = choice_index(ENABLE_OPTION_NAMES, word);
		args->string_data.str = option < 0 ? ENABLE_OPTION_NAMES :
						     enable_options[option].values;
	}

	return len;
}

static struct cmdline_token_ops enable_args_ops = {
	.parse = enable_args_parse,
	.complete_get_nb = cmdline_complete_get_nb_string,
	.complete_get_elt = cmdline_complete_get_elt_string,
	.get_help = cmdline_get_help_string,
};

static cmdline_parse_token_string_t word_enable =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "enable");
/* Its choices are NULL after it has taken the rest of the line. */
static cmdline_parse_token_string_t enable_args = {
	.hdr = {
		.ops = &enable_args_ops,
		.offset = offsetof(struct cmd_tph_result, enable_args),
	},
};

static cmdline_parse_token_hdr_t *
enable_token(unsigned int index)
{
	static cmdline_parse_token_string_t * const fixed[] = {
		&word_tph, &word_enable, &word_port
	};

	if (index < RTE_DIM(fixed))
		return &fixed[index]->hdr;
	if (index == RTE_DIM(fixed))
		enable_args.string_data.str = "all";

	return enable_args.string_data.str == NULL ? NULL : &enable_args.hdr;
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
	if (ret == 0 && !tph_usable(pid, &info))
		return;

	if (ret == 0)
		ret = rte_eth_dev_tph_enable(pid, conf);
	if (ret == 0)
		ret = rte_eth_dev_tph_info_get(pid, &info);
	if (ret != 0) {
		tph_failed(pid, ret);
		return;
	}

	print_enabled(pid, &info);
	tph_enabled_by_hand(pid);
}

/* Set the value of an option; -1 after printing what is wrong. */
static int
enable_option_set(int values[], const char *name, const char *word)
{
	int option = choice_index(ENABLE_OPTION_NAMES, name);

	if (option < 0) {
		fprintf(stderr, "No option %s: give mode, requester or memory\n", name);
		return -1;
	}

	values[option] = word == NULL ? -1 :
			 choice_index(enable_options[option].values, word);
	if (values[option] < 0) {
		fprintf(stderr, "No %s %s: give %s\n", name, word == NULL ? "value" : word,
			enable_options[option].in_words);
		return -1;
	}

	return 0;
}

static void
enable_run(char *args)
{
	static const char blanks[] = " \t";
	int values[ENABLE_OPTIONS] = { 0 };
	char *rest = NULL;
	const char *port = strtok_r(args, blanks, &rest);
	const char *name;

	while ((name = strtok_r(NULL, blanks, &rest)) != NULL)
		if (enable_option_set(values, name, strtok_r(NULL, blanks, &rest)) != 0)
			return;

	for_ports(port, enable_one, &(struct rte_eth_tph_conf){
		.mode = values[ENABLE_MODE],
		.requester = values[ENABLE_REQUESTER],
		.memory = values[ENABLE_MEMORY],
	});
}

static cmdline_parse_inst_t cmd_tph_enable;

/* The parser asks for a token (cl is NULL), or for the command to be run. */
static void
cmd_tph_enable_parsed(void *arg, struct cmdline *cl, void *data)
{
	cmdline_parse_token_hdr_t **token = arg, **slot = data;
	struct cmd_tph_result *res = arg;

	if (cl == NULL)
		*token = enable_token(slot - cmd_tph_enable.tokens);
	else
		enable_run(res->enable_args);
}

static cmdline_parse_inst_t cmd_tph_enable = {
	.f = cmd_tph_enable_parsed,
	.data = NULL,
	.help_str = "tph enable port <port_id>|all [mode auto|iv|ds] "
		"[requester auto|standard|extended] [memory volatile|persistent]",
	.tokens = { NULL },
};

/* *** tph disable|sync port (port_id|all) *** */
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
	const struct cmd_tph_result *res = parsed_result;

	for_ports(res->port, strcmp(res->action, "sync") == 0 ? sync_one : disable_one,
		  NULL);
}

static cmdline_parse_token_string_t word_disable_or_sync =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, action, "disable#sync");

static cmdline_parse_inst_t cmd_tph_port = {
	.f = cmd_tph_port_parsed,
	.data = NULL,
	.help_str = "tph disable|sync port <port_id>|all",
	.tokens = {
		(void *)&word_tph,
		(void *)&word_disable_or_sync,
		(void *)&word_port,
		(void *)&port_id,
		NULL,
	},
};

/* *** tph stash port ID (rxq|txq) (Q|all) lcore (L|auto) objects (LIST|none) *** */
/* What a command asks for, apart from the port */
struct stash_request {
	enum rte_eth_tph_direction direction;
	const char *queue;
	unsigned int lcore;	/* LCORE_ID_ANY: the one that polls the queue */
	uint32_t objects;
};

/* The first queue and how many of them, or -1 after printing why. */
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
			pid, rte_eth_tph_direction_name(req->direction), req->queue, nb,
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
			pid, rte_eth_tph_mode_name(info.mode),
			rte_eth_tph_direction_name(req->direction),
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
				pid, rte_eth_tph_direction_name(req->direction), first + i);
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

/* An lcore that EAL knows, LCORE_ID_ANY for auto, or -1 after printing why. */
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
	const struct cmd_tph_result *res = parsed_result;
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

static cmdline_parse_token_string_t word_stash =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "stash");
static cmdline_parse_token_string_t stash_direction =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, direction, "rxq#txq");
static cmdline_parse_token_string_t stash_queue =
	ANY_WORD_INITIALIZER(struct cmd_tph_result, queue, "all");
static cmdline_parse_token_string_t word_lcore =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "lcore");
static cmdline_parse_token_string_t stash_lcore_id =
	ANY_WORD_INITIALIZER(struct cmd_tph_result, lcore, "auto");
static cmdline_parse_token_string_t word_objects =
	TOKEN_STRING_INITIALIZER(struct cmd_tph_result, word, "objects");
static cmdline_parse_token_string_t stash_objects =
	ANY_WORD_INITIALIZER(struct cmd_tph_result, objects,
		"descriptor#header#payload#descriptor,header#descriptor,header,payload#none");

static cmdline_parse_inst_t cmd_tph_stash = {
	.f = cmd_tph_stash_parsed,
	.data = NULL,
	.help_str = "tph stash port <port_id>|all rxq|txq <queue_id>|all lcore <lcore_id>|auto "
		"objects <descriptor,header,payload>|none",
	.tokens = {
		(void *)&word_tph,
		(void *)&word_stash,
		(void *)&word_port,
		(void *)&port_id,
		(void *)&stash_direction,
		(void *)&stash_queue,
		(void *)&word_lcore,
		(void *)&stash_lcore_id,
		(void *)&word_objects,
		(void *)&stash_objects,
		NULL,
	},
};

/* *** show port (port_id|all) tph *** */
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
	char lcore[16] = "-", node[16] = "-", stored[32] = "-", objects[64];
	int n;

	if (stash->target == RTE_ETH_TPH_TARGET_LCORE)
		snprintf(lcore, sizeof(lcore), "%u", stash->target_id);
	n = cpu_node(state->cpu);
	if (n >= 0)
		snprintf(node, sizeof(node), "%d", n);
	if (state->location != RTE_ETH_TPH_LOCATION_NONE)
		snprintf(stored, sizeof(stored),
			 state->location == RTE_ETH_TPH_LOCATION_DEVICE ?
			 "%s 0x%x" : "%s %u", rte_eth_tph_location_name(state->location),
			 state->index);

	printf("  %-4s %5u %5s %5u %4s 0x%04x  %-25s  %-17s  %s\n",
	       rte_eth_tph_direction_name(stash->direction), stash->queue, lcore,
	       state->cpu, node, state->tag,
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

static void
show_device(const struct rte_eth_tph_info *info)
{
	char modes[32] = "", requesters[32] = "", objects[64];
	unsigned int i;

	for (i = 0; i < 32; i++) {
		if (info->modes & RTE_BIT32(i))
			tph_list_add(modes, sizeof(modes), rte_eth_tph_mode_name(i));
		if (info->requesters & RTE_BIT32(i))
			tph_list_add(requesters, sizeof(requesters),
				     rte_eth_tph_requester_name(i));
	}

	printf("  ST table: %s", rte_eth_tph_location_name(info->st_table));
	if (info->st_table != RTE_ETH_TPH_LOCATION_NONE)
		printf(", %u entries", info->st_entries);
	printf("\n");
	printf("  Modes: %s\n", modes);
	printf("  Requesters: %s\n", requesters);
	printf("  Rx objects: %s\n",
	       tph_objects_str(info->rx_objects, objects, sizeof(objects)));
	printf("  Tx objects: %s\n",
	       tph_objects_str(info->tx_objects, objects, sizeof(objects)));
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

	print_enabled(pid, &info);
	show_device(&info);
	show_stashes(pid);
}

static void
cmd_show_port_tph_parsed(void *parsed_result, __rte_unused struct cmdline *cl,
			 __rte_unused void *data)
{
	const struct cmd_tph_result *res = parsed_result;

	for_ports(res->port, show_one, NULL);
}

static cmdline_parse_inst_t cmd_show_port_tph = {
	.f = cmd_show_port_tph_parsed,
	.data = NULL,
	.help_str = "show port <port_id>|all tph",
	.tokens = {
		(void *)&word_show,
		(void *)&word_port,
		(void *)&port_id,
		(void *)&word_tph,
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
			"    Remove all stashes and turn TPH off.\n\n"
			"tph sync port (port_id|all)\n"
			"    Follow lcores whose CPU affinity has changed.\n"
		},
		{
			&cmd_tph_stash,
			"tph stash port (port_id|all) (rxq|txq) (queue_id|all)"
			" lcore (lcore_id|auto) objects (list|none)\n"
			"    Steer objects of a queue to the cache of an lcore; auto is the"
			" one that polls it.\n"
			"    The list is any of descriptor, header, payload, separated by"
			" commas.\n"
		},
		{
			&cmd_show_port_tph,
			"show port (port_id|all) tph\n"
			"    Show TPH capabilities, the settings in force, and the stash of"
			" every queue.\n"
		},
		{ NULL, NULL },
	},
};
TESTPMD_ADD_DRIVER_COMMANDS(tph_commands)
