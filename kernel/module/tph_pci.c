// SPDX-License-Identifier: GPL-2.0-only
/*
 * The TPH capability of a device: finds it, agrees with the Root Port on a
 * requester type, writes TPH Control and the ST table, and keeps both over
 * resets and low power.  What the user wants is left to vfio_pci_tph.c, the tags
 * of CPUs to tph_cpu.c.
 *
 * tph_pci::lock is taken last, under whatever locks of VFIO.  Nothing that waits
 * for a reset holds it, so that the driver's callbacks, which run while a device
 * is being reset and with locks of VFIO's held, can take it.
 *
 * The requester is off while the mode or the table changes, as the PCIe
 * specification wants it: the window.
 *
 * A kernel with CONFIG_PCIE_TPH leaves the capability alone unless a driver
 * enables TPH by the PCI core's functions, which this one does not.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "vfio_pci_priv.h"

/* TPH Control before, in, and after the window */
struct window {
	u32 before;
	u32 during;
	u32 after;
};

static struct tph_pci *to_tph(struct pci_dev *pdev)
{
	return &tph_device(pdev)->pci;
}

static u8 requester(u32 ctrl)
{
	return FIELD_GET(PCI_TPH_CTRL_REQ_EN_MASK, ctrl);
}

static int read_ctrl(struct pci_dev *pdev, u32 *ctrl)
{
	int ret = pci_read_config_dword(pdev, to_tph(pdev)->cap + PCI_TPH_CTRL,
					ctrl);

	if (ret)
		return pcibios_err_to_errno(ret);

	/* Some of its bits are reserved, and read as 0 */
	return PCI_POSSIBLE_ERROR(*ctrl) ? -ENODEV : 0;
}

/* While it is being reset, what is read and written may be lost */
static int read_ctrl_unless_resetting(struct pci_dev *pdev, u32 *ctrl)
{
	struct tph_pci *tph = to_tph(pdev);

	lockdep_assert_held(&tph->lock);

	return tph->resetting ? -EAGAIN : read_ctrl(pdev, ctrl);
}

static int write_ctrl(struct pci_dev *pdev, u32 ctrl)
{
	lockdep_assert_held(&to_tph(pdev)->lock);

	return pcibios_err_to_errno(pci_write_config_dword(pdev,
				to_tph(pdev)->cap + PCI_TPH_CTRL, ctrl));
}

static int entry_pos(struct tph_pci *tph, unsigned int index)
{
	return tph->cap + PCI_TPH_BASE_SIZEOF + index * sizeof(u16);
}

/**
 * tph_pci_get_st_modes - the ST modes of a device
 * @pdev: device
 *
 * Return: PCI_TPH_CAP_ST_*, ORed; 0 if TPH cannot be used
 */
u8 tph_pci_get_st_modes(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);

	return tph->cap ? tph->caps & (PCI_TPH_CAP_ST_NS | PCI_TPH_CAP_ST_IV |
				       PCI_TPH_CAP_ST_DS) : 0;
}

static u32 table_loc(const struct tph_pci *tph)
{
	u32 loc = tph->caps & PCI_TPH_CAP_LOC_MASK;

	/* The fourth value is reserved */
	return loc == PCI_TPH_LOC_CAP || loc == PCI_TPH_LOC_MSIX ? loc :
								   PCI_TPH_LOC_NONE;
}

/**
 * tph_pci_get_st_table_loc - where the ST table of a device is
 * @pdev: device
 *
 * Return: PCI_TPH_LOC_*; PCI_TPH_LOC_NONE also if TPH cannot be used
 */
u32 tph_pci_get_st_table_loc(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);

	return tph->cap ? table_loc(tph) : PCI_TPH_LOC_NONE;
}

/**
 * tph_pci_get_st_table_size - how many entries of the ST table can be set
 * @pdev: device
 *
 * Return: 0 if TPH cannot be used, or if there is no table
 */
u16 tph_pci_get_st_table_size(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);

	return tph->cap ? tph->st_size : 0;
}

/**
 * tph_pci_max_req_type - the widest requester type of device and Root Port
 * @pdev: device
 *
 * Return: PCI_TPH_REQ_*; PCI_TPH_REQ_DISABLE if TPH cannot be used
 */
u8 tph_pci_max_req_type(struct pci_dev *pdev)
{
	return to_tph(pdev)->req_max;
}

/**
 * tph_pci_enabled_req_type - the requester type that is enabled
 * @pdev: device
 *
 * Return: PCI_TPH_REQ_*; PCI_TPH_REQ_DISABLE if TPH is off
 */
