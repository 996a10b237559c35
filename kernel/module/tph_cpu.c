// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Steering Tags of CPUs, which firmware tells by a method of the host bridge:
 * _DSM, revision 7, function 0xF of the PCI Firmware Specification.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#include <linux/acpi.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uuid.h>
#include <linux/xarray.h>

#include "vfio_pci_priv.h"

/* Each half of the answer, volatile memory first */
#define TAG_VALID	BIT(0)
#define TAG_EXT_VALID	BIT(1)
#define TAG_PH_IGNORE	BIT(2)
#define TAG		GENMASK(15, 8)
#define TAG_EXT		GENMASK(31, 16)

/*
 * An answer does not change, so it is kept: asking takes milliseconds.  Host
 * bridges are few and stay.
 */
struct bridge {
	struct list_head list;
	struct pci_host_bridge *host;
	struct xarray answers;
};

static LIST_HEAD(bridges);
static DEFINE_MUTEX(bridges_lock);

static struct bridge *get_bridge(struct pci_dev *pdev)
{
	struct pci_host_bridge *host = pci_find_host_bridge(pdev->bus);
	struct bridge *bridge;

	lockdep_assert_held(&bridges_lock);

	list_for_each_entry(bridge, &bridges, list)
		if (bridge->host == host)
			return bridge;

	bridge = kzalloc_obj(*bridge);
	if (!bridge)
		return NULL;

	get_device(&host->dev);
	bridge->host = host;
	xa_init(&bridge->answers);
	list_add(&bridge->list, &bridges);

	return bridge;
}

/* When the module goes */
void tph_cpu_forget(void)
{
	struct bridge *bridge, *next;
	unsigned long cpu;
	u64 *answer;

	list_for_each_entry_safe(bridge, next, &bridges, list) {
		xa_for_each(&bridge->answers, cpu, answer)
			kfree(answer);
		xa_destroy(&bridge->answers);
		put_device(&bridge->host->dev);
		kfree(bridge);
	}
}

#ifdef CONFIG_ACPI
#define DSM_REVISION	7
#define DSM_FUNCTION	0xf

static const guid_t dsm_guid =
	GUID_INIT(0xe5c937d0, 0x3553, 0x4d7a,
		  0x91, 0x17, 0xea, 0x4d, 0x19, 0xc3, 0x43, 0x4d);

static int call_dsm(acpi_handle handle, u32 uid, u64 *answer)
{
	/* Feature: processor cache.  Target: the CPU.  Properties: none. */
	union acpi_object args[] = {
		{ .integer = { ACPI_TYPE_INTEGER, 0 } },
		{ .integer = { ACPI_TYPE_INTEGER, uid } },
		{ .integer = { ACPI_TYPE_INTEGER, 0 } },
	};
	union acpi_object arg = {
		.package = { ACPI_TYPE_PACKAGE, ARRAY_SIZE(args), args },
	};
	union acpi_object *obj;
	int ret = -EOPNOTSUPP;
	__le64 value;

	obj = acpi_evaluate_dsm(handle, &dsm_guid, DSM_REVISION, DSM_FUNCTION,
				&arg);
	if (!obj)
		return ret;

	/* Without the function, firmware gives a shorter buffer */
	if (obj->type == ACPI_TYPE_BUFFER &&
	    obj->buffer.length >= sizeof(value)) {
		memcpy(&value, obj->buffer.pointer, sizeof(value));
		*answer = le64_to_cpu(value);
		ret = 0;
	}
	ACPI_FREE(obj);

	return ret;
}

static int ask_firmware(struct bridge *bridge, unsigned int cpu, u64 *answer)
{
	acpi_handle handle = ACPI_HANDLE(&bridge->host->dev);
	u32 uid;
	int ret;

	ret = acpi_get_cpu_uid(cpu, &uid);
	if (ret)
		return ret;

	/* What has answered once need not be asked whether it can */
	if (!handle || (xa_empty(&bridge->answers) &&
			!acpi_check_dsm(handle, &dsm_guid, DSM_REVISION,
					BIT(DSM_FUNCTION))))
		return -EOPNOTSUPP;

	return call_dsm(handle, uid, answer);
}
#else
static int ask_firmware(struct bridge *bridge, unsigned int cpu, u64 *answer)
{
	return -EOPNOTSUPP;
}
#endif

static int look_up(struct pci_dev *pdev, unsigned int cpu, u64 *answer)
{
	struct bridge *bridge;
	u64 *known;
	int ret;

	guard(mutex)(&bridges_lock);

	bridge = get_bridge(pdev);
	if (!bridge)
		return -ENOMEM;

	known = xa_load(&bridge->answers, cpu);
	if (known) {
		*answer = *known;
		return 0;
	}

	ret = ask_firmware(bridge, cpu, answer);
	if (ret)
		return ret;

	/* If it cannot be kept, it is right all the same */
	known = kmemdup(answer, sizeof(*answer), GFP_KERNEL);
	if (known && xa_is_err(xa_store(&bridge->answers, cpu, known, GFP_KERNEL)))
		kfree(known);

	return 0;
}

static int get_cpu_st(struct pci_dev *pdev, enum tph_mem_type mem_type,
		      bool extended, unsigned int cpu, u16 *tag, bool *ph_ignore)
{
	u64 answer;
	u32 half;
	int ret;

	ret = look_up(pdev, cpu, &answer);
	if (ret)
		return ret;

	half = mem_type == TPH_MEM_TYPE_VM ? answer : answer >> 32;
	if (ph_ignore)
		*ph_ignore = half & TAG_PH_IGNORE;
	*tag = extended ? FIELD_GET(TAG_EXT, half) : FIELD_GET(TAG, half);

	return half & (extended ? TAG_EXT_VALID : TAG_VALID) ? 0 : -ENODATA;
}

/**
 * tph_pci_get_cpu_st_std - the 8-bit Steering Tag of a CPU
 * @pdev: device
 * @mem_type: memory type
 * @cpu: number of an online CPU
 * @tag: the tag
 * @ph_ignore: does the platform ignore hints?  May be NULL
 *
 * Return: 0; -ENODATA if the CPU has no such tag (@ph_ignore is set);
 * -EOPNOTSUPP if the platform provides no tags; -ENOMEM; another negative errno
 * if firmware does not know the CPU
 */
int tph_pci_get_cpu_st_std(struct pci_dev *pdev, enum tph_mem_type mem_type,
			   unsigned int cpu, u16 *tag, bool *ph_ignore)
{
	return get_cpu_st(pdev, mem_type, false, cpu, tag, ph_ignore);
}

/**
 * tph_pci_get_cpu_st_ext - the 16-bit Steering Tag of a CPU
 * @pdev: device
 * @mem_type: memory type
 * @cpu: number of an online CPU
 * @tag: the tag
 * @ph_ignore: does the platform ignore hints?  May be NULL
 *
 * Return: as tph_pci_get_cpu_st_std()
 */
int tph_pci_get_cpu_st_ext(struct pci_dev *pdev, enum tph_mem_type mem_type,
			   unsigned int cpu, u16 *tag, bool *ph_ignore)
{
	return get_cpu_st(pdev, mem_type, true, cpu, tag, ph_ignore);
}
