# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The demonstration: from the testpmd prompt to the tags in two devices, with packets flowing.

Nothing that testpmd says of tags is believed: each is compared with the ACPI
table, and with what arrived at the device.
"""

import time

from . import acpi
from .machine import PORT_BDF
from .say import Fail, say
from .session import set_up
from .testpmd import LCORES, OPTIONS, lcore_cpus, stashes
from .trace import arrived_in_config, arrived_in_register

DIRECTIONS, QUEUES = ("Rx", "Tx"), (0, 1)
# Port 0 steers both directions, port 1 by interrupt vectors, which only Rx queues have.
STASHED = [(port, direction, queue) for port, direction in ((0, "Rx"), (0, "Tx"), (1, "Rx"))
           for queue in QUEUES]


def run(rig, flavour):
    begin = time.monotonic()
    rig.prepare(flavour=flavour)
    say("booting the guest")
    with rig.guest(flavour) as guest:
        emulated = set_up(guest)
        say(f"on Linux {guest.run('uname -r').strip()}, with the driver {guest.driver}:")
        say(f"testpmd {OPTIONS}")
        with guest.testpmd() as testpmd:
            faults = _show(guest, emulated, testpmd)
    if faults:
        raise Fail(f"the demonstration does not hold: {'; '.join(faults)}")
    say(f"all of it holds ({time.monotonic() - begin:.0f} s)")


def _show(guest, emulated, testpmd):
    """Do what a user would, print what comes of it; return what is wrong with it."""
    for line in ("tph enable port 0", "tph enable port 1", "start tx_first"):
        _give(testpmd, line)
    packets = testpmd.packets()
    rows = [(port, row) for port in range(len(PORT_BDF))
            for row in stashes(_give(testpmd, f"show port {port} tph"))]
    faults = _tags(guest, emulated, rows) + _packets(packets) + _violations(emulated)
    for line in ("stop", "tph disable port 0", "tph disable port 1"):
        testpmd.cmd(line)
    testpmd.quit()
    trouble = guest.trouble()
    return faults + ([f"the guest kernel complained: {trouble.splitlines()[0]}"] if trouble else [])


def _give(testpmd, line):
    output = testpmd.cmd(line)
    print(f"\ntestpmd> {line}\n{output.strip()}", flush=True)
    return output


def _tags(guest, emulated, rows):
    """Print each tag as it should be and as it arrived; return what differs."""
    faults = []
    table, cpus = acpi.tags(), lcore_cpus(LCORES)
    print(f"\n{'port queue  lcore  CPU  tag by ACPI  stored in':60}arrived at the device")
    for port, row in rows:
        wide = port == 1    # the ST table has room for 16-bit tags, igb's registers for 8
        wanted = table[cpus[row.lcore]].tag("vm", wide)
        arrived = _arrived(guest, emulated[port], row)
        print(f"{port:4} {row.direction} {row.queue:2} {row.lcore:6} {row.cpu:4}  "
              f"{_hex(wanted):11}  {row.place} {row.index:#x}".ljust(60) +
              ", ".join(f"{_hex(tag)} ({by})" for by, tag in arrived.items()))
        if row.cpu != cpus[row.lcore] or {wanted, row.tag, *arrived.values()} != {wanted}:
            faults.append(f"port {port} {row.direction} queue {row.queue}: a tag differs")
    shown = {(port, row.direction, row.queue) for port, row in rows}
    return faults + [f"port {port} {direction} queue {queue}: no stash"
                     for port, direction, queue in STASHED if (port, direction, queue) not in shown]


def _arrived(guest, emulated, row):
    """The tag of a stash as each that can see the device has it."""
    if row.place == "device":
        return {"register write": arrived_in_register(guest, emulated.bdf, row.direction, row.queue)}
    return {"emulator": emulated.table().get(row.index),
            "config write": arrived_in_config(guest, emulated.bdf, row.index)}


def _packets(packets):
    """Print the packets of each queue; return which queues have none."""
    faults = []
    print("\nport queue     packets")
    for port in range(len(PORT_BDF)):
        for direction in DIRECTIONS:
            for queue in QUEUES:
                count = packets.get((direction, port, queue), 0)
                print(f"{port:4} {direction} {queue:2} {count:11}")
                if not count:
                    faults.append(f"port {port} {direction} queue {queue}: no packets")
    return faults


def _violations(emulated):
    count = sum(one.stats()["violations"] for one in emulated)
    print(f"\nSpecification violations seen by the emulator: {count}\n", flush=True)
    return [f"{count} specification violations"] if count else []


def _hex(tag):
    return "none" if tag is None else f"{tag:#06x}"
