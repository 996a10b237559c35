# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What igb's registers and tables hold, through all that can happen to a port.

The judges are QEMU's trace of writes, registers and MSI-X tables read by QEMU's
monitor, and the emulator. RXCTL is the exception: QEMU does not model it, so
only its writes can be seen.
"""

import pytest

from tphrig import acpi
from tphrig.emulator import check_violations
from tphrig.machine import PORT_BDF
from tphrig.session import set_up
from tphrig.testpmd import stashes
from tphrig.trace import arrived_in_config, tph_events

# As the igb of QEMU has TXCTL after a reset, and RXCTL by the X550's data sheet: relaxed ordering.
AFTER_RESET = {"RXCTL": 0x0000a200, "TXCTL": 0x00002a00}
ENABLES = {"RXCTL": {"descriptor": 0b0011, "header": 0b0100, "payload": 0b1000},
           "TXCTL": {"descriptor": 0b0011, "payload": 0b1000}}
DIRECTIONS = {"rxq": "RXCTL", "txq": "TXCTL"}
LCORE_CPUS = {1: 3, 2: 2}
QUEUES = 2
# Of the tables in the second port
PLACES = ("cap size=10", "msix")


def word(register, objects, cpu):
    """The register of a queue whose objects ("descriptor,payload") go to a CPU."""
    enables = sum(ENABLES[register][name] for name in objects.split(","))
    return AFTER_RESET[register] | enables | acpi.tags()[cpu].tag("vm", False) << 24


def arguments(queues=QUEUES, ports=PORT_BDF, more=""):
    lcores = ",".join(f"{lcore}@{cpu}" for lcore, cpu in LCORE_CPUS.items())
    return (f"--lcores 0@0,{lcores} {' '.join(f'-a {bdf}' for bdf in ports)} -- -i --nb-cores=2 "
            f"--rxq={queues} --txq={queues} --rxd=128 --txd=128 --total-num-mbufs=8192 "
            f"--disable-link-check {more}")


def written(guest, since, bdf=PORT_BDF[0]):
    """The last value written to each register of the queues, by (register, queue)."""
    return {(register, queue): value for register, queue, value
            in guest.trace.igb_control(guest.bar0(bdf), since)}


def txctl(guest, queue, bdf=PORT_BDF[0]):
    """The register as QEMU has it."""
    # QEMU keeps queue 3's apart at its two addresses; drivers use the older one of the first four.
    offset = 0x3814 + 0x100 * queue if queue < 4 else 0xe014 + 0x40 * queue
    return guest.registers(guest.bar0(bdf) + offset)[0]


def msix_tags(guest, bdf=PORT_BDF[1]):
    """The tag in each entry of the MSI-X table, as QEMU has it."""
    address, entries = guest.msix_table(bdf)
    return [control >> 16 for control in guest.registers(address, 4 * entries)[3::4]]


def off(emulated):
    return emulated.ctrl() & 0x300 == 0


def wake(guest, bdf):
    """Let a function whose owner has gone answer on its BARs."""
    guest.run(f"cd /sys/bus/pci/devices/{bdf}; echo on > power/control; "
              "printf '\\006' | dd of=config bs=1 seek=4 count=1 conv=notrunc 2>/dev/null")


def test_each_object_of_each_queue_sets_its_bits_and_no_others(guest, ports):
    queues, bar0 = range(16), guest.bar0(PORT_BDF[0])
    with guest.testpmd(arguments(16, PORT_BDF[:1])) as testpmd:
        testpmd.cmd("tph enable port 0")
        for name, register in DIRECTIONS.items():
            objects = list(ENABLES[register])
            lists = [*objects, ",".join(objects), *objects[::-1]]
            for lcore, several in zip((1, 2) * 4, lists):
                mark = guest.trace.mark()
                testpmd.cmd(f"tph stash port 0 {name} all lcore {lcore} objects {several}")
                wanted = word(register, several, LCORE_CPUS[lcore])
                assert guest.trace.igb_control(bar0, mark) == [
                    (register, q, wanted) for q in queues]
            for queue in queues:
                mark = guest.trace.mark()
                testpmd.cmd(f"tph stash port 0 {name} {queue} lcore 1 objects descriptor")
                assert guest.trace.igb_control(bar0, mark) == [
                    (register, queue, word(register, "descriptor", LCORE_CPUS[1]))]
        assert {txctl(guest, q) for q in (0, 3, 4, 15)} == {
            word("TXCTL", "descriptor", LCORE_CPUS[1])}


def test_nothing_is_left_in_registers_after_disable_close_and_quit(guest, ports):
    def nothing_is_left(since):
        last = written(guest, since)
        assert set(last) == {(r, q) for r in AFTER_RESET for q in range(QUEUES)}
        assert all(value == AFTER_RESET[register] for (register, _), value in last.items())
        assert off(ports[0])

    def stash_all():
        testpmd.cmd("tph enable port 0")
        testpmd.cmd("tph stash port 0 rxq all lcore 1 objects descriptor,header,payload")
        testpmd.cmd("tph stash port 0 txq all lcore 2 objects descriptor,payload")
        assert not off(ports[0])
        return guest.trace.mark()

    with guest.testpmd(arguments()) as testpmd:
        mark = stash_all()
        testpmd.cmd("tph disable port 0")
        nothing_is_left(mark)
        stash_all()
        testpmd.cmd("port stop 0")
        mark = guest.trace.mark()
        testpmd.cmd("port close 0")
        nothing_is_left(mark)
    with guest.testpmd(arguments()) as testpmd:
        mark = stash_all()
        testpmd.quit()
        nothing_is_left(mark)


@pytest.fixture
def tables(guest):
    """Where the second port's tags are, as a function; its table is where a test says."""
    emulated = []

    def make(place):
        emulated[:] = set_up(guest, ("loc=none modes=ns,ds", f"loc={place} modes=ns,iv"))
        if place == "msix":
            return emulated, lambda: msix_tags(guest)
        return emulated, lambda: [emulated[1].table()[entry] for entry in range(10)]
    yield make
    if guest.runs():
        check_violations(emulated)


