# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What most tests of the kernel start from: a device with an emulated capability, open and opted in."""

from .emulator import check_violations
from .machine import PORT_BDF


class Functions:
    """Devices with an emulated capability, and the user of VFIO that opens them."""

    def __init__(self, guest):
        self.guest, self.emulated, self.user = guest, {}, None

    def open(self, options="loc=cap size=64", bdf=PORT_BDF[0], opt_in=True, **parameters):
        """A device, open and opted in, and what the emulator has of it."""
        emulated = self.emulate(options, bdf)
        self.guest.load_vfio(**parameters)
        self.guest.bind(bdf)
        device = self.new_user().open(bdf)
        if opt_in:
            device.opt_in()
        emulated.clear()
        return device, emulated

    def emulate(self, options, bdf=PORT_BDF[0]):
        self.emulated[bdf] = self.guest.emulate(bdf, options)
        return self.emulated[bdf]

    def new_user(self):
        """A process of its own; there is one at a time."""
        if self.user:
            self.user.kill()
        self.user = self.guest.vfio_user()
        return self.user

    def check(self):
        """End the user; no specification violation has happened, at its end neither."""
        if not self.guest.runs():
            return
        if self.user:
            self.user.kill()
        check_violations(self.emulated.values())
