/* SPDX-License-Identifier: ((GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * VFIO uAPI for PCIe TPH (TLP Processing Hints)
 *
 * The kernel and DPDK carry the same file, byte for byte.
 */
#ifndef _UAPI_LINUX_VFIO_PCI_TPH_H
#define _UAPI_LINUX_VFIO_PCI_TPH_H

#include <linux/types.h>

/*
 * A TPH requester adds a Steering Tag (ST) to its memory requests, by which
 * the platform places the data in the cache of one CPU.  Three features of the
 * VFIO_DEVICE_FEATURE ioctl make this available to the owner of a vfio-pci
 * device:
 *
 *   VFIO_DEVICE_FEATURE_TPH_ENABLE     query what can be used, or why not; opt in
 *   VFIO_DEVICE_FEATURE_TPH_ST_CONFIG  program the device's ST table
 *   VFIO_DEVICE_FEATURE_TPH_CPU_ST     look up the tags of CPUs
 *
 * The ST mode and the requester are switched as in the PCIe specification, by
 * writing the TPH Requester Control Register in config space.  How much of all
 * this a user may do is the host's policy:
 *
 *   VFIO_TPH_POLICY_OFF    nothing, the default
 *   VFIO_TPH_POLICY_NO_ST  No ST mode: hints without tags
 *   VFIO_TPH_POLICY_IV_ST  also Interrupt Vector mode, with entries that
 *                          ST_CONFIG sets by CPU
 *   VFIO_TPH_POLICY_DS_ST  everything: any tag, Device Specific mode, writes to
 *                          the ST table in config space, and CPU_ST
 *
 * The indices are provisional.  They are far from the ones that upstream has
 * assigned, so that no kernel mistakes one of these calls for another, and a
 * kernel without TPH support answers -ENOTTY.  When upstream assigns real ones,
 * change the three numbers here, and rebuild the kernel and the user.
 */
#define VFIO_DEVICE_FEATURE_TPH_ENABLE		0xF0A0
#define VFIO_DEVICE_FEATURE_TPH_ST_CONFIG	0xF0A1
#define VFIO_DEVICE_FEATURE_TPH_CPU_ST		0xF0A2

/*
 * Upon VFIO_DEVICE_FEATURE_GET, report the device's TPH capabilities and the
 * host's policy and, in flags, what is missing if TPH cannot be used.  GET
 * succeeds on every vfio-pci device.
 *
 * Upon VFIO_DEVICE_FEATURE_SET (which has no data), opt in: from now until this
 * device is closed, its owner may do what the policy allows.  Repeating it is
 * not an error.  The only way to opt out is to close the device.
 *
 * With VFIO_TPH_POLICY_IV_ST, and the ST table in the MSI-X table, the pages of
 * the MSI-X table can no longer be accessed through a mapping from then on: an
 * access raises SIGBUS, in mappings that were there before as well.
 *
 * Errors of SET:
 *   -EOPNOTSUPP  VFIO_TPH_USABLE is clear, or the policy is VFIO_TPH_POLICY_OFF
 *   -EBUSY       pages of the MSI-X table must not be accessible, and have been
 *                accessed through a mapping, or exported as a dma-buf
 *   -EIO         the device cannot be reached
 */
struct vfio_device_feature_tph_enable {
	__u32	flags;
	/* The function has a TPH Requester Extended Capability. */
#define VFIO_TPH_CAPABLE	(1 << 0)
	/*
	 * TPH can be used: device and Root Port have a requester type in
	 * common, and TPH is not turned off for the whole system.  If clear,
	 * the capability is hidden from the user's config space.
	 */
#define VFIO_TPH_USABLE		(1 << 1)
	/* The user of this open device has opted in. */
#define VFIO_TPH_USER_OPT_IN	(1 << 2)
	/* ST modes that the device has, whether or not the policy allows them. */
	__u8	st_modes;
#define VFIO_TPH_MODE_NS	(1 << 0)	/* No ST */
#define VFIO_TPH_MODE_IV	(1 << 1)	/* Interrupt Vector */
#define VFIO_TPH_MODE_DS	(1 << 2)	/* Device Specific */
	/* Requester types negotiated with the Root Port. */
	__u8	requesters;
#define VFIO_TPH_REQ_STANDARD	(1 << 0)	/* tags of 8 bits */
#define VFIO_TPH_REQ_EXTENDED	(1 << 1)	/* tags of 16 bits */
	/* Where the ST table is. */
	__u8	st_table_loc;
#define VFIO_TPH_ST_LOC_NONE	0
#define VFIO_TPH_ST_LOC_CAP	1	/* in the TPH capability */
#define VFIO_TPH_ST_LOC_MSIX	2	/* in the MSI-X table, one entry per vector */
	/* The host's policy for this device; each includes those before it. */
	__u8	policy;
#define VFIO_TPH_POLICY_OFF	0
#define VFIO_TPH_POLICY_NO_ST	1
#define VFIO_TPH_POLICY_IV_ST	2
#define VFIO_TPH_POLICY_DS_ST	3
	/*
	 * Entries of the ST table that can be programmed.  0 if there is none,
	 * even though st_table_loc says where the table is.
	 */
	__u32	st_entries;
};

