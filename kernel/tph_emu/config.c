// SPDX-License-Identifier: GPL-2.0-only
/*
 * The config space accessors that replace a bus's own. They direct accesses to
 * the emulated registers or to the underlying device, link the capability into
 * the list that is read, and watch for writes that reset a function. What the
 * registers hold is left to regs.c.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "tph_emu.h"

/* After the last capability of all devices that this was written for */
#define AF_POS		0xe0
#define AF_SIZE		8
#define AF_HEADER	(PCI_CAP_ID_AF | PCI_CAP_AF_SIZEOF << 16 | \
			 (PCI_AF_CAP_TP | PCI_AF_CAP_FLR) << 24)

#define EXT_CAP_NEXT	GENMASK(31, 20)

#define POWER_D3HOT	3	/* Power State of PMCSR */

/*
 * Accessors installed on a bus: a copy of its own, so that those not replaced
 * still work. A bus created later inherits its parent's accessors, so a hook is
 * found by the accessors, not by the bus.
 */
struct hook {
	struct list_head list;
	struct pci_ops ops;
	struct pci_ops *beneath;
};

/* The underlying function */
struct beneath {
	struct pci_bus *bus;
	struct pci_ops *ops;
	unsigned int devfn;
};

DEFINE_RAW_SPINLOCK(tph_emu_lock);
LIST_HEAD(tph_emu_list);

static LIST_HEAD(hooks);	/* under pci_lock_rescan_remove() */

static u32 beneath_read(const struct beneath *dev, int where)
{
	u32 value;

	if (dev->ops->read(dev->bus, dev->devfn, where, sizeof(value), &value))
		return ~0;

	return value;
}

/* The vendor ID of a virtual function is always all ones, its class is not */
static bool beneath_present(const struct beneath *dev)
{
	return !PCI_POSSIBLE_ERROR(beneath_read(dev, PCI_CLASS_REVISION));
}

/* Length of an extended capability, 0 if not known */
static int ext_cap_length(u16 id)
{
	switch (id) {
	case PCI_EXT_CAP_ID_ERR:
		return 0x48;
	case PCI_EXT_CAP_ID_DSN:
		return PCI_EXT_CAP_DSN_SIZEOF;
	case PCI_EXT_CAP_ID_ACS:
		return 8;
	case PCI_EXT_CAP_ID_ARI:
		return PCI_EXT_CAP_ARI_SIZEOF;
	case PCI_EXT_CAP_ID_ATS:
		return PCI_EXT_CAP_ATS_SIZEOF;
	case PCI_EXT_CAP_ID_SRIOV:
		return PCI_EXT_CAP_SRIOV_SIZEOF;
	case PCI_EXT_CAP_ID_PRI:
		return PCI_EXT_CAP_PRI_SIZEOF;
	case PCI_EXT_CAP_ID_PASID:
		return PCI_EXT_CAP_PASID_SIZEOF;
	case PCI_EXT_CAP_ID_LTR:
		return PCI_EXT_CAP_LTR_SIZEOF;
	case PCI_EXT_CAP_ID_DOE:
		return 0x18;
	}

	return 0;
}

