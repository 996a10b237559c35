# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""From the testpmd prompt to the device: the tags that arrive are those of the lcores' CPUs.

The judges are the ACPI table, QEMU's trace of register and config writes, and
the emulator; never what testpmd says of tags.
"""

import pytest

from tphrig import acpi
from tphrig.machine import PORT_BDF
from tphrig.session import set_up
from tphrig.testpmd import lcore_cpus, stashes
from tphrig.trace import arrived_in_config, arrived_in_register

DEVICES = " ".join(f"-a {bdf}" for bdf in PORT_BDF)
# igb's RXCTL enables: 0 descriptor fetch, 1 write-back, 2 header, 3 payload; 5 to 7 are DCA's.
RX_ENABLES, DCA_ENABLES = 0x0f, 0xe0


def arguments(lcores, queues=2, more=""):
    cores = len(lcores.split(",")) - 1
    return (f"--lcores {lcores} {DEVICES} -- -i --nb-cores={cores} --rxq={queues} --txq={queues} "
            f"--rxq-intr --txonly-multi-flow "
            f"--total-num-mbufs=8192 {more}")


@pytest.mark.parametrize("lcores", ("0@0,1@3,2@2", "0@2,1@0,2@3", "3@3,1@2,2@0"))
def test_tag_in_registers_is_that_of_the_cpu_of_the_polling_lcore(guest, ports, lcores):
    cpus = lcore_cpus(lcores)
    with guest.testpmd(arguments(lcores)) as testpmd:
        assert "mode ds" in testpmd.cmd("tph enable port 0")
        testpmd.cmd("start tx_first")
        rows = stashes(testpmd.cmd("show port 0 tph"))
        assert {(r.direction, r.queue) for r in rows} == {(d, q) for d in ("Rx", "Tx") for q in (0, 1)}
        assert {r.lcore for r in rows} == set(cpus) - {min(cpus)}
        for row in rows:
            wanted = acpi.tags()[cpus[row.lcore]].tag("vm", False)
            assert arrived_in_register(guest, PORT_BDF[0], row.direction, row.queue) == wanted
        assert testpmd.forwards()


@pytest.mark.parametrize("lcores", ("0@0,1@3,2@2", "0@2,1@0,2@3"))
def test_tag_in_table_is_that_of_the_cpu_of_the_polling_lcore(guest, ports, lcores):
    cpus = lcore_cpus(lcores)
    with guest.testpmd(arguments(lcores)) as testpmd:
        assert "mode iv" in testpmd.cmd("tph enable port 1")
        testpmd.cmd("start tx_first")
        rows = stashes(testpmd.cmd("show port 1 tph"))
        assert {(r.direction, r.queue) for r in rows} == {("Rx", 0), ("Rx", 1)}
        for row in rows:
            # MSI-X vector 0 is the port's own; queue q has vector 1 + q.
            assert row.index == 1 + row.queue
            wanted = acpi.tags()[cpus[row.lcore]].tag("vm", True)
            assert ports[1].table()[row.index] == wanted
            assert arrived_in_config(guest, PORT_BDF[1], row.index) == wanted
        testpmd.cmd("stop")


def test_requester_is_on_after_enable_and_off_after_disable(guest, ports):
    with guest.testpmd(arguments("0@0,1@3,2@2")) as testpmd:
        assert ports[0].ctrl() == 0
        testpmd.cmd("tph enable port 0")
        assert ports[0].ctrl() & 0x307 in (0x102, 0x302), "DS mode, requester on"
        assert "TPH is off" in testpmd.cmd("tph disable port 0")
        assert ports[0].ctrl() & 0x300 == 0


def test_disable_takes_the_tags_out_of_the_registers(guest, ports):
    with guest.testpmd(arguments("0@0,1@3,2@2")) as testpmd:
        testpmd.cmd("tph enable port 0")
        testpmd.cmd("start tx_first")
        testpmd.cmd("stop")
        mark = guest.trace.mark()
        testpmd.cmd("tph disable port 0")
        last = {(register, queue): value for register, queue, value
                in guest.trace.igb_control(guest.bar0(PORT_BDF[0]), mark)}
        assert set(last) == {(r, q) for r in ("RXCTL", "TXCTL") for q in (0, 1)}
        assert all(value & RX_ENABLES == 0 and value >> 24 == 0 for value in last.values())


def test_stash_by_hand_goes_to_the_lcore_named_and_replaces_the_old_tag(guest, ports):
    tag = {cpu: acpi.tags()[cpu].tag("vm", False) for cpu in (2, 3)}
    with guest.testpmd(arguments("0@0,1@3,2@2")) as testpmd:
        testpmd.cmd("tph enable port 0")
        testpmd.cmd("port start 0")
        for lcore, cpu in ((1, 3), (2, 2)):
            mark = guest.trace.mark()
            testpmd.cmd(f"tph stash port 0 rxq 1 lcore {lcore} objects descriptor,payload")
            (name, queue, value), = guest.trace.igb_control(guest.bar0(PORT_BDF[0]), mark)
            assert (name, queue, value >> 24) == ("RXCTL", 1, tag[cpu])
            assert value & RX_ENABLES == 0b1011 and value & DCA_ENABLES == 0
        mark = guest.trace.mark()
        testpmd.cmd("tph stash port 0 rxq 1 lcore 2 objects none")
        (name, queue, value), = guest.trace.igb_control(guest.bar0(PORT_BDF[0]), mark)
        assert (name, queue, value >> 24, value & RX_ENABLES) == ("RXCTL", 1, 0, 0)


def test_a_queue_that_is_not_stashed_keeps_the_entry_that_firmware_left(guest):
    port, = set_up(guest, (None, "loc=cap size=10 modes=ns,iv firmware=0x1234"))
    with guest.testpmd(arguments("0@0,1@3,2@2")) as testpmd:
        testpmd.cmd("tph enable port 1 mode iv")
        testpmd.cmd("tph stash port 1 rxq 1 lcore 1 objects payload")
        wanted = {entry: 0x1234 for entry in range(10)}
        wanted[2] = acpi.tags()[3].tag("vm", True)
        assert port.table() == wanted
    assert port.violations() == []


def test_nothing_is_left_in_the_device_when_testpmd_is_killed(guest):
    port, = set_up(guest, (None, "loc=cap size=10 modes=ns,iv firmware=0x77"))
    with guest.testpmd(arguments("0@0,1@3,2@2")) as testpmd:
        testpmd.cmd("tph enable port 1")
        testpmd.cmd("start tx_first")
        assert port.table()[1] != 0x77
        testpmd.kill()
    assert port.ctrl() == 0
    assert set(port.table().values()) <= {0, 0x77}
    assert port.violations() == []
