/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The dpdk-tph authors
 */

/*
 * TLP Processing Hints of a device that is bound to vfio-pci.
 *
 * Opt-in, ST table and CPU tags are VFIO device features; mode and requester
 * are bits of the TPH Requester Control Register in config space, which
 * vfio-pci virtualizes.  Nothing is kept here: the kernel is asked each time.
 */

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include <uapi/linux/vfio.h>

#include <eal_export.h>
#include <rte_bitops.h>
#include <rte_bus_pci.h>
#include <rte_common.h>
#include <rte_interrupts.h>
#include <rte_log.h>
#include <rte_pci.h>

#include "bus_pci_tph.h"
#include "private.h"
#include "vfio_pci_tph.h"
#include <tph_compat.h>

/* Fields of the TPH Requester Control Register that enabling changes */
#define PCI_TPH_CTRL_FIELDS	(RTE_PCI_TPH_CTRL_MODE | RTE_PCI_TPH_CTRL_REQUESTER)

/* struct vfio_device_feature followed by the largest payload used here */
struct pci_tph_feature {
	uint32_t argsz;
	uint32_t flags;
	union {
		struct vfio_device_feature_tph_enable enable;
		struct vfio_device_feature_tph_st_config st_config;
		struct vfio_device_feature_tph_cpu_st cpu_st;
	};
};

/* Without an IOMMU, VFIO creates a group of this name. */
static bool
pci_tph_is_noiommu(const struct rte_pci_device *dev)
{
	char path[PATH_MAX], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/" PCI_PRI_FMT "/iommu_group/name",
		rte_pci_get_sysfs_path(), dev->addr.domain, dev->addr.bus,
		dev->addr.devid, dev->addr.function);

	/* groups of an IOMMU have no name */
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fgets(name, sizeof(name), f) == NULL)
		name[0] = '\0';
	fclose(f);

	return strncmp(name, "vfio-noiommu", strlen("vfio-noiommu")) == 0;
}

/* The VFIO device fd or a negative errno; other drivers' fds are not VFIO's. */
static int
pci_tph_vfio_fd(const struct rte_pci_device *dev)
{
	int fd;

	if (dev->kdrv != RTE_PCI_KDRV_VFIO)
		return -ENOTSUP;

	fd = rte_intr_dev_fd_get(dev->intr_handle);

	return fd < 0 ? -ENOTSUP : fd;
}

/* flags: VFIO_DEVICE_FEATURE_GET or _SET, and the feature */
static int
pci_tph_feature_call(const struct rte_pci_device *dev, uint32_t flags,
		struct pci_tph_feature *feature, size_t data_len)
{
	int fd;

	RTE_BUILD_BUG_ON(offsetof(struct pci_tph_feature, enable) !=
		sizeof(struct vfio_device_feature));

	fd = pci_tph_vfio_fd(dev);
	if (fd < 0)
		return fd;

	feature->argsz = sizeof(struct vfio_device_feature) + data_len;
	feature->flags = flags;

	if (ioctl(fd, VFIO_DEVICE_FEATURE, feature) < 0)
		return -errno;

	return 0;
}

static int
pci_tph_state_get(const struct rte_pci_device *dev,
		struct vfio_device_feature_tph_enable *state)
{
	struct pci_tph_feature feature = { 0 };
	int ret;

	ret = pci_tph_feature_call(dev,
		VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_TPH_ENABLE,
		&feature, sizeof(feature.enable));
	if (ret < 0)
		return ret;

	*state = feature.enable;
	return 0;
}

static int
pci_tph_opt_in(const struct rte_pci_device *dev)
{
	struct pci_tph_feature feature = { 0 };

	return pci_tph_feature_call(dev,
		VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_TPH_ENABLE,
		&feature, 0);
}

/* The bus's config space accessors may return -1 without setting errno. */
static int
pci_tph_config_errno(ssize_t done)
{
	return done < 0 && errno != 0 ? -errno : -EIO;
}

static int
pci_tph_ctrl_read(const struct rte_pci_device *dev, off_t cap, uint32_t *ctrl)
{
	ssize_t done;

	errno = 0;
	done = rte_pci_read_config(dev, ctrl, sizeof(*ctrl), cap + RTE_PCI_TPH_CTRL);
	if (done != sizeof(*ctrl))
		return pci_tph_config_errno(done);

	return 0;
}

static int
pci_tph_ctrl_write(const struct rte_pci_device *dev, off_t cap, uint32_t ctrl)
{
	ssize_t done;

	errno = 0;
	done = rte_pci_write_config(dev, &ctrl, sizeof(ctrl), cap + RTE_PCI_TPH_CTRL);
	if (done != sizeof(ctrl))
		return pci_tph_config_errno(done);

	return 0;
}

/* Set mode and requester, and check that the device accepted them. */
static int
pci_tph_ctrl_set(const struct rte_pci_device *dev, off_t cap, uint32_t fields)
{
	uint32_t ctrl, others;
	int ret;

	ret = pci_tph_ctrl_read(dev, cap, &ctrl);
	if (ret < 0)
		return ret;
	if ((ctrl & PCI_TPH_CTRL_FIELDS) == fields)
		return 0;

	others = ctrl & ~PCI_TPH_CTRL_FIELDS;
	/* the mode of a requester that is on must not be changed */
	if ((ctrl & PCI_TPH_CTRL_FIELDS) != 0)
		ret = pci_tph_ctrl_write(dev, cap, others);
	if (ret == 0 && fields != 0)
		ret = pci_tph_ctrl_write(dev, cap, others | fields);
	if (ret == 0)
		ret = pci_tph_ctrl_read(dev, cap, &ctrl);
	if (ret < 0)
		return ret;

	return (ctrl & PCI_TPH_CTRL_FIELDS) == fields ? 0 : -EIO;
}