u8 tph_pci_enabled_req_type(struct pci_dev *pdev)
{
	return READ_ONCE(to_tph(pdev)->req_type);
}

/**
 * tph_pci_enabled_mode - the ST mode that is enabled
 * @pdev: device
 *
 * Return: PCI_TPH_ST_*_MODE; without meaning if TPH is off
 */
u8 tph_pci_enabled_mode(struct pci_dev *pdev)
{
	return READ_ONCE(to_tph(pdev)->mode);
}

/* The number of entries that are in the capability */
static unsigned int cap_entries(const struct tph_pci *tph)
{
	return table_loc(tph) == PCI_TPH_LOC_CAP ? tph->st_size : 0;
}

static void record(struct tph_pci *tph, u8 mode, u8 req_type)
{
	lockdep_assert_held(&tph->lock);

	WRITE_ONCE(tph->mode, mode);
	WRITE_ONCE(tph->req_type, req_type);
	if (req_type == PCI_TPH_REQ_DISABLE)
		tph->st_valid = false;
}

/* Two entries with one read */
static int read_table(struct pci_dev *pdev, u16 *st)
{
	struct tph_pci *tph = to_tph(pdev);
	unsigned int i, n = cap_entries(tph);
	int ret = 0;
	u32 pair;

	for (i = 0; !ret && i + 1 < n; i += 2) {
		ret = pci_read_config_dword(pdev, entry_pos(tph, i), &pair);
		st[i] = pair;
		st[i + 1] = pair >> 16;
	}
	if (!ret && i < n)
		ret = pci_read_config_word(pdev, entry_pos(tph, i), &st[i]);

	return pcibios_err_to_errno(ret);
}

/*
 * Write the entries that differ from what the table holds, or all if that is not
 * known; two with one write where both differ and the address allows it.
 */
static int write_table(struct pci_dev *pdev, const u16 *holds, const u16 *st)
{
	struct tph_pci *tph = to_tph(pdev);
	unsigned int i, n = cap_entries(tph);
	int ret = 0;

	for (i = 0; !ret && i < n; i++) {
		if (holds && holds[i] == st[i])
			continue;

		if (i % 2 || i + 1 == n ||
		    (holds && holds[i + 1] == st[i + 1])) {
			ret = pci_write_config_word(pdev, entry_pos(tph, i),
						    st[i]);
			continue;
		}

		ret = pci_write_config_dword(pdev, entry_pos(tph, i),
					     st[i] | (u32)st[i + 1] << 16);
		i++;
	}

	return pcibios_err_to_errno(ret);
}

static int open_window(struct pci_dev *pdev, const struct window *w)
{
	return w->before == w->during ? 0 : write_ctrl(pdev, w->during);
}

static int close_window(struct pci_dev *pdev, const struct window *w, u32 ctrl)
{
	return ctrl == w->during ? 0 : write_ctrl(pdev, ctrl);
}

/* Neither the old nor the new state could be written */
static void abandon_window(struct pci_dev *pdev, const struct window *w)
{
	dev_warn_ratelimited(&pdev->dev,
			     "TPH is off: the ST table could not be written\n");
	write_ctrl(pdev, w->before & ~PCI_TPH_CTRL_REQ_EN_MASK);
	record(to_tph(pdev), 0, PCI_TPH_REQ_DISABLE);
}

static int set_cap_entries(struct pci_dev *pdev, const struct tph_batch *b,
			   const struct window *w)
{
	struct tph_pci *tph = to_tph(pdev);
	u16 st[PCI_TPH_CAP_ST_MAX];
	unsigned int i;
	int ret;

	if (!tph->st_valid) {
		ret = read_table(pdev, tph->st);
		if (ret)
			return ret;
		tph->st_valid = true;
	}

	memcpy(st, tph->st, sizeof(st));
	for (i = 0; i < tph->st_size; i++)
		if (tph_batch_has(b, i))
			st[i] = tph_batch_tag(b, i);

	if (w->before == w->after && !memcmp(st, tph->st, sizeof(st)))
		return 0;

	ret = open_window(pdev, w);
	if (ret)
		return ret;

	ret = write_table(pdev, tph->st, st);
	if (!ret)
		ret = close_window(pdev, w, w->after);
	if (!ret) {
		memcpy(tph->st, st, sizeof(st));
		return 0;
	}

	if (write_table(pdev, st, tph->st) || close_window(pdev, w, w->before))
		abandon_window(pdev, w);

	return ret;
}

