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
 * VFIO_DEVICE_FEATURE ioctl give that to the owner of a vfio-pci device:
 *
 *   VFIO_DEVICE_FEATURE_TPH_ENABLE     what can be used, or why not; opt in
 *   VFIO_DEVICE_FEATURE_TPH_ST_CONFIG  program the device's ST table
 *   VFIO_DEVICE_FEATURE_TPH_CPU_ST     learn the tags of CPUs
 *
 * The ST mode and the requester are switched as the PCIe specification has it,
 * by writing the TPH Requester Control Register in config space.  Without the
 * two opt-ins described below those writes are ignored.
 *
 * The indices are provisional.  They are far from the ones that upstream has
 * assigned, so that no kernel takes one of these calls for its own, and a
 * kernel without TPH support answers -ENOTTY.  When upstream assigns real ones,
 * change the three numbers here, and rebuild the kernel and the user.
 */
#define VFIO_DEVICE_FEATURE_TPH_ENABLE		0xF0A0
#define VFIO_DEVICE_FEATURE_TPH_ST_CONFIG	0xF0A1
#define VFIO_DEVICE_FEATURE_TPH_CPU_ST		0xF0A2

/*
 * Upon VFIO_DEVICE_FEATURE_GET, tell what of TPH this device can do and, in
 * flags, what is missing where it can do nothing.  GET succeeds on every
 * vfio-pci device.
 *
 * Upon VFIO_DEVICE_FEATURE_SET (which has no data), opt in: from now until this
 * device is closed, its owner may program the ST table and write the TPH
 * Requester Control Register.  Setting it again is no error.  There is no way
 * to opt out but to close the device.
 *
 * Errors of SET:
 *   -EOPNOTSUPP  VFIO_TPH_USABLE or VFIO_TPH_HOST_OPT_IN is clear
 *   -EIO         the device cannot be reached
 */
struct vfio_device_feature_tph_enable {
	__u32	flags;
	/* The function has a TPH Requester Extended Capability. */
#define VFIO_TPH_CAPABLE	(1 << 0)
	/*
	 * It can be used: device and Root Port have a requester type in common,
	 * and TPH is not turned off for the whole system.  If clear, the
	 * capability is hidden from the user's config space.
	 */
#define VFIO_TPH_USABLE		(1 << 1)
	/* The host allows it: module parameter enable_unsafe_tph of vfio-pci. */
#define VFIO_TPH_HOST_OPT_IN	(1 << 2)
	/* This open of the device has opted in. */
#define VFIO_TPH_USER_OPT_IN	(1 << 3)
	/* ST modes that the device has: bit 0 No ST, 1 Interrupt Vector, 2 Device Specific. */
	__u8	st_modes;
#define VFIO_TPH_MODE_NS	(1 << 0)
#define VFIO_TPH_MODE_IV	(1 << 1)
#define VFIO_TPH_MODE_DS	(1 << 2)
	/* Requester types negotiated with the Root Port. */
	__u8	requesters;
#define VFIO_TPH_REQ_STANDARD	(1 << 0)	/* tags of 8 bits */
#define VFIO_TPH_REQ_EXTENDED	(1 << 1)	/* tags of 16 bits */
	/* Where the ST table is. */
	__u8	st_table_loc;
#define VFIO_TPH_ST_LOC_NONE	0
#define VFIO_TPH_ST_LOC_CAP	1	/* in the TPH capability */
#define VFIO_TPH_ST_LOC_MSIX	2	/* in the MSI-X table, an entry a vector */
	__u8	__reserved;
	/* Entries of the ST table, 0 if there is none. */
	__u32	st_entries;
};

/* For the flags of VFIO_DEVICE_FEATURE_TPH_ST_CONFIG and _TPH_CPU_ST */
#define VFIO_TPH_MEM_PERSISTENT	(1 << 0)	/* of persistent memory, not volatile */
#define VFIO_TPH_TAG_EXTENDED	(1 << 1)	/* 16-bit tags, not 8-bit ones */

/*
 * Upon VFIO_DEVICE_FEATURE_SET, program count consecutive entries of the ST
 * table, the first of them index, in one go.  All or nothing: on an error the
 * table holds what it held.  TPH may be on or off; while it is off, the entries
 * are kept, and the device gets them when TPH is switched on.
 *
 * data_uptr points to count values, __u32 each: Steering Tags or, with
 * VFIO_TPH_ST_CPU, numbers of online CPUs that the kernel translates, in the
 * memory and tag type of flags.  Without VFIO_TPH_ST_CPU the other flags must
 * be 0, and a tag must fit the widest requester type that was negotiated.
 *
 * A table in the MSI-X table has an entry for every vector.  A tag for a vector
 * that is not allocated yet is kept, and applied when it is.
 *
 * What was programmed is undone when the device is closed.
 *
 * Errors:
 *   -EOPNOTSUPP  not usable, or no host opt-in (see GET of TPH_ENABLE), or the
 *                device has no ST table; with VFIO_TPH_ST_CPU, the platform has
 *                no Steering Tags to tell
 *   -EINVAL      the user has not opted in; bad index, count, flags, tag or CPU;
 *                reserved is not 0; a CPU has no valid tag of that type
 *   -EFAULT      data_uptr
 *   -EIO         TPH is on and the device cannot be reached (not in D0, or
 *                gone), or memory space is off where the table is the MSI-X
 *                table
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
 * data_uptr points to count entries; cpu is in, tag and flags are out, flags
 * must be 0 on entry.  One CPU that does not exist or is not online fails the whole
 * call.  A CPU without a valid tag does not: VFIO_TPH_CPU_ST_VALID is clear.
 *
 * Errors:
 *   -EOPNOTSUPP  not usable, or no host opt-in, or the platform has no
 *                Steering Tags to tell
 *   -EINVAL      the user has not opted in; bad count, flags or CPU; flags of
 *                an entry are not 0
 *   -EFAULT      data_uptr
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
