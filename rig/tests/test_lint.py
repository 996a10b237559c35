# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The project's own rules find what breaks them, each on a small tree that does."""

import functools
import os
import re
import shutil
import subprocess

import pytest

from tphrig import lint, needs

NAMED = needs.named()
# Here thanks to a package that is left out of those that count
BY_HAND, PROGRAM, MODULE = {"pahole", "python3-pexpect"}, "pahole", "pexpect"


@pytest.fixture
def tree(tmp_path):
    """A project whose programs call nothing."""
    for name in ("rig/rig", "devtools/graft", "rig/tests/test_new.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("package", NAMED)
def test_a_package_that_is_taken_off_the_list_is_missed(package):
    assert needs.missing(NAMED) == []
    assert needs.missing(set(NAMED) - {package}) != []


@pytest.mark.parametrize("call", (
    f"subprocess.run(['{PROGRAM}', file])",
    f"subprocess.Popen(('/usr/bin/{PROGRAM}', '--version'))",
    f"run('what it is for', ['{PROGRAM}', file], log)",
    f"command = ['{PROGRAM}', *options]",
    f"pexpect.spawn('{PROGRAM}', [file])",
    f"self._run('looking at it', '{PROGRAM}', file)",
    f"subprocess.run(['unshare', '--net', '{PROGRAM}', file])",
    f"subprocess.run(['sh', '-c', 'set -e; for f in *; do {PROGRAM} $f; done'])",
    f"subprocess.run(['bash', '-c', f'cat {{file}} | {PROGRAM} -'])",
    f"subprocess.run('cat x | {PROGRAM} -', shell=True)",
    f"os.system('{PROGRAM} x')",
))
def test_a_call_of_a_program_that_was_installed_by_hand_is_found(tree, call):
    (tree / "rig/tests/test_new.py").write_text(f"import os\n\n{call}\n")
    found = needs.missing(set(NAMED) - BY_HAND, tree)
    assert [line for line in found if f"has {PROGRAM}, which is here from {PROGRAM}" in line
            and line.startswith("rig/tests/test_new.py:3: ")], found


def test_a_call_of_a_program_that_nobody_has_is_found(tree):
    (tree / "rig/tests/test_new.py").write_text("subprocess.run(['no-such-program'])\n")
    assert needs.missing(NAMED, tree) == [
        "rig/tests/test_new.py:1: no package of rig/packages has no-such-program"]


@pytest.mark.parametrize("statement", (f"import {MODULE}.fdpexpect", f"from {MODULE} import spawn"))
def test_an_import_of_a_module_that_was_installed_by_hand_is_found(tree, statement):
    (tree / "devtools/graft").write_text(f"import os\n{statement}\n")
    assert (f"devtools/graft:2: no package of rig/packages has {MODULE}, which is here from "
            f"python3-{MODULE}") in needs.missing(set(NAMED) - BY_HAND, tree)


def test_packages_of_another_architecture_do_not_count(monkeypatch, tmp_path):
    """What dpkg knows: a library for this machine and for another one, which has another file."""
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True,
                            check=True).stdout.strip()
    (tmp_path / "info").mkdir()
    (tmp_path / "info" / "format").write_text("1\n")
    (tmp_path / "updates").mkdir()
    with open(tmp_path / "status", "w") as status:
        for architecture in native, "hurd-i386":
            (tmp_path / "info" / f"libx:{architecture}.list").write_text(f"/usr/lib/{architecture}\n")
            print("Package: libx\nStatus: install ok installed\nPriority: optional\nSection: libs\n"
                  "Maintainer: Somebody <s@example.org>\nMulti-Arch: same\nVersion: 1\n"
                  f"Architecture: {architecture}\nDescription: a library\n", file=status)
    monkeypatch.setenv("DPKG_ADMINDIR", str(tmp_path))
    for cached in needs._installed, needs._contents, needs._providers:
        monkeypatch.setattr(needs, cached.__name__, functools.cache(cached.__wrapped__))
    assert f"/usr/lib/{native}" in needs.files(["libx"])
    assert "/usr/lib/hurd-i386" not in needs.files(["libx"])


def test_the_suite_finds_the_programs_of_the_packages_only():
    assert os.environ["PATH"] == str(needs.programs(NAMED))
    for program in ("awk", "bash", "cc", "depmod", "meson", "qemu-system-x86_64", PROGRAM):
        assert shutil.which(program), program
    fewer = needs.programs(set(NAMED) - BY_HAND)
    assert not shutil.which(PROGRAM, path=fewer) and shutil.which("gcc", path=fewer)