/* For a virtual function, its physical one says whether it decodes memory */
static bool memory_enabled(struct pci_dev *pdev)
{
	u16 val;
	int pos;

	if (pdev->current_state != PCI_D0)
		return false;

	if (pdev->is_virtfn) {
		pdev = pci_physfn(pdev);
		pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_SRIOV);
		return pos &&
		       !pci_read_config_word(pdev, pos + PCI_SRIOV_CTRL, &val) &&
		       !PCI_POSSIBLE_ERROR(val) && (val & PCI_SRIOV_CTRL_MSE);
	}

	return pdev->no_command_memory ||
	       (!pci_read_config_word(pdev, PCI_COMMAND, &val) &&
		!PCI_POSSIBLE_ERROR(val) && (val & PCI_COMMAND_MEMORY));
}

static int set_msix_entries(struct pci_dev *pdev, const struct tph_batch *b,
			    const struct window *w)
{
	struct tph_pci *tph = to_tph(pdev);
	int ret;

	if (!memory_enabled(pdev))
		return -EIO;

	if (!pdev->msix_enabled)
		return -ENXIO;

	if (!tph->st_valid) {
		ret = tph_msix_read(pdev);
		if (ret)
			return ret;
		tph->st_valid = true;
	}

	ret = tph_msix_compare(pdev, b);
	if (ret < 0 || (!ret && w->before == w->after))
		return ret;

	ret = open_window(pdev, w);
	if (ret)
		return ret;

	/* Writes to memory do not fail, so this is all of the tags or none */
	ret = tph_msix_write(pdev, b);
	if (close_window(pdev, w, ret ? w->before : w->after)) {
		abandon_window(pdev, w);
		return ret ?: -EIO;
	}

	return ret;
}

/* All entries of the batch and the new value of TPH Control, or neither */
static int set_entries(struct pci_dev *pdev, const struct tph_batch *b,
		       const struct window *w)
{
	lockdep_assert_held(&to_tph(pdev)->lock);

	return table_loc(to_tph(pdev)) == PCI_TPH_LOC_CAP ?
	       set_cap_entries(pdev, b, w) : set_msix_entries(pdev, b, w);
}

static int check_batch(const struct tph_pci *tph, const struct tph_batch *b)
{
	unsigned int i;

	if (!tph->st_size)
		return -EINVAL;

	if (!b->count || b->index >= tph->st_size ||
	    b->count > tph->st_size - b->index)
		return -ENXIO;

	if (tph->req_max == PCI_TPH_REQ_EXT_TPH)
		return 0;

	for (i = b->index; i < b->index + b->count; i++)
		if (tph_batch_has(b, i) && tph_batch_tag(b, i) > U8_MAX)
			return -EINVAL;

	return 0;
}

/**
 * tph_pci_set_st_entries - set entries of the ST table
 * @pdev: device
 * @index: index of the first entry
 * @tags: @count tags, or NULL for tags that are 0
 * @count: number of entries, at least 1
 * @mask: which of the entries to set, or NULL for all
 *
 * Entries that have their tag already are not written.
 *
 * Return: 0; -EINVAL if there is no table, or a tag is wider than 8 bits and
 * extended tags were not negotiated; -ENXIO if an entry does not exist; -EAGAIN
 * if the device is being reset; another negative errno if it cannot be accessed.
 * On error the table and TPH Control are as they were, unless that could not be
 * written either: then TPH is off
 */
int tph_pci_set_st_entries(struct pci_dev *pdev, unsigned int index,
			   const u16 *tags, unsigned int count,
			   const unsigned long *mask)
{
	const struct tph_batch b = {
		.index = index, .count = count, .tags = tags, .mask = mask,
	};
	struct tph_pci *tph = to_tph(pdev);
	struct window w;
	int ret;

	ret = check_batch(tph, &b);
	if (ret)
		return ret;

	guard(mutex)(&tph->lock);

	ret = read_ctrl_unless_resetting(pdev, &w.before);
	if (ret)
		return ret;

	tph->saved = false;

	/* While the requester is off, a reset is not noticed */
	if (!requester(w.before)) {
		tph->st_valid = false;
		if (tph->req_type != PCI_TPH_REQ_DISABLE)
			return -EIO;
	}

	w.during = w.before & ~PCI_TPH_CTRL_REQ_EN_MASK;
	w.after = w.before;

	return set_entries(pdev, &b, &w);
}

