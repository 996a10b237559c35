# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The overlay's unit tests in dpdk-test, on this machine: they need no guest and no device."""

import pytest

from tphrig import dpdk


@pytest.fixture(scope="module")
def dpdk_test(rig):
    return rig.program("dpdk-test")


@pytest.mark.parametrize("name", dpdk.unit_tests())
def test_unit(dpdk_test, name):
    dpdk.unit_test(dpdk_test, name)
