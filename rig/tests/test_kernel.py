# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The kernel's own tests, each a result: KUnit of the PCI core, and the vfio selftests."""

import re

import pytest

from tphrig import kernel
from tphrig.machine import PATIENCE, PORT_BDF
from tphrig.session import set_up

SERIES = "".join(p.read_text(errors="replace") for p in kernel.patches())
KUNIT = re.findall(r"^\+\s+KUNIT_CASE\((\w+)\)", SERIES, re.M)
SELFTEST = "vfio_pci_tph_test"
# The driver's own test takes minutes under emulation.
EXISTING = ("vfio_pci_device_test", "vfio_iommufd_setup_test", "vfio_dma_mapping_mmio_test",
            "vfio_dma_mapping_test")
RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)(.*)$", re.M)


@pytest.mark.parametrize("case", KUNIT)
def test_kunit(guest, case):
    results = guest.run("cat /sys/kernel/debug/kunit/pcie_tph/results")
    assert re.search(rf"^ *ok \d+ {case}$", results, re.M), results


def selftest(guest, program):
    """Run one of the kernel's selftests on port 0; return the result of each of its tests."""
    _, output = guest.status(f"{program} {PORT_BDF[0]}", timeout=2 * PATIENCE)
    results = {name: f"{word}{rest}" for word, name, rest in RESULT.findall(output)}
    assert results, output
    return results, output


@pytest.mark.parametrize("options", ("loc=cap size=1", "loc=cap size=2", "loc=cap size=3",
                                     "loc=cap size=64", "loc=cap size=64 ext=0", "loc=none",
                                     "loc=msix", "loc=cap size=8 rp=0"))
def test_selftest_of_tph_passes(guest, options):
    emulated, = set_up(guest, (options, None))
    results, output = selftest(guest, SELFTEST)
    assert all(result.startswith("ok") for result in results.values()), output
    assert emulated.violations() == []


@pytest.mark.parametrize("program", EXISTING)
def test_existing_selftest_gives_the_same_results_with_and_without_the_series(
        guest, untouched_guest, program):
    results = []
    for one in (guest, untouched_guest):
        set_up(one, (None, None), policy=None)
        results.append(selftest(one, program)[0])
    assert results[0] == results[1]
    assert not any(result.startswith("not ok") for result in results[0].values()), results[0]