@pytest.fixture
def repository(tmp_path):
    """Make a commit with that message in a git tree of its own; give the tree."""
    def git(*command, **how):
        done = subprocess.run(["git", "-C", tmp_path, "-c", "user.name=Somebody",
                               "-c", "user.email=s@example.org", *command],
                              text=True, capture_output=True, check=True, **how)
        return done.stdout.strip()

    def commit(message):
        git("commit", "-q", "--allow-empty", "-F", "-", input=message)
        return tmp_path

    git("init", "-q")
    commit("a first one of which nothing is asked, and whose subject is much too long")
    commit.base = git("rev-parse", "HEAD")
    return commit


GOOD = "rig: say what is missing\n\nNobody knew.\n\nSigned-off-by: Somebody <s@example.org>\n"


@pytest.mark.parametrize("message, said", (
    (GOOD, None),
    (GOOD.replace("missing", "missing" + " again" * 8), "its subject has 72 characters, 60 at most"),
    (GOOD.replace("rig: s", "S"), "its subject is not 'component: what it does'"),
    (GOOD.replace("Nobody knew.\n\n", ""), "its body does not say why"),
    (GOOD.replace("Signed-off-by", "Cc"), "it has no Signed-off-by"),
))
def test_a_commit_that_breaks_a_rule_is_named(repository, message, said):
    found = lint.commits(repository(message), repository.base)
    assert len(found) == bool(said) and all(f": {said}: " in line for line in found)


def test_where_the_older_commits_are_not_there_all_are_looked_at(repository):
    assert len(lint.commits(repository(GOOD), "0" * 40)) == 4


def test_a_file_that_does_not_name_its_licence_is_named(repository):
    tree = repository(GOOD)
    (tree / "with.py").write_text("#!/usr/bin/python3\n# SPDX-License-Identifier: BSD-3-Clause\n")
    for name in "without.py", "prüfe.py":
        (tree / name).write_text("#!/usr/bin/python3\n")
    assert lint.licences(tree) == [f"{name}:1: no SPDX-License-Identifier"
                                   for name in ("prüfe.py", "without.py")]


@pytest.fixture
def listed(repository):
    """A project with two drivers that have TPH, which all of its lists name."""
    tree = repository(GOOD)
    for driver, nic in ("e1000", "igb"), ("ice", "ice"):
        (tree / "drivers/net" / driver).mkdir(parents=True)
        (tree / "drivers/net" / driver / f"{nic}_tph.c").write_text(f"int {nic}_tph_apply(void);\n")
    for name, text in {"README.md": "| NIC | driver |\n| 82576 | `net/e1000` |\n| E810 | `net/ice` |\n",
                       "meson_options.txt": "value: 'bus/pci,net/e1000,net/ice,net/null'\n",
                       "doc/guides/howto/tph.rst": "   * - 82576\n     - igb\n   * - E810\n     - ice\n",
                       **dict.fromkeys(lint.DRIVERS_DERIVED, f"The drivers:\n  * {lint.DERIVED}\n")}.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    assert lint.drivers(tree) == [] and lint.names(tree) == []
    return tree


@pytest.mark.parametrize("name", lint.DRIVER_LISTS)
def test_a_list_without_a_driver_is_named(listed, name):
    text = (listed / name).read_text()
    (listed / name).write_text(re.sub(r"(net/|- )ice", r"\1null", text))
    assert [line.partition(": ")[2] for line in lint.drivers(listed)] == ["net/ice is missing"]
    assert lint.drivers(listed)[0].startswith(f"{name}:")


@pytest.mark.parametrize("name", lint.DRIVERS_DERIVED)
def test_a_list_that_graft_no_longer_writes_is_named(listed, name):
    (listed / name).write_text("The drivers:\n  * igb\n")
    assert lint.drivers(listed) == [f"{name}:1: drivers are not listed by {lint.DERIVED}"]


def test_lists_with_a_driver_that_has_no_tph_are_named(listed):
    (listed / "drivers/net/ice/ice_tph.c").unlink()
    assert sorted(line.partition(":")[0] for line in lint.drivers(listed)) == sorted(lint.DRIVER_LISTS)
    assert {line.partition(": ")[2] for line in lint.drivers(listed)} == {"net/ice has no TPH"}


def test_a_name_in_a_text_that_no_code_has_is_named(listed):
    word = "_".join(("igb", "tph", "start"))
    (listed / "README.md").write_text(f"igb_tph_apply\nand `{word}()`\n")
    assert lint.names(listed) == [f"README.md:2: there is no {word}"]
