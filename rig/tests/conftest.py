# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Fixtures: one guest serves many tests, and each test answers for what the kernel says meanwhile."""

import os
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tphrig import cache, session, stock        # noqa: E402
from tphrig.emulator import check_violations    # noqa: E402
from tphrig.functions import Functions          # noqa: E402
from tphrig.guests import Guests                # noqa: E402
from tphrig.machine import MORE_DEVICES         # noqa: E402


# The guest of each fixture; that of stock_guest is a parameter. All tests that need another than the
# first run in one process, so that it boots once; so do the tests that share a mark xdist_group.
GUESTS = {"guest": "tph", "untouched_guest": "untouched", "larger_guest": "larger"}


def pytest_configure():
    # What a shell starts in the background ignores Ctrl-C, and so would what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Form groups of tests; they begin first, since they take longest."""
    def group(item):
        mark = item.get_closest_marker("xdist_group")
        return mark.args[0] if mark else ""

    for item in items:
        rare = [GUESTS[name] for name in item.fixturenames if GUESTS.get(name, "tph") != "tph"]
        if "stock_guest" in item.fixturenames:
            rare.append(item.callspec.params["stock_guest"])
        if rare and not group(item):
            item.add_marker(pytest.mark.xdist_group(rare[0]))
    items.sort(key=lambda item: (not group(item), group(item)))


@pytest.fixture(scope="session")
def rig():
    """With the options of the meson build folder that RIG_BUILD names."""
    return session.Rig(Path(os.environ.get("RIG_BUILD", cache.PROJECT / "build")))


@pytest.fixture(scope="session")
def guests(rig):
    running = Guests(rig)
    yield running
    running.stop_all()


def _lend(guests, request, name, *which, **how):
    """A clean guest for a test: no vfio-pci, nothing emulated, no testpmd."""
    beside = [GUESTS[fixture] for fixture in request.fixturenames if fixture in GUESTS]
    guest = guests.get(name, *which, beside=beside, **how)
    yield guest
    report = getattr(request.node, "report", None)
    trouble = guests.give_back(name)
    if trouble or (report is not None and report.failed):
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


@pytest.fixture(params=stock.SERIES)
def stock_guest(guests, request):
    """A guest with a kernel of Debian's; a test that takes it runs on each of them."""
    yield from _lend(guests, request, request.param, request.param)


@pytest.fixture
def ports(guest):
    """Two ports with an emulated capability, bound to vfio-pci with the host's opt-in.

    Specification violations on either are a failure.
    """
    emulated = session.set_up(guest)
    yield emulated
    if guest.runs():
        check_violations(emulated)


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
def guest_with(guests, request):
    """A guest of the test's own, with the kernel options that it has as parameter."""
    yield from _lend(guests, request, "own", cmdline=request.param)


@pytest.fixture
def functions_with(guest_with):
    """The same as functions, in that guest."""
    yield from _functions(guest_with)
