# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Fixtures: one guest serves many tests, and each test answers for what the kernel says meanwhile."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tphrig import cache, session   # noqa: E402
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

    def get(self, flavour):
        guest = self.running.get(flavour)
        if guest is None or guest.qemu.poll() is not None:
            self.stop(flavour)
            self.running[flavour] = self.rig.guest(
                flavour, programs=("dpdk-testpmd", "dpdk-tph_lcore"), selftests=True)
        return self.running[flavour]

    def stop(self, flavour):
        guest = self.running.pop(flavour, None)
        if guest:
            guest.stop()


@pytest.fixture(scope="session")
def guests(rig):
    running = Guests(rig)
    yield running
    for flavour in list(running.running):
        running.stop(flavour)


def _lend(guests, flavour, request):
    """A clean guest for a test: no vfio-pci, nothing emulated, no testpmd."""
    guest = guests.get(flavour)
    guest.trouble()
    yield guest
    report = getattr(request.node, "report", None)
    failed = report is not None and report.failed
    try:
        guest.run("killall -9 dpdk-testpmd 2>/dev/null; true")
        guest.unload_vfio()
        for bdf in guest.run("ls /sys/kernel/debug/tph_emu 2>/dev/null; true").split():
            if bdf.startswith("0000:"):
                guest.run(f"echo {bdf} > /sys/kernel/debug/tph_emu/detach")
        guest.run("rm -rf /dev/hugepages/* /var/run/dpdk")
        trouble = guest.trouble()
    except Fail as fail:
        trouble = f"the guest is lost: {fail}"
    if failed or trouble:
        print(f"--- the guest's console ---\n{guest.console()[-6000:]}")
        guests.stop(flavour)
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
    yield from _lend(guests, "tph", request)


@pytest.fixture
def untouched_guest(guests, request):
    """A guest without it."""
    yield from _lend(guests, "untouched", request)


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


