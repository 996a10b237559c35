# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The command that runs the tests runs those that it was asked for, and no fewer."""

import subprocess

import pytest

from tphrig import cache


@pytest.fixture
def check(rig):
    """Run it in one process, with arguments for pytest; give its status and what it printed."""
    def check(*arguments):
        done = subprocess.run([cache.PROJECT / "rig" / "rig", "-C", rig.build, "check", "--", "-n0", "-q",
                               *arguments], cwd=cache.PROJECT, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
    return check


def files(said):
    """The files of the tests that pytest has listed."""
    return {line.partition("::")[0] for line in said.splitlines() if "::" in line}


def test_a_word_to_choose_tests_by_may_be_the_name_of_a_folder(check):
    status, said = check("--collect-only", "-k", "kernel")
    assert status == 0, said
    assert {"rig/tests/test_kernel.py", "rig/tests/test_stock.py"} <= files(said)


def test_only_the_files_named_are_run(check):
    status, said = check("--collect-only", "-x", "rig/tests/test_lint.py")
    assert status == 0, said
    assert files(said) == {"rig/tests/test_lint.py"}


def test_a_test_whose_parameters_have_gone_is_an_error(check, tmp_path):
    file = tmp_path / "test_empty.py"
    file.write_text("import pytest\n\n\n@pytest.mark.parametrize('case', ())\n"
                    "def test_every(case):\n    assert case\n")
    status, said = check(file)
    assert status != 0 and "Empty parameter set in 'test_every'" in said, said


def test_what_make_was_given_is_not_passed_on_to_the_make_that_a_test_runs(rig, tmp_path):
    file = tmp_path / "test_make.py"
    file.write_text("import os\n\n\ndef test_make():\n    assert 'KERNEL' not in os.environ\n"
                    "    assert 'KERNEL' not in os.environ.get('MAKEFLAGS', '')\n")
    done = subprocess.run(["make", "-C", cache.PROJECT, "check", f"BUILD={rig.build}", "KERNEL=6.1",
                           f"ARGS=-n0 -q {file}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
