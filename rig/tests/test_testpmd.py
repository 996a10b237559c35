# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""testpmd as its user meets it: help, the tab key, all ports at once, TPH from the command line."""

import pytest

from tphrig import acpi
from tphrig.machine import PORT_BDF
from tphrig.testpmd import LCORES, OPTIONS, lcore_cpus, stashes
from tphrig.trace import arrived_in_register

COMMANDS = ("tph enable port", "tph disable port", "tph stash port", "tph sync port",
            "show port (port_id|all) tph")
# What is typed, and the words that the tab key offers next
COMPLETIONS = (
    ("tph ", {"enable", "disable", "stash", "sync"}),
    ("tph enable port ", {"all"}),
    ("tph enable port 0 ", {"mode", "requester", "memory"}),
    ("tph enable port 0 mode ", {"auto", "iv", "ds"}),
    ("tph enable port 0 mode ds ", {"mode", "requester", "memory"}),
    ("tph enable port 0 mode ds requester ", {"auto", "standard", "extended"}),
    ("tph enable port 0 memory ", {"volatile", "persistent"}),
    ("tph sync port ", {"all"}),
    ("tph stash port 0 ", {"rxq", "txq"}),
    ("tph stash port 0 rxq ", {"all"}),
    ("tph stash port 0 rxq 1 ", {"lcore"}),
    ("tph stash port 0 rxq 1 lcore ", {"auto"}),
    ("tph stash port 0 rxq 1 lcore auto objects ", {"descriptor", "header", "payload", "none"}),
)


@pytest.fixture
def testpmd(guest, ports):
    with guest.testpmd(f"{OPTIONS} --disable-link-check") as running:
        yield running


def test_help_lists_every_command(testpmd):
    said = testpmd.cmd("help drivers")
    assert [command for command in COMMANDS if command not in said] == []


def test_tab_key_completes_every_word(testpmd):
    for typed, words in COMPLETIONS:
        assert words <= testpmd.complete(typed), typed
    assert "Port 0: TPH is on, mode ds" in testpmd.cmd("tph en\tpo\t0 mo\tds")
    assert "Port 0: TPH is on, mode ds" in testpmd.cmd("show port 0 tp\t")


def test_options_of_enable_come_in_any_order(testpmd):
    said = testpmd.cmd("tph enable port 0 memory persistent mode ds  requester standard # all")
    assert "mode ds, requester standard, memory persistent" in said


def test_port_all_means_every_port(ports, testpmd):
    def on():
        return [port.ctrl() & 0x300 != 0 for port in ports]

    assert testpmd.cmd("tph enable port all").count("TPH is on") == 2 and on() == [True, True]
    assert testpmd.cmd("tph stash port all rxq all lcore 1 objects payload").strip() == ""
    shown = testpmd.cmd("show port all tph")
    assert len(stashes(shown)) == 4 and shown.count("TPH is on") == 2
    assert testpmd.cmd("tph sync port all").count("0 stashes changed") == 2
    assert testpmd.cmd("tph disable port all").count("TPH is off") == 2 and on() == [False, False]


@pytest.mark.parametrize("option, objects", (
    ("--tph", {"Rx": {"descriptor", "header", "payload"}, "Tx": {"descriptor", "payload"}}),
    ("--tph=descriptor", {"Rx": {"descriptor"}, "Tx": {"descriptor"}})))
def test_option_enables_tph_and_binds_the_queues_that_are_polled(guest, ports, option, objects):
    with guest.testpmd(f"{OPTIONS} {option}") as testpmd:
        assert all(port.ctrl() & 0x300 for port in ports)
        testpmd.cmd("start tx_first")
        rows = stashes(testpmd.cmd("show port 0 tph"))
        assert {(r.direction, r.queue) for r in rows} == {(d, q) for d in objects for q in (0, 1)}
        for row in rows:
            assert row.objects == objects[row.direction]
            wanted = acpi.tags()[lcore_cpus(LCORES)[row.lcore]].tag("vm", False)
            assert arrived_in_register(guest, PORT_BDF[0], row.direction, row.queue) == wanted
        assert testpmd.forwards()


def test_device_that_is_attached_inherits_nothing_from_the_one_before(guest, ports):
    with guest.testpmd(f"{OPTIONS} --tph") as testpmd:
        testpmd.cmd("tph disable port 0")
        for line in ("port stop 0", "port close 0", f"device detach {PORT_BDF[0]}"):
            testpmd.cmd(line)
        assert "Port 0 is attached" in testpmd.cmd(f"port attach {PORT_BDF[0]}")
        testpmd.cmd("port start 0")
        assert "Port 0: TPH is on" in testpmd.cmd("show port 0 tph")
        assert ports[0].ctrl() & 0x300


def test_option_with_unknown_objects_ends_testpmd_with_one_line(guest, ports):
    command = f"dpdk-testpmd {OPTIONS} --tph=cabbage </dev/null 2>&1"
    status, said = guest.status(command)
    line, = (line for line in said.splitlines() if "cabbage" in line)
    assert status != 0 and "descriptor, header, payload" in line
    assert all(port.ctrl() & 0x300 == 0 for port in ports)
