/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel series lets drivers do with TPH, given by this module.  It is
 * found before the kernel's own header of this name, if there is one.
 *
 * The module has names of its own for it, since a kernel may export some of the
 * series' names.
 *
 * All functions may be called at the same time for one device.  The device must
 * be bound to this module.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#ifndef LINUX_PCI_TPH_H
#define LINUX_PCI_TPH_H

#include <linux/types.h>

struct pci_dev;

enum tph_mem_type {
	TPH_MEM_TYPE_VM,	/* volatile memory */
	TPH_MEM_TYPE_PM		/* persistent memory */
};

/* The most entries that an ST table in the TPH capability can have */
#define PCI_TPH_CAP_ST_MAX	64

#define pcie_disable_tph		tph_pci_disable
#define pcie_enable_tph_entries		tph_pci_enable_entries
#define pcie_tph_clear_msix_tags	tph_pci_clear_msix_tags
#define pcie_tph_enabled_mode		tph_pci_enabled_mode
#define pcie_tph_enabled_req_type	tph_pci_enabled_req_type
#define pcie_tph_get_cpu_st_ext		tph_pci_get_cpu_st_ext
#define pcie_tph_get_cpu_st_std		tph_pci_get_cpu_st_std
#define pcie_tph_get_st_modes		tph_pci_get_st_modes
#define pcie_tph_get_st_table_loc	tph_pci_get_st_table_loc
#define pcie_tph_get_st_table_size	tph_pci_get_st_table_size
#define pcie_tph_intact			tph_pci_intact
#define pcie_tph_max_req_type		tph_pci_max_req_type
#define pcie_tph_set_st_entries		tph_pci_set_st_entries
#define pcie_tph_wait_for_reset		tph_pci_wait_for_reset

/* tph_pci.c */
u8 tph_pci_get_st_modes(struct pci_dev *pdev);
u32 tph_pci_get_st_table_loc(struct pci_dev *pdev);
u16 tph_pci_get_st_table_size(struct pci_dev *pdev);
u8 tph_pci_max_req_type(struct pci_dev *pdev);
u8 tph_pci_enabled_req_type(struct pci_dev *pdev);
u8 tph_pci_enabled_mode(struct pci_dev *pdev);
void tph_pci_disable(struct pci_dev *pdev);
int tph_pci_enable_entries(struct pci_dev *pdev, int mode, u8 req_type,
			   const u16 *tags, unsigned int count,
			   const unsigned long *mask);
int tph_pci_set_st_entries(struct pci_dev *pdev, unsigned int index,
			   const u16 *tags, unsigned int count,
			   const unsigned long *mask);
int tph_pci_clear_msix_tags(struct pci_dev *pdev);
int tph_pci_intact(struct pci_dev *pdev);
int tph_pci_wait_for_reset(struct pci_dev *pdev);

/* tph_cpu.c */
int tph_pci_get_cpu_st_std(struct pci_dev *pdev, enum tph_mem_type mem_type,
			   unsigned int cpu, u16 *tag, bool *ph_ignore);
int tph_pci_get_cpu_st_ext(struct pci_dev *pdev, enum tph_mem_type mem_type,
			   unsigned int cpu, u16 *tag, bool *ph_ignore);

#endif /* LINUX_PCI_TPH_H */
