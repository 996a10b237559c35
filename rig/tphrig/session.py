# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Builds what a run of the rig needs, boots guests, and gives a person a terminal in one."""

import contextlib
import functools
import json
import subprocess
import sys
import termios

from . import dpdk, image, stock
from .cache import PROJECT
from .guest import Guest
from .kernel import Kernel
from .machine import PORT_BDF
from .say import Fail, say
from .testpmd import OPTIONS

# Port 0 keeps its tags in the NIC's registers, port 1 in a table in the capability.
EMULATED = ("loc=none modes=ns,ds", "loc=cap size=10 modes=ns,iv")
# The programs in the guest of a person, and in that of the tests
PROGRAMS, TEST_PROGRAMS = ("dpdk-testpmd",), ("dpdk-testpmd", "dpdk-tph_lcore")


class Rig:
    """Builds what is asked for, once, with the options of a meson build folder."""

    def __init__(self, build):
        self.build = build

    @functools.cached_property
    def options(self):
        """The options of the build folder, or the defaults where it has none yet."""
        options = {}
        for where in (PROJECT / "meson.build", self.build):
            if where == self.build and not (where / "meson-info").is_dir():
                break
            shown = subprocess.run(["meson", "introspect", "--buildoptions", where],
                                   capture_output=True, text=True)
            if shown.returncode:
                raise Fail(f"meson cannot read {where}: {shown.stdout.strip()[-200:]}: "
                           f"remove {self.build} and run again")
            options |= {o["name"]: o["value"] for o in json.loads(shown.stdout)}
        return options

    def kernel(self, flavour="series"):
        """The kernel that is named by whether it has the series, or by the series of Debian's."""
        if flavour in stock.SERIES:
            return stock.Stock(flavour)
        return Kernel(flavour, self.options["kernel_source"])

    def dpdk(self):
        return dpdk.Build(*(self.options[o] for o in ("dpdk_source", "drivers", "disable_libs")))

    def program(self, name):
        return self.dpdk().program(name)

    def prepare(self, tests=False, flavour="series"):
        """Build what a guest needs, for a person or for the tests."""
        kernel = self.kernel(flavour)
        for name in TEST_PROGRAMS if tests else PROGRAMS:
            self.program(name)
        kernel.build()
        kernel.modules()
        if tests:
            kernel.selftests()

    def guest(self, flavour="series", tests=False, **how):
        kernel = self.kernel(flavour)
        built = kernel.build()
        programs = [self.program(name) for name in (TEST_PROGRAMS if tests else PROGRAMS)]
        packed = image.initramfs(built, kernel.modules(),
                                 programs + (kernel.selftests() if tests else []))
        return Guest(built, packed, image.acpi_table(), kernel.driver, **how)


def set_up(guest, options=EMULATED, policy="ds-st"):
    """Bind both ports to the guest's VFIO driver, each with a TPH capability unless its options are None."""
    emulated = [guest.emulate(bdf, of_port) for bdf, of_port in zip(PORT_BDF, options) if of_port]
    guest.load_vfio(policy)
    guest.bind(*PORT_BDF)
    return emulated


@contextlib.contextmanager
def _terminal():
    """QEMU makes the terminal raw; undo that, whatever happens."""
    if not sys.stdin.isatty():
        raise Fail("this needs a terminal: run it from one")
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _interactive(rig, flavour, command, hint):
    rig.prepare(flavour=flavour)
    with _terminal(), rig.guest(flavour, person=True) as guest:
        set_up(guest)
        say(f"{hint} Ctrl-A x ends the guest at once.\r")
        guest.run(f"setsid -c sh -c '{command}' </dev/hvc0 >/dev/hvc0 2>&1", timeout=None)


def testpmd(rig, flavour):
    _interactive(rig, flavour, f"exec dpdk-testpmd {OPTIONS}",
                 "try: tph enable port all, start tx_first, show port all tph; quit ends it.")


def shell(rig, flavour):
    _interactive(rig, flavour, "stty sane; exec sh -i",
                 f"a shell in the guest; dpdk-testpmd {OPTIONS} would start testpmd; exit ends it.")
