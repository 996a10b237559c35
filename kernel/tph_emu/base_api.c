// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs file base_api of an attached function: it calls the PCI core's
 * in-kernel TPH API, so that tests see what the kernel does by itself. No other
 * file needs that API; a kernel without it does without this file.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/pci.h>
#include <linux/pci-tph.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "tph_emu.h"

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

/* Return value of the called function; *tag is negative if it returned none */
static int api_call(struct pci_dev *dev, int argc, char **argv, int *tag)
{
	unsigned int first, count, cpu;
	u16 base;
	int mode, ret;

	*tag = -1;

	if (argc == 2 && !strcmp(argv[0], "enable")) {
		mode = tph_emu_parse_mode(argv[1]);
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
	char *line __free(kfree) = tph_emu_read_line(buf, count);
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

void tph_emu_make_base_api_file(struct tph_emu *emu)
{
	debugfs_create_file("base_api", 0600, emu->dir, emu, &base_api_fops);
}
