# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors

"""usertools/dpdk-tph.py on made-up sysfs trees: what it finds, and every reason why not."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "usertools" / "dpdk-tph.py"
NIC = "0000:01:00.0"
PORT = "0000:00:02.0"
ENDPOINT, ROOT_PORT, INTEGRATED = 0, 4, 9


def config_space(express_type, completer=0, tph=None, size=4096):
    """A PCI Express function, behind AER a TPH capability if one is given."""
    data = bytearray(4096)
    data[0x34] = 0x40
    struct.pack_into("<BB", data, 0x40, 0x01, 0x60)     # power management comes first
    struct.pack_into("<BBH", data, 0x60, 0x10, 0, express_type << 4 | 2)
    struct.pack_into("<I", data, 0x60 + 0x24, completer << 12)
    struct.pack_into("<I", data, 0x100, (0x1a0 if tph is not None else 0) << 20 | 1 << 16 | 0x0001)
    if tph is not None:
        struct.pack_into("<II", data, 0x1a0, 1 << 16 | 0x0017, tph)
    return bytes(data[:size])


def tph_register(iv=False, ds=False, extended=False, location=0, entries=1):
    return 1 | iv << 1 | ds << 2 | extended << 8 | location << 9 | (entries - 1) << 16


class Sysfs:
    """A sysfs tree with a NIC below a Root Port, in which all is well."""

    def __init__(self, root):
        self.root = root
        self.port = root / "devices" / "pci0000:00" / PORT
        self.nic = self.port / NIC
        self.nic.mkdir(parents=True)
        (self.port / "config").write_bytes(config_space(ROOT_PORT, completer=1))
        (self.port / "class").write_text("0x060400\n")
        (self.nic / "config").write_bytes(config_space(ENDPOINT, tph=tph_register(ds=True)))
        for name, value in (("class", "0x020000"), ("vendor", "0x8086"), ("device", "0x10c9")):
            (self.nic / name).write_text(value + "\n")
        self.devices = root / "bus" / "pci" / "devices"
        self.devices.mkdir(parents=True)
        for path in (self.port, self.nic):
            (self.devices / path.name).symlink_to(path)
        self.group = root / "kernel" / "iommu_groups" / "7"
        self.group.mkdir(parents=True)
        (self.nic / "iommu_group").symlink_to(self.group)
        self.bind("vfio-pci")
        self.parameters = self.module("vfio_pci", "ds-st")

    def bind(self, driver):
        (self.nic / "driver").unlink(missing_ok=True)
        if driver:
            (self.nic / "driver").symlink_to(self.root / "bus" / "pci" / "drivers" / driver)

    def module(self, name, policy):
        parameters = self.root / "module" / name / "parameters"
        parameters.mkdir(parents=True)
        (parameters / "tph_policy").write_text(policy + "\n")
        return parameters

    def policy(self, value):
        (self.parameters / "tph_policy").write_text(value + "\n")

    def policy_of_device(self, value):
        folder = self.nic / "vfio-dev" / "vfio0"
        folder.mkdir(parents=True)
        (folder / "tph_policy").write_text(value + "\n")

    def run(self, *arguments):
        return subprocess.run([sys.executable, TOOL, "--sysfs", self.root, *arguments],
                              text=True, capture_output=True, check=False)

    def device(self):
        result = json.loads(self.run("--json", NIC).stdout)
        return result["devices"][0]

    def only_reason(self):
        """The one reason there is, which the report for people must name too."""
        device = self.device()
        assert not device["usable"] and self.run(NIC).returncode == 1
        reason, = device["reasons"]
        assert reason in self.run(NIC).stdout
        return reason


@pytest.fixture
def sysfs(tmp_path):
    return Sysfs(tmp_path)


def test_a_machine_where_all_is_well_is_usable(sysfs):
    run = sysfs.run()
    assert run.returncode == 0
    assert f"{NIC} 8086:10c9 (driver vfio-pci): TPH can be used" in run.stdout
    assert "why not" not in run.stdout and PORT + "," in run.stdout


def test_only_network_devices_are_listed_unless_asked(sysfs):
    listed = json.loads(sysfs.run("--json").stdout)["devices"]
    assert [device["address"] for device in listed] == [NIC]
    assert sysfs.run(PORT).stdout.count(PORT) == 1


@pytest.mark.parametrize("location, entries, named", (
    (0, 1, ("none", 0)), (1, 64, ("capability", 64)), (2, 10, ("msix", 10)), (2, 2048, ("msix", 2048))))
def test_place_and_size_of_the_table_come_from_their_own_fields(sysfs, location, entries, named):
    register = tph_register(iv=True, location=location, entries=entries)
    (sysfs.nic / "config").write_bytes(config_space(ENDPOINT, tph=register))
    tph = sysfs.device()["tph"]
    assert (tph["st_table"], tph["st_entries"]) == named
    assert tph["offset"] == 0x1a0 and tph["modes"] == ["no-st", "iv"]


@pytest.mark.parametrize("extended, completer, expected", (
    (False, 1, ["standard"]), (True, 1, ["standard"]), (False, 3, ["standard"]),
    (True, 3, ["standard", "extended"])))
def test_requesters_are_what_device_and_root_port_share(sysfs, extended, completer, expected):
    (sysfs.port / "config").write_bytes(config_space(ROOT_PORT, completer))
    (sysfs.nic / "config").write_bytes(
        config_space(ENDPOINT, tph=tph_register(ds=True, extended=extended)))
    assert sysfs.device()["requesters"] == expected


@pytest.mark.parametrize("completer", (0, 2))
def test_root_port_that_completes_no_tph_is_named(sysfs, completer):
    (sysfs.port / "config").write_bytes(config_space(ROOT_PORT, completer))
    assert "Root Port" in sysfs.only_reason()


def test_integrated_endpoint_needs_no_root_port(sysfs):
    (sysfs.port / "config").write_bytes(config_space(ROOT_PORT, completer=0))
    (sysfs.nic / "config").write_bytes(config_space(INTEGRATED, tph=tph_register(ds=True)))
    assert sysfs.device()["usable"]


def test_device_without_the_capability_is_named(sysfs):
    (sysfs.nic / "config").write_bytes(config_space(ENDPOINT))
    assert "no TPH capability" in sysfs.only_reason()


def test_conventional_pci_device_has_no_capability(sysfs):
    (sysfs.nic / "config").write_bytes(config_space(ENDPOINT, size=256))
    assert "no TPH capability" in sysfs.only_reason()


def test_device_with_no_mode_that_steers_is_named(sysfs):
    (sysfs.nic / "config").write_bytes(config_space(ENDPOINT, tph=tph_register()))
    assert "modes" in sysfs.only_reason()


@pytest.mark.parametrize("driver, named", (("igb", "bound to igb"), (None, "no driver")))
def test_device_that_vfio_does_not_have_is_named(sysfs, driver, named):
    sysfs.bind(driver)
    reason = sysfs.only_reason()
    assert named in reason and f"--bind=vfio-pci {NIC}" in reason


def test_missing_iommu_is_named(sysfs):
    (sysfs.nic / "iommu_group").unlink()
    assert "IOMMU" in sysfs.only_reason()


def test_noiommu_group_counts_as_no_iommu(sysfs):
    (sysfs.group / "name").write_text("vfio-noiommu\n")
    assert "IOMMU" in sysfs.only_reason()


def test_kernel_without_the_series_is_named(sysfs):
    (sysfs.parameters / "tph_policy").unlink()
    reason = sysfs.only_reason()
    assert "vfio-pci has no TPH" in reason and "modprobe tph-vfio-pci" in reason
    assert "user space by: none" in sysfs.run().stdout


def test_kernel_is_unknown_while_vfio_pci_is_not_loaded(sysfs):
    (sysfs.parameters / "tph_policy").unlink()
    sysfs.parameters.rmdir()
    sysfs.parameters.parent.rmdir()
    assert "not known" in sysfs.only_reason()
    assert "user space by: unknown" in sysfs.run().stdout


@pytest.mark.parametrize("policy", ("off", "no-st", "iv-st"))
def test_host_that_does_not_allow_enough_is_named_with_what_would_be(sysfs, policy):
    sysfs.policy(policy)
    reason = sysfs.only_reason()
    assert f"is {policy}" in reason and "tph_policy=ds-st" in reason


def test_module_is_named_where_it_is_loaded_and_the_kernel_has_no_tph(sysfs):
    (sysfs.parameters / "tph_policy").unlink()
    sysfs.module("tph_vfio_pci", "ds-st")
    assert f"dpdk-devbind.py --bind=tph-vfio-pci {NIC}" in sysfs.only_reason()
    assert "user space by: tph-vfio-pci, policy ds-st" in sysfs.run().stdout
    sysfs.bind("tph-vfio-pci")
    assert sysfs.device()["usable"]


def test_policy_of_the_module_is_told_with_its_own_name(sysfs):
    (sysfs.parameters / "tph_policy").unlink()
    sysfs.module("tph_vfio_pci", "off")
    sysfs.bind("tph-vfio-pci")
    assert "tph_policy=ds-st for module tph_vfio_pci" in sysfs.only_reason()


def test_policy_of_the_device_counts_and_not_the_default_of_the_host(sysfs):
    sysfs.policy("off")
    sysfs.policy_of_device("ds-st")
    assert sysfs.device()["usable"]


def test_policy_of_the_device_is_told_with_the_file_that_changes_it(sysfs):
    sysfs.policy_of_device("iv-st")
    reason = sysfs.only_reason()
    assert f"devices/{NIC}/vfio-dev/*/tph_policy" in reason and "iv-st" in reason


def test_all_reasons_are_given_at_once(sysfs):
    sysfs.policy("off")
    sysfs.bind("igb")
    assert len(sysfs.device()["reasons"]) == 2


def test_user_who_may_not_read_config_space_is_told(sysfs):
    (sysfs.nic / "config").write_bytes(config_space(ENDPOINT, size=64))
    assert "root" in sysfs.only_reason()


def test_capability_chains_that_loop_end(sysfs):
    data = bytearray(config_space(ENDPOINT))
    struct.pack_into("<BB", data, 0x40, 0x01, 0x40)
    struct.pack_into("<I", data, 0x100, 0x100 << 20 | 1)
    (sysfs.nic / "config").write_bytes(bytes(data))
    assert "no TPH capability" in sysfs.only_reason()


def test_device_that_does_not_exist_is_one_line_and_no_trace_back(sysfs):
    run = sysfs.run("0000:ff:00.0")
    assert run.returncode == 2 and "no PCI device 0000:ff:00.0" in run.stderr
    assert "Traceback" not in run.stderr


def test_help_tells_what_it_reads(sysfs):
    assert "changes nothing" in sysfs.run("--help").stdout
