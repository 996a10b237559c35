// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs files of an attached function: they show its registers, counters and
 * log, and inject faults and resets. base_api, the file that calls the PCI core, is
 * left to base_api.c.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tph_emu.h"

static const char * const stat_names[] = {
	[TPH_EMU_CONFIG_READS] = "config_reads",
	[TPH_EMU_CONFIG_WRITES] = "config_writes",
	[TPH_EMU_CTRL_WRITES] = "ctrl_writes",
	[TPH_EMU_ST_CONFIG_WRITES] = "st_config_writes",
	[TPH_EMU_ST_WRITES] = "st_writes",
	[TPH_EMU_ST_SAME] = "st_same",
	[TPH_EMU_ST_FAILED] = "st_failed",
	[TPH_EMU_ENABLES] = "enables",
	[TPH_EMU_DISABLES] = "disables",
	[TPH_EMU_OFF_WINDOWS] = "off_windows",
	[TPH_EMU_RESETS] = "resets",
	[TPH_EMU_VIOLATIONS_FOUND] = "violations",
};

static void show_time(struct seq_file *m, unsigned long seq, u64 ns)
{
	u32 rest;
	u64 seconds = div_u64_rem(ns, NSEC_PER_SEC, &rest);

	seq_printf(m, "%lu %llu.%06u ", seq, seconds, rest / (u32)NSEC_PER_USEC);
}

static int stats_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;
	unsigned long stats[TPH_EMU_STATS];
	int i;

	scoped_guard(raw_spinlock_irqsave, &tph_emu_lock)
		memcpy(stats, emu->stats, sizeof(stats));

	for (i = 0; i < TPH_EMU_STATS; i++)
		seq_printf(m, "%s %lu\n", stat_names[i], stats[i]);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int violations_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;
	struct tph_emu_violation entry;
	unsigned int i;

	for (i = 0; ; i++) {
		scoped_guard(raw_spinlock_irqsave, &tph_emu_lock) {
			if (i >= emu->nr_violations)
				return 0;
			entry = emu->violations[i];
		}
		show_time(m, entry.seq, entry.ns);
		seq_printf(m, "%s: offset %#x width %u value %#x ctrl %#x\n",
			   entry.what, entry.offset, entry.width, entry.value, entry.ctrl);
	}
}
DEFINE_SHOW_ATTRIBUTE(violations);

static void show_op(struct seq_file *m, const struct tph_emu *emu, const struct tph_emu_op *op)
{
	int reg = op->offset - emu->pos;
	int index = (reg - PCI_TPH_BASE_SIZEOF) / (int)sizeof(u16);

	show_time(m, op->seq, op->ns);
	seq_printf(m, "%c %u %#x 0x%0*x ", op->op, op->width, op->offset,
		   op->width * 2, op->value);

	if (op->reset)
		seq_printf(m, "%s\n", op->reset);
	else if (reg < PCI_TPH_CAP)
		seq_puts(m, "header\n");
	else if (reg < PCI_TPH_CTRL)
		seq_puts(m, "cap\n");
	else if (reg < PCI_TPH_BASE_SIZEOF)
		seq_puts(m, "ctrl\n");
	else
		seq_printf(m, "%s[%d]\n", index < emu->entries ? "st" : "beyond", index);
}

static int log_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;
	struct tph_emu_op op;
	unsigned long seq, end;

	scoped_guard(raw_spinlock_irqsave, &tph_emu_lock)
		end = emu->seq;

	for (seq = end > TPH_EMU_LOG ? end - TPH_EMU_LOG : 0; seq < end; seq++) {
		scoped_guard(raw_spinlock_irqsave, &tph_emu_lock)
			op = emu->log[seq % TPH_EMU_LOG];
		/* Skip what was overwritten or cleared meanwhile */
		if (op.seq == seq && op.op)
			show_op(m, emu, &op);
	}

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(log);

static int table_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;
	u16 st[TPH_EMU_CAP_ENTRIES];
	int entries, i;

	scoped_guard(raw_spinlock_irqsave, &tph_emu_lock) {
		entries = emu->entries;
		memcpy(st, emu->st, sizeof(st));
	}

	for (i = 0; i < entries; i++)
		seq_printf(m, "%d 0x%04x\n", i, st[i]);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(table);

static int ctrl_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;

	seq_printf(m, "0x%08x\n", READ_ONCE(emu->ctrl));

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ctrl);

static int fail_st_write_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	seq_printf(m, "%u%s\n", emu->fail_in, emu->fail_on ? "+" : "");

	return 0;
}

static ssize_t fail_st_write_write(struct file *file, const char __user *buf,
				   size_t count, loff_t *ppos)
{
	char *line __free(kfree) = tph_emu_read_line(buf, count);
	struct tph_emu *emu = file_inode(file)->i_private;
	unsigned int n;
	char *number, *plus;

	if (IS_ERR(line))
		return PTR_ERR(line);

	number = strim(line);
	plus = strrchr(number, '+');
	if (plus && (plus == number || plus[1]))
		return -EINVAL;
	if (plus)
		*plus = '\0';
	if (kstrtouint(number, 10, &n) || (plus && !n))
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	emu->fail_in = n;
	emu->fail_on = plus;

	return count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(fail_st_write);

static int unreachable_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;

	seq_printf(m, "%d\n", READ_ONCE(emu->unreachable));

	return 0;
}

static ssize_t unreachable_write(struct file *file, const char __user *buf,
				 size_t count, loff_t *ppos)
{
	struct tph_emu *emu = file_inode(file)->i_private;
	bool value;
	int ret = kstrtobool_from_user(buf, count, &value);

	if (ret)
		return ret;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	emu->unreachable = value;

	return count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(unreachable);

static ssize_t reset_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	tph_emu_regs_reset(file->private_data, "debugfs");

	return count;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

static ssize_t clear_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	tph_emu_regs_clear(file->private_data);

	return count;
}

static const struct file_operations clear_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = clear_write,
};

void tph_emu_make_files(struct tph_emu *emu, struct dentry *parent)
{
	emu->dir = debugfs_create_dir(emu->name, parent);
	debugfs_create_file("stats", 0400, emu->dir, emu, &stats_fops);
	debugfs_create_file("violations", 0400, emu->dir, emu, &violations_fops);
	debugfs_create_file("log", 0400, emu->dir, emu, &log_fops);
	debugfs_create_file("table", 0400, emu->dir, emu, &table_fops);
	debugfs_create_file("ctrl", 0400, emu->dir, emu, &ctrl_fops);
	debugfs_create_file("fail_st_write", 0600, emu->dir, emu, &fail_st_write_fops);
	debugfs_create_file("unreachable", 0600, emu->dir, emu, &unreachable_fops);
	debugfs_create_file("reset", 0200, emu->dir, emu, &reset_fops);
	debugfs_create_file("clear", 0200, emu->dir, emu, &clear_fops);
	tph_emu_make_base_api_file(emu);
}
