# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Debian's own kernels in the rig: each boots, has the ports, and sees the capability of the emulator."""

import pytest

from tphrig.emulator import CAPABILITY
from tphrig.machine import PORT_BDF
from tphrig.session import set_up
from tphrig.stock import SERIES

pytestmark = pytest.mark.kernels(*SERIES)

BDF = PORT_BDF[0]
CONFIG = f"/sys/bus/pci/devices/{BDF}/config"
TPH, NEXT = 0x17, 20        # of the header of an extended capability
HEADER, REQUESTER, CONTROL, TABLE = (CAPABILITY + offset for offset in (0, 4, 8, 12))


def config(guest, offset, size=4):
    """A register of port 0, read as setpci reads it."""
    return int(guest.run(f"od -A n -t u{size} -j {offset} -N {size} {CONFIG}"))


def capabilities(guest):
    """The extended capabilities of port 0: the offset of each by its number."""
    found, offset = {}, 0x100
    while offset:
        header = config(guest, offset)
        found[header & 0xffff], offset = offset, header >> NEXT
    return found


def test_the_kernel_is_the_one_that_debian_has_packaged(rig, guest, kernel):
    release = guest.run("uname -r").strip()
    assert release == f"{rig.kernel(kernel).release}-amd64" and release.startswith(f"{kernel}.")
    assert "Debian" in guest.run("uname -v")


def test_the_module_takes_both_ports_behind_an_iommu(guest):
    set_up(guest, (None, None))
    for bdf in PORT_BDF:
        device = f"/sys/bus/pci/devices/{bdf}"
        assert guest.read(f"{device}/device") == "0x10c9\n"
        assert guest.run(f"basename $(readlink {device}/driver)") == "tph-vfio-pci\n"
        guest.run(f"[ -c /dev/vfio/$(basename $(readlink {device}/iommu_group)) ]")


def test_the_emulated_capability_is_in_config_space_while_it_is_attached(guest):
    assert TPH not in capabilities(guest)
    guest.emulate(BDF, "loc=cap size=8 modes=ns,iv firmware=0x35")
    assert capabilities(guest)[TPH] == CAPABILITY
    assert config(guest, REQUESTER) == 7 << 16 | 0x200 | 0x100 | 3
    assert config(guest, CONTROL) == 0
    assert [config(guest, TABLE + 2 * i, 2) for i in range(9)] == [0x35] * 8 + [0]
    guest.tidy()
    assert TPH not in capabilities(guest)


def test_what_is_written_to_config_space_arrives_in_the_emulator(guest):
    emulated = guest.emulate(BDF, "loc=cap size=8")
    emulated.clear()
    guest.run(f"printf '\\x5a\\x01' | dd of={CONFIG} bs=2 seek={(TABLE + 2 * 3) // 2}")
    assert emulated.table()[3] == 0x15a
    assert emulated.stats()["st_writes"] == 1 and emulated.violations() == []