/* For the flags of VFIO_DEVICE_FEATURE_TPH_ST_CONFIG and _TPH_CPU_ST */
#define VFIO_TPH_MEM_PERSISTENT	(1 << 0)	/* of persistent memory, not volatile */
#define VFIO_TPH_TAG_EXTENDED	(1 << 1)	/* 16-bit tags, not 8-bit ones */

/*
 * Upon VFIO_DEVICE_FEATURE_SET, program count consecutive entries of the ST
 * table, starting at index.  All or nothing: on error the table is unchanged.
 * TPH may be on or off; while it is off, the entries are kept, and the device
 * gets them when TPH is switched on.
 *
 * data_uptr points to count values, __u32 each: Steering Tags or, with
 * VFIO_TPH_ST_CPU, numbers of online CPUs that the kernel translates, using the
 * memory and tag type in flags.  Without VFIO_TPH_ST_CPU the other flags must
 * be 0, and a tag must fit the widest requester type that was negotiated.
 *
 * With VFIO_TPH_POLICY_IV_ST, VFIO_TPH_ST_CPU is required, each CPU must be one
 * that a thread of the calling process may run on, and VFIO_TPH_TAG_EXTENDED must
 * agree with the requester type: TPH Control does not take a type with which
 * entries do not agree.
 *
 * A table in the MSI-X table has an entry for every vector.  A tag for a vector
 * that is not allocated yet is kept, and applied when it is.
 *
 * What was programmed is undone when the device is closed.
 *
 * Errors:
 *   -EOPNOTSUPP  not usable, or the policy is VFIO_TPH_POLICY_OFF, or the device
 *                has no ST table; with VFIO_TPH_ST_CPU, the platform provides no
 *                Steering Tags
 *   -EPERM       the policy is VFIO_TPH_POLICY_NO_ST, or VFIO_TPH_POLICY_IV_ST
 *                and the values are tags, or no thread of the calling process
 *                may run on a CPU
 *   -EINVAL      the user has not opted in; bad index, count, flags, tag or CPU;
 *                reserved is not 0; a CPU has no valid tag of that type; the
 *                policy is VFIO_TPH_POLICY_IV_ST and the requester is on with
 *                tags of the other width
 *   -EFAULT      data_uptr
 *   -EIO         TPH is on and the device cannot be reached (not in D0, or
 *                gone), or the table is the MSI-X table and the device does not
 *                decode memory
 *   -EINTR       killed while the device was being reset, or while looking up
 *                tags
 */
struct vfio_device_feature_tph_st_config {
	__u32	flags;
#define VFIO_TPH_ST_CPU		(1 << 2)	/* values are CPU numbers */
	__u32	index;
	__u32	count;
	__u32	reserved;
	__aligned_u64	data_uptr;
};

/*
 * Upon VFIO_DEVICE_FEATURE_GET, look up the Steering Tags of count CPUs for
 * memory requests of this device, as the platform's firmware defines them.
 *
 * data_uptr points to count entries; cpu is input; tag and flags are output, and
 * flags must be 0 on entry.  If any CPU does not exist or is offline, the whole
 * call fails.  A CPU without a valid tag is not an error: VFIO_TPH_CPU_ST_VALID
 * is clear.
 *
 * Errors:
 *   -EOPNOTSUPP  not usable, or the policy is VFIO_TPH_POLICY_OFF, or the
 *                platform provides no Steering Tags
 *   -EPERM       the policy is less than VFIO_TPH_POLICY_DS_ST
 *   -EINVAL      the user has not opted in; bad count, flags or CPU; flags of
 *                an entry are not 0
 *   -EFAULT      data_uptr
 *   -EINTR       killed while looking up tags
 */
struct vfio_device_feature_tph_cpu_st {
	__u32	flags;
	__u32	count;		/* 1 to the number of possible CPUs */
	__aligned_u64	data_uptr;
};

struct vfio_tph_cpu_st {
	__u32	cpu;
	__u16	tag;
	__u16	flags;
#define VFIO_TPH_CPU_ST_VALID		(1 << 0)	/* tag is valid */
#define VFIO_TPH_CPU_ST_PH_IGNORE	(1 << 1)	/* the platform ignores processing hints */
};

#endif /* _UAPI_LINUX_VFIO_PCI_TPH_H */
