#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors

"""
Show whether PCIe TPH (TLP Processing Hints) can be used on each network device
of this machine, and if not, why.

Reads sysfs and the devices' config space, and changes nothing. Run it as root:
other users can read only 64 bytes of config space. sysfs does not show whether
firmware provides Steering Tags for CPUs; an application that enables TPH finds
out.
"""

import argparse
import json
import os
import struct
import sys
from pathlib import Path

HEADER_SIZE = 64
CAP_ID_EXP = 0x10
EXP_TYPE_ROOT_PORT = 4
EXP_TYPE_RCIEP = 9
EXP_DEVCAP2 = 0x24
EXT_CAP_FIRST = 0x100
EXT_CAP_ID_TPH = 0x17
CONFIG_SIZE = 4096

MODES = {0: "no-st", 1: "iv", 2: "ds"}
ST_TABLES = {0: "none", 1: "capability", 2: "msix", 3: "reserved"}
COMPLETERS = {0: "none", 1: "standard", 2: "reserved", 3: "extended"}

DRIVERS = ("vfio-pci", "tph-vfio-pci")
POLICY = "tph_policy"
POLICY_NEEDED = "ds-st"


class ConfigSpace:
    """The part of a function's config space that this user may read."""

    def __init__(self, path):
        try:
            self.data = (path / "config").read_bytes()
        except OSError:
            self.data = b""

    def word(self, offset):
        """16 bits, or None if they cannot be read."""
        if offset + 2 > len(self.data):
            return None
        return struct.unpack_from("<H", self.data, offset)[0]

    def dword(self, offset):
        """32 bits, or None if they cannot be read."""
        if offset + 4 > len(self.data):
            return None
        return struct.unpack_from("<I", self.data, offset)[0]

    def capability(self, wanted):
        """Offset of a capability, or None."""
        seen = set()
        offset = (self.word(0x34) or 0) & 0xfc
        while offset >= HEADER_SIZE and offset not in seen:
            seen.add(offset)
            header = self.word(offset)
            if header is None:
                return None
            if header & 0xff == wanted:
                return offset
            offset = header >> 8 & 0xfc
        return None

    def extended_capability(self, wanted):
        """Offset of an extended capability, or None."""
        seen = set()
        offset = EXT_CAP_FIRST
        while EXT_CAP_FIRST <= offset < CONFIG_SIZE and offset not in seen:
            seen.add(offset)
            header = self.dword(offset)
            if not header or header == 0xffffffff:
                return None
            if header & 0xffff == wanted:
                return offset
            offset = header >> 20 & 0xffc
        return None

    def is_readable(self):
        """May this user read the capabilities?"""
        return len(self.data) > HEADER_SIZE

    def express_type(self):
        """Device/port type of the PCI Express capability, or None."""
        offset = self.capability(CAP_ID_EXP)
        flags = self.word(offset + 2) if offset else None
        return flags >> 4 & 0xf if flags is not None else None

    def completer(self):
        """TPH completer of a Root Port."""
        offset = self.capability(CAP_ID_EXP)
        devcap2 = self.dword(offset + EXP_DEVCAP2) if offset else None
        return COMPLETERS[devcap2 >> 12 & 3] if devcap2 is not None else None

    def tph(self):
        """Contents of the TPH Requester capability, or None if there is none."""
        offset = self.extended_capability(EXT_CAP_ID_TPH)
        capability = self.dword(offset + 4) if offset else None
        if capability is None:
            return None
        table = ST_TABLES[capability >> 9 & 3]
        return {
            "offset": offset,
            "modes": [name for bit, name in MODES.items() if capability >> bit & 1],
            "extended": bool(capability >> 8 & 1),
            "st_table": table,
            "st_entries": (capability >> 16 & 0x7ff) + 1
            if table in ("capability", "msix") else 0,
        }


