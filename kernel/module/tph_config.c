// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TPH capability in the config space that the user of a device sees.  All
 * else, and this one until the user opts in, is left to vfio-pci-core, which
 * shows it read-only.
 *
 * Where TPH cannot be used, the capability is hidden, and its bytes cannot be
 * written.  Where it can, after the opt-in, TPH Control and the table can be
 * written, and EXT_TPH is what was negotiated with the Root Port.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/cleanup.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>

#include "vfio_pci_priv.h"

#define NEXT		GENMASK(31, 20)

#define CTRL_MASK	(PCI_TPH_CTRL_MODE_SEL_MASK | PCI_TPH_CTRL_REQ_EN_MASK)

/* Where vfio-pci-core keeps what the user sees of a register */
static __le32 *vconfig(struct vfio_pci_core_device *vdev, int pos)
{
	return (__le32 *)(vdev->vconfig + round_down(pos, sizeof(u32)));
}

/**
 * tph_config_open - hide the capability from a new user if it cannot be used
 * @vdev: device that vfio-pci-core has enabled
 */
void tph_config_open(struct vfio_pci_core_device *vdev)
{
	struct tph_pci *tph = &vdev->pci;
	int at = PCI_CFG_SPACE_SIZE, left, next;
	__le32 *header;

	if (!tph->pos || tph->cap)
		return;

	next = FIELD_GET(NEXT, le32_to_cpup(vconfig(vdev, tph->pos)));
	memset(vdev->vconfig + tph->pos, 0, tph->len);

	/* The first one in the list stays, without ID, to link to the others */
	for (left = PCI_CFG_SPACE_EXP_SIZE / sizeof(u32); left && at; left--) {
		header = vconfig(vdev, at);
		if (at == tph->pos)
			break;
		at = FIELD_GET(NEXT, le32_to_cpup(header)) & ~3;
		if (at == tph->pos)
			break;
	}
	if (at != tph->pos)
		return;

	*header &= cpu_to_le32(~NEXT);
	*header |= cpu_to_le32(FIELD_PREP(NEXT, next));
}

/**
 * tph_config_restore - after a call that may have taken what the user set
 * @vdev: device
 */
void tph_config_restore(struct vfio_pci_core_device *vdev)
{
	if (vdev->pdev->current_state != PCI_D0)
		return;

	guard(mutex)(&vdev->tph_calls);
	vfio_pci_tph_restore(vdev);
}

/*
 * Bring what the user sees of TPH Control up to date.  The requester may be off
 * though the user switched it on, after a reset without restore.  While it is
 * off, the mode is what the user last selected.
 */
static int sync_ctrl(struct vfio_pci_core_device *vdev, __le32 *ctrl)
{
	int pos = vdev->pci.cap + PCI_TPH_CTRL;
	u32 phys;
	int ret;

	lockdep_assert_held(&vdev->igate);

	if (pcie_tph_enabled_req_type(vdev->pdev) == PCI_TPH_REQ_DISABLE) {
		*ctrl &= cpu_to_le32(~PCI_TPH_CTRL_REQ_EN_MASK);
		return 0;
	}

	ret = pci_user_read_config_dword(vdev->pdev, pos, &phys);
	if (ret)
		return ret;

	if (PCI_POSSIBLE_ERROR(phys))
		return -EIO;

	*ctrl &= cpu_to_le32(~CTRL_MASK);
	*ctrl |= cpu_to_le32(phys & CTRL_MASK);
	return 0;
}

/* Read 1, 2 or 4 bytes from the device; @pos is a multiple of that */
static int read_device(struct pci_dev *pdev, int pos, int count, u32 *val)
{
	u16 word;
	u8 byte;
	int ret;

	switch (count) {
	case 1:
		ret = pci_user_read_config_byte(pdev, pos, &byte);
		*val = byte;
		return ret;
	case 2:
		ret = pci_user_read_config_word(pdev, pos, &word);
		*val = word;
		return ret;
	default:
		return pci_user_read_config_dword(pdev, pos, val);
	}
}

