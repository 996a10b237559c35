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


# What the tests in test_vfio_*.py can run on: the kernel with the series; with our module, the same
# one before the series, and Debian's
KERNELS = ("series", "untouched", *stock.SERIES)


def pytest_generate_tests(metafunc):
    """A mark names the kernels that a test runs on, or those of KERNELS."""
    mark = metafunc.definition.get_closest_marker("kernels")
    if "kernel" not in metafunc.fixturenames:
        return
    if metafunc.module.__name__.startswith("test_vfio_"):
        metafunc.parametrize("kernel", [k for k in KERNELS if not mark or k in mark.args])
    elif mark:
        metafunc.parametrize("kernel", mark.args)


def _guest_kernel(item):
    return item.callspec.params.get("kernel", "series") if hasattr(item, "callspec") else "series"


def _guest_names(item):
    """The guest of each fixture that a test uses, but for one of its own."""
    kernel = _guest_kernel(item)
    names = {"guest": kernel, "untouched_guest": "untouched", "larger_guest": f"larger {kernel}"}
    return {fixture: name for fixture, name in names.items() if fixture in item.fixturenames}


def pytest_configure(config):
    config.addinivalue_line("markers", "kernels(*names): the guest's kernels to run on")
    # What a shell starts in the background ignores Ctrl-C, and so would what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out other kernels, and form groups of tests; they begin first, since they take longest.

    All that need another guest than the first run in one process, so that it boots once; so do the
    tests that share a mark xdist_group.
    """
    kernels = os.environ.get("RIG_KERNELS", ",".join(stock.TESTED)).split(",")

    def wanted(item):
        return not item.module.__name__.startswith("test_vfio_") or _guest_kernel(item) in kernels
    config.hook.pytest_deselected(items=[item for item in items if not wanted(item)])
    items[:] = filter(wanted, items)

    def group(item):
        mark = item.get_closest_marker("xdist_group")
        return mark.args[0] if mark else ""

    for item in items:
        rare = [name for name in _guest_names(item).values() if name != "series"]
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


def _lend(guests, request, fixture, flavour, **how):
    """A clean guest for a test: no vfio-pci, nothing emulated, no testpmd."""
    names = _guest_names(request.node)
    name = names.get(fixture, "own")
    guest = guests.get(name, flavour, beside=names.values(), **how)
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
def kernel():
    """The guest's kernel."""
    return "series"


@pytest.fixture
def guest(guests, request, kernel):
    """A guest in which users of VFIO have TPH."""
    yield from _lend(guests, request, "guest", kernel)


@pytest.fixture
def untouched_guest(guests, request):
    """A guest without the series."""
    yield from _lend(guests, request, "untouched_guest", "untouched")


@pytest.fixture
def larger_guest(guests, request, kernel):
    """A guest in which users of VFIO have TPH, with more kinds of devices."""
    yield from _lend(guests, request, "larger_guest", kernel, devices=MORE_DEVICES)


@pytest.fixture
def ports(guest):
    """Two ports with an emulated capability, bound to the guest's VFIO driver with policy ds-st.

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
def guest_with(guests, request, kernel):
    """A guest of the test's own, with the kernel options that it has as parameter."""
    yield from _lend(guests, request, "guest_with", kernel, cmdline=request.param)


@pytest.fixture
def functions_with(guest_with):
    """The same as functions, in that guest."""
    yield from _functions(guest_with)