def read(path):
    """Text of a sysfs attribute, or None."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return None


def link_name(path):
    """Last component of the target of a sysfs link, or None."""
    return os.path.basename(os.readlink(path)) if path.is_symlink() else None


def kernel_state(sysfs):
    """Which driver gives TPH to user space, and what does the host allow by default?

    The driver is vfio-pci where the kernel has the series, otherwise the one of the module.
    It is None where none is loaded, and false where vfio-pci has no TPH.
    """
    for driver in DRIVERS:
        policy = read(sysfs / "module" / driver.replace("-", "_") / "parameters" / POLICY)
        if policy is not None:
            return {"driver": driver, "policy": policy}
    return {"driver": False if (sysfs / "module" / "vfio_pci").is_dir() else None, "policy": None}


def device_policy(path):
    """What the host allows the user of this device, or None if it has no such file."""
    return next(filter(None, map(read, path.glob(f"vfio-dev/*/{POLICY}"))), None)


def root_port(path):
    """sysfs directory of the Root Port above a device, or None."""
    for parent in reversed(path.resolve().parents):
        if (parent / "config").exists():
            return parent if ConfigSpace(parent).express_type() == EXP_TYPE_ROOT_PORT else None
    return None


def has_iommu(sysfs, path):
    """Is the device behind an IOMMU that is in use?"""
    group = link_name(path / "iommu_group")
    if group is None:
        return False
    return read(sysfs / "kernel" / "iommu_groups" / group / "name") != "vfio-noiommu"


def requesters(tph, completer, integrated):
    """Requester types that device and Root Port have in common."""
    if tph is None:
        return []
    offered = "extended" if integrated else completer
    if offered not in ("standard", "extended"):
        return []
    return ["standard"] + (["extended"] if tph["extended"] and offered == "extended" else [])


def reasons(device, kernel):
    """Why TPH cannot be used, most basic reason first, each with its remedy."""
    found = []
    if not device["config_readable"]:
        return ["config space cannot be read: run this as root"]
    if device["tph"] is None:
        return ["the device has no TPH capability"]
    if not set(device["tph"]["modes"]) & {"iv", "ds"}:
        found.append("the device has neither of the modes iv and ds")
    if not device["requesters"]:
        found.append(f"the Root Port completes no TPH ({device['root_port_completer']}): "
                     "look for a setting in the firmware, or use another slot")
    driver = kernel["driver"]
    if driver and device["driver"] != driver:
        found.append(f"bound to {device['driver'] or 'no driver'}: "
                     f"dpdk-devbind.py --bind={driver} {device['address']}")
    if not device["iommu"]:
        found.append("no IOMMU: turn it on in the firmware settings and on the kernel "
                     "command line")
    if driver is None:
        found.append("not known whether the kernel's vfio-pci has TPH: modprobe vfio-pci")
    elif not driver:
        found.append("the kernel's vfio-pci has no TPH: modprobe tph-vfio-pci, after installing the "
                     "module of dpdk-tph if there is none")
    elif device["policy"] not in (None, POLICY_NEEDED):
        found.append(f"the host's policy for the device is {device['policy']}: while nobody uses it, "
                     f"echo {POLICY_NEEDED} > /sys/bus/pci/devices/{device['address']}/vfio-dev/*/{POLICY}")
    elif device["policy"] is None and kernel["policy"] != POLICY_NEEDED:
        found.append(f"the host's policy is {kernel['policy']}: set {POLICY}={POLICY_NEEDED} "
                     f"for module {driver.replace('-', '_')}, then bind the device")
    return found


def inspect(sysfs, path, kernel):
    """Everything there is to report about one device."""
    config = ConfigSpace(path)
    integrated = config.express_type() == EXP_TYPE_RCIEP
    port = None if integrated else root_port(path)
    completer = ConfigSpace(port).completer() if port else None
    tph = config.tph()
    device = {
        "address": path.name,
        "id": "{}:{}".format(*((read(path / name) or "????").replace("0x", "")
                               for name in ("vendor", "device"))),
        "driver": link_name(path / "driver"),
        "iommu": has_iommu(sysfs, path),
        "config_readable": config.is_readable(),
        "tph": tph,
        "policy": device_policy(path),
        "root_port": port.name if port else None,
        "root_port_completer": completer,
        "requesters": requesters(tph, completer, integrated),
    }
    device["reasons"] = reasons(device, kernel)
    device["usable"] = not device["reasons"]
    return device


def network_devices(sysfs):
    """Addresses of all network devices."""
    paths = sorted((sysfs / "bus" / "pci" / "devices").glob("*"))
    return [p.name for p in paths if (read(p / "class") or "").startswith("0x02")]


def report(result):
    """Print the result as text."""
    kernel = result["kernel"]
    driver = kernel["driver"]
    print(f"TPH for user space by: {driver}, policy {kernel['policy']}" if driver else
          f"TPH for user space by: {'unknown' if driver is None else 'none'}")
    for device in result["devices"]:
        print(f"\n{device['address']} {device['id']} "
              f"(driver {device['driver'] or 'none'}): "
              f"TPH {'can' if device['usable'] else 'cannot'} be used")
        tph = device["tph"]
        if tph is not None:
            entries = f", {tph['st_entries']} entries" if tph["st_entries"] else ""
            print(f"  capability   at 0x{tph['offset']:x}, modes {' '.join(tph['modes'])}, "
                  f"tags of {'8 and 16' if tph['extended'] else '8'} bits")
            print(f"  ST table     {tph['st_table']}{entries}")
            print(f"  Root Port    {device['root_port'] or 'none'}, "
                  f"completer {device['root_port_completer'] or '-'}")
            print(f"  requesters   {' '.join(device['requesters']) or 'none'}")
            if device["policy"]:
                print(f"  policy       {device['policy']}")
        for reason in device["reasons"]:
            print(f"  why not      {reason}")
    if not result["devices"]:
        print("No network device on the PCI bus")


def main():
    """Parse the arguments and print a report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 if TPH can be used on all devices shown, otherwise 1.")
    parser.add_argument("address", nargs="*", metavar="DDDD:BB:DD.F",
                        help="show these devices instead of all network devices")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--sysfs", type=Path, default=Path("/sys"), metavar="DIR",
                        help="where sysfs is mounted (default: %(default)s)")
    args = parser.parse_args()

    kernel = kernel_state(args.sysfs)
    devices = []
    for address in args.address or network_devices(args.sysfs):
        path = args.sysfs / "bus" / "pci" / "devices" / address
        if not path.exists():
            parser.error(f"no PCI device {address}: lspci -D lists them")
        devices.append(inspect(args.sysfs, path, kernel))

    result = {"kernel": kernel, "devices": devices}
    if args.json:
        json.dump(result, sys.stdout, indent=2)
        print()
    else:
        report(result)
    return 0 if devices and all(device["usable"] for device in devices) else 1


if __name__ == "__main__":
    sys.exit(main())
