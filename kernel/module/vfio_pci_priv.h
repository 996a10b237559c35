/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes vfio_pci_tph.c of the kernel series fit into this module.  There, what
 * it needs of a device is in the PCI core's and VFIO's own structures; here, in
 * struct tph_vfio_device, which takes the name of VFIO's.
 *
 * From top to bottom, each file calls only those below it:
 *
 *   tph_vfio_pci.c   the driver
 *   tph_config.c     the capability in the user's config space
 *   tph_mmap.c       the MSI-X Table in the user's mappings
 *   vfio_pci_tph.c   what the user wants, and may do; shared with the series
 *   tph_cpu.c        Steering Tags of CPUs
 *   tph_pci.c        the capability of the device
 *   tph_msix.c       tags in its MSI-X Table
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#ifndef VFIO_PCI_PRIV_H
#define VFIO_PCI_PRIV_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-tph.h>
#include <linux/vfio_pci_core.h>
#include <linux/vfio_pci_tph.h>

#include "compat.h"

struct kernel_param_ops;
struct seq_file;
struct vfio_pci_tph;
struct vm_area_struct;

/**
 * struct tph_pci - TPH of a device
 * @pos: offset of the capability, 0 if there is none
 * @len: bytes that the capability has in config space
 * @cap: as @pos, but 0 if TPH cannot be used
 * @caps: low half of the capability register
 * @st_size: entries of the ST table
 * @req_max: requester type negotiated with the Root Port
 * @lock: see below
 * @mode: ST mode, if the requester is enabled
 * @req_type: requester type enabled
 * @st_valid: @st agrees with the device
 * @resetting: from reset_prepare() to reset_done()
 * @saved: there is something to restore from, and no change since
 * @st: what the entries of a table in the capability hold
 * @saved_st: the same, when it was last saved
 * @saved_ctrl: TPH Control when it was last saved
 */
struct tph_pci {
	u16		pos;
	u16		len;
	u16		cap;
	u16		caps;
	u16		st_size;
	u8		req_max;
	struct mutex	lock;	/* registers of the device, and all that follows */
	u8		mode;
	u8		req_type;
	bool		st_valid;
	bool		resetting;
	bool		saved;
	u16		st[PCI_TPH_CAP_ST_MAX];
	u16		saved_st[PCI_TPH_CAP_ST_MAX];
	u32		saved_ctrl;
};

/**
 * struct tph_batch - tags for consecutive entries of the ST table
 * @index: index of the first entry
 * @count: number of entries
 * @tags: a tag for each, or NULL to set them to 0
 * @mask: which of the entries to set, or NULL for all
 */
struct tph_batch {
	unsigned int index;
	unsigned int count;
	const u16 *tags;
	const unsigned long *mask;
};

/* Is an entry of the table to be set? */
static inline bool tph_batch_has(const struct tph_batch *b, unsigned int entry)
{
	return entry >= b->index && entry - b->index < b->count &&
	       (!b->mask || test_bit(entry - b->index, b->mask));
}

/* To what? */
static inline u16 tph_batch_tag(const struct tph_batch *b, unsigned int entry)
{
	return b->tags ? b->tags[entry - b->index] : 0;
}

/* The fields of VFIO's device by their own names, and the series' */
struct tph_vfio_device {
	union {
		struct vfio_pci_core_device core;
		struct vfio_pci_core_device;
	};
	struct vfio_pci_tph	*tph;
	u8			tph_policy;
	bool			tph_table_exposed;
	bool			tph_table_revoked;
	/*
	 * The outermost lock lets in one at a time of the calls by which a user
	 * changes TPH or vectors.  In the series, igate does; here,
	 * vfio-pci-core takes that itself.
	 */
	struct mutex		tph_calls;
	struct tph_pci		pci;
};

/* vfio-pci-core wants its device as the driver's data */
static inline struct tph_vfio_device *tph_device(struct pci_dev *pdev)
{
	return container_of(dev_get_drvdata(&pdev->dev), struct tph_vfio_device,
			    core);
}

#define vfio_pci_core_device tph_vfio_device

