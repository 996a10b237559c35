# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Nothing happens without the opt-ins of host and user, and whoever asks is told what is missing."""

import errno

import pytest

from tphrig import vfio
from tphrig.machine import PORT_BDF
from tphrig.vfio import GET, PROBE, SET, TPH, fails

ENABLE, ST_CONFIG, CPU_ST = (TPH[f"VFIO_DEVICE_FEATURE_TPH_{name}"]
                             for name in ("ENABLE", "ST_CONFIG", "CPU_ST"))
LOCATION = {"none": TPH["VFIO_TPH_ST_LOC_NONE"], "cap": TPH["VFIO_TPH_ST_LOC_CAP"],
            "msix": TPH["VFIO_TPH_ST_LOC_MSIX"]}
MODES = {"ns": TPH["VFIO_TPH_MODE_NS"], "iv": TPH["VFIO_TPH_MODE_IV"], "ds": TPH["VFIO_TPH_MODE_DS"]}
BOTH = TPH["VFIO_TPH_REQ_STANDARD"] | TPH["VFIO_TPH_REQ_EXTENDED"]
BODIES = {ENABLE: 0, ST_CONFIG: 24, CPU_ST: 16}
ACCESS = {ENABLE: SET, ST_CONFIG: SET, CPU_ST: GET}


def refused(device, number, *which):
    for index in which or BODIES:
        with fails(number):
            device.feature(index, ACCESS[index], bytes(BODIES[index]))


@pytest.mark.parametrize("loc, entries, modes", (
    ("none", 0, "ns,ds"), ("cap", 1, "ns"), ("cap", 3, "ns,iv"), ("cap", 64, "ns,iv,ds"),
    ("msix", 10, "ns,iv")))
def test_info_tells_modes_types_location_and_entries(functions, loc, entries, modes):
    size = f"size={entries}" if loc == "cap" else ""
    device, _ = functions.open(f"loc={loc} {size} modes={modes}", opt_in=False)
    info = device.info()
    assert info.modes == sum(MODES[mode] for mode in modes.split(","))
    assert (info.requesters, info.location, info.entries) == (BOTH, LOCATION[loc], entries)
    assert (info.capable, info.usable, info.policy, info.user_opt_in) == (True, True, "ds-st", False)
    device.opt_in()
    assert device.info().user_opt_in
    device.opt_in()
    assert device.info() == info._replace(flags=info.flags | TPH["VFIO_TPH_USER_OPT_IN"])


@pytest.mark.parametrize("options, requesters", (
    ("ext=0", 1), ("rp=1", 1), ("rp=3", BOTH), ("rp=0", 0), ("rp=2", 0)))
def test_info_tells_what_device_and_root_port_have_in_common(functions, options, requesters):
    device, _ = functions.open(f"loc=cap size=4 {options}", opt_in=False)
    info = device.info()
    assert info.capable and info.usable == bool(requesters)
    assert info.requesters == requesters
    if not requesters:
        assert (info.modes, info.location, info.entries) == (0, 0, 0)
        refused(device, errno.EOPNOTSUPP)


@pytest.mark.parametrize("policy", (None, "off"))
def test_unless_the_host_allows_it_nothing_is_supported_and_info_says_why(functions, policy):
    device, emulated = functions.open(opt_in=False, policy=policy)
    info = device.info()
    assert info.usable and info.policy == "off"
    refused(device, errno.EOPNOTSUPP)
    assert emulated.stats()["config_writes"] == 0


def test_without_the_users_opt_in_programming_is_invalid_and_writes_nothing(functions):
    device, emulated = functions.open(opt_in=False)
    with fails(errno.EINVAL):
        device.st_config(0, [1])
    with fails(errno.EINVAL):
        device.cpu_st([0])
    device.set_control(vfio.STANDARD | vfio.IV)
    device.write(device.tph() + vfio.TPH_TABLE, 0x1234, 2)
    stats = emulated.stats()
    assert (stats["config_writes"], emulated.ctrl()) == (0, 0)
    assert not device.info().user_opt_in


def test_a_device_without_the_capability_says_so(functions):
    functions.guest.load_vfio()
    functions.guest.bind(PORT_BDF[0])
    device = functions.new_user().open(PORT_BDF[0])
    info = device.info()
    assert (info.capable, info.usable, info.policy) == (False, False, "ds-st")
    refused(device, errno.EOPNOTSUPP)