def vector_tags(**lcores):
    """All entries of the table: q1=2 is queue 1 for lcore 2, whose vector is number 2."""
    tags = [0] * 10
    for name, lcore in lcores.items():
        tags[1 + int(name[1:])] = acpi.tags()[LCORE_CPUS[lcore]].tag("vm", True)
    return tags


@pytest.mark.parametrize("place", PLACES)
def test_vector_mode_puts_tags_at_the_entries_of_the_vectors_of_queues(guest, tables, place):
    _, tags = tables(place)
    with guest.testpmd(arguments(3, more="--rxq-intr")) as testpmd:
        testpmd.cmd("tph enable port 1 mode iv")
        mark = guest.trace.mark()
        testpmd.cmd("tph stash port 1 rxq 0 lcore 2 objects descriptor,payload")
        testpmd.cmd("tph stash port 1 rxq 2 lcore 1 objects header")
        assert tags() == vector_tags(q0=2, q2=1)
        if place == "msix":
            events = tph_events(guest, PORT_BDF[1], mark)
            arrived = {vector: value >> 16 for kind, vector, value in events if kind == "entry"}
            assert {vector: tag for vector, tag in arrived.items() if tag} == {
                1: tags()[1], 3: tags()[3]}
        else:
            assert [arrived_in_config(guest, PORT_BDF[1], vector) for vector in (1, 3)] == [
                tags()[1], tags()[3]]
        # The registers say for what, and hold no tag of their own.
        assert written(guest, mark, PORT_BDF[1]) == {
            ("RXCTL", 0): AFTER_RESET["RXCTL"] | 0b1011,
            ("RXCTL", 2): AFTER_RESET["RXCTL"] | 0b0100}

        testpmd.cmd("tph stash port 1 rxq 0 lcore 1 objects payload")
        assert tags() == vector_tags(q0=1, q2=1), "the old tag is replaced"
        testpmd.cmd("tph stash port 1 rxq 2 lcore 1 objects none")
        assert tags() == vector_tags(q0=1)
        testpmd.cmd("tph disable port 1")
        assert tags() == [0] * 10


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_left_in_the_device_when_testpmd_is_killed(guest, tables, place):
    emulated, tags = tables(place)
    with guest.testpmd(arguments(more="--rxq-intr")) as testpmd:
        testpmd.cmd("tph enable port all")
        testpmd.cmd("tph stash port 0 txq all lcore 2 objects descriptor,payload")
        testpmd.cmd("tph stash port 1 rxq all lcore 1 objects payload")
        assert txctl(guest, 1) == word("TXCTL", "descriptor,payload", LCORE_CPUS[2])
        assert tags() == vector_tags(q0=1, q1=1)
        testpmd.kill()
    assert off(emulated[0]) and off(emulated[1])
    for bdf in PORT_BDF:
        wake(guest, bdf)
    assert {txctl(guest, q) for q in range(QUEUES)} == {AFTER_RESET["TXCTL"]}
    assert tags() == [0] * 10


