// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of an emulated TPH Requester capability: contents, write masks,
 * counters, log, and what the specification forbids (PCIe r6.2, sections 6.17.3
 * and 7.9.13). config.c decides which accesses come here.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/bitfield.h>
#include <linux/sched/clock.h>

#include "tph_emu.h"

#define CTRL_WRITABLE	(PCI_TPH_CTRL_MODE_SEL_MASK | PCI_TPH_CTRL_REQ_EN_MASK)
#define REQ_RESERVED	2

static void log_op(struct tph_emu *emu, char op, int where, int size, u32 value)
{
	struct tph_emu_op *entry = &emu->log[emu->seq % TPH_EMU_LOG];

	entry->ns = local_clock();
	entry->seq = emu->seq++;
	entry->op = op;
	entry->offset = where;
	entry->width = size;
	entry->value = value;
	entry->reset = NULL;
}

/* Call it after the operation was logged */
static void violation(struct tph_emu *emu, const char *what)
{
	const struct tph_emu_op *op = &emu->log[(emu->seq - 1) % TPH_EMU_LOG];
	struct tph_emu_violation *entry;

	emu->stats[TPH_EMU_VIOLATIONS_FOUND]++;

	/* Keep the first ones, which tell more than the last */
	if (emu->nr_violations == TPH_EMU_VIOLATIONS)
		return;

	entry = &emu->violations[emu->nr_violations++];
	entry->ns = op->ns;
	entry->seq = op->seq;
	entry->what = what;
	entry->value = op->value;
	entry->offset = op->offset;
	entry->width = op->width;
	entry->ctrl = emu->ctrl;
}

static u16 st_writable(const struct tph_emu *emu)
{
	return emu->cap & PCI_TPH_CAP_EXT_TPH ? 0xffff : 0xff;
}

static int st_index(const struct tph_emu *emu, int where)
{
	return (where - emu->pos - PCI_TPH_BASE_SIZEOF) / (int)sizeof(u16);
}

/* Register in the capability, a multiple of 4 */
static u32 reg_value(const struct tph_emu *emu, int reg)
{
	int first;
	u32 value = 0;

	switch (reg) {
	case 0:
		return PCI_EXT_CAP_ID_TPH | 1 << 16;
	case PCI_TPH_CAP:
		return emu->cap;
	case PCI_TPH_CTRL:
		return emu->ctrl;
	}

	first = st_index(emu, emu->pos + reg);
	if (first < emu->entries)
		value = emu->st[first];
	if (first + 1 < emu->entries)
		value |= (u32)emu->st[first + 1] << 16;

	return value;
}

static void check_ctrl(struct tph_emu *emu, u32 new)
{
	u32 old_req = FIELD_GET(PCI_TPH_CTRL_REQ_EN_MASK, emu->ctrl);
	u32 old_mode = FIELD_GET(PCI_TPH_CTRL_MODE_SEL_MASK, emu->ctrl);
	u32 req = FIELD_GET(PCI_TPH_CTRL_REQ_EN_MASK, new);
	u32 mode = FIELD_GET(PCI_TPH_CTRL_MODE_SEL_MASK, new);
	bool has_rp = emu->conf.rp >= 0;

	/* Mode 0 is what reset leaves there, so it must be harmless while off */
	if ((mode || req) &&
	    (mode > PCI_TPH_ST_DS_MODE || !(emu->cap & BIT(mode))))
		violation(emu, "ST mode not supported");

	if (old_req && req && mode != old_mode)
		violation(emu, "ST mode changed while the requester is enabled");

	if (!req)
		return;

	if (req == REQ_RESERVED)
		violation(emu, "reserved requester type");

	if (has_rp && emu->conf.rp != PCI_EXP_DEVCAP2_TPH_COMP_TPH_ONLY &&
	    emu->conf.rp != PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH)
		violation(emu, "Root Port completes no TPH request");
	else if (req == PCI_TPH_REQ_EXT_TPH &&
		 (!(emu->cap & PCI_TPH_CAP_EXT_TPH) ||
		  (has_rp && emu->conf.rp != PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH)))
		violation(emu, "Extended TPH not supported");
}

