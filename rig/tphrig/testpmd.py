# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""testpmd in the guest: how it is started, its prompt, and what it prints.

What it says of tags is only parsed here. Whether it is true is for acpi.py,
trace.py and emulator.py to tell.
"""

import re
import time
from collections import namedtuple

from .machine import PORT_BDF
from .say import Fail

PROMPT = "testpmd> "
# Ports report their link whenever they like, in the middle of a prompt too.
QUIET = "--mask-event intr_lsc"
# lcore numbers differ from CPU numbers, so that one cannot pass for the other.
LCORES = "0@0,1@3,2@2"
# Older releases tell flows apart by address, newer ones by UDP port.
OPTIONS = (f"--lcores {LCORES} {' '.join(f'-a {bdf}' for bdf in PORT_BDF)} -- "
           "-i --nb-cores=2 --rxq=2 --txq=2 --rxq-intr --txonly-multi-flow --rss-udp "
           "--total-num-mbufs=8192")
# Emulated links take some seconds to come up.
FORWARD_SECONDS = 120

# A row of `show port <id> tph`
Stash = namedtuple("Stash", "direction queue lcore cpu node tag objects place index state")
_ROW = re.compile(r"^ +(Rx|Tx) +(\d+) +(\d+|-) +(\d+) +(\d+|-) +(0x[0-9a-f]+) +(\S+) +"
                  r"(\S+)(?: (\w+))? +(applied|pending)", re.M)
_STREAM = re.compile(r"RX Port= *(\d+)/Queue= *(\d+) +-> TX Port= *(\d+)/Queue= *(\d+) -+\s+"
                     r"RX-packets: (\d+) +TX-packets: (\d+)")


class Testpmd:
    """An interactive testpmd on the guest's /dev/hvc0."""

    __test__ = False

    def __init__(self, guest, options=OPTIONS):
        self.guest, self.port, self.completions = guest, guest.port, 0
        self.program = guest.start(f"dpdk-testpmd {options} {QUIET}")
        self.start_output = guest.expect(self.port, PROMPT, f"testpmd {options}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def cmd(self, line):
        """Give a command, return what testpmd prints until its next prompt."""
        self.guest.send(self.port, line + "\n", line)
        lines = self.guest.expect(self.port, PROMPT, line).splitlines()
        while lines and not lines[0].strip():
            lines.pop(0)
        if lines and line in lines[0]:
            lines.pop(0)
        return "\n".join(lines)

    def complete(self, typed):
        """Type the start of a line and the tab key; return the words that it offers."""
        self.completions += 1
        end = f"# {self.completions} words asked for"
        # Ctrl-C gives the line up, and a comment does nothing.
        self.guest.send(self.port, f"{typed}\t\x03{end}\n", typed)
        said = self.guest.expect(self.port, end, f"{typed}<tab>")
        self.guest.expect(self.port, PROMPT, end)
        return set(re.findall(r"^ ([\w,]+) \[", said, re.M))

    def packets(self):
        """Packets by direction, port and queue, once every stream has some, or when time is up."""
        end = time.monotonic() + FORWARD_SECONDS
        while True:
            packets = self.streams()
            if (packets and all(packets.values())) or time.monotonic() > end:
                return packets
            time.sleep(0.5)

    def streams(self):
        """Packets by direction, port and queue, so far."""
        packets = {}
        for stream in _STREAM.findall(self.cmd("show fwd stats all")):
            rx_port, rx_queue, tx_port, tx_queue, received, sent = map(int, stream)
            packets["Rx", rx_port, rx_queue] = received
            packets["Tx", tx_port, tx_queue] = sent
        return packets

    def forwards(self):
        """Whether packets come to flow through every queue."""
        packets = self.packets()
        return bool(packets) and all(packets.values())

    def quit(self):
        self.guest.send(self.port, "quit\n", "quit")
        said = self.program.wait()
        self._clean_up()
        if "Bye..." not in said:
            raise Fail(f"testpmd does not end as it should: {said[-300:]!r}")
        return said

    def kill(self):
        if self.program.running:
            self.program.end()
            self._clean_up()

    def _clean_up(self):
        self.guest.run("stty -F /dev/hvc0 raw -echo -iexten; rm -rf /dev/hugepages/* /var/run/dpdk")


def stashes(shown):
    """The rows of what `show port <id> tph` printed."""
    rows = []
    for row in _ROW.findall(shown):
        direction, queue, lcore, cpu, node, tag, objects, place, index, state = row
        rows.append(Stash(direction, int(queue), None if lcore == "-" else int(lcore), int(cpu),
                          None if node == "-" else int(node), int(tag, 16),
                          frozenset(objects.split(",")), place, int(index, 0) if index else None,
                          state))
    return rows


def lcore_cpus(lcores):
    """The CPU of each lcore of an EAL option such as 0@0,1@3."""
    return {int(lcore): int(cpu) for lcore, cpu in (part.split("@") for part in lcores.split(","))}
