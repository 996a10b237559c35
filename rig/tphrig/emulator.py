# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The host's view of the TPH emulator in the guest; kernel/tph_emu/README.md describes its files."""

# Where it puts the capability of QEMU's igb, behind the last extended capability.
CAPABILITY = 0x1a0


class Emulated:
    """One function's registers and counters, as the emulator has them."""

    def __init__(self, guest, bdf):
        self.guest, self.bdf = guest, bdf

    def file(self, name):
        return self.guest.read(f"/sys/kernel/debug/tph_emu/{self.bdf}/{name}")

    def log(self):
        """The last operations, each as the list of its fields."""
        log = self.guest.run(f"cat /sys/kernel/debug/tph_emu/{self.bdf}/log")
        return [line.split() for line in log.splitlines()]

    def write(self, name, text):
        self.guest.run(f"echo '{text}' > /sys/kernel/debug/tph_emu/{self.bdf}/{name}")

    def base_api(self, command):
        """Call the PCI core's in-kernel API on this function; return status and result."""
        self.guest.status(f"echo '{command}' > /sys/kernel/debug/tph_emu/{self.bdf}/base_api")
        return self.file("base_api").strip().rpartition(": ")[2]

    def stats(self):
        return {name: int(value) for name, value in
                (line.split() for line in self.file("stats").splitlines() if line)}

    def violations(self):
        return [line for line in self.file("violations").splitlines() if line]

    def table(self):
        return {int(index): int(value, 16) for index, value in
                (line.split() for line in self.file("table").splitlines() if line)}

    def ctrl(self):
        return int(self.file("ctrl"), 16)

    def clear(self):
        self.write("clear", 1)


def check_violations(emulated):
    """No function has seen a violation of the specification."""
    violations = [v for one in emulated for v in one.violations()]
    assert not violations, "\n".join(violations)