def test_a_kernel_without_the_series_has_none_of_the_features(untouched_guest):
    untouched_guest.emulate(PORT_BDF[0], "loc=cap")
    untouched_guest.load_vfio(policy=None)
    untouched_guest.bind(PORT_BDF[0], driver="vfio-pci")
    with untouched_guest.vfio_user() as user:
        device = user.open(PORT_BDF[0])
        refused(device, errno.ENOTTY)
        with fails(errno.ENOTTY):
            device.info()


def test_devices_without_a_table_have_no_st_config_but_the_other_features(functions):
    device, _ = functions.open("loc=none")
    with fails(errno.EOPNOTSUPP):
        device.st_config(0, [1])
    assert len(device.cpu_st([0, 1])) == 2
    device.set_control(vfio.EXTENDED | vfio.DS)
    assert device.control() == vfio.EXTENDED | vfio.DS


def test_an_opt_in_ends_with_the_last_file_descriptor_of_the_device(functions):
    first, _ = functions.open()
    second = functions.user.open(PORT_BDF[0])
    assert second.info().user_opt_in
    first.close()
    assert second.info().user_opt_in
    second.close()
    third = functions.user.open(PORT_BDF[0])
    assert not third.info().user_opt_in


# Debian's kernels have no iommufd.
@pytest.mark.kernels("series", "untouched")
def test_the_device_node_of_iommufd_serves_as_well_as_the_group(functions):
    functions.emulate("loc=cap size=4")
    functions.guest.load_vfio()
    functions.guest.bind(PORT_BDF[0])
    device = functions.new_user().open_cdev(PORT_BDF[0])
    device.opt_in()
    device.st_config(0, [1, 2, 3, 4])
    device.set_control(vfio.EXTENDED | vfio.IV)
    assert functions.emulated[PORT_BDF[0]].table() == {0: 1, 1: 2, 2: 3, 3: 4}


def test_probe_tells_which_of_get_and_set_a_feature_has(functions):
    device, _ = functions.open()
    for index, accesses in ((ENABLE, (GET, SET)), (ST_CONFIG, (SET,)), (CPU_ST, (GET,))):
        for access in (GET, SET):
            if access in accesses:
                device.feature(index, PROBE | access, bytes(BODIES[index] or 12))
            else:
                with fails(errno.EINVAL):
                    device.feature(index, PROBE | access, bytes(BODIES[index] or 12))


def test_bad_arguments_of_the_features_are_invalid_and_change_nothing(functions):
    device, emulated = functions.open("loc=cap size=4 firmware=0x11")
    persistent, extended, by_cpu = (TPH[f"VFIO_TPH_{name}"]
                                    for name in ("MEM_PERSISTENT", "TAG_EXTENDED", "ST_CPU"))
    for on in (False, True):
        if on:
            device.set_control(vfio.STANDARD | vfio.IV)
        emulated.clear()
        with fails(errno.EINVAL):
            device.st_config(0, [])
        for index, count in ((0, 5), (1, 4), (4, 1), (0xffffffff, 1), (1, 0xffffffff), (0, 1 << 31)):
            with fails(errno.EINVAL):
                device.st_config(index, [7] * 5, count=count)
        for flags in (8, 0x80000000, persistent, extended, persistent | extended, 8 | by_cpu):
            with fails(errno.EINVAL):
                device.st_config(0, [0], flags=flags)
        with fails(errno.EINVAL):
            device.st_config(0, [1], reserved=1)
        for tag in (0x10000, 0xffffffff):
            with fails(errno.EINVAL):
                device.st_config(0, [1, tag, 2])
        for pointer in (0, 8, 0xffff800000000000, 0xfffffffffffffff0):
            with fails(errno.EFAULT):
                device.st_config(0, [1], pointer=pointer)
        for flags, count, entry_flags in ((4, None, 0), (8, None, 0), (0, 0, 0), (0, 1 << 20, 0),
                                          (0, None, 1)):
            with fails(errno.EINVAL):
                device.cpu_st([0], flags=flags, count=count, entry_flags=entry_flags)
        for cpu in (63, 0xffffffff, 0x80000000):
            with fails(errno.EINVAL):
                device.cpu_st([0, cpu])
            with fails(errno.EINVAL):
                device.st_config(0, [0, cpu], flags=by_cpu)
        with fails(errno.EFAULT):
            device.cpu_st([0], pointer=8)
        for index, size in BODIES.items():
            with fails(errno.EINVAL):
                device.feature(index, ACCESS[index], bytes(size), argsz=7)
            if size:
                with fails(errno.EINVAL):
                    device.feature(index, ACCESS[index], bytes(size), argsz=8 + size - 1)
            with fails(errno.EINVAL):
                device.feature(index, GET | SET, bytes(size))
        assert emulated.stats()["config_writes"] == 0
        assert set(emulated.table().values()) == {0x11}
