# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The guests of a run of the tests: each boots when it is first asked for, and again after it was lost."""

from .say import Fail


class Guests:
    """Guests by name; what a name stands for is up to the first who asks for it."""

    def __init__(self, rig):
        self.rig, self.running = rig, {}

    def get(self, name, flavour="tph", **how):
        guest = self.running.get(name)
        if guest is None or not guest.runs():
            self.stop(name)
            self.running[name] = self.rig.guest(
                flavour, programs=("dpdk-testpmd", "dpdk-tph_lcore"), selftests=True, **how)
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