static void write_ctrl(struct tph_emu *emu, u32 mask, u32 value)
{
	u32 new = (emu->ctrl & ~mask) | (value & mask & CTRL_WRITABLE);
	bool was_on = emu->ctrl & PCI_TPH_CTRL_REQ_EN_MASK;
	bool on = new & PCI_TPH_CTRL_REQ_EN_MASK;

	emu->stats[TPH_EMU_CTRL_WRITES]++;

	if (value & mask & ~CTRL_WRITABLE)
		violation(emu, "reserved bits written as 1");
	check_ctrl(emu, new);

	if (was_on && !on) {
		emu->stats[TPH_EMU_DISABLES]++;
		emu->paused = true;
	} else if (!was_on && on) {
		emu->stats[TPH_EMU_ENABLES]++;
		if (emu->paused)
			emu->stats[TPH_EMU_OFF_WINDOWS]++;
		emu->paused = false;
	}

	emu->ctrl = new;
}

static void write_entry(struct tph_emu *emu, int index, u16 mask, u16 value)
{
	u16 *st = &emu->st[index];
	u16 old = *st;

	if (value & mask & ~st_writable(emu))
		violation(emu, "reserved bits written as 1");

	*st = (old & ~mask) | (value & mask & st_writable(emu));

	emu->stats[TPH_EMU_ST_WRITES]++;
	if (*st == old)
		emu->stats[TPH_EMU_ST_SAME]++;
}

static void write_st(struct tph_emu *emu, int first, u32 mask, u32 value)
{
	bool any = false;
	bool beyond = false;
	int i;

	for (i = 0; i < 2; i++, mask >>= 16, value >>= 16) {
		if (!(mask & 0xffff))
			continue;
		if (first + i >= emu->entries) {
			beyond = true;
			continue;
		}
		write_entry(emu, first + i, mask, value);
		any = true;
	}

	if (any) {
		emu->stats[TPH_EMU_ST_CONFIG_WRITES]++;
		if (emu->ctrl & PCI_TPH_CTRL_REQ_EN_MASK)
			violation(emu, "ST entry written while the requester is enabled");
	}
	if (beyond)
		violation(emu, "ST entry beyond the table");
}

static bool touches_st(const struct tph_emu *emu, int where)
{
	return where >= emu->pos + PCI_TPH_BASE_SIZEOF &&
	       st_index(emu, where) < emu->entries;
}

static bool must_fail(struct tph_emu *emu)
{
	if (!emu->fail_in)
		return false;
	if (emu->fail_in > 1) {
		emu->fail_in--;
		return false;
	}
	if (!emu->fail_on)
		emu->fail_in = 0;
	return true;
}

u32 tph_emu_regs_read(struct tph_emu *emu, int where, int size)
{
	u32 value = reg_value(emu, (where & ~3) - emu->pos);

	value = (value & tph_emu_mask(where, size)) >> (8 * (where & 3));
	emu->stats[TPH_EMU_CONFIG_READS]++;
	log_op(emu, 'r', where, size, value);

	return value;
}

/* Returns a PCIBIOS code */
int tph_emu_regs_write(struct tph_emu *emu, int where, int size, u32 value)
{
	u32 mask = tph_emu_mask(where, size);
	u32 data = value << (8 * (where & 3));
	int reg = (where & ~3) - emu->pos;

	if (touches_st(emu, where) && must_fail(emu)) {
		emu->stats[TPH_EMU_ST_FAILED]++;
		tph_emu_regs_lost(emu, where, size, value);
		return PCIBIOS_SET_FAILED;
	}

	emu->stats[TPH_EMU_CONFIG_WRITES]++;
	log_op(emu, 'w', where, size, value & (mask >> (8 * (where & 3))));

	if (reg == PCI_TPH_CTRL)
		write_ctrl(emu, mask, data);
	else if (reg >= PCI_TPH_BASE_SIZEOF)
		write_st(emu, st_index(emu, where & ~3), mask, data);

	return PCIBIOS_SUCCESSFUL;
}

/* A write that does not reach the registers */
void tph_emu_regs_lost(struct tph_emu *emu, int where, int size, u32 value)
{
	emu->stats[TPH_EMU_CONFIG_WRITES]++;
	log_op(emu, '!', where, size, value & (tph_emu_mask(0, size)));
}

void tph_emu_regs_reset(struct tph_emu *emu, const char *kind)
{
	emu->ctrl = 0;
	memset(emu->st, 0, sizeof(emu->st));
	emu->power = 0;
	emu->paused = false;

	emu->stats[TPH_EMU_RESETS]++;
	log_op(emu, 'R', 0, 0, 0);
	emu->log[(emu->seq - 1) % TPH_EMU_LOG].reset = kind;
}

/* Zeroes counters and log; the registers keep what they hold */
void tph_emu_regs_clear(struct tph_emu *emu)
{
	memset(emu->stats, 0, sizeof(emu->stats));
	memset(emu->log, 0, sizeof(emu->log));
	emu->seq = 0;
	emu->nr_violations = 0;
	emu->paused = false;
}
