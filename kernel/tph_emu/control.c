// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's side of tph_emu: attaching to a function and detaching from it,
 * and the files in debugfs that README.md describes.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-tph.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "tph_emu.h"

#define LINE_MAX_LEN	256
#define LOC_RESERVED	(PCI_TPH_LOC_CAP | PCI_TPH_LOC_MSIX)

static struct dentry *root;

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

static const char * const mode_names[] = { "ns", "iv", "ds" };

/* A line that a user wrote, to be freed with kfree() */
static char *read_line(const char __user *buf, size_t count)
{
	if (count >= LINE_MAX_LEN)
		return ERR_PTR(-EINVAL);

	return memdup_user_nul(buf, count);
}

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
		/* Overwritten or cleared meanwhile */
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
	char *line __free(kfree) = read_line(buf, count);
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

static int api_set(struct pci_dev *dev, unsigned int first, unsigned int count, u16 tag)
{
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		ret = pcie_tph_set_st_entry(dev, first + i, tag + i);
		if (ret)
			return ret;
	}

	return 0;
}

/* What the function called returned; *tag is negative if it told none */
static int api_call(struct pci_dev *dev, int argc, char **argv, int *tag)
{
	unsigned int first, count, cpu;
	u16 base;
	int mode, ret;

	*tag = -1;

	if (argc == 2 && !strcmp(argv[0], "enable")) {
		mode = match_string(mode_names, ARRAY_SIZE(mode_names), argv[1]);
		return mode < 0 ? mode : pcie_enable_tph(dev, mode);
	}
	if (argc == 1 && !strcmp(argv[0], "disable")) {
		pcie_disable_tph(dev);
		return 0;
	}
	if (argc == 4 && !strcmp(argv[0], "set")) {
		if (kstrtouint(argv[1], 0, &first) || kstrtouint(argv[2], 0, &count) ||
		    kstrtou16(argv[3], 0, &base))
			return -EINVAL;
		return api_set(dev, first, count, base);
	}
	if (argc == 3 && !strcmp(argv[0], "get_cpu")) {
		bool pm = !strcmp(argv[2], "pm");

		if (kstrtouint(argv[1], 0, &cpu) || (!pm && strcmp(argv[2], "vm")))
			return -EINVAL;
		ret = pcie_tph_get_cpu_st(dev, pm ? TPH_MEM_TYPE_PM : TPH_MEM_TYPE_VM,
					  cpu, &base);
		if (!ret)
			*tag = base;
		return ret;
	}
	if (argc == 1 && !strcmp(argv[0], "save_restore")) {
		ret = pci_save_state(dev);
		if (!ret)
			pci_restore_state(dev);
		return ret;
	}

	return -EINVAL;
}

static ssize_t base_api_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *ppos)
{
	char *line __free(kfree) = read_line(buf, count);
	struct tph_emu *emu = file_inode(file)->i_private;
	struct pci_dev *dev;
	char **argv;
	int argc, ret, tag;
	size_t len;

	if (IS_ERR(line))
		return PTR_ERR(line);

	argv = argv_split(GFP_KERNEL, line, &argc);
	if (!argv)
		return -ENOMEM;

	dev = pci_get_domain_bus_and_slot(emu->domain, emu->bus, emu->devfn);
	if (!dev) {
		argv_free(argv);
		return -ENODEV;
	}

	guard(mutex)(&emu->api_lock);
	ret = api_call(dev, argc, argv, &tag);
	len = scnprintf(emu->api_result, sizeof(emu->api_result), "%s: %d",
			strim(line), ret);
	if (tag >= 0)
		scnprintf(emu->api_result + len, sizeof(emu->api_result) - len,
			  " tag 0x%04x", tag);

	pci_dev_put(dev);
	argv_free(argv);

	/* PCIBIOS codes are positive */
	return ret > 0 ? pcibios_err_to_errno(ret) : ret ?: count;
}

