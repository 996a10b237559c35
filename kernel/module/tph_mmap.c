// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of the BAR with the MSI-X Table, where a table that has tags can be
 * taken from users who must not choose them: policy iv-st.  What vfio-pci-core
 * maps when the user first accesses it goes through vfio_pci_tph_expose() here.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/cleanup.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pfn.h>

#include "vfio_pci_priv.h"

/* Those of vfio-pci-core, the same for all mappings */
static const struct vm_operations_struct *core_mmap_ops;

static struct vfio_pci_core_device *to_vdev(const struct vm_area_struct *vma)
{
	return container_of(vma->vm_private_data, struct vfio_pci_core_device,
			    core);
}

/* May the user have these pages?  If so, vfio-pci-core may map them. */
static bool expose(struct vfio_pci_core_device *vdev, phys_addr_t start,
		   size_t len, bool split)
{
	guard(rwsem_read)(&vdev->memory_lock);

	return vfio_pci_tph_expose(vdev, start, len, split);
}

static phys_addr_t phys_addr(const struct vm_area_struct *vma,
			     unsigned long addr)
{
#ifdef TPH_HAVE_REGION_OFFSET
	u64 offset = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (addr - vma->vm_start);

	return pci_resource_start(to_vdev(vma)->pdev,
				  VFIO_PCI_OFFSET_TO_INDEX(offset)) +
	       (offset & VFIO_PCI_OFFSET_MASK);
#else
	return PFN_PHYS(vma->vm_pgoff) + (addr - vma->vm_start);
#endif
}

static bool may_fault(const struct vm_fault *vmf, unsigned int order)
{
	const struct vm_area_struct *vma = vmf->vma;
#ifdef TPH_HAVE_FAULT_BY_PAGE
	size_t len = PAGE_SIZE << order;
	unsigned long addr = vmf->address & ~(len - 1);

	/* The kernel asks for huge pages that extend beyond the mapping, too */
	if (addr < vma->vm_start || addr + len > vma->vm_end)
		return false;

	return expose(to_vdev(vma), phys_addr(vma, addr), len, order > 0);
#else
	/* One fault maps all of it */
	return expose(to_vdev(vma), phys_addr(vma, vma->vm_start),
		      vma->vm_end - vma->vm_start, false);
#endif
}

static vm_fault_t tph_fault(struct vm_fault *vmf)
{
	if (!may_fault(vmf, 0))
		return VM_FAULT_SIGBUS;

	return core_mmap_ops->fault(vmf);
}

#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
static vm_fault_t tph_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	if (!core_mmap_ops->huge_fault || !may_fault(vmf, order))
		return VM_FAULT_FALLBACK;

	return core_mmap_ops->huge_fault(vmf, order);
}
#endif

static void tph_vma_open(struct vm_area_struct *vma)
{
	if (core_mmap_ops->open)
		core_mmap_ops->open(vma);
}

static void tph_vma_close(struct vm_area_struct *vma)
{
	if (core_mmap_ops->close)
		core_mmap_ops->close(vma);
}

static const struct vm_operations_struct tph_mmap_ops = {
	.open = tph_vma_open,
	.close = tph_vma_close,
	.fault = tph_fault,
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
	.huge_fault = tph_huge_fault,
#endif
};

/**
 * tph_mmap - let a user map a region
 * @vdev: device
 * @vma: the user's mapping
 *
 * Return: as vfio_pci_core_mmap()
 */
int tph_mmap(struct vfio_pci_core_device *vdev, struct vm_area_struct *vma)
{
	u64 index = VFIO_PCI_OFFSET_TO_INDEX((u64)vma->vm_pgoff << PAGE_SHIFT);
	int ret = vfio_pci_core_mmap(&vdev->vdev, vma);

	if (ret || index != vdev->msix_bar ||
	    pcie_tph_get_st_table_loc(vdev->pdev) != PCI_TPH_LOC_MSIX)
		return ret;

	core_mmap_ops = vma->vm_ops;
	vma->vm_ops = &tph_mmap_ops;
	return 0;
}
