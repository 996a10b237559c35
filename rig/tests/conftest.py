# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Fixtures: one guest serves many tests, and each test answers for what the kernel says meanwhile."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tphrig import cache, session   # noqa: E402
from tphrig.guest import MORE_DEVICES, PORT_BDF   # noqa: E402
from tphrig.say import Fail         # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--rig-build", default=str(cache.PROJECT / "build"),
                     help="meson build folder, whose options are used")


@pytest.fixture(scope="session")
def rig(pytestconfig):
    return session.Rig(Path(pytestconfig.getoption("--rig-build")))


class Guests:
    """Boots a guest when it is first asked for, and again after it was lost."""

    def __init__(self, rig):
        self.rig, self.running = rig, {}

    def get(self, name, flavour="tph", **how):
        guest = self.running.get(name)
        if guest is None or guest.qemu.poll() is not None:
            self.stop(name)
            self.running[name] = self.rig.guest(
                flavour, programs=("dpdk-testpmd", "dpdk-tph_lcore"), selftests=True, **how)
        return self.running[name]

    def stop(self, name):
        guest = self.running.pop(name, None)
        if guest:
            guest.stop()


@pytest.fixture(scope="session")
def guests(rig):
    running = Guests(rig)
    yield running
    for name in list(running.running):
        running.stop(name)


def _lend(guests, request, name, *which, **how):
    """A clean guest for a test: no vfio-pci, nothing emulated, no testpmd."""
    guest = guests.get(name, *which, **how)
    guest.trouble()
    yield guest
    report = getattr(request.node, "report", None)
    failed = report is not None and report.failed
    try:
        guest.run("killall -9 dpdk-testpmd vfio-user 2>/dev/null; true")
        guest.unload_vfio()
        guest.run("for d in /sys/kernel/debug/tph_emu/0*; do "
                  "[ ! -e $d ] || echo ${d##*/} > /sys/kernel/debug/tph_emu/detach; done; "
                  "rm -rf /dev/hugepages/* /var/run/dpdk")
        trouble = guest.trouble()
    except Fail as fail:
        trouble = f"the guest is lost: {fail}"
    if failed or trouble:
        print(f"--- the guest's console ---\n{guest.console()[-6000:]}")
        guests.stop(name)
    if trouble:
        pytest.fail(f"the guest's kernel complained during this test:\n{trouble}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.report = report


@pytest.fixture
def guest(guests, request):
    """A guest with the series."""
    yield from _lend(guests, request, "tph")


@pytest.fixture
def untouched_guest(guests, request):
    """A guest without it."""
    yield from _lend(guests, request, "untouched", "untouched")


@pytest.fixture
def larger_guest(guests, request):
    """A guest with the series, and with more kinds of devices."""
    yield from _lend(guests, request, "larger", devices=MORE_DEVICES)


@pytest.fixture
def ports(guest):
    """Two ports with an emulated capability, in the hands of vfio-pci with the host's opt-in.

    Specification violations on either are a failure.
    """
    emulated = session.set_up(guest)
    yield emulated
    if guest.qemu.poll() is None:
        violations = [v for e in emulated for v in e.violations()]
        assert not violations, "\n".join(violations)


class Functions:
    """Devices with an emulated capability, opened by a user of VFIO."""

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
        if self.guest.qemu.poll() is not None:
            return
        if self.user:
            self.user.kill()
        violations = [v for e in self.emulated.values() for v in e.violations()]
        assert not violations, "\n".join(violations)


def _functions(guest):
    made = Functions(guest)
    yield made
    made.check()


@pytest.fixture
def functions(guest):
    """Devices for a user of VFIO; specification violations, at its end too, are a failure."""
    yield from _functions(guest)


@pytest.fixture
def more_functions(larger_guest):
    """The same, in the guest with more kinds of devices."""
    yield from _functions(larger_guest)


@pytest.fixture
def functions_with(guests, request):
    """The same, in a guest of the test's own, with the kernel options that it has as parameter."""
    yield from _functions(guests.get("own", cmdline=request.param))
    guests.stop("own")