static int
pci_tph_cap_find(const struct rte_pci_device *dev, off_t *cap)
{
	*cap = rte_pci_find_ext_capability(dev, RTE_PCI_EXT_CAP_ID_TPH);

	return *cap > 0 ? 0 : -EIO;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_info_get)
int
rte_pci_tph_info_get(const struct rte_pci_device *dev,
		struct rte_pci_tph_info *info)
{
	struct vfio_device_feature_tph_enable state;
	int ret;

	memset(info, 0, sizeof(*info));

	ret = pci_tph_state_get(dev, &state);
	if (ret < 0)
		return ret;
	/* Callers of the other functions have had this answer: they need not check. */
	if (pci_tph_is_noiommu(dev))
		return -ENOTSUP;

	/* The kernel's numbers are those of the registers. */
	RTE_BUILD_BUG_ON(RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_IV) != VFIO_TPH_MODE_IV);
	RTE_BUILD_BUG_ON(RTE_BIT32(RTE_PCI_TPH_CTRL_MODE_DS) != VFIO_TPH_MODE_DS);
	RTE_BUILD_BUG_ON(VFIO_TPH_ST_LOC_CAP != RTE_PCI_TPH_CAP_LOC_CAP);
	RTE_BUILD_BUG_ON(VFIO_TPH_ST_LOC_MSIX != RTE_PCI_TPH_CAP_LOC_MSIX);
	RTE_BUILD_BUG_ON((int)VFIO_TPH_POLICY_DS_ST != (int)RTE_PCI_TPH_POLICY_DS_ST);

	info->capable = (state.flags & VFIO_TPH_CAPABLE) != 0;
	info->usable = (state.flags & VFIO_TPH_USABLE) != 0;
	info->policy = state.policy;
	info->user_opt_in = (state.flags & VFIO_TPH_USER_OPT_IN) != 0;
	info->modes = state.st_modes;
	if (state.requesters & VFIO_TPH_REQ_STANDARD)
		info->requesters |= RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_TPH);
	if (state.requesters & VFIO_TPH_REQ_EXTENDED)
		info->requesters |= RTE_BIT32(RTE_PCI_TPH_CTRL_REQUESTER_EXT);
	info->st_table_loc = state.st_table_loc;
	info->st_entries = state.st_entries;

	return 0;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_enable)
int
rte_pci_tph_enable(const struct rte_pci_device *dev, uint8_t mode, uint8_t requester)
{
	off_t cap;
	int ret;

	ret = pci_tph_cap_find(dev, &cap);
	if (ret == 0)
		ret = pci_tph_opt_in(dev);
	if (ret == 0) {
		ret = pci_tph_ctrl_set(dev, cap, mode |
			(uint32_t)requester << RTE_PCI_TPH_CTRL_REQUESTER_SHIFT);
		if (ret < 0)
			pci_tph_ctrl_set(dev, cap, 0);
	}
	if (ret < 0)
		PCI_LOG(ERR, "%s: cannot enable TPH: %s", dev->name, strerror(-ret));

	return ret;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_disable)
int
rte_pci_tph_disable(const struct rte_pci_device *dev)
{
	struct vfio_device_feature_tph_enable state;
	off_t cap;
	int ret;

	/* without an opt-in TPH cannot be on, and the device may be gone */
	if (pci_tph_state_get(dev, &state) < 0 ||
			(state.flags & VFIO_TPH_USER_OPT_IN) == 0)
		return 0;

	ret = pci_tph_cap_find(dev, &cap);
	if (ret == 0)
		ret = pci_tph_ctrl_set(dev, cap, 0);
	if (ret < 0)
		PCI_LOG(ERR, "%s: cannot disable TPH: %s", dev->name, strerror(-ret));

	return ret;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_cpu_tags_get)
int
rte_pci_tph_cpu_tags_get(const struct rte_pci_device *dev, bool persistent,
		bool extended, const uint32_t *cpus, int32_t *tags, unsigned int n)
{
	struct pci_tph_feature feature = { 0 };
	struct vfio_tph_cpu_st *entries;
	unsigned int i;
	int ret;

	if (n == 0)
		return -EINVAL;

	entries = calloc(n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		entries[i].cpu = cpus[i];

	if (persistent)
		feature.cpu_st.flags |= VFIO_TPH_MEM_PERSISTENT;
	if (extended)
		feature.cpu_st.flags |= VFIO_TPH_TAG_EXTENDED;
	feature.cpu_st.count = n;
	feature.cpu_st.data_uptr = (uintptr_t)entries;

	ret = pci_tph_feature_call(dev,
		VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_TPH_CPU_ST,
		&feature, sizeof(feature.cpu_st));
	for (i = 0; ret == 0 && i < n; i++)
		tags[i] = (entries[i].flags & VFIO_TPH_CPU_ST_VALID) != 0 ?
			entries[i].tag : -1;

	free(entries);
	return ret;
}

RTE_EXPORT_INTERNAL_SYMBOL(rte_pci_tph_st_set)
int
rte_pci_tph_st_set(const struct rte_pci_device *dev, uint32_t first,
		const uint16_t *tags, unsigned int n)
{
	struct pci_tph_feature feature = { 0 };
	uint32_t *values;
	unsigned int i;
	int ret;

	if (n == 0)
		return -EINVAL;

	values = calloc(n, sizeof(*values));
	if (values == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		values[i] = tags[i];

	feature.st_config.index = first;
	feature.st_config.count = n;
	feature.st_config.data_uptr = (uintptr_t)values;

	ret = pci_tph_feature_call(dev,
		VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_TPH_ST_CONFIG,
		&feature, sizeof(feature.st_config));

	free(values);
	return ret;
}
