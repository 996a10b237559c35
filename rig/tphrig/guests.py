# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The guests of a test process: each boots when it is first asked for, and again after it was lost."""

import os
import re
from pathlib import Path

from .say import Fail

# What a process needs while two guests run, or a compiler.
PROCESS_MB = 2048


def processes():
    """How many test processes this machine can run at once: one per CPU, if there is the memory."""
    available = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    return max(1, min(len(os.sched_getaffinity(0)), int(available[1]) // 1024 // PROCESS_MB))


class Guests:
    """Guests by name; what a name stands for is up to the first who asks for it."""

    def __init__(self, rig):
        self.rig, self.running = rig, {}

    def get(self, name, flavour="tph", beside=(), **how):
        """Boot a guest unless it runs; of others only those that it is used beside go on running.

        Even one that has nothing to do takes a tenth of a CPU, and its memory.
        """
        for other in self.running.keys() - {name, *beside}:
            self.stop(other)
        guest = self.running.get(name)
        if guest is None or not guest.runs():
            self.stop(name)
            self.running[name] = self.rig.guest(flavour, tests=True, **how)
        return self.running[name]

    def give_back(self, name):
        """Undo what a test did in a guest; return what its kernel complained of meanwhile."""
        guest = self.running[name]
        try:
            guest.tidy()
            return guest.trouble()
        except Fail as fail:
            return f"the guest is lost: {fail}"

    def stop(self, name):
        guest = self.running.pop(name, None)
        if guest:
            guest.stop()

    def stop_all(self):
        for name in list(self.running):
            self.stop(name)
