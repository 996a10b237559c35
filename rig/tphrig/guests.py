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
    """Guests by name; what a name stands for is up to who asks for it."""

    def __init__(self, rig):
        self.rig, self.running, self.made = rig, {}, {}

    def get(self, name, flavour="series", beside=(), **how):
        """Boot a guest unless the same one runs; of others only those that it is used beside go on.

        Even one that has nothing to do takes a tenth of a CPU, and its memory. Fail if its kernel
        has complained at boot, or since the guest was given back.
        """
        for other in self.running.keys() - {name, *beside}:
            self.stop(other)
        guest = self.running.get(name)
        if guest is None or not guest.runs() or self.made[name] != (flavour, how):
            self.stop(name)
            guest = self.running[name] = self.rig.guest(flavour, tests=True, **how)
            self.made[name] = flavour, how
        trouble = guest.trouble()
        if trouble:
            self.stop(name)
            raise Fail(f"the guest's kernel complained before this test:\n{trouble}")
        return guest

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