/* The entries that the user has set, which the device may not have yet */
static int read_table(struct vfio_pci_core_device *vdev, int offset, int count,
		      u32 *val)
{
	int ret, i, byte;
	u16 tag;

	ret = read_device(vdev->pdev, vdev->pci.cap + offset, count, val);
	if (ret)
		return ret;

	for (i = 0; i < count; i++) {
		byte = offset + i - PCI_TPH_BASE_SIZEOF;
		if (!vfio_pci_tph_get_entry(vdev, byte / 2, &tag))
			continue;
		*val &= ~(0xffU << (8 * i));
		*val |= (u32)(u8)(byte % 2 ? tag >> 8 : tag) << (8 * i);
	}

	return 0;
}

static int read_register(struct vfio_pci_core_device *vdev, int offset,
			 int count, u32 *val)
{
	int pos = vdev->pci.cap + offset;
	__le32 *virt = vconfig(vdev, pos);
	int ret, shift = 8 * (offset % 4);
	u32 virtual;

	switch (round_down(offset, 4)) {
	case 0:
		virtual = U32_MAX;
		break;
	case PCI_TPH_CAP:
		virtual = PCI_TPH_CAP_EXT_TPH;
		break;
	default:
		virtual = CTRL_MASK;
		ret = sync_ctrl(vdev, virt);
		if (ret)
			return ret;
	}

	ret = read_device(vdev->pdev, pos, count, val);
	if (ret)
		return ret;

	*val &= ~(virtual >> shift);
	*val |= (le32_to_cpu(*virt) & virtual) >> shift;
	return 0;
}

/* Like the device, drop a value that it cannot take */
static int write_ctrl(struct vfio_pci_core_device *vdev, int offset, int count,
		      u32 val)
{
	__le32 *ctrl = vconfig(vdev, vdev->pci.cap + PCI_TPH_CTRL);
	int ret, shift = 8 * (offset % 4);
	u32 mask, new;

	ret = sync_ctrl(vdev, ctrl);
	if (ret)
		return ret;

	mask = ((u32)(BIT_ULL(8 * count) - 1) << shift) & CTRL_MASK;
	new = (le32_to_cpu(*ctrl) & ~mask) | ((val << shift) & mask);

	ret = vfio_pci_tph_set_ctrl(vdev, new);
	if (!ret)
		*ctrl = cpu_to_le32(new);

	return ret == -EINVAL ? 0 : ret;
}

/* An entry may be written in part, and two of them at once */
static int write_table(struct vfio_pci_core_device *vdev, int offset, int count,
		       u32 val)
{
	int first = (offset - PCI_TPH_BASE_SIZEOF) / 2;
	int last = (offset + count - 1 - PCI_TPH_BASE_SIZEOF) / 2;
	int ret, shift = 8 * (offset % 2);
	u16 tags[2];
	u32 merged;

	if (last >= vfio_pci_tph_st_entries(vdev))
		return 0;

	ret = read_table(vdev, offset - offset % 2, 2 * (last - first + 1),
			 &merged);
	if (ret)
		return ret;

	merged &= ~((u32)(BIT_ULL(8 * count) - 1) << shift);
	merged |= val << shift;
	tags[0] = merged;
	tags[1] = merged >> 16;

	ret = vfio_pci_tph_set_entries(vdev, first, tags, last - first + 1);

	return ret == -EINVAL ? 0 : ret;
}

/* 1, 2 or 4 bytes of one register, by a user who has opted in */
static int rw_virtual(struct vfio_pci_core_device *vdev, int offset, int count,
		      u32 *val, bool write)
{
	guard(mutex)(&vdev->tph_calls);
	guard(mutex)(&vdev->igate);

	if (!write)
		return offset < PCI_TPH_BASE_SIZEOF ?
		       read_register(vdev, offset, count, val) :
		       read_table(vdev, offset, count, val);

	if (offset >= PCI_TPH_BASE_SIZEOF)
		return write_table(vdev, offset, count, *val);

	return offset < PCI_TPH_CTRL ? 0 : write_ctrl(vdev, offset, count, *val);
}

/* The same, where the capability is hidden */
static int rw_hidden(struct vfio_pci_core_device *vdev, int offset, int count,
		     u32 *val, bool write)
{
	int pos = vdev->pci.pos + offset;

	if (!write)
		*val = le32_to_cpup(vconfig(vdev, pos)) >> (8 * (pos % 4));

	return 0;
}