static int base_api_show(struct seq_file *m, void *unused)
{
	struct tph_emu *emu = m->private;

	guard(mutex)(&emu->api_lock);
	seq_printf(m, "%s\n", emu->api_result);

	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(base_api);

static void make_files(struct tph_emu *emu)
{
	emu->dir = debugfs_create_dir(emu->name, root);
	debugfs_create_file("stats", 0400, emu->dir, emu, &stats_fops);
	debugfs_create_file("violations", 0400, emu->dir, emu, &violations_fops);
	debugfs_create_file("log", 0400, emu->dir, emu, &log_fops);
	debugfs_create_file("table", 0400, emu->dir, emu, &table_fops);
	debugfs_create_file("ctrl", 0400, emu->dir, emu, &ctrl_fops);
	debugfs_create_file("fail_st_write", 0600, emu->dir, emu, &fail_st_write_fops);
	debugfs_create_file("unreachable", 0600, emu->dir, emu, &unreachable_fops);
	debugfs_create_file("reset", 0200, emu->dir, emu, &reset_fops);
	debugfs_create_file("clear", 0200, emu->dir, emu, &clear_fops);
	debugfs_create_file("base_api", 0600, emu->dir, emu, &base_api_fops);
}

static int parse_bdf(struct tph_emu *emu, const char *arg)
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
		PCI_TPH_LOC_NONE, PCI_TPH_LOC_CAP, PCI_TPH_LOC_MSIX, LOC_RESERVED
	};
	int i = match_string(names, ARRAY_SIZE(names), value);

	if (i < 0)
		return i;
	*loc = codes[i];

	return 0;
}

static int parse_modes(char *value, u32 *modes)
{
	char *name;
	int i;

	*modes = 0;
	while ((name = strsep(&value, ","))) {
		i = match_string(mode_names, ARRAY_SIZE(mode_names), name);
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

static int parse_conf(struct tph_emu *emu, int argc, char **argv)
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

/* Hooks the bus of the function and those of all bridges above it */
static int hook_path(struct tph_emu *emu, struct pci_bus *bus)
{
	int ret = tph_emu_hook(bus);

	for (; !ret && !pci_is_root_bus(bus); bus = bus->parent) {
		struct pci_dev *bridge = bus->self;
		struct tph_emu_port *port;

		/* The bus of virtual functions has none */
		if (!bridge)
			continue;
		if (emu->nr_ports == TPH_EMU_PORTS) {
			pr_err("%s: too many bridges above\n", emu->name);
			return -EINVAL;
		}

		port = &emu->ports[emu->nr_ports++];
		port->bus = bridge->bus->number;
		port->devfn = bridge->devfn;
		port->exp = bridge->pcie_cap;
		port->root = pci_is_pcie(bridge) &&
			     pci_pcie_type(bridge) == PCI_EXP_TYPE_ROOT_PORT;
		ret = tph_emu_hook(bridge->bus);
	}

	return ret;
}

static int check_root_port(struct tph_emu *emu)
{
	const struct tph_emu_port *port = tph_emu_root_port(emu);
	const struct tph_emu_port *other_port;
	struct tph_emu *other;
	bool given = emu->conf.rp >= 0;

	if (!port) {
		if (!given)
			return 0;
		pr_err("%s: rp= given, but there is no Root Port above\n", emu->name);
		return -EINVAL;
	}

	if (!given)
		emu->conf.rp = PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH;

	list_for_each_entry(other, &tph_emu_list, list) {
		other_port = tph_emu_root_port(other);
		if (!other_port || other->domain != emu->domain ||
		    other_port->bus != port->bus || other_port->devfn != port->devfn)
			continue;
		if (!given)
			emu->conf.rp = other->conf.rp;
		if (emu->conf.rp == other->conf.rp)
			continue;
		pr_err("%s: the Root Port above has rp=%d from %s\n",
		       emu->name, other->conf.rp, other->name);
		return -EBUSY;
	}

	return 0;
}

/* Removes the function, if it is there; its driver goes with it */
static int remove_function(struct tph_emu *emu, struct pci_bus *bus, bool *removed)
{
	struct pci_dev *dev = pci_get_slot(bus, emu->devfn);
	int ret = 0;

	*removed = false;
	if (!dev)
		return 0;

	if (dev->is_virtfn) {
		pr_err("%s: exists, disable SR-IOV first\n", emu->name);
		ret = -EBUSY;
	} else if (dev->subordinate) {
		pr_err("%s: is a bridge\n", emu->name);
		ret = -EINVAL;
	} else {
		pci_stop_and_remove_bus_device(dev);
		*removed = true;
	}
	pci_dev_put(dev);

	return ret;
}

static int rescan_function(struct tph_emu *emu, struct pci_bus *bus)
{
	struct pci_dev *dev;

	pci_rescan_bus(bus);

	dev = pci_get_slot(bus, emu->devfn);
	if (!dev) {
		pr_err("%s: does not come back when its bus is scanned\n", emu->name);
		return -EIO;
	}
	pci_dev_put(dev);

	return 0;
}

static struct tph_emu *find_attached(const struct tph_emu *key)
{
	struct tph_emu *emu;

	list_for_each_entry(emu, &tph_emu_list, list)
		if (emu->domain == key->domain && emu->bus == key->bus &&
		    emu->devfn == key->devfn)
			return emu;

	return NULL;
}

/* Takes the registers away; the function itself stays as the kernel knows it */
static void unlist(struct tph_emu *emu)
{
	scoped_guard(raw_spinlock_irqsave, &tph_emu_lock)
		list_del(&emu->list);
	debugfs_remove_recursive(emu->dir);

	if (list_empty(&tph_emu_list))
		tph_emu_unhook_all();
}

/* On an error nothing is attached. Under pci_lock_rescan_remove() */
static int attach(struct tph_emu *emu)
{
	struct pci_bus *bus = pci_find_bus(emu->domain, emu->bus);
	bool removed;
	int ret;

	if (!bus) {
		pr_err("%s: no such bus\n", emu->name);
		return -ENODEV;
	}
	if (find_attached(emu)) {
		pr_err("%s: attached already, detach it first\n", emu->name);
		return -EEXIST;
	}

	ret = hook_path(emu, bus);
	if (!ret)
		ret = check_root_port(emu);
	if (ret)
		return ret;

	tph_emu_find(emu, bus);
	if (emu->error)
		return emu->error;

	ret = remove_function(emu, bus, &removed);
	if (ret)
		return ret;

	scoped_guard(raw_spinlock_irqsave, &tph_emu_lock)
		list_add_tail(&emu->list, &tph_emu_list);
	make_files(emu);

	ret = removed ? rescan_function(emu, bus) : 0;
	if (ret)
		unlist(emu);

	return ret;
}

static void free_emu(struct tph_emu *emu)
{
	mutex_destroy(&emu->api_lock);
	kvfree(emu);
}

static int parse_and_attach(int argc, char **argv)
{
	struct tph_emu *emu = kvzalloc_obj(*emu);
	int ret;

	if (!emu)
		return -ENOMEM;
	mutex_init(&emu->api_lock);

	ret = parse_bdf(emu, argc ? argv[0] : "");
	if (!ret)
		ret = parse_conf(emu, argc - 1, argv + 1);
	if (!ret) {
		pci_lock_rescan_remove();
		ret = attach(emu);
		if (ret && list_empty(&tph_emu_list))
			tph_emu_unhook_all();
		pci_unlock_rescan_remove();
	}
	if (ret)
		free_emu(emu);

	return ret;
}

static ssize_t attach_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	char *line __free(kfree) = read_line(buf, count);
	char **argv;
	int argc, ret;

	if (IS_ERR(line))
		return PTR_ERR(line);

	argv = argv_split(GFP_KERNEL, line, &argc);
	if (!argv)
		return -ENOMEM;
	ret = parse_and_attach(argc, argv);
	argv_free(argv);

	return ret ?: count;
}

static const struct file_operations attach_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = attach_write,
};

