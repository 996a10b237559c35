# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What QEMU saw arrive at its devices: config writes, and writes to igb's registers.

QEMU models neither RXCTL nor TPH, but traces every write: an oracle outside
the guest. A filter drops the writes to tail registers, thousands a second,
before they reach the file.
"""

import os
import re
import subprocess
import time

from . import vfio
from .emulator import CAPABILITY
from .machine import PATIENCE
from .say import Fail

QEMU_OPTIONS = ("-trace", "memory_region_ops_write", "-trace", "pci_cfg_write")
# igb's RXCTL and TXCTL end in these digits, its tail registers do not; MSI-X tables are small.
KEPT = r"rig mark|pci_cfg_write|name 'msix-table'|addr 0x[0-9a-f]*[159d]4 .*name 'igb-mmio'"

# igb_regs of the 82576 family: queue n's RXCTL and TXCTL, the second for n >= 4.
# The first four have an older address, too, which QEMU maps to the same register.
_CONFIG = re.compile(r"pci_cfg_write (\S+) (\S+) @(0x[0-9a-f]+) <- (0x[0-9a-f]+)")
_MMIO = re.compile(r"memory_region_ops_write cpu \S+ mr (\S+) addr (0x[0-9a-f]+) "
                   r"value (0x[0-9a-f]+) size (\d+) name '([^']*)'")
BAR0_SIZE = 0x20000


class Trace:
    """The filtered trace; mark() a moment, and ask later what came since."""

    def __init__(self, path):
        self.path, self.fifo, self.marks = path, None, 0
        path.touch()

    def start_filter(self, fifo):
        self.fifo = fifo
        with open(self.path, "a") as out:
            return subprocess.Popen(["grep", "--line-buffered", "-E", KEPT, fifo], stdout=out,
                                    stdin=subprocess.DEVNULL, start_new_session=True)

    def _settle(self):
        """Wait until all that QEMU has traced so far is in the file, by sending a line after it."""
        self.marks += 1
        begin = self.path.stat().st_size
        line = f"rig mark {self.marks}\n"
        # Fail if the filter has gone, but wait for it if it is behind.
        fifo = os.open(self.fifo, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(fifo, True)
        os.write(fifo, line.encode())
        os.close(fifo)
        end = time.monotonic() + PATIENCE
        while line not in self._read(begin):
            if time.monotonic() > end:
                raise Fail("the filter of QEMU's trace does not answer: is the machine overloaded?")
            time.sleep(0.01)

    def _read(self, since):
        with open(self.path, errors="replace") as file:
            file.seek(since)
            return file.read()

    def mark(self):
        self._settle()
        return self.path.stat().st_size

    def lines(self, since=0):
        self._settle()
        return self._read(since).splitlines()

    def config_writes(self, bdf, since=0):
        """Config writes to one function, as (offset, value), in order."""
        short = bdf.removeprefix("0000:")
        return [(int(m[3], 16), int(m[4], 16)) for m in map(_CONFIG.search, self.lines(since))
                if m and m[2] == short]

    def writes(self, bdf, since=0):
        """Writes to one function's config space and to any MSI-X table, in order.

        As ("config", offset, value) and ("msix", physical address, value).
        """
        short, found = bdf.removeprefix("0000:"), []
        for line in self.lines(since):
            config, mmio = _CONFIG.search(line), _MMIO.search(line)
            if config and config[2] == short:
                found.append(("config", int(config[3], 16), int(config[4], 16)))
            elif mmio and mmio[5] == "msix-table":
                found.append(("msix", int(mmio[2], 16), int(mmio[3], 16)))
        return found

    def igb_control(self, bar0, since=0):
        """Writes to RXCTL and TXCTL of the igb at bar0, as (register, queue, value), in order."""
        found = []
        for match in map(_MMIO.search, self.lines(since)):
            if match and match[5] == "igb-mmio" and 0 <= int(match[2], 16) - bar0 < BAR0_SIZE:
                register = igb_register(int(match[2], 16) - bar0)
                if register:
                    found.append((*register, int(match[3], 16)))
        return found


def igb_register(offset):
    """Return ("RXCTL" or "TXCTL", queue) of a register's offset, or None."""
    for name, old, new in (("RXCTL", 0x2814, 0xc014), ("TXCTL", 0x3814, 0xe014)):
        if 0 <= offset - new < 16 * 0x40 and (offset - new) % 0x40 == 0:
            return name, (offset - new) // 0x40
        if 0 <= offset - old < 4 * 0x100 and (offset - old) % 0x100 == 0:
            return name, (offset - old) // 0x100
    return None


def arrived_in_register(guest, bdf, direction, queue):
    """The tag that was last written for a queue of an igb: bits 31:24 of RXCTL or TXCTL."""
    register = {"Rx": "RXCTL", "Tx": "TXCTL"}[direction]
    values = [value for *which, value in guest.trace.igb_control(guest.bar0(bdf))
              if which == [register, queue]]
    return values[-1] >> 24 if values else None


def arrived_in_config(guest, bdf, entry):
    """The tag that was last written at an entry of the table in the capability."""
    offset = CAPABILITY + vfio.TPH_TABLE + 2 * entry
    tag = None
    for where, value in guest.trace.config_writes(bdf):
        if where == offset:
            tag = value & 0xffff
        elif where == offset - 2 and offset % 4 == 2:
            tag = value >> 16 or tag
    return tag


def tph_events(guest, bdf, since=0, control=CAPABILITY + vfio.TPH_CTRL):
    """Writes to TPH Control (at that offset) and to Vector Control of the MSI-X table.

    In order, as ("control", None, value) and ("entry", vector, value).
    """
    base, entries = guest.msix_table(bdf)
    found = []
    for kind, where, value in guest.trace.writes(bdf, since):
        if kind == "config" and where == control:
            found.append(("control", None, value))
        elif kind == "msix" and 0 <= where - base < 16 * entries and (where - base) % 16 == 12:
            found.append(("entry", (where - base) // 16, value))
    return found


def tags_changed_with_requester_on(events, on=False):
    """The vectors whose tag changed while the requester was on, from what tph_events() returns."""
    tags, found = {}, []
    for kind, vector, value in events:
        if kind == "control":
            on = bool(value & 0x300)
        else:
            if on and value >> 16 != tags.get(vector, 0):
                found.append(vector)
            tags[vector] = value >> 16
    return found
