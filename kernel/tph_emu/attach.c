// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching and detaching functions, by the debugfs files attach and detach, and
 * the module's init and exit. In either case the function is removed and its bus
 * scanned again, so that the kernel sees the change. The options are left to
 * parse.c, the files of an attached function to files.c.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tph_emu.h"

static struct dentry *root;

/* Linux 6.1 has no such class for kvfree() */
DEFINE_FREE(key, struct tph_emu *, kvfree(_T))

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

/* The Root Port above, NULL for a function that is integrated in the root complex */
static const struct tph_emu_port *root_port(const struct tph_emu *emu)
{
	const struct tph_emu_port *top;

	if (!emu->nr_ports)
		return NULL;
	top = &emu->ports[emu->nr_ports - 1];

	return top->root ? top : NULL;
}

static int check_root_port(struct tph_emu *emu)
{
	const struct tph_emu_port *port = root_port(emu);
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
		other_port = root_port(other);
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

/* Removes the function, if it is there, and so unbinds its driver */
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

/* Takes the registers away; the kernel keeps the function */
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
	tph_emu_make_files(emu, root);

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

/*
 * Runs fn for a write of "<function> <words>", with the words. The function is
 * named by a new struct, which fn sets to NULL if it keeps it.
 */
static ssize_t run_line(const char __user *buf, size_t count,
			int (*fn)(struct tph_emu **named, int argc, char **argv))
{
	char *line __free(kfree) = tph_emu_read_line(buf, count);
	struct tph_emu *named;
	char **argv;
	int argc, ret;

	if (IS_ERR(line))
		return PTR_ERR(line);

	argv = argv_split(GFP_KERNEL, line, &argc);
	if (!argv)
		return -ENOMEM;
	named = kvzalloc_obj(*named);
	if (!named) {
		argv_free(argv);
		return -ENOMEM;
	}
	mutex_init(&named->api_lock);

	ret = tph_emu_parse_bdf(named, argc ? argv[0] : "");
	if (!ret)
		ret = fn(&named, argc - 1, argv + 1);
	if (named)
		free_emu(named);
	argv_free(argv);

	return ret ?: count;
}

static int attach_named(struct tph_emu **named, int argc, char **argv)
{
	int ret = tph_emu_parse_conf(*named, argc, argv);

	if (ret)
		return ret;

	pci_lock_rescan_remove();
	ret = attach(*named);
	if (ret && list_empty(&tph_emu_list))
		tph_emu_unhook_all();
	pci_unlock_rescan_remove();
	if (!ret)
		*named = NULL;

	return ret;
}

static ssize_t attach_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	return run_line(buf, count, attach_named);
}

static const struct file_operations attach_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = attach_write,
};

/* With force, even if the function cannot be removed. Under pci_lock_rescan_remove() */
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

static int detach_named(struct tph_emu **named, int argc, char **argv)
{
	struct tph_emu *emu;
	int ret;

	if (argc)
		return -EINVAL;

	pci_lock_rescan_remove();
	emu = find_attached(*named);
	if (emu) {
		ret = detach(emu, false);
	} else {
		pr_err("%s: not attached\n", (*named)->name);
		ret = -ENOENT;
	}
	pci_unlock_rescan_remove();

	return ret;
}

static ssize_t detach_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	return run_line(buf, count, detach_named);
}

static const struct file_operations detach_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = detach_write,
};

/* Like a driver that is slow in a callback */
static int hold_named(struct tph_emu **named, int argc, char **argv)
{
	struct pci_dev *dev;
	unsigned int ms;

	if (argc != 1 || kstrtouint(argv[0], 10, &ms))
		return -EINVAL;

	dev = pci_get_domain_bus_and_slot((*named)->domain, (*named)->bus, (*named)->devfn);
	if (!dev)
		return -ENODEV;

	device_lock(&dev->dev);
	msleep(ms);
	device_unlock(&dev->dev);
	pci_dev_put(dev);

	return 0;
}

static ssize_t hold_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *ppos)
{
	return run_line(buf, count, hold_named);
}

static const struct file_operations hold_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = hold_write,
};

static int __init tph_emu_init(void)
{
	root = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("attach", 0200, root, NULL, &attach_fops);
	debugfs_create_file("detach", 0200, root, NULL, &detach_fops);
	debugfs_create_file("hold", 0200, root, NULL, &hold_fops);

	return 0;
}
module_init(tph_emu_init);

static void __exit tph_emu_exit(void)
{
	struct tph_emu *emu, *next;

	/* First, so that nothing can be attached any more */
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
