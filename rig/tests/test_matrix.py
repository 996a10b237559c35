# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The matrix of DPDK trees says of each what is wrong, and goes on. What builds is for `make matrix`."""

import subprocess

import pytest

from tphrig import cache, dpdk, matrix, sources

RIG = cache.PROJECT / "rig" / "rig"


@pytest.fixture(name="dpdk_tree")
def _dpdk_tree(rig, tmp_path):
    tree = tmp_path / "dpdk"
    dpdk.copy(sources.dpdk(rig.options["dpdk_source"])[0], tree, str(tmp_path / "log"))
    return tree


def rows(shown):
    """The cells of the table by the first, but for the date."""
    lines = [line for line in shown.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:-1] for row in cells[1:]}


def test_what_is_no_dpdk_tree_gets_one_line_and_the_next_is_tried(rig, tmp_path):
    done = subprocess.run([RIG, "-C", rig.build, "matrix",
                           tmp_path, tmp_path / "absent"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == ""
    assert rows(done.stdout) == {str(path): ["FAILED", *"------"]
                                 for path in (tmp_path, tmp_path / "absent")}
    reasons = done.stdout.split("\n\n")[-1].splitlines()
    assert len(reasons) == 2
    assert f"{tmp_path}: is not a DPDK source tree" in reasons[0]
    assert f"{tmp_path}/absent: No such file or directory" in reasons[1]


def test_a_tree_without_an_anchor_is_told_by_its_file(rig, dpdk_tree, capsys):
    file = dpdk_tree / "drivers/net/e1000/igb_ethdev.c"
    text = file.read_text().replace("eth_igb_ops = {", "eth_igb_acts = {")
    file.write_text(text)
    assert matrix.run(rig, [dpdk_tree]) == 1
    shown = capsys.readouterr().out
    version = (dpdk_tree / "VERSION").read_text().strip()
    assert rows(shown) == {version: ["FAILED", *"------"]}
    assert "20-e1000.toml: drivers/net/e1000/igb_ethdev.c" in shown.splitlines()[-1]
    assert file.read_text() == text and not (dpdk_tree / ".dpdk-tph-graft").exists()


def test_a_revert_that_leaves_a_byte_behind_is_a_failure(rig, dpdk_tree, monkeypatch, capsys, tmp_path):
    """A graft whose --revert does nothing."""
    broken = tmp_path / "graft"
    broken.write_text("import runpy, sys\nif '--revert' not in sys.argv or 'before' in sys.argv[-1]:\n"
                      f"    runpy.run_path({str(dpdk.GRAFT)!r}, run_name='__main__')\n")
    monkeypatch.setattr(dpdk, "GRAFT", broken)
    assert matrix.run(rig, [dpdk_tree]) == 1
    assert "--revert does not restore the tree" in capsys.readouterr().out.splitlines()[-1]
