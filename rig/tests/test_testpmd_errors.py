# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What testpmd says when TPH cannot be had, or is asked for what there is not: one line, no harm."""

import pytest

from tphrig.machine import PORT_BDF
from tphrig.session import set_up

DS = "loc=none modes=ns,ds"


def one_line(output):
    lines = [line for line in output.splitlines() if line.strip()]
    assert len(lines) == 1, output
    return lines[0]


def refuses_and_forwards(guest, reason):
    with guest.testpmd() as testpmd:
        line = one_line(testpmd.cmd("tph enable port 0"))
        assert reason in line
        testpmd.cmd("start tx_first")
        assert testpmd.forwards()
        return line


def test_kernel_without_the_series_is_named(untouched_guest):
    set_up(untouched_guest, (DS, None), policy=None)
    untouched_guest.bind(*PORT_BDF, driver="vfio-pci")
    refuses_and_forwards(untouched_guest, "kernel")


@pytest.mark.parametrize("policy", (None, "off", "no-st", "iv-st"))
def test_host_whose_policy_does_not_allow_enough_is_told_which_one_would(guest, policy):
    set_up(guest, (DS, None), policy=policy)
    line = refuses_and_forwards(guest, "tph_policy=ds-st")
    assert "capability" not in line


def test_device_without_the_capability_is_named(guest):
    set_up(guest, (None, None))
    refuses_and_forwards(guest, "capability")


def test_root_port_that_completes_no_tph_is_named(guest):
    set_up(guest, (f"{DS} rp=0", None))
    refuses_and_forwards(guest, "Root Port")


@pytest.fixture
def testpmd(guest, ports):
    with guest.testpmd() as running:
        yield running


BAD = (
    ("tph enable port 99", "99"),
    ("tph enable port x", "x"),
    ("tph enable port 0 mode sideways", "sideways"),
    ("tph enable port 0 mode", "auto, iv or ds"),
    ("tph enable port 0 cabbage iv", "cabbage"),
    ("tph disable port 99", "99"),
    ("tph stash port 99 rxq 0 lcore 1 objects payload", "99"),
    ("tph stash port 0 rxq 7 lcore 1 objects payload", "7"),
    ("tph stash port 0 txq 2 lcore 1 objects payload", "2"),
    ("tph stash port 0 rxq 0 lcore 77 objects payload", "77"),
    ("tph stash port 0 rxq 0 lcore 3 objects payload", "3"),
    ("tph stash port 0 rxq 0 lcore 1 objects cabbage", "cabbage"),
    ("tph stash port 0 rxq 0 lcore 1 objects payload,cabbage", "cabbage"),
    ("tph sync port 99", "99"),
    ("show port 99 tph", "99"),
)


def test_bad_input_gets_one_line_and_changes_nothing(guest, ports, testpmd):
    testpmd.cmd("tph enable port 0")
    before, mark = testpmd.cmd("show port 0 tph"), guest.trace.mark()
    ports[0].clear()
    for line, named in BAD:
        assert named in one_line(testpmd.cmd(line)), line
        assert testpmd.cmd("show port 0 tph") == before, line
    assert guest.trace.igb_control(guest.bar0(PORT_BDF[0]), mark) == []
    assert ports[0].stats()["config_writes"] == 0


@pytest.mark.parametrize("line", ("tph stash port 0 rxq 0 lcore 1 objects payload",
                                  "tph sync port 0", "tph disable port 0"))
def test_what_needs_tph_says_so_before_it_is_enabled(ports, testpmd, line):
    assert "tph enable port 0" in one_line(testpmd.cmd(line))
    assert ports[0].ctrl() == 0


def test_enabling_twice_is_refused_and_keeps_the_first(ports, testpmd):
    testpmd.cmd("tph enable port 0")
    ctrl = ports[0].ctrl()
    ports[0].clear()
    assert "already" in one_line(testpmd.cmd("tph enable port 0 mode iv"))
    assert ports[0].ctrl() == ctrl and ports[0].stats()["config_writes"] == 0


def test_disabling_twice_is_refused(ports, testpmd):
    testpmd.cmd("tph enable port 0")
    testpmd.cmd("tph disable port 0")
    assert "off" in one_line(testpmd.cmd("tph disable port 0"))
    assert ports[0].ctrl() & 0x300 == 0
