# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The overlay's unit tests in dpdk-test, on this machine: they need no guest and no device."""

import pytest

from tphrig import dpdk

# One build at a time: ninja uses all CPUs.
pytestmark = pytest.mark.xdist_group("builds")

# A small driver only, to keep what has to be compiled for it small
SANITIZED_DRIVERS = "bus/pci,bus/vdev,mempool/ring,net/e1000"
SANITIZED_TESTS = ("tph_autotest", "tph_pci_autotest", "tph_igb_autotest")
# A stack for signals of its own is not given back when EAL ends a thread.
SANITIZERS = {"ASAN_OPTIONS": "use_sigaltstack=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


@pytest.fixture(scope="module")
def dpdk_test(rig):
    return rig.program("dpdk-test")


@pytest.mark.parametrize("name", dpdk.unit_tests())
def test_unit(dpdk_test, name):
    dpdk.unit_test(dpdk_test, name)


@pytest.fixture(scope="module")
def sanitized(rig):
    return dpdk.Build(rig.options["dpdk_source"], SANITIZED_DRIVERS, rig.options["disable_libs"],
                      ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1",
                       "-Dc_args=-fno-sanitize-recover=undefined"]).unit_tests()


@pytest.mark.parametrize("name", SANITIZED_TESTS)
def test_unit_under_address_and_undefined_behaviour_sanitizers(sanitized, name):
    dpdk.unit_test(sanitized, name, SANITIZERS)
