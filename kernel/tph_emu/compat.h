/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels before 7.3 lack or name otherwise, from 6.1 on. A kernel may have
 * some of it backported, so each thing is asked for, not the version.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#ifndef TPH_EMU_COMPAT_H
#define TPH_EMU_COMPAT_H

#include <linux/cleanup.h>
#include <linux/pci_regs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

/* The registers of TPH, of which kernels without TPH know little */
#ifndef PCI_TPH_CTRL
#define PCI_TPH_CAP_ST_NS		0x00000001
#define PCI_TPH_CAP_ST_IV		0x00000002
#define PCI_TPH_CAP_ST_DS		0x00000004
#define PCI_TPH_CAP_EXT_TPH		0x00000100
#define PCI_TPH_CTRL			8
#define PCI_TPH_CTRL_MODE_SEL_MASK	0x00000007
#define PCI_TPH_ST_DS_MODE		2
#define PCI_TPH_CTRL_REQ_EN_MASK	0x00000300
#define PCI_TPH_REQ_EXT_TPH		3
#endif
#ifndef PCI_EXP_DEVCAP2_TPH_COMP_MASK
#define PCI_EXP_DEVCAP2_TPH_COMP_MASK	0x00003000
#endif
#ifndef PCI_EXP_DEVCAP2_TPH_COMP_NONE
#define PCI_EXP_DEVCAP2_TPH_COMP_TPH_ONLY	1
#define PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH	3
#endif

#ifndef kzalloc_obj
#define kzalloc_obj(object)	kzalloc(sizeof(object), GFP_KERNEL)
#define kvzalloc_obj(object)	kvzalloc(sizeof(object), GFP_KERNEL)
#endif

#ifndef DEFINE_SHOW_STORE_ATTRIBUTE
#define DEFINE_SHOW_STORE_ATTRIBUTE(name)				\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, inode->i_private);	\
}									\
									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.write = name##_write,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}
#endif

#endif /* TPH_EMU_COMPAT_H */
