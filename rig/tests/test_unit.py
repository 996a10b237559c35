# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The overlay's unit tests in dpdk-test, on this machine: they need no guest and no device."""

import os
import re
import subprocess

import pytest

from tphrig import cache

TESTS = sorted(name for file in (cache.PROJECT / "app" / "test").glob("test_*tph*.c")
               for name in re.findall(r"^REGISTER_FAST_TEST\((\w+),", file.read_text(), re.M))


@pytest.fixture(scope="module")
def dpdk_test(rig):
    return rig.program("dpdk-test")


@pytest.mark.parametrize("name", TESTS)
def test_unit(dpdk_test, name):
    # Sixteen lcores, however many CPUs there are.
    command = [dpdk_test, "--no-huge", "--no-pci", "-m", "512", "--lcores", "(0-15)@0",
               "--no-shconf", f"--file-prefix={name}"]
    done = subprocess.run(command, env=os.environ | {"DPDK_TEST": name}, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0 and "Test OK" in done.stdout, done.stdout[-6000:]
