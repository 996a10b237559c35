# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What a run of the rig needs, built on demand; and the guest for a person to sit at."""

import contextlib
import functools
import json
import subprocess
import sys
import termios

from . import dpdk, image
from .cache import PROJECT
from .guest import PORT_BDF, Guest
from .kernel import Kernel
from .say import Fail, say

# Port 0 keeps its tags in the NIC's registers, port 1 in a table in the capability.
EMULATED = ("loc=none modes=ns,ds", "loc=cap size=10 modes=ns,iv")
# lcore numbers differ from CPU numbers, so that one cannot pass for the other.
LCORES = "0@0,1@3,2@2"
# Flows differ by address in older releases, by UDP port in newer ones.
TESTPMD = (f"--lcores {LCORES} {' '.join(f'-a {bdf}' for bdf in PORT_BDF)} -- "
           "-i --nb-cores=2 --rxq=2 --txq=2 --rxq-intr --txonly-multi-flow --rss-udp "
           "--total-num-mbufs=8192")


class Rig:
    """Builds what is asked for, once, with the options of a meson build folder."""

    def __init__(self, build):
        self.build = build

    @functools.cached_property
    def options(self):
        """The folder's options; the defaults of those that it does not have (yet)."""
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

    def kernel(self, flavour="tph"):
        return Kernel(flavour, self.options["kernel_source"])

    def dpdk(self):
        return dpdk.Build(*(self.options[o] for o in ("dpdk_source", "drivers", "disable_libs")))

    def program(self, name):
        return self.dpdk().program(name)

    def prepare(self, everything=False):
        """Build what the guest of a person needs, or all that the tests need."""
        names = dpdk.PROGRAMS if everything else ["dpdk-testpmd"]
        for name in names:
            self.program(name)
        for flavour in ("tph", "untouched") if everything else ("tph",):
            self.kernel(flavour).build()
            self.kernel(flavour).emulator()
            if everything:
                self.kernel(flavour).selftests()

    def guest(self, flavour="tph", programs=("dpdk-testpmd",), selftests=False, **how):
        kernel = self.kernel(flavour)
        built = kernel.build()
        files = [self.program(p) for p in programs] + (kernel.selftests() if selftests else [])
        packed = image.initramfs(built, kernel.emulator(), files)
        return Guest(built, packed, image.acpi_table(), **how)


def set_up(guest):
    """Both ports with an emulated TPH capability, and in the hands of vfio-pci."""
    emulated = [guest.emulate(bdf, options) for bdf, options in zip(PORT_BDF, EMULATED)]
    guest.load_vfio()
    guest.bind(*PORT_BDF)
    return emulated


@contextlib.contextmanager
def _terminal():
    """QEMU makes the terminal raw; it is the user's again whatever happens."""
    if not sys.stdin.isatty():
        raise Fail("this needs a terminal: run it from one")
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _interactive(rig, command, hint):
    rig.prepare()
    with _terminal(), rig.guest(person=True) as guest:
        set_up(guest)
        say(f"{hint} Ctrl-A x ends the guest at once.\r")
        guest.run(f"setsid -c sh -c '{command}' </dev/hvc0 >/dev/hvc0 2>&1", timeout=None)


def testpmd(rig):
    _interactive(rig, f"exec dpdk-testpmd {TESTPMD}",
                 "try: tph enable port all, start tx_first, show port all tph; quit ends it.")


def shell(rig):
    _interactive(rig, "stty sane; exec sh -i",
                 f"a shell in the guest; dpdk-testpmd {TESTPMD} would start testpmd; exit ends it.")
