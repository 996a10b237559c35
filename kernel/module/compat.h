/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels from 6.1 on do not all have.  TPH_HAVE_* come from Kbuild.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#ifndef TPH_COMPAT_H
#define TPH_COMPAT_H

#include <linux/acpi.h>
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/msi.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <linux/vfio.h>
#include <linux/vfio_pci_core.h>

/* Registers, as PCIe has them */

#ifndef PCI_TPH_CAP_ST_NS
#define PCI_TPH_CAP_ST_NS		0x00000001
#define PCI_TPH_CAP_ST_IV		0x00000002
#define PCI_TPH_CAP_ST_DS		0x00000004
#define PCI_TPH_CAP_EXT_TPH		0x00000100
#endif

#ifndef PCI_TPH_CTRL
#define PCI_TPH_CTRL			8
#define PCI_TPH_CTRL_MODE_SEL_MASK	0x00000007
#define PCI_TPH_ST_NS_MODE		0x0
#define PCI_TPH_ST_IV_MODE		0x1
#define PCI_TPH_ST_DS_MODE		0x2
#define PCI_TPH_CTRL_REQ_EN_MASK	0x00000300
#define PCI_TPH_REQ_DISABLE		0x0
#define PCI_TPH_REQ_TPH_ONLY		0x1
#define PCI_TPH_REQ_EXT_TPH		0x3
#endif

#ifndef PCI_EXP_DEVCAP2_TPH_COMP_MASK
#define PCI_EXP_DEVCAP2_TPH_COMP_MASK	0x00003000
#endif

#ifndef PCI_EXP_DEVCAP2_TPH_COMP_NONE
#define PCI_EXP_DEVCAP2_TPH_COMP_NONE		0x0
#define PCI_EXP_DEVCAP2_TPH_COMP_TPH_ONLY	0x1
#define PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH	0x3
#endif

#ifndef PCI_MSIX_ENTRY_CTRL_ST
#define PCI_MSIX_ENTRY_CTRL_ST		0xffff0000
#endif

/* Helpers */

#ifndef PF_USER_WORKER
#define PF_USER_WORKER PF_IO_WORKER
#endif

#ifndef TPH_HAVE_MSI_GUARD
DEFINE_LOCK_GUARD_1(msi_descs_lock, struct device, msi_lock_descs(_T->lock),
		    msi_unlock_descs(_T->lock))
#endif

#ifndef kmalloc_objs
#define kmalloc_objs(var, count) kmalloc_array(count, sizeof(var), GFP_KERNEL)
#endif

#ifndef kzalloc_obj
#define kzalloc_obj(var) kzalloc(sizeof(var), GFP_KERNEL)
#endif

#ifndef kzalloc_flex
#define kzalloc_flex(var, member, count, gfp)				\
({									\
	typeof(var) *__new = kzalloc(struct_size(__new, member, count), gfp); \
	__new;								\
})
#endif

/* The ACPI Processor UID of a CPU, which must be online */
#if defined(CONFIG_ACPI) && !defined(TPH_HAVE_CPU_UID)
static inline int acpi_get_cpu_uid(unsigned int cpu, u32 *uid)
{
#if defined(CONFIG_X86) && defined(CONFIG_SMP)
	*uid = per_cpu(x86_cpu_to_acpiid, cpu);
	return *uid == U32_MAX ? -ENODEV : 0;
#elif defined(CONFIG_ARM64)
	*uid = get_acpi_id_for_cpu(cpu);
	return 0;
#else
	return -EOPNOTSUPP;
#endif
}
#endif

/* Members that are in every driver's operations, if they exist */
static inline void tph_compat_ops(struct vfio_device_ops *ops)
{
#ifdef TPH_HAVE_IOMMUFD
	ops->bind_iommufd = vfio_iommufd_physical_bind;
	ops->unbind_iommufd = vfio_iommufd_physical_unbind;
	ops->attach_ioas = vfio_iommufd_physical_attach_ioas;
	ops->detach_ioas = vfio_iommufd_physical_detach_ioas;
#endif
#ifdef TPH_HAVE_PASID_ATTACH
	ops->pasid_attach_ioas = vfio_iommufd_physical_pasid_attach_ioas;
	ops->pasid_detach_ioas = vfio_iommufd_physical_pasid_detach_ioas;
#endif
#ifdef TPH_HAVE_REGION_INFO_CAPS
	ops->get_region_info_caps = vfio_pci_ioctl_get_region_info;
#endif
#ifdef TPH_HAVE_MATCH_TOKEN_UUID
	ops->match_token_uuid = vfio_pci_core_match_token_uuid;
#endif
}

#endif /* TPH_COMPAT_H */
