// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing of what the user writes: lines, addresses of functions, and the options
 * of attach. Whether a device can have them is left to attach.c and config.c.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kstrtox.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "tph_emu.h"

#define LINE_MAX_LEN	256

char *tph_emu_read_line(const char __user *buf, size_t count)
{
	if (count >= LINE_MAX_LEN)
		return ERR_PTR(-EINVAL);

	return memdup_user_nul(buf, count);
}

int tph_emu_parse_bdf(struct tph_emu *emu, const char *arg)
{
	unsigned int domain, bus, slot, func;
	int end = 0;

	if (sscanf(arg, "%x:%x:%x.%x%n", &domain, &bus, &slot, &func, &end) != 4 ||
	    arg[end] || domain > 0xffff || bus > 0xff || slot > 0x1f || func > 7) {
		pr_err("%s: not a PCI address, give domain:bus:device.function\n", arg);
		return -EINVAL;
	}

	emu->domain = domain;
	emu->bus = bus;
	emu->devfn = PCI_DEVFN(slot, func);
	snprintf(emu->name, sizeof(emu->name), "%04x:%02x:%02x.%u", domain, bus, slot, func);

	return 0;
}

static int parse_loc(const char *value, u32 *loc)
{
	static const char * const names[] = { "none", "cap", "msix", "reserved" };
	static const u32 codes[] = {
		PCI_TPH_LOC_NONE, PCI_TPH_LOC_CAP, PCI_TPH_LOC_MSIX,
		PCI_TPH_LOC_CAP | PCI_TPH_LOC_MSIX
	};
	int i = match_string(names, ARRAY_SIZE(names), value);

	if (i < 0)
		return i;
	*loc = codes[i];

	return 0;
}

/* The mode's number, which is its code in TPH Control and its bit in CAP */
int tph_emu_parse_mode(const char *name)
{
	static const char * const names[] = { "ns", "iv", "ds" };

	return match_string(names, ARRAY_SIZE(names), name);
}

static int parse_modes(char *value, u32 *modes)
{
	char *name;
	int i;

	*modes = 0;
	while ((name = strsep(&value, ","))) {
		i = tph_emu_parse_mode(name);
		if (i < 0)
			return i;
		*modes |= BIT(i);
	}

	return 0;
}

static int parse_option(struct tph_emu_conf *conf, const char *name, char *value)
{
	const struct {
		const char *name;
		int *value;
		int min;
		int max;
	} numbers[] = {
		{ "size", &conf->size, 1, 2048 },
		{ "ext", &conf->ext, 0, 1 },
		{ "rp", &conf->rp, 0, 3 },
		{ "firmware", &conf->firmware, 0, U16_MAX },
		{ "pos", &conf->pos, PCI_CFG_SPACE_SIZE,
		  PCI_CFG_SPACE_EXP_SIZE - PCI_TPH_BASE_SIZEOF },
		{ "nsr", &conf->nsr, 0, 1 },
		{ "af", &conf->af, 0, 1 },
	};
	int i;

	if (!strcmp(name, "loc"))
		return parse_loc(value, &conf->loc);
	if (!strcmp(name, "modes"))
		return parse_modes(value, &conf->modes);

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(name, numbers[i].name))
			continue;
		if (kstrtoint(value, 0, numbers[i].value) ||
		    *numbers[i].value < numbers[i].min || *numbers[i].value > numbers[i].max)
			return -EINVAL;
		return 0;
	}

	return -EINVAL;
}

int tph_emu_parse_conf(struct tph_emu *emu, int argc, char **argv)
{
	struct tph_emu_conf *conf = &emu->conf;
	char *name, *value;
	int i;

	*conf = (struct tph_emu_conf) {
		.loc = PCI_TPH_LOC_CAP,
		.modes = PCI_TPH_CAP_ST_NS | PCI_TPH_CAP_ST_IV | PCI_TPH_CAP_ST_DS,
		.size = -1,
		.ext = 1,
		.rp = -1,
		.pos = -1,
		.nsr = -1,
	};

	for (i = 0; i < argc; i++) {
		value = argv[i];
		name = strsep(&value, "=");
		if (!value || parse_option(conf, name, value)) {
			pr_err("%s: %s=%s: no such option, or bad value\n",
			       emu->name, name, value ?: "");
			return -EINVAL;
		}
	}

	if (conf->pos >= 0 && conf->pos % 4) {
		pr_err("%s: pos is no multiple of 4\n", emu->name);
		return -EINVAL;
	}
	if (!conf->ext && conf->firmware > U8_MAX) {
		pr_err("%s: firmware exceeds the 8 bits that an entry has with ext=0\n", emu->name);
		return -EINVAL;
	}
	if (conf->size < 0 && conf->loc == PCI_TPH_LOC_CAP)
		conf->size = TPH_EMU_CAP_ENTRIES;

	for (i = 0; i < TPH_EMU_CAP_ENTRIES; i++)
		emu->st[i] = conf->firmware;

	return 0;
}
