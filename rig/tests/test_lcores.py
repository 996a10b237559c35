# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Stashes follow lcores: where they are placed, where they are moved, how many there are.

The judges are the ACPI table and QEMU's trace.
"""

import time

from tphrig import acpi
from tphrig.machine import PATIENCE, PORT_BDF
from tphrig.session import set_up
from tphrig.testpmd import LCORES, OPTIONS, stashes

DS = "loc=none modes=ns,ds"
REGISTERS = {"Rx": "RXCTL", "Tx": "TXCTL"}


def thread(guest, program, lcore):
    """The thread identifier of a worker lcore of a program."""
    return guest.run(f"for t in /proc/{program.pid()}/task/*; do "
                     f"[ $(cat $t/comm) != rte-worker-{lcore} ] || echo ${{t##*/}}; done").strip()


def by_taskset(guest, tid, cpus):
    guest.run(f"taskset -p {sum(1 << cpu for cpu in cpus):x} {tid}")


def by_cgroup(guest, tid, cpus):
    guest.confine(tid, ",".join(map(str, cpus)), thread=True)


def tags_written(guest, since):
    """The tags in what was written to the first port's registers, by (register, queue)."""
    return {(register, queue): value >> 24 for register, queue, value
            in guest.trace.igb_control(guest.bar0(PORT_BDF[0]), since)}


def eventually(check, what):
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def test_sync_writes_what_lcores_that_were_moved_take_along_and_nothing_else(guest, ports):
    def sync(cpu):
        mark = guest.trace.mark()
        assert f"{len(moving)} stashes changed" in testpmd.cmd("tph sync port 0")
        assert tags_written(guest, mark) == {
            (REGISTERS[row.direction], row.queue): acpi.tags()[cpu].tag("vm", False)
            for row in moving}
        mark = guest.trace.mark()
        assert "0 stashes changed" in testpmd.cmd("tph sync port 0")
        assert tags_written(guest, mark) == {}

    with guest.testpmd() as testpmd:
        testpmd.cmd("tph enable port 0")
        testpmd.cmd("start tx_first")
        moving = [r for r in stashes(testpmd.cmd("show port 0 tph")) if r.lcore == 1]
        assert moving and {row.cpu for row in moving} == {3}
        tid = thread(guest, testpmd.program, 1)

        by_taskset(guest, tid, [1])
        sync(1)
        by_taskset(guest, tid, [1, 2])
        mark = guest.trace.mark()
        said = testpmd.cmd("tph sync port 0")
        assert "lcore 1" in said and "CPUs 1-2" in said and len(said.strip().splitlines()) == 1
        assert tags_written(guest, mark) == {}
        by_cgroup(guest, tid, [0])
        sync(0)
        assert {r.cpu for r in stashes(testpmd.cmd("show port 0 tph")) if r.lcore == 1} == {0}
        assert testpmd.forwards()


def test_lcore_may_float_over_cpus_with_one_tag_but_not_over_others(guest, ports):
    assert acpi.tags()[1].tag("pm", True) == acpi.tags()[3].tag("pm", True)
    options = OPTIONS.replace(LCORES, "'0@(1,3),1@0,2@2'") + " --disable-link-check"
    with guest.testpmd(options) as testpmd:
        testpmd.cmd("tph enable port 1 mode iv requester extended memory persistent")
        assert testpmd.cmd("tph stash port 1 rxq 1 lcore 0 objects payload").strip() == ""
        assert ports[1].table()[2] == acpi.tags()[1].tag("pm", True)

        testpmd.cmd("tph disable port 1")
        testpmd.cmd("tph enable port 1 mode iv requester extended memory volatile")
        ports[1].clear()
        said = testpmd.cmd("tph stash port 1 rxq 1 lcore 0 objects payload")
        assert "lcore 0" in said and "CPUs 1,3" in said and len(said.strip().splitlines()) == 1
        assert ports[1].stats()["st_writes"] == 0


def test_tag_that_is_wider_than_the_register_is_refused_and_not_written(guest, ports):
    with guest.testpmd(f"{OPTIONS} --disable-link-check") as testpmd:
        testpmd.cmd("tph enable port 0 mode ds requester extended")
        mark = guest.trace.mark()
        said = testpmd.cmd("tph stash port 0 rxq all lcore 1 objects payload")
        assert f"{acpi.tags()[3].tag('vm', True):#x}" in said and "8 bits" in said
        assert tags_written(guest, mark) == {}
        assert stashes(testpmd.cmd("show port 0 tph")) == []


class Example:
    """examples/tph_lcore in the background; what it prints can be read when it has ended."""

    def __init__(self, guest, options):
        self.guest = guest
        guest.run(">/tmp/example")
        self.program = guest.start(f"dpdk-tph_lcore --file-prefix=example {options}", "/tmp/example")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.end()

    def end(self):
        self.program.end("TERM")
        return self.guest.run("cat /tmp/example")


def stashed(lcore_cpus):
    """What the registers must hold: each worker polls one queue, in the order of their numbers."""
    return {(register, queue): acpi.tags()[cpu].tag("vm", False)
            for queue, cpu in enumerate(lcore_cpus) for register in REGISTERS.values()}


def test_sixteen_lcores_that_stash_at_the_same_time_lose_no_update(guest):
    ports = set_up(guest, (DS, DS))
    cpus = [1] * 6 + [2] * 5 + [3] * 5
    wanted, mark = stashed(cpus), guest.trace.mark()
    lcores = "0@0,(1-6)@1,(7-11)@2,(12-16)@3"
    with Example(guest, f"--lcores '{lcores}' -a {' -a '.join(PORT_BDF)}") as example:
        def arrived(bdf):
            return {(r, q): v >> 24 for r, q, v in guest.trace.igb_control(guest.bar0(bdf), mark)}
        eventually(lambda: all(len(arrived(bdf)) == len(wanted) for bdf in PORT_BDF),
                   "not every queue got a tag")
        assert arrived(PORT_BDF[0]) == wanted and arrived(PORT_BDF[1]) == wanted
        said = example.end()
    assert said.count(": stashed") == 2 * len(cpus), said
    assert all(port.ctrl() & 0x300 == 0 and port.violations() == [] for port in ports)


def test_example_stashes_forwards_and_follows_its_lcores(guest):
    port, = set_up(guest, (DS, None))
    start = guest.trace.mark()
    with Example(guest, f"--lcores '{LCORES}' -a {PORT_BDF[0]}") as example:
        eventually(lambda: len(tags_written(guest, start)) == 4, "no tags arrive")
        assert tags_written(guest, start) == stashed([3, 2])

        # The peer sends, and gets back only what the example forwards.
        peer = (f"--lcores 0@0,1@1 -a {PORT_BDF[1]} -- -i --forward-mode=flowgen "
                "--rxq=2 --txq=2 --total-num-mbufs=4096")
        with guest.testpmd(peer) as testpmd:
            testpmd.cmd("start")
            eventually(lambda: any(n for (direction, *_), n in testpmd.streams().items()
                                   if direction == "Rx"), "nothing comes back")

            mark = guest.trace.mark()
            by_taskset(guest, thread(guest, example.program, 1), [1])
            guest.run(f"kill -USR1 {example.program.pid()}")
            eventually(lambda: len(tags_written(guest, mark)) == 2, "the tags do not follow")
            tag = acpi.tags()[1].tag("vm", False)
            assert tags_written(guest, mark) == {("RXCTL", 0): tag, ("TXCTL", 0): tag}
        said = example.end()
    assert "Port 0: 2 stashes changed" in said, said
    assert port.ctrl() & 0x300 == 0 and port.violations() == []
