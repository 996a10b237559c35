// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VFIO driver for PCI devices that gives their users TPH, on kernels whose
 * vfio-pci does not.  It is vfio-pci-core, with TPH around it.
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cache.h>
#include <linux/cleanup.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>
#include <linux/vfio.h>

#include "vfio_pci_priv.h"

static u8 tph_policy = VFIO_TPH_POLICY_OFF;
module_param_cb(tph_policy, &vfio_pci_core_tph_policy_ops, &tph_policy, 0644);
MODULE_PARM_DESC(tph_policy, "What users may do with TLP Processing Hints: off, no-st (hints without Steering Tags), iv-st (tags of CPUs that the kernel looks up), ds-st (any tag; unsafe where users do not trust each other)");

static bool enable_sriov;
module_param(enable_sriov, bool, 0644);
MODULE_PARM_DESC(enable_sriov, "Let users' physical functions have virtual functions, as the same parameter of vfio-pci does");

static struct vfio_pci_core_device *to_vdev(struct vfio_device *core_vdev)
{
	return container_of(core_vdev, struct vfio_pci_core_device, vdev);
}

static int tph_vfio_init_dev(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev = to_vdev(core_vdev);
	int ret;

	ret = vfio_pci_core_init_dev(core_vdev);
	if (ret)
		return ret;

	mutex_init(&vdev->tph_calls);
	vdev->tph_policy = tph_policy;
	tph_pci_find(vdev);
	return 0;
}

static int tph_vfio_open_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev = to_vdev(core_vdev);
	int ret;

	ret = vfio_pci_core_enable(&vdev->core);
	if (ret)
		return ret;

	/* Each user starts with TPH off, whoever left it on */
	pcie_disable_tph(vdev->pdev);
	tph_config_open(vdev);
	vfio_pci_core_finish_enable(&vdev->core);
	return 0;
}

/*
 * vfio-pci-core resets the device, which takes the entries that firmware has
 * written.  If it cannot be woken up, it has no power, and nothing to clean up.
 */
static void tph_vfio_close_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_core_device *vdev = to_vdev(core_vdev);
	struct device *dev = &vdev->pdev->dev;
	bool awake = !pm_runtime_resume_and_get(dev);

	vfio_pci_tph_close(vdev);
	tph_pci_save_opened(vdev);
	vfio_pci_core_close_device(core_vdev);
	tph_pci_restore(vdev);

	if (awake)
		pm_runtime_put(dev);
}

static ssize_t tph_vfio_read(struct vfio_device *core_vdev, char __user *buf,
			     size_t count, loff_t *ppos)
{
	if (VFIO_PCI_OFFSET_TO_INDEX(*ppos) != VFIO_PCI_CONFIG_REGION_INDEX)
		return vfio_pci_core_read(core_vdev, buf, count, ppos);

	return tph_config_rw(to_vdev(core_vdev), buf, count, ppos, false);
}

static ssize_t tph_vfio_write(struct vfio_device *core_vdev,
			      const char __user *buf, size_t count, loff_t *ppos)
{
	if (VFIO_PCI_OFFSET_TO_INDEX(*ppos) != VFIO_PCI_CONFIG_REGION_INDEX)
		return vfio_pci_core_write(core_vdev, buf, count, ppos);

	return tph_config_rw(to_vdev(core_vdev), (char __user *)buf, count, ppos,
			     true);
}

static int tph_vfio_mmap(struct vfio_device *core_vdev,
			 struct vm_area_struct *vma)
{
	return tph_mmap(to_vdev(core_vdev), vma);
}