/* A requester that is on, perhaps by firmware, is off while the mode changes */
static int set_ctrl(struct pci_dev *pdev, const struct window *w)
{
	int ret = 0;

	if (requester(w->before))
		ret = open_window(pdev, w);
	if (ret)
		return ret;

	ret = write_ctrl(pdev, w->after);
	if (ret)
		write_ctrl(pdev, w->before);

	return ret;
}

/**
 * tph_pci_enable_entries - switch TPH on, or to another mode or requester type
 * @pdev: device
 * @mode: PCI_TPH_ST_*_MODE
 * @req_type: PCI_TPH_REQ_TPH_ONLY or PCI_TPH_REQ_EXT_TPH
 * @tags: tags of the first @count entries
 * @count: number of entries, may be 0
 * @mask: which of the entries to set, or NULL for all
 *
 * Mode first, then entries, then the requester.
 *
 * Return: 0; -EINVAL if the device has no such mode or type; and as
 * tph_pci_set_st_entries()
 */
int tph_pci_enable_entries(struct pci_dev *pdev, int mode, u8 req_type,
			   const u16 *tags, unsigned int count,
			   const unsigned long *mask)
{
	const struct tph_batch b = {
		.count = count, .tags = tags, .mask = mask,
	};
	bool any = count && !(mask && bitmap_empty(mask, count));
	struct tph_pci *tph = to_tph(pdev);
	struct window w;
	int ret;

	if (!(BIT(mode) & tph_pci_get_st_modes(pdev)) ||
	    req_type == PCI_TPH_REQ_DISABLE || req_type > tph->req_max)
		return -EINVAL;

	ret = any ? check_batch(tph, &b) : 0;
	if (ret)
		return ret;

	guard(mutex)(&tph->lock);

	ret = read_ctrl_unless_resetting(pdev, &w.before);
	if (ret)
		return ret;

	tph->saved = false;
	if (!requester(w.before))
		tph->st_valid = false;

	w.during = w.before & ~(PCI_TPH_CTRL_MODE_SEL_MASK |
				PCI_TPH_CTRL_REQ_EN_MASK);
	w.during |= FIELD_PREP(PCI_TPH_CTRL_MODE_SEL_MASK, mode);
	w.after = w.during | FIELD_PREP(PCI_TPH_CTRL_REQ_EN_MASK, req_type);

	ret = any ? set_entries(pdev, &b, &w) : set_ctrl(pdev, &w);
	if (!ret)
		record(tph, mode, req_type);

	return ret;
}

/**
 * tph_pci_disable - switch TPH off, whoever has switched it on
 * @pdev: device
 */
void tph_pci_disable(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);
	u32 ctrl;

	if (!tph->cap)
		return;

	guard(mutex)(&tph->lock);

	if (tph->req_type == PCI_TPH_REQ_DISABLE &&
	    (read_ctrl(pdev, &ctrl) || !requester(ctrl)))
		return;

	write_ctrl(pdev, 0);
	record(tph, 0, PCI_TPH_REQ_DISABLE);
}

/**
 * tph_pci_intact - does the device have what was enabled?
 * @pdev: device
 *
 * It does not after a reset that the kernel does not know of.
 *
 * Return: 1 or 0; -EAGAIN if it is being reset; another negative errno if it
 * cannot be accessed
 */
int tph_pci_intact(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);
	u32 ctrl;
	int ret;

	guard(mutex)(&tph->lock);

	ret = read_ctrl_unless_resetting(pdev, &ctrl);
	if (ret)
		return ret;

	return requester(ctrl) == tph->req_type &&
	       (tph->req_type == PCI_TPH_REQ_DISABLE ||
		FIELD_GET(PCI_TPH_CTRL_MODE_SEL_MASK, ctrl) == tph->mode);
}

/**
 * tph_pci_clear_msix_tags - clear all tags in the MSI-X Table
 * @pdev: device that vfio-pci-core has enabled, with TPH off
 *
 * Return: 0, also if the ST table is elsewhere; -EBUSY if TPH is on; -EAGAIN if
 * the device is being reset, after which the tags are gone; -EIO if its memory
 * cannot be accessed; -ENOMEM
 */
int tph_pci_clear_msix_tags(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);
	bool access;
	int ret;

	if (tph_pci_get_st_table_loc(pdev) != PCI_TPH_LOC_MSIX || !tph->st_size)
		return 0;

	guard(mutex)(&tph->lock);

	if (tph->req_type != PCI_TPH_REQ_DISABLE)
		return -EBUSY;

	/* The copies, too: from them the kernel restores the table after a reset */
	access = !tph->resetting && memory_enabled(pdev);
	ret = tph_msix_clear(tph_device(pdev), access);
	if (access)
		return ret;

	return tph->resetting ? -EAGAIN : -EIO;
}

