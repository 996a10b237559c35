# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The kernel series as a reviewer gets it: applies with git am, is clean, comes back byte for byte."""

import subprocess

import pytest

from tphrig import cache, kernel

UAPI = "vfio_pci_tph.h"


@pytest.fixture(scope="module")
def tree(rig, tmp_path_factory):
    """A git tree on whose branch tph `git am` has put the series."""
    where = tmp_path_factory.mktemp("series") / "linux"
    kernel.make_tree(where, rig.options["kernel_source"])
    yield where
    subprocess.run(["rm", "-rf", where], check=True)


def git(tree, *command):
    return subprocess.run(["git", "-C", tree, *command], capture_output=True, text=True, check=True).stdout


def test_series_applies_with_git_am_patch_by_patch(tree):
    assert len(git(tree, "log", "--oneline", "base..tph").splitlines()) == len(kernel.patches())


def test_checkpatch_strict_has_nothing_to_say(tree):
    done = subprocess.run(["scripts/checkpatch.pl", "--strict", "--no-summary", "--terse",
                           "--codespell", *kernel.patches()], cwd=tree, capture_output=True, text=True)
    assert done.stdout.strip() == "", done.stdout


def test_exported_series_is_the_same_byte_for_byte(tree):
    subprocess.run(["git", "-C", tree, "config", "user.name", "Somebody Else"], check=True)
    assert kernel.formatted(tree) == {p.name: p.read_bytes() for p in kernel.patches()}


def test_kernel_and_dpdk_have_the_same_uapi_header(tree):
    ours = cache.PROJECT / "drivers" / "bus" / "pci" / "linux" / UAPI
    assert git(tree, "show", f"tph:include/uapi/linux/{UAPI}") == ours.read_text()