/* With force, also if the function cannot be removed. Under pci_lock_rescan_remove() */
static int detach(struct tph_emu *emu, bool force)
{
	struct pci_bus *bus = pci_find_bus(emu->domain, emu->bus);
	bool removed = false;
	int ret = 0;

	if (bus)
		ret = remove_function(emu, bus, &removed);
	if (ret && !force)
		return ret;

	if (bus)
		tph_emu_restore_beneath(emu, bus);
	unlist(emu);
	if (removed)
		ret = rescan_function(emu, bus);
	free_emu(emu);

	return ret;
}

static ssize_t detach_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	char *line __free(kfree) = read_line(buf, count);
	struct tph_emu *key __free(kvfree) = NULL;
	struct tph_emu *emu;
	int ret;

	if (IS_ERR(line))
		return PTR_ERR(line);

	key = kvzalloc_obj(*key);
	if (!key)
		return -ENOMEM;
	ret = parse_bdf(key, strim(line));
	if (ret)
		return ret;

	pci_lock_rescan_remove();
	emu = find_attached(key);
	if (emu) {
		ret = detach(emu, false);
	} else {
		pr_err("%s: not attached\n", key->name);
		ret = -ENOENT;
	}
	pci_unlock_rescan_remove();

	return ret ?: count;
}

static const struct file_operations detach_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = detach_write,
};

static int __init tph_emu_init(void)
{
	root = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("attach", 0200, root, NULL, &attach_fops);
	debugfs_create_file("detach", 0200, root, NULL, &detach_fops);

	return 0;
}
module_init(tph_emu_init);

static void __exit tph_emu_exit(void)
{
	struct tph_emu *emu, *next;

	/* First, so that nobody attaches any more */
	debugfs_lookup_and_remove("attach", root);
	debugfs_lookup_and_remove("detach", root);

	pci_lock_rescan_remove();
	list_for_each_entry_safe(emu, next, &tph_emu_list, list)
		detach(emu, true);
	pci_unlock_rescan_remove();

	debugfs_remove(root);
}
module_exit(tph_emu_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test-only emulation of a TPH Requester capability");
