# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""TPH for a user of VFIO on devices and machines of every kind."""

import contextlib
import errno
import uuid

import pytest

from tphrig import acpi, vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import PORT_BDF, RCIEP_BDF
from tphrig.vfio import EXTENDED, IV, STANDARD, fails

BDF = PORT_BDF[0]
VF_BDF = "0000:01:10.0"
ON = EXTENDED | IV


def test_an_endpoint_of_the_root_complex_has_no_port_to_negotiate_with(more_functions):
    device, emulated = more_functions.open("loc=cap size=4", bdf=RCIEP_BDF)
    assert device.info().requesters == 3
    wanted = [acpi.tags()[cpu].tag("vm", False) for cpu in (0, 1)]
    assert [tag for tag, _ in device.cpu_st([0, 1])] == wanted
    device.st_config(0, [0x701])
    device.set_control(ON)
    device.reset()
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table()[0] == 0x701


def test_physical_and_virtual_functions_are_apart(functions):
    guest, token = functions.guest, uuid.UUID(int=0x1234)
    virtual = functions.emulate("loc=cap size=4 firmware=0x5a", VF_BDF)
    pf, physical = functions.open("loc=cap size=4 firmware=0x5a", enable_sriov=1)
    pf.feature(vfio.VF_TOKEN, vfio.SET, token.bytes)
    numvfs = f"/sys/bus/pci/devices/{BDF}/sriov_numvfs"
    guest.run(f"echo 1 > {numvfs}")
    guest.bind(VF_BDF)
    vf = functions.user.open(VF_BDF, token)
    assert (vf.info().usable, vf.info().user_opt_in) == (True, False)
    with fails(errno.EINVAL):
        vf.st_config(0, [1])
    pf.st_config(0, [0x701])
    pf.set_control(ON)
    assert (virtual.ctrl(), vf.control() & 0x300) == (0, 0)
    vf.opt_in()
    vf.st_config(1, [0x22])
    vf.set_control(STANDARD | IV)
    vf.reset()
    assert virtual.ctrl() == vf.control() == STANDARD | IV
    assert virtual.table() == {0: 0x5a, 1: 0x22, 2: 0x5a, 3: 0x5a}
    assert physical.ctrl() == pf.control() == ON
    virtual.write("reset", 1)
    assert vf.control() & 0x300 == 0
    vf.set_control(STANDARD | IV)
    assert virtual.table()[1] == 0x22
    vf.close()
    assert virtual.ctrl() & 0x300 == 0
    assert physical.ctrl() == pf.control() == ON
    assert physical.table() == {0: 0x701, 1: 0x5a, 2: 0x5a, 3: 0x5a}
    guest.run(f"echo 0 > {numvfs}")


def test_memory_of_a_virtual_function_is_what_its_physical_one_decodes(functions):
    guest, token = functions.guest, uuid.UUID(int=0x1234)
    functions.emulate("loc=msix", VF_BDF)
    pf, _ = functions.open("loc=cap size=4", enable_sriov=1)
    pf.feature(vfio.VF_TOKEN, vfio.SET, token.bytes)
    numvfs = f"/sys/bus/pci/devices/{BDF}/sriov_numvfs"
    guest.run(f"echo 1 > {numvfs}", timeout=60)
    guest.bind(VF_BDF)
    vf = functions.user.open(VF_BDF, token)
    vf.opt_in()
    vf.vectors(2)
    vf.set_control(ON)
    vf.st_config(0, [0x701, 0x702])
    assert vf.msix_tags(range(2)) == [0x701, 0x702]
    control = dict(pf.extended())[vfio.EXT_CAP_SRIOV] + 8
    for memory, expected in ((0, errno.EIO), (8, None)):
        guest.run(f"printf '\\x{1 | memory:02x}' | dd bs=1 seek={control} conv=notrunc "
                  f"of=/sys/bus/pci/devices/{BDF}/config 2>/dev/null")
        with fails(expected) if expected else contextlib.nullcontext():
            vf.st_config(0, [0x801, 0x802])
    assert vf.msix_tags(range(2)) == [0x801, 0x802]
    vf.close()
    guest.run(f"echo 0 > {numvfs}", timeout=60)


# Debian's kernels have it turned off.
@pytest.mark.kernels("series", "untouched")
@pytest.mark.parametrize("guest_with", ("intel_iommu=off",), indirect=True)
def test_without_an_iommu_it_works_the_same(functions_with):
    functions_with.guest.run("modprobe vfio enable_unsafe_noiommu_mode=1")
    device, emulated = functions_with.open("loc=cap size=4 firmware=0x5a")
    assert "noiommu" in next(iter(device.user.containers))
    device.st_config(0, [0x701])
    device.set_control(ON)
    device.reset()
    assert emulated.ctrl() == device.control() == ON
    functions_with.new_user()
    assert emulated.ctrl() & 0x300 == 0
    assert emulated.table() == dict.fromkeys(range(4), 0x5a)


# The module cannot find out.
@pytest.mark.kernels("series")
@pytest.mark.parametrize("guest_with", ("pci=notph",), indirect=True)
def test_where_tph_is_turned_off_for_the_whole_system_the_capability_is_hidden(functions_with):
    device, emulated = functions_with.open("loc=cap size=4 firmware=0x5a", opt_in=False)
    info = device.info()
    assert (info.capable, info.usable, info.policy) == (True, False, "ds-st")
    assert device.tph() is None
    device.write(CAPABILITY + vfio.TPH_CTRL, ON)
    device.write(CAPABILITY + vfio.TPH_TABLE, 0x1234)
    assert device.bytes(CAPABILITY, 20) == bytes(20)
    with fails(errno.EOPNOTSUPP):
        device.opt_in()
    assert (emulated.ctrl(), emulated.stats()["config_writes"]) == (0, 0)