/* Vectors may come and go, and with them entries of a table in the MSI-X Table */
static long tph_vfio_set_irqs(struct vfio_pci_core_device *vdev,
			      unsigned long arg)
{
	long ret;
	u16 cmd;

	guard(mutex)(&vdev->tph_calls);

	scoped_guard(mutex, &vdev->igate)
		if (vdev->tph) {
			cmd = vfio_pci_memory_lock_and_enable(vdev);
			vfio_pci_tph_irqs_free(vdev);
			vfio_pci_memory_unlock_and_restore(vdev, cmd);
		}

	ret = vfio_pci_core_ioctl(&vdev->vdev, VFIO_DEVICE_SET_IRQS, arg);

	scoped_guard(mutex, &vdev->igate)
		vfio_pci_tph_irqs_done(vdev);

	return ret;
}

/*
 * Resets restore TPH, but for one of a device in D3hot, which lost it on the way
 * to D0.
 */
static long tph_vfio_ioctl(struct vfio_device *core_vdev, unsigned int cmd,
			   unsigned long arg)
{
	struct vfio_pci_core_device *vdev = to_vdev(core_vdev);
	long ret;

	if (cmd == VFIO_DEVICE_SET_IRQS &&
	    pcie_tph_get_st_table_loc(vdev->pdev) == PCI_TPH_LOC_MSIX)
		return tph_vfio_set_irqs(vdev, arg);

	ret = vfio_pci_core_ioctl(core_vdev, cmd, arg);
	if (cmd == VFIO_DEVICE_RESET || cmd == VFIO_DEVICE_PCI_HOT_RESET)
		tph_config_restore(vdev);

	return ret;
}

static int tph_vfio_opt_in(struct vfio_pci_core_device *vdev, u32 flags,
			   void __user *arg, size_t argsz)
{
	guard(mutex)(&vdev->tph_calls);

	return vfio_pci_core_feature_tph_enable(vdev, flags, arg, argsz);
}

static int tph_vfio_st_config(struct vfio_pci_core_device *vdev, u32 flags,
			      void __user *arg, size_t argsz)
{
	guard(mutex)(&vdev->tph_calls);

	return vfio_pci_core_feature_tph_st_config(vdev, flags, arg, argsz);
}

static int tph_vfio_feature(struct vfio_device *core_vdev, u32 flags,
			    void __user *arg, size_t argsz)
{
	struct vfio_pci_core_device *vdev = to_vdev(core_vdev);
	int ret;

	switch (flags & VFIO_DEVICE_FEATURE_MASK) {
	case VFIO_DEVICE_FEATURE_TPH_ENABLE:
		if (flags & VFIO_DEVICE_FEATURE_SET)
			return tph_vfio_opt_in(vdev, flags, arg, argsz);
		return vfio_pci_core_feature_tph_enable(vdev, flags, arg, argsz);
	case VFIO_DEVICE_FEATURE_TPH_ST_CONFIG:
		return tph_vfio_st_config(vdev, flags, arg, argsz);
	case VFIO_DEVICE_FEATURE_TPH_CPU_ST:
		return vfio_pci_core_feature_tph_cpu_st(vdev, flags, arg, argsz);
	case VFIO_DEVICE_FEATURE_LOW_POWER_EXIT:
		/* On the way from D3hot, the device may have lost TPH before */
		ret = vfio_pci_core_ioctl_feature(core_vdev, flags, arg, argsz);
		tph_config_restore(vdev);
		return ret;
	default:
		return vfio_pci_core_ioctl_feature(core_vdev, flags, arg, argsz);
	}
}

static struct vfio_device_ops tph_vfio_ops __ro_after_init = {
	.name		= "tph-vfio-pci",
	.init		= tph_vfio_init_dev,
	.release	= vfio_pci_core_release_dev,
	.open_device	= tph_vfio_open_device,
	.close_device	= tph_vfio_close_device,
	.ioctl		= tph_vfio_ioctl,
	.device_feature	= tph_vfio_feature,
	.read		= tph_vfio_read,
	.write		= tph_vfio_write,
	.mmap		= tph_vfio_mmap,
	.request	= vfio_pci_core_request,
	.match		= vfio_pci_core_match,
};

