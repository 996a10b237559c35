// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steering Tags in the MSI-X Table.
 *
 * A tag is in the upper half of a vector's Vector Control.  The interrupt core
 * writes that register whenever it masks or unmasks the vector, from a copy in
 * the vector's descriptor and under the lock of the interrupt.  So a tag is
 * changed under the same lock, in the copy as well.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/msi.h>
#include <linux/pci.h>

#include "vfio_pci_priv.h"

#define VECTORS_MAX	(PCI_MSIX_FLAGS_QSIZE + 1)

static void __iomem *vector_control(const struct msi_desc *desc)
{
	return desc->pci.mask_base + desc->msi_index * PCI_MSIX_ENTRY_SIZE +
	       PCI_MSIX_ENTRY_VECTOR_CTRL;
}

static u16 copied_tag(const struct msi_desc *desc)
{
	return FIELD_GET(PCI_MSIX_ENTRY_CTRL_ST, desc->pci.msix_ctrl);
}

static raw_spinlock_t *vector_lock(const struct msi_desc *desc)
{
	return &irq_data_to_desc(irq_get_irq_data(desc->irq))->lock;
}

static bool has_register(const struct msi_desc *desc)
{
	return desc->pci.msi_attrib.can_mask && !desc->pci.msi_attrib.is_virtual;
}

static void copy_tag(struct msi_desc *desc, u16 tag)
{
	desc->pci.msix_ctrl &= ~PCI_MSIX_ENTRY_CTRL_ST;
	desc->pci.msix_ctrl |= FIELD_PREP(PCI_MSIX_ENTRY_CTRL_ST, tag);
}

static void set_tag(struct msi_desc *desc, u16 tag, bool access)
{
	guard(raw_spinlock_irq)(vector_lock(desc));

	copy_tag(desc, tag);
	if (access)
		writel(desc->pci.msix_ctrl, vector_control(desc));
}

/**
 * tph_msix_read - bring the copies of the tags up to date with the device
 * @pdev: device whose memory can be accessed, and whose vectors stay as they are
 *
 * Return: 0, or -EIO if the table cannot be read
 */
int tph_msix_read(struct pci_dev *pdev)
{
	struct msi_desc *desc;
	u32 ctrl;

	guard(msi_descs_lock)(&pdev->dev);

	msi_for_each_desc(desc, &pdev->dev, MSI_DESC_ASSOCIATED) {
		if (!has_register(desc))
			continue;

		guard(raw_spinlock_irq)(vector_lock(desc));

		ctrl = readl(vector_control(desc));
		if (PCI_POSSIBLE_ERROR(ctrl))
			return -EIO;

		copy_tag(desc, FIELD_GET(PCI_MSIX_ENTRY_CTRL_ST, ctrl));
	}

	return 0;
}

static int compare(struct pci_dev *pdev, const struct tph_batch *b)
{
	unsigned int missing = 0, differ = 0, i;
	struct msi_desc *desc;

	for (i = b->index; i < b->index + b->count; i++)
		missing += tph_batch_has(b, i);

	msi_for_each_desc(desc, &pdev->dev, MSI_DESC_ASSOCIATED) {
		if (!tph_batch_has(b, desc->msi_index) || !has_register(desc))
			continue;

		missing--;
		differ += copied_tag(desc) != tph_batch_tag(b, desc->msi_index);
	}

	return missing ? -ENXIO : differ;
}

/**
 * tph_msix_compare - compare tags with the copies
 * @pdev: device
 * @b: tags; an index is that of a vector
 *
 * Return: how many differ, or -ENXIO if a vector is not allocated
 */
int tph_msix_compare(struct pci_dev *pdev, const struct tph_batch *b)
{
	guard(msi_descs_lock)(&pdev->dev);

	return compare(pdev, b);
}

/**
 * tph_msix_write - write tags, but for those that are there already
 * @pdev: device whose memory can be accessed
 * @b: tags; an index is that of a vector
 *
 * Return: 0, or -ENXIO if a vector is not allocated; nothing is written then
 */
int tph_msix_write(struct pci_dev *pdev, const struct tph_batch *b)
{
	struct msi_desc *desc, *last = NULL;
	int ret;
	u16 tag;

	guard(msi_descs_lock)(&pdev->dev);

	ret = compare(pdev, b);
	if (ret <= 0)
		return ret;

	msi_for_each_desc(desc, &pdev->dev, MSI_DESC_ASSOCIATED) {
		if (!tph_batch_has(b, desc->msi_index))
			continue;

		tag = tph_batch_tag(b, desc->msi_index);
		if (copied_tag(desc) == tag)
			continue;

		set_tag(desc, tag, true);
		last = desc;
	}

	/* All of them have arrived when a read has been answered */
	readl(vector_control(last));
	return 0;
}

/* The entries without a vector, which nobody else writes */
static int clear_others(struct vfio_pci_core_device *vdev,
			const unsigned long *vectors)
{
	phys_addr_t table = pci_resource_start(vdev->pdev, vdev->msix_bar) +
			    vdev->msix_offset;
	unsigned int i, count = vdev->msix_size / PCI_MSIX_ENTRY_SIZE;
	void __iomem *base, *addr;
	u32 ctrl;

	if (!(pci_resource_flags(vdev->pdev, vdev->msix_bar) & IORESOURCE_MEM) ||
	    pci_resource_flags(vdev->pdev, vdev->msix_bar) & IORESOURCE_UNSET ||
	    vdev->msix_offset + vdev->msix_size >
	    pci_resource_len(vdev->pdev, vdev->msix_bar))
		return -EIO;

	base = ioremap(table, vdev->msix_size);
	if (!base)
		return -ENOMEM;

	for_each_clear_bit(i, vectors, count) {
		addr = base + i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL;
		ctrl = readl(addr);
		if (!PCI_POSSIBLE_ERROR(ctrl) &&
		    FIELD_GET(PCI_MSIX_ENTRY_CTRL_ST, ctrl))
			writel(ctrl & ~PCI_MSIX_ENTRY_CTRL_ST, addr);
	}

	readl(base + PCI_MSIX_ENTRY_VECTOR_CTRL);
	iounmap(base);
	return 0;
}

/* Those with a vector; note which they are */
static void clear_vectors(struct device *dev, unsigned long *vectors,
			  bool access)
{
	struct msi_desc *desc;

	guard(msi_descs_lock)(dev);

	msi_for_each_desc(desc, dev, MSI_DESC_ASSOCIATED) {
		if (!has_register(desc))
			continue;

		set_tag(desc, 0, access);
		__set_bit(desc->msi_index, vectors);
	}
}

/**
 * tph_msix_clear - clear all tags, whoever has written them
 * @vdev: device, enabled by vfio-pci-core, and whose vectors stay as they are
 * @access: can its memory be accessed?  If not, only the copies are cleared
 *
 * Return: 0, -ENOMEM, or -EIO if the table is not in memory of the device
 */
int tph_msix_clear(struct vfio_pci_core_device *vdev, bool access)
{
	DECLARE_BITMAP(vectors, VECTORS_MAX);

	bitmap_zero(vectors, VECTORS_MAX);
	if (vdev->pdev->msix_enabled)
		clear_vectors(&vdev->pdev->dev, vectors, access);

	return access ? clear_others(vdev, vectors) : 0;
}
