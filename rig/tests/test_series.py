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
def exported(tmp_path, monkeypatch):
    """Export a small tree, with one commit on branch tph; give the files that the series has then."""
    series, tree = tmp_path / "patches", tmp_path / "tree"
    series.mkdir()
    tree.mkdir()
    (series / "0001-old.patch").touch()
    monkeypatch.setattr(kernel, "SERIES", series)
    for who in "AUTHOR", "COMMITTER":
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "s@example.org")
    git(tree, "init", "-q", "-b", "base")
    git(tree, "commit", "-q", "--allow-empty", "-m", "base")
    git(tree, "checkout", "-q", "-b", "tph")
    (tree / "file").touch()
    git(tree, "add", "file")
    git(tree, "commit", "-q", "-m", "tph")

    def exported():
        kernel.export(tree)
        return [path.name for path in series.iterdir()]
    exported.tree, exported.series = tree, series
    return exported


def test_export_writes_the_commits_of_the_branch_in_place_of_the_patches(exported):
    assert exported() == ["0001-tph.patch"]


@pytest.mark.parametrize("command, remedy", (
    ("git reset -q --hard base", "no commits on top of base.*: put them there"),
    ("git checkout -q base", "not on branch tph: .*git checkout tph"),
    ("git checkout -q --detach", "not on branch tph: .*git rebase --continue"),
    ("echo more >>file", "not committed: git commit or git stash them"),
    ("echo more >new; git add new", "not committed: git commit or git stash them"),
))
def test_export_keeps_the_patches_where_the_branch_is_not_what_the_tree_shows(exported, command, remedy):
    subprocess.run(["sh", "-ec", command], cwd=exported.tree, check=True)
    with pytest.raises(Fail, match=remedy) as failure:
        exported()
    assert "\n" not in str(failure.value)
    assert [path.name for path in exported.series.iterdir()] == ["0001-old.patch"]


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