static void tph_vfio_reset_prepare(struct pci_dev *pdev)
{
	tph_pci_reset_prepare(tph_device(pdev));
}

static void tph_vfio_reset_done(struct pci_dev *pdev)
{
	tph_pci_reset_done(tph_device(pdev));
}

static const struct pci_error_handlers tph_vfio_err_handlers = {
	.error_detected	= vfio_pci_core_aer_err_detected,
	.reset_prepare	= tph_vfio_reset_prepare,
	.reset_done	= tph_vfio_reset_done,
};

/* What vfio-pci-core gives to each driver whenever it registers a device */
static const struct dev_pm_ops *core_pm_ops;

static int tph_vfio_runtime_suspend(struct device *dev)
{
	int ret = core_pm_ops->runtime_suspend(dev);

	if (!ret)
		tph_pci_save(tph_device(to_pci_dev(dev)));

	return ret;
}

static int tph_vfio_runtime_resume(struct device *dev)
{
	tph_pci_restore(tph_device(to_pci_dev(dev)));

	return core_pm_ops->runtime_resume(dev);
}

static const struct dev_pm_ops tph_vfio_pm_ops = {
	SET_RUNTIME_PM_OPS(tph_vfio_runtime_suspend, tph_vfio_runtime_resume, NULL)
};

static int tph_vfio_register(struct vfio_pci_core_device *vdev)
{
	struct device_driver *driver = vdev->pdev->dev.driver;
	static DEFINE_MUTEX(lock);
	int ret;

	guard(mutex)(&lock);

	/* The driver has its callbacks even if the device is not registered then */
	ret = vfio_pci_core_register_device(&vdev->core);
	if (driver->pm && driver->pm != &tph_vfio_pm_ops) {
		core_pm_ops = driver->pm;
		/* Who sees ours needs those of vfio-pci-core */
		smp_store_release(&driver->pm, &tph_vfio_pm_ops);
	}

	return ret;
}

static int tph_vfio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vfio_pci_core_device *vdev;
	int ret;

	ret = tph_pci_check(pdev);
	if (ret)
		return ret;

	vdev = vfio_alloc_device(tph_vfio_device, core.vdev, &pdev->dev,
				 &tph_vfio_ops);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);

	dev_set_drvdata(&pdev->dev, &vdev->core);
	vfio_pci_tph_add_attrs(vdev);

	/* The device would be put to sleep before it has all it needs to wake up */
	pm_runtime_get_noresume(&pdev->dev);
	ret = tph_vfio_register(vdev);
	pm_runtime_put(&pdev->dev);

	if (ret)
		vfio_put_device(&vdev->vdev);

	return ret;
}

static void tph_vfio_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *vdev = tph_device(pdev);

	vfio_pci_core_unregister_device(&vdev->core);
	vfio_put_device(&vdev->vdev);
}

static int tph_vfio_sriov_configure(struct pci_dev *pdev, int nr_virtfn)
{
	if (!enable_sriov)
		return -ENOENT;

	return vfio_pci_core_sriov_configure(&tph_device(pdev)->core, nr_virtfn);
}

static const struct pci_device_id tph_vfio_table[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, tph_vfio_table);

static struct pci_driver tph_vfio_driver = {
	.name			= "tph-vfio-pci",
	.id_table		= tph_vfio_table,
	.probe			= tph_vfio_probe,
	.remove			= tph_vfio_remove,
	.sriov_configure	= tph_vfio_sriov_configure,
	.err_handler		= &tph_vfio_err_handlers,
	.driver_managed_dma	= true,
};

static int __init tph_vfio_init(void)
{
	tph_compat_ops(&tph_vfio_ops);

	return pci_register_driver(&tph_vfio_driver);
}
module_init(tph_vfio_init);

static void __exit tph_vfio_exit(void)
{
	pci_unregister_driver(&tph_vfio_driver);
	tph_cpu_forget();
}
module_exit(tph_vfio_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("VFIO PCI with TLP Processing Hints for users");