/* Finds the standard capabilities that emu needs, and the number of MSI-X vectors */
static int find_std_caps(struct tph_emu *emu, const struct beneath *dev, int *vectors)
{
	int pos = beneath_read(dev, PCI_CAPABILITY_LIST) & 0xfc;
	int left;

	emu->exp = 0;
	emu->pm = 0;
	emu->af = 0;
	emu->af_link = 0;
	*vectors = 0;

	for (left = 48; pos && left; left--) {
		u32 header = beneath_read(dev, pos);

		switch (header & 0xff) {
		case PCI_CAP_ID_EXP:
			emu->exp = pos;
			break;
		case PCI_CAP_ID_PM:
			emu->pm = pos;
			break;
		case PCI_CAP_ID_AF:
			emu->af = pos;
			break;
		case PCI_CAP_ID_MSIX:
			*vectors = FIELD_GET(PCI_MSIX_FLAGS_QSIZE, header >> 16) + 1;
			break;
		}
		emu->af_link = pos;
		pos = header >> 8 & 0xfc;
	}

	if (!emu->exp) {
		pr_err("%s: not a PCI Express function\n", emu->name);
		return -EINVAL;
	}

	if (emu->conf.af) {
		if (emu->af || beneath_read(dev, AF_POS) || beneath_read(dev, AF_POS + 4)) {
			pr_err("%s: af=1, but the function has an Advanced Features capability, or something else at %#x\n",
			       emu->name, AF_POS);
			return -ENOSPC;
		}
		emu->af = AF_POS;
	}

	return 0;
}

/* Finds a place for the capability, and the capability to link it from */
static int find_ext_caps(struct tph_emu *emu, const struct beneath *dev)
{
	int want = emu->conf.pos;
	int pos = PCI_CFG_SPACE_SIZE;
	int limit = PCI_CFG_SPACE_EXP_SIZE;
	int free = PCI_CFG_SPACE_SIZE;
	u32 header = beneath_read(dev, pos);
	int left;

	if (PCI_POSSIBLE_ERROR(header)) {
		pr_err("%s: no extended config space\n", emu->name);
		return -EINVAL;
	}

	emu->link = pos;
	for (left = 960; header && left; left--) {
		int length = ext_cap_length(PCI_EXT_CAP_ID(header));

		if (!length && want < 0) {
			pr_err("%s: length of extended capability %#x at %#x is not known, give pos=\n",
			       emu->name, PCI_EXT_CAP_ID(header), pos);
			return -ENOSPC;
		}
		if (want >= 0 && want < pos + max(length, PCI_CAP_SIZEOF) &&
		    pos < want + PCI_TPH_BASE_SIZEOF) {
			pr_err("%s: pos=%#x overlaps extended capability %#x at %#x\n",
			       emu->name, want, PCI_EXT_CAP_ID(header), pos);
			return -ENOSPC;
		}
		if (want >= 0 && pos > want)
			limit = min(limit, pos);

		free = max(free, ALIGN(pos + length, 16));
		emu->link = pos;
		pos = PCI_EXT_CAP_NEXT(header);
		if (pos < PCI_CFG_SPACE_SIZE)
			break;
		header = beneath_read(dev, pos);
	}

	emu->pos = want >= 0 ? want : free;
	if (emu->pos + PCI_TPH_BASE_SIZEOF > limit) {
		pr_err("%s: no room for the capability at %#x\n", emu->name, emu->pos);
		return -ENOSPC;
	}

	emu->end = emu->pos + PCI_TPH_BASE_SIZEOF;
	emu->entries = 0;
	if (emu->conf.loc == PCI_TPH_LOC_CAP) {
		int room = (limit - emu->end) / (int)sizeof(u16);

		emu->entries = min3(emu->conf.size, TPH_EMU_CAP_ENTRIES, room);
		emu->end += sizeof(u16) * min(max(emu->conf.size, TPH_EMU_CAP_ENTRIES), room);
		emu->end = ALIGN(emu->end, 4);
	}

	return 0;
}