/* tph_pci.c */
int tph_pci_check(struct pci_dev *pdev);
void tph_pci_find(struct vfio_pci_core_device *vdev);
void tph_pci_save(struct vfio_pci_core_device *vdev);
void tph_pci_save_opened(struct vfio_pci_core_device *vdev);
void tph_pci_restore(struct vfio_pci_core_device *vdev);
void tph_pci_reset_prepare(struct vfio_pci_core_device *vdev);
void tph_pci_reset_done(struct vfio_pci_core_device *vdev);

/* tph_msix.c */
int tph_msix_read(struct pci_dev *pdev);
int tph_msix_compare(struct pci_dev *pdev, const struct tph_batch *b);
int tph_msix_write(struct pci_dev *pdev, const struct tph_batch *b);
int tph_msix_clear(struct vfio_pci_core_device *vdev, bool access);

/* tph_cpu.c */
void tph_cpu_forget(void);

/* tph_config.c */
void tph_config_open(struct vfio_pci_core_device *vdev);
void tph_config_restore(struct vfio_pci_core_device *vdev);
ssize_t tph_config_rw(struct vfio_pci_core_device *vdev, char __user *buf,
		      size_t count, loff_t *ppos, bool write);

/* tph_mmap.c */
int tph_mmap(struct vfio_pci_core_device *vdev, struct vm_area_struct *vma);

/* vfio_pci_tph.c */
extern const struct kernel_param_ops vfio_pci_core_tph_policy_ops;
bool vfio_pci_tph_enabled(struct vfio_pci_core_device *vdev);
int vfio_pci_tph_set_ctrl(struct vfio_pci_core_device *vdev, u32 ctrl);
void vfio_pci_tph_add_attrs(struct vfio_pci_core_device *vdev);
int vfio_pci_tph_set_entries(struct vfio_pci_core_device *vdev,
			     unsigned int index, const u16 *tags,
			     unsigned int count);
bool vfio_pci_tph_get_entry(struct vfio_pci_core_device *vdev,
			    unsigned int index, u16 *tag);
unsigned int vfio_pci_tph_st_entries(struct vfio_pci_core_device *vdev);
void vfio_pci_tph_irqs_alloc(struct vfio_pci_core_device *vdev);
void vfio_pci_tph_irqs_free(struct vfio_pci_core_device *vdev);
void vfio_pci_tph_irqs_done(struct vfio_pci_core_device *vdev);
bool vfio_pci_tph_expose(struct vfio_pci_core_device *vdev, phys_addr_t start,
			 size_t len, bool split);
void vfio_pci_tph_restore(struct vfio_pci_core_device *vdev);
void vfio_pci_tph_close(struct vfio_pci_core_device *vdev);
void vfio_pci_tph_show(struct vfio_pci_core_device *vdev, struct seq_file *seq);
int vfio_pci_core_feature_tph_enable(struct vfio_pci_core_device *vdev, u32 flags,
				     struct vfio_device_feature_tph_enable __user *arg,
				     size_t argsz);
int vfio_pci_core_feature_tph_st_config(struct vfio_pci_core_device *vdev,
					u32 flags,
					struct vfio_device_feature_tph_st_config __user *arg,
					size_t argsz);
int vfio_pci_core_feature_tph_cpu_st(struct vfio_pci_core_device *vdev, u32 flags,
				     struct vfio_device_feature_tph_cpu_st __user *arg,
				     size_t argsz);

/* What vfio_pci_tph.c calls of vfio-pci-core, which does not export it */

static inline u16 vfio_pci_tph_cap(struct vfio_pci_core_device *vdev)
{
	return vdev->pci.cap;
}

/* Memory must be decoded for an access to the MSI-X Table */
static inline u16
vfio_pci_memory_lock_and_enable(struct vfio_pci_core_device *vdev)
{
	u16 cmd;

	down_write(&vdev->memory_lock);
	pci_read_config_word(vdev->pdev, PCI_COMMAND, &cmd);
	if (!(cmd & PCI_COMMAND_MEMORY))
		pci_write_config_word(vdev->pdev, PCI_COMMAND,
				      cmd | PCI_COMMAND_MEMORY);

	return cmd;
}

static inline void
vfio_pci_memory_unlock_and_restore(struct vfio_pci_core_device *vdev, u16 cmd)
{
	pci_write_config_word(vdev->pdev, PCI_COMMAND, cmd);
	up_write(&vdev->memory_lock);
}

#endif /* VFIO_PCI_PRIV_H */
