# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The emulator and the ACPI table, proved on a kernel whose behaviour is known: the untouched one."""

import pytest

from tphrig import acpi, vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import CPUS, PORT_BDF

BDF = PORT_BDF[0]


@pytest.fixture
def function(untouched_guest):
    return untouched_guest.emulate(BDF, "loc=cap size=64")


def test_programming_64_entries_costs_the_untouched_kernel_320_reads_192_writes_64_windows(function):
    assert function.base_api("enable iv") == "0"
    function.clear()
    assert function.base_api("set 0 64 0x100") == "0"
    stats = function.stats()
    assert (stats["config_reads"], stats["config_writes"], stats["off_windows"]) == (320, 192, 64)
    assert function.table() == {i: 0x100 + i for i in range(64)}
    assert stats["violations"] == 0


def test_restore_of_the_untouched_kernel_is_flagged_for_writing_tags_with_the_requester_on(function):
    function.base_api("enable iv")
    function.base_api("set 0 64 1")
    function.clear()
    assert function.base_api("save_restore") == "0"
    assert function.stats()["violations"] == 64
    assert all("ST entry written while the requester is enabled" in v for v in function.violations())


def test_every_write_reaches_the_device_beneath(untouched_guest, function):
    mark = untouched_guest.trace.mark()
    function.base_api("enable iv")
    function.base_api("set 3 1 0xabc")
    writes = untouched_guest.trace.config_writes(BDF, mark)
    assert (CAPABILITY + vfio.TPH_TABLE + 2 * 3, 0xabc) in writes


@pytest.mark.parametrize("extended", (False, True))
@pytest.mark.parametrize("memory", ("vm", "pm"))
def test_firmware_tells_the_tags_of_the_table(untouched_guest, memory, extended):
    function = untouched_guest.emulate(BDF, f"loc=cap ext={int(extended)}")
    function.base_api("enable iv")
    for cpu in range(CPUS):
        # The untouched kernel cannot tell "no tag" from "tag 0".
        wanted = acpi.tags()[cpu].tag(memory, extended) or 0
        assert function.base_api(f"get_cpu {cpu} {memory}") == f"0 tag {wanted:#06x}"


def test_the_table_has_the_awkward_cases():
    tags = [acpi.tags()[cpu] for cpu in range(CPUS)]
    columns = {(memory, wide): [t.tag(memory, wide) for t in tags]
               for memory in ("vm", "pm") for wide in (False, True)}
    assert any(None in column for column in columns.values()), "a CPU without a tag"
    assert any(0 in column for column in columns.values()), "a CPU with tag 0"
    assert any(tag and column.count(tag) > 1 for column in columns.values() for tag in column), \
        "two CPUs that share one"
    assert any(tag.tag("pm", True) and tag.tag("pm", False) is None for tag in tags), \
        "a tag that does not fit 8 bits"
    assert len({tuple(column) for column in columns.values()}) == 4, "a column like another"
