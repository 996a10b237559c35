# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The kernel series as a reviewer gets it: applies with git am, is clean, comes back byte for byte."""

import os
import re
import subprocess

import pytest

from tphrig import cache, kernel, kernel_matrix
from tphrig.say import Fail

pytestmark = pytest.mark.xdist_group("series")

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
    done = subprocess.run(["scripts/checkpatch.pl", *kernel.CHECKPATCH_OPTIONS, "--codespell",
                           *kernel.patches()], cwd=tree, capture_output=True, text=True)
    assert done.stdout.strip() == "", done.stdout


def test_exported_series_is_the_same_byte_for_byte(tree):
    subprocess.run(["git", "-C", tree, "config", "user.name", "Somebody Else"], check=True)
    assert kernel.formatted(tree) == {p.name: p.read_bytes() for p in kernel.patches()}


def test_cover_letter_counts_what_the_series_changes(tree):
    cover = (kernel.SERIES / "0000-cover-letter.txt").read_text()
    assert git(tree, "diff", "--stat=72", "--summary", "base", "tph") in cover
    subjects = git(tree, "log", "--reverse", "--format=%s", "base..tph").splitlines()
    for number, subject in enumerate(subjects, 1):
        assert f"{number:2}   {subject}\n" in cover


def test_kernel_and_dpdk_have_the_same_uapi_header(tree):
    ours = cache.PROJECT / "drivers" / "bus" / "pci" / "linux" / UAPI
    assert git(tree, "show", f"tph:include/uapi/linux/{UAPI}") == ours.read_text()


@pytest.fixture
def walk(tmp_path, monkeypatch, capsys):
    """Run kernel-matrix on sources with a cache of its own; give its status and what it printed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(kernel_matrix, "PACKAGES", {})

    def walk(*named):
        return kernel_matrix.run_all([str(name) for name in named]), capsys.readouterr().out

    return walk


def test_matrix_says_in_one_line_what_is_no_kernel_source_and_goes_on(walk, tmp_path):
    status, said = walk(tmp_path, tmp_path / "absent")
    assert status == 1
    errors = [line for line in said.splitlines() if line.startswith("!")]
    assert errors == ["! no kernel source: it has no Kbuild"] * 2


def test_matrix_shows_a_tree_that_neither_builds_nor_takes_the_series(walk, tmp_path, monkeypatch):
    # As somebody who never told git a name
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    source = tmp_path / "linux"
    source.mkdir()
    (source / "Kbuild").touch()
    (source / "Makefile").write_text("mrproper:\n")
    status, said = walk(source)
    assert status == 1
    rows = {line.split()[0]: line.split()[-2:] for line in said.splitlines() if line.strip()}
    assert rows["the"] == ["failed", "failed"]
    first = kernel.patches()[0].name
    assert rows[first] == ["-", "-"]
    assert re.search(rf"^! {first} does not apply: ", said, re.M)
    assert kernel.patches()[1].name not in said


def test_matrix_names_the_packages_that_it_needs(monkeypatch):
    monkeypatch.setattr(kernel_matrix, "PACKAGES", {"no-such-tool": "its-package"})
    with pytest.raises(Fail, match="apt-get install its-package"):
        kernel_matrix.run_all([""])