/* Finds out about the underlying function, once it answers */
static void find_function(struct tph_emu *emu, const struct beneath *dev)
{
	int size = emu->conf.size;
	int vectors, pos;

	if (emu->error || !beneath_present(dev))
		return;

	emu->error = find_std_caps(emu, dev, &vectors);
	if (!emu->error)
		emu->error = find_ext_caps(emu, dev);
	if (emu->error)
		return;

	if (size < 0)
		size = emu->conf.loc == PCI_TPH_LOC_MSIX ? max(vectors, 1) : 1;
	emu->cap = emu->conf.modes | emu->conf.loc |
		   FIELD_PREP(PCI_TPH_CAP_EXT_TPH, emu->conf.ext) |
		   FIELD_PREP(PCI_TPH_CAP_ST_MASK, size - 1);

	for (pos = emu->pos; pos < emu->end; pos += 4)
		emu->beneath[(pos - emu->pos) / 4] = beneath_read(dev, pos);

	emu->flr = beneath_read(dev, emu->exp + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR;
	if (emu->pm) {
		u32 pmcsr = beneath_read(dev, emu->pm + PCI_PM_CTRL);

		emu->nsr = emu->conf.nsr >= 0 ? emu->conf.nsr :
			   !!(pmcsr & PCI_PM_CTRL_NO_SOFT_RESET);
		emu->power = pmcsr & PCI_PM_CTRL_STATE_MASK;
	}

	emu->found = true;
}

static bool in_capability(const struct tph_emu *emu, int where)
{
	return emu->found && where >= emu->pos && where < emu->end;
}

/* The registers of a function that went away are lost */
static bool still_present(struct tph_emu *emu, const struct beneath *dev)
{
	if (beneath_present(dev))
		return true;

	tph_emu_regs_reset(emu, "gone");
	emu->found = false;

	return false;
}

/* Replaces the masked bits of the register at reg in what was read at where */
static u32 replace(u32 value, int where, int size, int reg, u32 mask, u32 bits)
{
	int shift = 8 * (where & 3);

	if ((where ^ reg) & ~3)
		return value;

	mask &= tph_emu_mask(where, size);

	return (value & ~(mask >> shift)) | (bits & mask) >> shift;
}

/* True if a write sets any of these bits of the register at reg */
static bool sets(u32 value, int where, int size, int reg, u32 bits)
{
	if ((where ^ reg) & ~3)
		return false;

	return value << (8 * (where & 3)) & tph_emu_mask(where, size) & bits;
}

static u32 show_function(const struct tph_emu *emu, int where, int size, u32 value)
{
	value = replace(value, where, size, emu->link, EXT_CAP_NEXT,
			FIELD_PREP(EXT_CAP_NEXT, emu->pos));
	if (emu->pm)
		value = replace(value, where, size, emu->pm + PCI_PM_CTRL,
				PCI_PM_CTRL_NO_SOFT_RESET,
				emu->nsr ? PCI_PM_CTRL_NO_SOFT_RESET : 0);
	if (emu->conf.af) {
		value = replace(value, where, size, emu->af_link, 0xff00, AF_POS << 8);
		value = replace(value, where, size, AF_POS, ~0, AF_HEADER);
		value = replace(value, where, size, AF_POS + 4, ~0, 0);
	}

	return value;
}

static int function_read(struct tph_emu *emu, const struct beneath *dev,
			 int where, int size, u32 *value)
{
	int ret;

	if (emu->unreachable) {
		*value = tph_emu_mask(0, size);
		return PCIBIOS_SUCCESSFUL;
	}

	if (!emu->found)
		find_function(emu, dev);

	if (in_capability(emu, where)) {
		*value = still_present(emu, dev) ? tph_emu_regs_read(emu, where, size) :
						   tph_emu_mask(0, size);
		return PCIBIOS_SUCCESSFUL;
	}

	ret = dev->ops->read(dev->bus, dev->devfn, where, size, value);
	if (!ret && emu->found && beneath_present(dev))
		*value = show_function(emu, where, size, *value);

	return ret;
}

/* An emulated Advanced Features reset does the function's own FLR, if it has one */
static void reset_beneath(const struct tph_emu *emu, const struct beneath *dev)
{
	int devctl = emu->exp + PCI_EXP_DEVCTL;

	if (emu->flr)
		dev->ops->write(dev->bus, dev->devfn, devctl, sizeof(u16),
				(beneath_read(dev, devctl) & 0xffff) |
				PCI_EXP_DEVCTL_BCR_FLR);
}

static void watch_function(struct tph_emu *emu, const struct beneath *dev,
			   int where, int size, u32 value)
{
	int pmcsr = emu->pm + PCI_PM_CTRL;

	if (emu->flr && sets(value, where, size, emu->exp + PCI_EXP_DEVCTL,
			     PCI_EXP_DEVCTL_BCR_FLR))
		tph_emu_regs_reset(emu, "flr");

	if (emu->af && sets(value, where, size, emu->af + PCI_AF_CTRL, PCI_AF_CTRL_FLR)) {
		if (emu->conf.af)
			reset_beneath(emu, dev);
		tph_emu_regs_reset(emu, "af_flr");
	}

	if (emu->pm && where == pmcsr) {
		u8 power = value & PCI_PM_CTRL_STATE_MASK;

		if (emu->power == POWER_D3HOT && !power && !emu->nsr)
			tph_emu_regs_reset(emu, "d3hot");
		emu->power = power;
	}
}

static int function_write(struct tph_emu *emu, const struct beneath *dev,
			  int where, int size, u32 value)
{
	int ret;

	if (!emu->found && !emu->unreachable)
		find_function(emu, dev);

	if (in_capability(emu, where)) {
		if (emu->unreachable || !still_present(emu, dev)) {
			tph_emu_regs_lost(emu, where, size, value);
			return PCIBIOS_SUCCESSFUL;
		}
		ret = tph_emu_regs_write(emu, where, size, value);
		if (ret)
			return ret;
	}

	if (emu->unreachable)
		return PCIBIOS_SUCCESSFUL;

	ret = dev->ops->write(dev->bus, dev->devfn, where, size, value);
	if (!ret && emu->found)
		watch_function(emu, dev, where, size, value);

	return ret;
}

/* If this function is a bridge above emu, that bridge */
static const struct tph_emu_port *find_port(const struct tph_emu *emu,
					    const struct beneath *dev)
{
	int i;

	if (pci_domain_nr(dev->bus) != emu->domain)
		return NULL;

	for (i = 0; i < emu->nr_ports; i++)
		if (emu->ports[i].bus == dev->bus->number &&
		    emu->ports[i].devfn == dev->devfn)
			return &emu->ports[i];

	return NULL;
}

static u32 show_port(const struct beneath *dev, int where, int size, u32 value)
{
	const struct tph_emu_port *port;
	struct tph_emu *emu;

	list_for_each_entry(emu, &tph_emu_list, list) {
		port = find_port(emu, dev);
		if (port && port->root)
			return replace(value, where, size, port->exp + PCI_EXP_DEVCAP2,
				       PCI_EXP_DEVCAP2_TPH_COMP_MASK,
				       FIELD_PREP(PCI_EXP_DEVCAP2_TPH_COMP_MASK, emu->conf.rp));
	}

	return value;
}

static void watch_port(const struct beneath *dev, int where, int size, u32 value)
{
	const struct tph_emu_port *port;
	struct tph_emu *emu;

	list_for_each_entry(emu, &tph_emu_list, list) {
		port = find_port(emu, dev);
		/* A function not seen yet keeps its firmware= values */
		if (!port || !emu->found)
			continue;
		/* Bridge Control is the upper half of the dword */
		if (sets(value, where, size, PCI_BRIDGE_CONTROL,
			 PCI_BRIDGE_CTL_BUS_RESET << 16))
			tph_emu_regs_reset(emu, "bus");
		if (sets(value, where, size, port->exp + PCI_EXP_SLTCTL, PCI_EXP_SLTCTL_PCC))
			tph_emu_regs_reset(emu, "power");
	}
}

static struct tph_emu *find_emu(const struct beneath *dev)
{
	struct tph_emu *emu;

	list_for_each_entry(emu, &tph_emu_list, list)
		if (emu->domain == pci_domain_nr(dev->bus) &&
		    emu->bus == dev->bus->number && emu->devfn == dev->devfn)
			return emu;

	return NULL;
}

static int hook_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value);