@pytest.mark.parametrize("place", PLACES)
def test_stashes_live_as_long_as_their_queues(guest, tables, place):
    """Stop and start, reset, fewer queues, more queues."""
    emulated, tags = tables(place)
    rx = word("RXCTL", "descriptor,payload", LCORE_CPUS[1])
    tx = word("TXCTL", "payload", LCORE_CPUS[2])

    def start():
        mark = guest.trace.mark()
        testpmd.cmd("port start all")
        assert not off(emulated[0]) and not off(emulated[1])
        return mark

    with guest.testpmd(arguments(more="--rxq-intr")) as testpmd:
        testpmd.cmd("tph enable port 0")
        testpmd.cmd("tph enable port 1")
        testpmd.cmd("tph stash port 0 rxq 0 lcore 1 objects descriptor,payload")
        testpmd.cmd("tph stash port 0 txq 1 lcore 2 objects payload")
        testpmd.cmd("tph stash port 1 rxq all lcore 2 objects payload")
        assert tags() == vector_tags(q0=2, q1=2)

        testpmd.cmd("port stop all")
        rows = stashes(testpmd.cmd("show port 0 tph"))
        assert len(rows) == 2 and {row.state for row in rows} == {"pending"}
        mark = start()
        assert written(guest, mark) == {("RXCTL", 0): rx, ("TXCTL", 1): tx}
        assert (txctl(guest, 0), txctl(guest, 1)) == (AFTER_RESET["TXCTL"], tx)
        assert tags() == vector_tags(q0=2, q1=2)
        assert {row.state for row in stashes(testpmd.cmd("show port 0 tph"))} == {"applied"}

        ctrls = [e.ctrl() for e in emulated]
        testpmd.cmd("port stop all")
        testpmd.cmd("port reset all")
        assert off(emulated[0]) and off(emulated[1])
        assert txctl(guest, 1) == AFTER_RESET["TXCTL"] and tags() == [0] * 10
        mark = start()
        assert [e.ctrl() for e in emulated] == ctrls, "mode and requester are as they were"
        assert written(guest, mark) == {("RXCTL", 0): rx, ("TXCTL", 1): tx}
        assert txctl(guest, 1) == tx and tags() == vector_tags(q0=2, q1=2)

        testpmd.cmd("port stop all")
        testpmd.cmd("port config all rxq 1")
        testpmd.cmd("port config all txq 1")
        mark = start()
        assert {k: v for k, v in written(guest, mark).items() if v != AFTER_RESET[k[0]]} == {
            ("RXCTL", 0): rx}
        assert tags() == vector_tags(q0=2)

        testpmd.cmd("port stop all")
        testpmd.cmd("port config all rxq 3")
        testpmd.cmd("port config all txq 3")
        mark = start()
        assert written(guest, mark) == {("RXCTL", 0): rx}, "what was gone does not come back"
        assert txctl(guest, 1) == AFTER_RESET["TXCTL"] and tags() == vector_tags(q0=2)
        testpmd.cmd("tph stash port 0 txq 2 lcore 2 objects payload")
        assert txctl(guest, 2) == tx, "a new queue can be stashed"
        testpmd.cmd("tph stash port 1 rxq 2 lcore 1 objects payload")
        assert tags() == vector_tags(q0=2, q2=1)