static bool is_resetting(struct tph_pci *tph)
{
	/* Pairs with store_release_wake_up() in tph_pci_reset_done() */
	return smp_load_acquire(&tph->resetting);
}

/**
 * tph_pci_wait_for_reset - wait until the device is not being reset
 * @pdev: device
 *
 * Return: 0, or -ERESTARTSYS if the caller is being killed
 */
int tph_pci_wait_for_reset(struct pci_dev *pdev)
{
	struct tph_pci *tph = to_tph(pdev);

	return wait_var_event_killable(&tph->resetting, !is_resetting(tph));
}

/*
 * The kernel saves and restores other capabilities over resets and low power,
 * but not this one, unless it was itself that enabled TPH.  What was saved before
 * stands until TPH or the table is changed, since the device may have lost it
 * meanwhile; what is lost and was not saved cannot be.
 */
static void save(struct vfio_pci_core_device *vdev)
{
	struct tph_pci *tph = &vdev->pci;

	lockdep_assert_held(&tph->lock);

	if (tph->saved)
		return;

	tph->saved = !read_ctrl(vdev->pdev, &tph->saved_ctrl) &&
		     requester(tph->saved_ctrl) == tph->req_type &&
		     !read_table(vdev->pdev, tph->saved_st);
}

/* Whoever switched TPH off since it was saved finds it off */
static void restore(struct vfio_pci_core_device *vdev)
{
	struct tph_pci *tph = &vdev->pci;
	u32 ctrl;

	lockdep_assert_held(&tph->lock);

	tph->st_valid = false;
	if (!tph->saved || read_ctrl(vdev->pdev, &ctrl))
		return;

	/* It was not reset */
	if (requester(ctrl) && ctrl == tph->saved_ctrl)
		return;

	if (requester(ctrl))
		write_ctrl(vdev->pdev, ctrl & ~PCI_TPH_CTRL_REQ_EN_MASK);
	write_table(vdev->pdev, NULL, tph->saved_st);
	if (tph->req_type == PCI_TPH_REQ_DISABLE)
		return;

	write_ctrl(vdev->pdev, tph->saved_ctrl);
	if (!requester(tph->saved_ctrl))
		record(tph, 0, PCI_TPH_REQ_DISABLE);
}

/**
 * tph_pci_save - before the device may lose its registers
 * @vdev: device in D0 or D3hot
 */
void tph_pci_save(struct vfio_pci_core_device *vdev)
{
	if (!vdev->pci.cap)
		return;

	guard(mutex)(&vdev->pci.lock);

	/* It is saved; and now it may be lost */
	if (!vdev->pci.resetting)
		save(vdev);
}

/**
 * tph_pci_save_opened - have the device restored to what it was when opened
 * @vdev: device that is being closed
 *
 * Whatever was saved before, by a reset that is under way for example, is of the
 * user who is leaving.
 */
void tph_pci_save_opened(struct vfio_pci_core_device *vdev)
{
	struct tph_pci *tph = &vdev->pci;
	__le16 *entry = (__le16 *)(vdev->vconfig + tph->cap +
				   PCI_TPH_BASE_SIZEOF);
	unsigned int i;

	if (!tph->cap)
		return;

	guard(mutex)(&tph->lock);

	/* vconfig has the table in the capability as of then */
	for (i = 0; i < cap_entries(tph); i++)
		tph->saved_st[i] = le16_to_cpu(entry[i]);
	tph->saved_ctrl = 0;
	tph->saved = true;
}

/**
 * tph_pci_restore - after the device may have lost its registers
 * @vdev: device in D0
 */
void tph_pci_restore(struct vfio_pci_core_device *vdev)
{
	if (!vdev->pci.cap)
		return;

	guard(mutex)(&vdev->pci.lock);
	restore(vdev);
}

/**
 * tph_pci_reset_prepare - leave TPH alone until tph_pci_reset_done()
 * @vdev: device that is about to be reset
 */
void tph_pci_reset_prepare(struct vfio_pci_core_device *vdev)
{
	if (!vdev->pci.cap)
		return;

	guard(mutex)(&vdev->pci.lock);
	save(vdev);
	WRITE_ONCE(vdev->pci.resetting, true);
}