/* NULL if these are not, or no longer, ours */
static struct hook *find_hook(struct pci_ops *ops)
{
	return ops->read == hook_read ? container_of(ops, struct hook, ops) : NULL;
}

static int hook_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value)
{
	struct pci_ops *ops = READ_ONCE(bus->ops);
	struct hook *hook = find_hook(ops);
	struct beneath dev = { bus, hook ? hook->beneath : ops, devfn };
	struct tph_emu *emu;
	int ret;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);

	emu = find_emu(&dev);
	if (emu)
		return function_read(emu, &dev, where, size, value);

	ret = dev.ops->read(bus, devfn, where, size, value);
	if (!ret)
		*value = show_port(&dev, where, size, *value);

	return ret;
}

static int hook_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 value)
{
	struct pci_ops *ops = READ_ONCE(bus->ops);
	struct hook *hook = find_hook(ops);
	struct beneath dev = { bus, hook ? hook->beneath : ops, devfn };
	struct tph_emu *emu;
	int ret;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);

	emu = find_emu(&dev);
	if (emu)
		return function_write(emu, &dev, where, size, value);

	ret = dev.ops->write(bus, devfn, where, size, value);
	if (!ret)
		watch_port(&dev, where, size, value);

	return ret;
}

/* Tries to find the function now, so that attach can report why it cannot */
void tph_emu_find(struct tph_emu *emu, struct pci_bus *bus)
{
	struct hook *hook = find_hook(bus->ops);
	struct beneath dev = { bus, hook->beneath, emu->devfn };

	guard(raw_spinlock_irqsave)(&tph_emu_lock);
	find_function(emu, &dev);
}

