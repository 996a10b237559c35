# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The machine that QEMU emulates: its CPUs, its devices and where they are, its kernel's options."""

CPUS = 4
# Under emulation, on a loaded machine, anything may take long. Only what never comes costs so many
# seconds.
PATIENCE = 300
# The machine always has these two; both are on one hub, so each receives what the other sends.
PORT_BDF = ("0000:01:00.0", "0000:02:00.0")
# A one-shot timer interrupt that emulation loses on a loaded machine is lost for good, and the
# CPU with it; a periodic one soon comes again. For the same reason, the kernel would now and then
# not see the timer at all when it checks it at boot, and panic.
KERNEL_OPTIONS = ("console=ttyS0 quiet loglevel=5 panic=-1 intel_iommu=on hugepages=384 "
                  "highres=off no_timer_check")
# For the tests that need them, behind the ports: as many MSI-X vectors as there can be, two
# functions in one slot, and an endpoint without a Root Port.
NVME_BDF, SLOT_BDF, RCIEP_BDF = "0000:03:00.0", ("0000:04:00.0", "0000:04:00.1"), "0000:00:08.0"
MORE_DEVICES = (
    "-blockdev", "driver=null-co,node-name=disk,size=1048576,read-zeroes=on",
    "-device", "pcie-root-port,id=rp2,bus=pcie.0,chassis=3,slot=3",
    "-device", "nvme,id=nvme,bus=rp2,serial=rig,drive=disk,msix_qsize=2048,max_ioqpairs=2047",
    "-device", "pcie-root-port,id=rp3,bus=pcie.0,chassis=4,slot=4",
    "-device", "e1000e,id=slot0,bus=rp3,addr=0.0,multifunction=on",
    "-device", "e1000e,id=slot1,bus=rp3,addr=0.1",
    "-device", "igb,id=rciep,bus=pcie.0,addr=0x8")


def qemu_options(cpus=CPUS, devices=()):
    """QEMU's options for the machine, with further devices."""
    return [
        # With a thread for each CPU, QEMU 10.0 loses a wake-up now and then, and the CPU with it.
        "-machine", "q35,kernel-irqchip=split", "-accel", "tcg,thread=single", "-cpu", "Haswell",
        # Native hot-plug, and with it the link states that a bus reset needs.
        "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
        "-nodefaults", "-display", "none", "-no-reboot", "-smp", str(cpus), "-m", "2G",
        *_numa(cpus),
        "-device", "intel-iommu,intremap=on,caching-mode=on",
        *_ports(), *devices]


def _numa(cpus):
    """Two nodes, so that a wrong one shows."""
    half = cpus // 2
    options = []
    for node, span in enumerate((f"0-{half - 1}", f"{half}-{cpus - 1}")):
        options += ["-object", f"memory-backend-ram,id=mem{node},size=1G",
                    "-numa", f"node,nodeid={node},cpus={span},memdev=mem{node}"]
    return options


def _ports():
    options = []
    for i in range(len(PORT_BDF)):
        options += ["-netdev", f"hubport,id=hub{i},hubid=0",
                    "-device", f"pcie-root-port,id=rp{i},bus=pcie.0,chassis={i + 1},slot={i + 1}",
                    "-device", f"igb,id=port{i},bus=rp{i},netdev=hub{i},mac=52:54:00:00:00:0{i}"]
    return options
