# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The demonstration: from the testpmd prompt to the tags in two devices, with packets flowing.

Nothing that testpmd says of tags is believed: each is compared with the ACPI
table, and with what arrived at the device.
"""

import re
import time
from collections import namedtuple

from . import acpi
from .guest import PORT_BDF
from .say import Fail, say
from .session import LCORES, TESTPMD, set_up

# Emulated links take some seconds to come up.
FORWARD_SECONDS = 20
# A row of `show port <id> tph`
Stash = namedtuple("Stash", "direction queue lcore cpu node tag objects place index state")
ROW = re.compile(r"^ +(Rx|Tx) +(\d+) +(\d+|-) +(\d+) +(\d+|-) +(0x[0-9a-f]+) +(\S+) +"
                 r"(\S+)(?: (\w+))? +(applied|pending)", re.M)
STREAM = re.compile(r"RX Port= *(\d+)/Queue= *(\d+) +-> TX Port= *(\d+)/Queue= *(\d+) -+\s+"
                    r"RX-packets: (\d+) +TX-packets: (\d+)")
# Where the entries of a ST table in the capability begin (PCIe 6.2, 7.9.13)
ST_TABLE = 0xc
# Behind the last extended capability of QEMU's igb, where the emulator puts its own.
CAPABILITY = 0x1a0


def stashes(shown):
    """The rows of what `show port <id> tph` printed."""
    rows = []
    for row in ROW.findall(shown):
        direction, queue, lcore, cpu, node, tag, objects, place, index, state = row
        rows.append(Stash(direction, int(queue), None if lcore == "-" else int(lcore), int(cpu),
                          None if node == "-" else int(node), int(tag, 16),
                          frozenset(objects.split(",")), place, int(index, 0) if index else None,
                          state))
    return rows


def streams(shown):
    """Packets by direction, port and queue, of what `show fwd stats all` printed."""
    packets = {}
    for rx_port, rx_queue, tx_port, tx_queue, received, sent in STREAM.findall(shown):
        packets["Rx", int(rx_port), int(rx_queue)] = int(received)
        packets["Tx", int(tx_port), int(tx_queue)] = int(sent)
    return packets


def flowing(testpmd):
    """Packets by direction, port and queue, once every stream has some, or when time is up."""
    end = time.monotonic() + FORWARD_SECONDS
    while True:
        time.sleep(1)
        packets = streams(testpmd.cmd("show fwd stats all"))
        if (packets and all(packets.values())) or time.monotonic() > end:
            return packets


def lcore_cpus(lcores):
    """The CPU of each lcore of an EAL option such as 0@0,1@3."""
    return {int(lcore): int(cpu) for lcore, cpu in (part.split("@") for part in lcores.split(","))}


def arrived_in_register(guest, bdf, stash):
    """The tag that QEMU last saw written for a queue: bits 31:24 of RXCTL or TXCTL."""
    name = {"Rx": "RXCTL", "Tx": "TXCTL"}[stash.direction]
    values = [v for register, queue, v in guest.trace.igb_control(guest.bar0(bdf))
              if (register, queue) == (name, stash.queue)]
    return values[-1] >> 24 if values else None


def arrived_in_config(guest, bdf, entry):
    """The tag that QEMU last saw written at an entry of the table in the capability."""
    offset = CAPABILITY + ST_TABLE + 2 * entry
    tag = None
    for where, value in guest.trace.config_writes(bdf):
        if where == offset:
            tag = value & 0xffff
        elif where == offset - 2 and offset % 4 == 2:
            tag = value >> 16 or tag
    return tag


def run(rig):
    begin = time.monotonic()
    rig.prepare()
    say("booting the guest")
    with rig.guest() as guest:
        emulated = set_up(guest)
        say(f"testpmd {TESTPMD}")
        with guest.testpmd(TESTPMD) as testpmd:
            faults = _show(guest, emulated, testpmd)
    if faults:
        raise Fail(f"the demonstration does not hold: {'; '.join(faults)}")
    say(f"all of it holds ({time.monotonic() - begin:.0f} s)")


def _show(guest, emulated, testpmd):
    for line in ("tph enable port 0", "tph enable port 1", "start tx_first"):
        _give(testpmd, line)
    packets = flowing(testpmd)
    rows = {port: stashes(_give(testpmd, f"show port {port} tph")) for port in (0, 1)}
    faults = _tags(guest, emulated, rows) + _packets(packets)
    violations = sum(e.stats()["violations"] for e in emulated)
    print(f"\nSpecification violations seen by the emulator: {violations}\n", flush=True)
    if violations:
        faults.append(f"{violations} specification violations")
    for line in ("stop", "tph disable port 0", "tph disable port 1"):
        testpmd.cmd(line)
    testpmd.quit()
    trouble = guest.trouble()
    if trouble:
        faults.append(f"the guest kernel complained: {trouble.splitlines()[0]}")
    return faults


def _give(testpmd, line):
    output = testpmd.cmd(line)
    print(f"\ntestpmd> {line}\n{output.strip()}", flush=True)
    return output


def _tags(guest, emulated, rows):
    """Print each tag as it should be and as it arrived; return what differs."""
    faults = []
    table = acpi.tags()
    cpus = lcore_cpus(LCORES)
    print(f"\n{'port queue  lcore  CPU  tag by ACPI  stored in':60}arrived at the device")
    for port, stash in ((p, s) for p in rows for s in rows[p]):
        wide = port == 1    # the ST table has room for 16-bit tags, igb's registers for 8
        wanted = table[cpus[stash.lcore]].tag("vm", wide)
        if stash.place == "device":
            seen = {"register write": arrived_in_register(guest, PORT_BDF[port], stash)}
        else:
            seen = {"emulator": emulated[port].table().get(stash.index),
                    "config write": arrived_in_config(guest, PORT_BDF[port], stash.index)}
        arrived = ", ".join(f"{_hex(tag)} ({by})" for by, tag in seen.items())
        print(f"{port:4} {stash.direction} {stash.queue:2} {stash.lcore:6} {stash.cpu:4}  "
              f"{_hex(wanted):11}  {stash.place} {stash.index:#x}".ljust(60) + arrived)
        if stash.cpu != cpus[stash.lcore] or {wanted, stash.tag} | set(seen.values()) != {wanted}:
            faults.append(f"port {port} {stash.direction} queue {stash.queue}: a tag differs")
    expected = {(0, "Rx", 0), (0, "Rx", 1), (0, "Tx", 0), (0, "Tx", 1), (1, "Rx", 0), (1, "Rx", 1)}
    missing = expected - {(p, s.direction, s.queue) for p in rows for s in rows[p]}
    return faults + [f"port {p} {d} queue {q}: no stash" for p, d, q in sorted(missing)]


def _packets(packets):
    faults = []
    print("\nport queue     packets")
    for port in (0, 1):
        for direction in ("Rx", "Tx"):
            for queue in (0, 1):
                count = packets.get((direction, port, queue), 0)
                print(f"{port:4} {direction} {queue:2} {count:11}")
                if not count:
                    faults.append(f"port {port} {direction} queue {queue}: no packets")
    return faults


def _hex(tag):
    return "none" if tag is None else f"{tag:#06x}"