/* Undoes the writes that were passed on to the device */
void tph_emu_restore_beneath(struct tph_emu *emu, struct pci_bus *bus)
{
	struct hook *hook = find_hook(bus->ops);
	struct beneath dev = { bus, hook->beneath, emu->devfn };
	int pos;

	guard(raw_spinlock_irqsave)(&tph_emu_lock);

	for (pos = emu->pos; emu->found && pos < emu->end; pos += 4) {
		u32 was = emu->beneath[(pos - emu->pos) / 4];

		if (beneath_read(&dev, pos) != was)
			dev.ops->write(bus, emu->devfn, pos, sizeof(was), was);
	}

	/* This was 0, or af=1 would have been refused */
	if (emu->conf.af && emu->found)
		dev.ops->write(bus, emu->devfn, AF_POS + 4, sizeof(u32), 0);
}

int tph_emu_hook(struct pci_bus *bus)
{
	struct hook *hook;

	if (find_hook(bus->ops))
		return 0;

	hook = kzalloc_obj(*hook);
	if (!hook)
		return -ENOMEM;

	hook->beneath = bus->ops;
	hook->ops = *bus->ops;
	hook->ops.read = hook_read;
	hook->ops.write = hook_write;
	list_add(&hook->list, &hooks);
	pci_bus_set_ops(bus, &hook->ops);

	return 0;
}

static void unhook_tree(struct pci_bus *bus)
{
	struct hook *hook = find_hook(bus->ops);
	struct pci_bus *child;

	if (hook)
		pci_bus_set_ops(bus, hook->beneath);
	list_for_each_entry(child, &bus->children, node)
		unhook_tree(child);
}

void tph_emu_unhook_all(void)
{
	struct pci_bus *root = NULL;
	struct hook *hook, *next;

	while ((root = pci_find_next_bus(root)))
		unhook_tree(root);

	/* If config accesses take no lock, some may still be running */
	synchronize_rcu_tasks();

	list_for_each_entry_safe(hook, next, &hooks, list) {
		list_del(&hook->list);
		kfree(hook);
	}
}