/**
 * tph_pci_reset_done - restore TPH
 * @vdev: device that has been reset
 */
void tph_pci_reset_done(struct vfio_pci_core_device *vdev)
{
	if (!vdev->pci.cap)
		return;

	guard(mutex)(&vdev->pci.lock);
	restore(vdev);
	store_release_wake_up(&vdev->pci.resetting, false);
}

static u8 completer(struct pci_dev *pdev)
{
	struct pci_dev *port = pcie_find_root_port(pdev);
	u32 cap;

	if (!port || pcie_capability_read_dword(port, PCI_EXP_DEVCAP2, &cap))
		return PCI_EXP_DEVCAP2_TPH_COMP_NONE;

	return FIELD_GET(PCI_EXP_DEVCAP2_TPH_COMP_MASK, cap);
}

static u8 negotiate(struct pci_dev *pdev, u16 caps)
{
	bool extended = caps & PCI_TPH_CAP_EXT_TPH;

	/* There is no Root Port above an endpoint of the Root Complex */
	if (pci_pcie_type(pdev) != PCI_EXP_TYPE_RC_END) {
		switch (completer(pdev)) {
		case PCI_EXP_DEVCAP2_TPH_COMP_EXT_TPH:
			break;
		case PCI_EXP_DEVCAP2_TPH_COMP_TPH_ONLY:
			extended = false;
			break;
		default: /* none, or reserved */
			return PCI_TPH_REQ_DISABLE;
		}
	}

	return extended ? PCI_TPH_REQ_EXT_TPH : PCI_TPH_REQ_TPH_ONLY;
}

/* Number of entries that the device says its table has, which may be too many */
static unsigned int claimed_entries(u32 cap)
{
	return FIELD_GET(PCI_TPH_CAP_ST_MASK, cap) + 1;
}

/* The same of bytes in config space */
static unsigned int claimed_bytes(u32 cap)
{
	if ((cap & PCI_TPH_CAP_LOC_MASK) != PCI_TPH_LOC_CAP)
		return PCI_TPH_BASE_SIZEOF;

	return PCI_TPH_BASE_SIZEOF + claimed_entries(cap) * sizeof(u16);
}

/**
 * tph_pci_check - keep devices away that vfio-pci-core cannot cope with
 * @pdev: device
 *
 * Its map of config space is as long as config space.  It fills in as much as a
 * capability claims to have, even if that is more.
 *
 * Return: 0 or -EINVAL
 */
int tph_pci_check(struct pci_dev *pdev)
{
	u16 pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_TPH);
	u32 cap;

	if (!pos || pci_read_config_dword(pdev, pos + PCI_TPH_CAP, &cap))
		return 0;

	if (pos + claimed_bytes(cap) <= pdev->cfg_size)
		return 0;

	pci_err(pdev, "not bound: its TPH capability claims more than config space has, which makes this kernel's VFIO overrun its memory\n");
	return -EINVAL;
}

/**
 * tph_pci_find - find out what a device can do, and say if it is nothing
 * @vdev: device that is being bound, its pdev set
 */
void tph_pci_find(struct vfio_pci_core_device *vdev)
{
	struct pci_dev *pdev = vdev->pdev;
	struct tph_pci *tph = &vdev->pci;
	u32 cap;
	u16 pos;

	mutex_init(&tph->lock);

	pos = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_TPH);
	if (!pos) {
		pci_info(pdev, "no TPH: the device does not have the capability\n");
		return;
	}

	if (pci_read_config_dword(pdev, pos + PCI_TPH_CAP, &cap) ||
	    PCI_POSSIBLE_ERROR(cap)) {
		pci_warn(pdev, "no TPH: the capability cannot be read\n");
		return;
	}

	tph->pos = pos;
	tph->len = claimed_bytes(cap);
	tph->caps = cap;

	switch (table_loc(tph)) {
	case PCI_TPH_LOC_CAP:
		tph->st_size = min_t(u32, claimed_entries(cap),
				     PCI_TPH_CAP_ST_MAX);
		break;
	case PCI_TPH_LOC_MSIX:
		tph->st_size = min_t(int, claimed_entries(cap),
				     max(pci_msix_vec_count(pdev), 0));
		break;
	}

	tph->req_max = negotiate(pdev, cap);
	if (tph->req_max == PCI_TPH_REQ_DISABLE) {
		pci_info(pdev, "no TPH: the Root Port does not complete such requests\n");
		return;
	}

	tph->cap = pos;
}