static int rw_piece(struct vfio_pci_core_device *vdev, char __user *buf,
		    int offset, int count, bool write)
{
	__le32 bytes = 0;
	u32 val;
	int ret;

	if (write && copy_from_user(&bytes, buf, count))
		return -EFAULT;

	val = le32_to_cpu(bytes);
	ret = vdev->pci.cap ? rw_virtual(vdev, offset, count, &val, write) :
			      rw_hidden(vdev, offset, count, &val, write);
	if (ret)
		return ret;

	bytes = cpu_to_le32(val);
	if (!write && copy_to_user(buf, &bytes, count))
		return -EFAULT;

	return 0;
}

/* In pieces as a device takes them: aligned, and of one register */
static ssize_t rw_capability(struct vfio_pci_core_device *vdev,
			     char __user *buf, int offset, size_t count,
			     bool write)
{
	size_t done, piece;
	int ret;

	ret = pm_runtime_resume_and_get(&vdev->pdev->dev);
	if (ret)
		return -EIO;

	for (done = 0; !ret && done < count; done += piece) {
		piece = 4;
		while (piece > count - done || (offset + done) % piece)
			piece /= 2;
		ret = rw_piece(vdev, buf + done, offset + done, piece, write);
	}
	pm_runtime_put(&vdev->pdev->dev);

	return ret ?: done;
}

static bool overlap(loff_t a, size_t a_len, loff_t b, size_t b_len)
{
	return a < b + b_len && b < a + a_len;
}

/*
 * Such a write may change the power state, and so reset the device, or bring the
 * BARs back after a reset that the kernel was not told of.
 */
static ssize_t write_other(struct vfio_pci_core_device *vdev,
			   const char __user *buf, size_t count, loff_t *ppos)
{
	loff_t pos = *ppos & VFIO_PCI_OFFSET_MASK;
	struct pci_dev *pdev = vdev->pdev;
	bool power = pdev->pm_cap &&
		     overlap(pos, count, pdev->pm_cap + PCI_PM_CTRL, 2);
	pci_power_t was;
	ssize_t ret;

	/* So that the power state is the user's */
	if (pm_runtime_resume_and_get(&pdev->dev))
		return -EIO;

	was = pdev->current_state;
	if (power && was == PCI_D0)
		tph_pci_save(vdev);

	/* The user's memory may keep it waiting, and TPH be changed meanwhile */
	ret = vfio_pci_core_write(&vdev->vdev, buf, count, ppos);

	if (power && was != PCI_D0 && pdev->current_state == PCI_D0)
		tph_pci_restore(vdev);
	if (power || overlap(pos, count, PCI_COMMAND, 2))
		tph_config_restore(vdev);

	pm_runtime_put(&pdev->dev);
	return ret;
}

static ssize_t rw_other(struct vfio_pci_core_device *vdev, char __user *buf,
			size_t count, loff_t pos, bool write)
{
	pos += VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);

	return write ? write_other(vdev, buf, count, &pos) :
		       vfio_pci_core_read(&vdev->vdev, buf, count, &pos);
}

/**
 * tph_config_rw - read or write a user's config space
 * @vdev: device
 * @buf: the user's memory
 * @count: number of bytes
 * @ppos: offset in the file; advanced by what was read or written
 * @write: write, not read
 *
 * Return: @count, or a negative errno, as from vfio-pci-core
 */
ssize_t tph_config_rw(struct vfio_pci_core_device *vdev, char __user *buf,
		      size_t count, loff_t *ppos, bool write)
{
	loff_t pos = *ppos & VFIO_PCI_OFFSET_MASK;
	struct tph_pci *tph = &vdev->pci;
	loff_t start = tph->pos, end = start + tph->len;
	size_t done, piece;
	ssize_t ret;

	/* Until the opt-in, and if it is all too long, vfio-pci-core does it */
	if (pos + count > vdev->pdev->cfg_size ||
	    (tph->cap && !vfio_pci_tph_enabled(vdev)))
		end = start;

	for (done = 0; done < count; done += ret, pos += ret) {
		piece = count - done;
		if (pos >= start && pos < end) {
			piece = min_t(size_t, piece, end - pos);
			ret = rw_capability(vdev, buf + done, pos - start,
					    piece, write);
		} else {
			if (pos < start && end > start)
				piece = min_t(size_t, piece, start - pos);
			ret = rw_other(vdev, buf + done, piece, pos, write);
		}
		if (ret <= 0)
			return ret;
	}

	*ppos += done;
	return done;
}
