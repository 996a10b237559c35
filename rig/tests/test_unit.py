# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The overlay's unit tests in dpdk-test, on this machine: they need no guest and no device.

And that DPDK's own files refer to the overlay, where these tests do not get to.
"""

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from tphrig import cache, dpdk

# One build at a time: ninja uses all CPUs.
pytestmark = pytest.mark.xdist_group("builds")

# What is hooked into a file of DPDK where neither a unit test nor a guest gets to: the operations
# of a driver take probing its device, and turning TPH off when a device is unmapped shows only
# if another process keeps the device open.
REFERENCES = [(f"{path.stem.removesuffix('_tph')}_ethdev", f"{path.stem}_driver")
              for path in sorted((cache.PROJECT / "drivers" / "net").glob("*/*_tph.c"))]
REFERENCES += [("pci_vfio", "rte_pci_tph_disable")]

# A small driver only, to keep what has to be compiled for it small
SANITIZED_DRIVERS = "bus/pci,bus/vdev,mempool/ring,net/e1000"
SANITIZED_TESTS = ("tph_autotest", "tph_pci_autotest", "tph_igb_autotest")
# A stack for signals of its own is not given back when EAL ends a thread.
SANITIZERS = {"ASAN_OPTIONS": "use_sigaltstack=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


@pytest.fixture(scope="module")
def dpdk_test(rig):
    return rig.program("dpdk-test")


@pytest.mark.parametrize("name", dpdk.unit_tests())
def test_unit(dpdk_test, name):
    dpdk.unit_test(dpdk_test, name)


@pytest.mark.parametrize("file, name", REFERENCES)
def test_file_of_dpdk_refers_to_tph(rig, file, name):
    [path] = rig.dpdk().objects(rf"_{file}\.c\.o").iterdir()
    with open(path, "rb") as opened:
        elf = ELFFile(opened)
        symbols = elf.get_section_by_name(".symtab")
        names = {symbols.get_symbol(relocation["r_info_sym"]).name
                 for section in elf.iter_sections() if isinstance(section, RelocationSection)
                 for relocation in section.iter_relocations()}
    assert name in names


@pytest.fixture(scope="module")
def sanitized(rig):
    return dpdk.Build(rig.options["dpdk_source"], SANITIZED_DRIVERS, rig.options["disable_libs"],
                      ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1",
                       "-Dc_args=-fno-sanitize-recover=undefined"]).unit_tests()


@pytest.mark.parametrize("name", SANITIZED_TESTS)
def test_unit_under_address_and_undefined_behaviour_sanitizers(sanitized, name):
    dpdk.unit_test(sanitized, name, SANITIZERS)
