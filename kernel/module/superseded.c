// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module is on a kernel whose vfio-pci has TPH itself.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

static int __init superseded_init(void)
{
	pr_err("not needed: vfio-pci of this kernel has TPH; bind devices to vfio-pci, and give it tph_policy\n");
	return -ENODEV;
}
module_init(superseded_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("TPH for users of VFIO: this kernel's vfio-pci has it");
