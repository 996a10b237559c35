# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors

"""devtools/graft on small made-up trees: what it writes, what it refuses, and that a tree
is never left half changed. Real DPDK trees are left to the matrix of builds."""

import errno
import fcntl
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from pathlib import Path

import pytest

GRAFT = Path(__file__).resolve().parents[2] / "devtools" / "graft"

MESON = """\
sources = files(
        'rte_ethdev.c',
        'rte_flow.c', # not ')' yet
)

headers = files('rte_ethdev.h')
"""

DRIVER = """\
int eth_nic_start(struct dev *dev);

/* eth_nic_start() calls nic_enable() */
static int
eth_nic_start(struct dev *dev)
{
\tif (dev == NULL) {
\t\tlog("brace } in a string");
\t\treturn -1;
\t}
\tnic_enable(dev);
\treturn 0;
}

static int
eth_nic_stop(struct dev *dev)
{
\tnic_enable(dev);
\treturn 0;
}

struct dev_ops {
\tint (*start)(struct dev *dev); /* a } in a comment */
\tint (*stop)(struct dev *dev);
};
"""

COMMON = """\
since = "22.11"
older_than = "27.03"
folders = ["lib", "drivers"]
"""

SERIES = {
    "00-cover": """\
subject = "the whole"
body = "All of it."
""",
    "13-ethdev": """\
subject = "ethdev: add tph"
body = "Because."
paths = ["lib/"]
""",
    "20-nic": """\
subject = "net/nic: use tph"
body = "Because of it."
paths = ["drivers/"]
""",
}


def write(root, path, text, mode=None):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if mode is not None:
        file.chmod(mode)


def snapshot(root):
    """Everything a user could see in a tree: folders, contents, modes."""
    return {str(path.relative_to(root)): (path.read_bytes() if path.is_file() else None,
                                          path.stat().st_mode)
            for path in sorted(root.rglob("*")) if ".git" not in path.relative_to(root).parts}


def git(root, *args):
    return subprocess.run(
        ["git", "-C", root, "-c", "user.name=A Person", "-c", "user.email=a@person.example", *args],
        check=True, capture_output=True, text=True).stdout


def load_graft():
    loader = importlib.machinery.SourceFileLoader("graft", str(GRAFT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("graft", loader))
    sys.dont_write_bytecode = True
    sys.modules["graft"] = module
    loader.exec_module(module)
    return module


graft = load_graft()

# Steps on the file system at which a run can be cut off, by a signal or by an error.
STEPS = {
    "kill": [(os, "replace"), (os, "link"), (os, "fsync"), (os, "unlink"), (os, "rmdir"),
             (os, "mkdir"), (pathlib.Path, "unlink"), (pathlib.Path, "rmdir"),
             (pathlib.Path, "mkdir"), (shutil, "copy2"), (shutil, "rmtree")],
    "error": [(os, "replace"), (os, "fsync"), (pathlib.Path, "mkdir"), (shutil, "copy2")],
}
STEPS["interrupt"] = STEPS["kill"]


def cut_off_at(how, step):
    left = step

    def wrap(owner, name):
        real = getattr(owner, name)

        def counted(*args, **kwargs):
            nonlocal left
            left -= 1
            if left == 0 and how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if left == 0 and how == "interrupt":
                os.kill(os.getpid(), signal.SIGINT if step % 2 else signal.SIGTERM)
            elif left == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **kwargs)
        setattr(owner, name, counted)

    for owner, name in STEPS[how]:
        wrap(owner, name)


def at_rename(path, act):
    """Have something happen before a file is put into place."""
    real = os.replace

    def replace(source, target):
        if str(target).endswith(path):
            act()
        real(source, target)
    os.replace = replace


def in_child(argv, output, how, step):
    """Run graft in a process of its own, without the cost of starting an interpreter."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        with open(output, "w", encoding="utf-8") as sys.stdout:
            sys.stderr = sys.stdout
            sys.argv = argv
            os.environ |= {"GIT_AUTHOR_NAME": "A Person", "GIT_AUTHOR_EMAIL": "a@person.example"}
            os.fsync = lambda handle: None  # slow, and only a power cut would show it
            for number in graft.INTERRUPTS:
                signal.signal(number, signal.SIG_DFL)  # whatever these tests are run by
            if callable(how):
                how()
            elif how:
                cut_off_at(how, step)
            try:
                status = graft.main()
            except BaseException:  # pylint: disable=broad-except
                traceback.print_exc()
    finally:
        os._exit(status)


class Bench:
    """An overlay with its series, and a DPDK tree."""

    def __init__(self, root):
        self.overlay = root / "overlay"
        self.common = self.overlay / "devtools" / "overlay.toml"
        self.nic = self.patch("20-nic")
        self.tree = root / "dpdk"
        self.output = root / "output"
        root.mkdir(exist_ok=True)
        write(self.overlay, "devtools/overlay.toml", COMMON)
        for name, text in SERIES.items():
            write(self.overlay, f"devtools/series/{name}.toml", text)
        write(self.overlay, "lib/ethdev/rte_tph.c", "int tph;\n")
        write(self.tree, "VERSION", "22.11.11\n")
        write(self.tree, "lib/eal/meson.build", "# eal\n")
        write(self.tree, "lib/ethdev/meson.build", MESON)
        write(self.tree, "drivers/net/nic/nic.c", DRIVER)
        self.pristine = snapshot(self.tree)

    def patch(self, name):
        return self.overlay / "devtools" / "series" / f"{name}.toml"

    def hook(self, *hooks, path="drivers/net/nic/nic.c", patch="20-nic", **keys):
        """Add hooks for one file to a patch of the series; keys are those of the last one."""
        text = f"[[file]]\npath = '{path}'\n"
        for one in (*hooks, keys):
            text += "[[file.hook]]\n"
            text += "".join(f"{key} = {json.dumps(value)}\n" for key, value in one.items())
        self.add(self.patch(patch), text)

    def add(self, file, text):
        file.write_text(file.read_text() + "\n" + textwrap.dedent(text))

    def attempt(self, *args, how=None, step=0):
        """Exit status (negative: killed by that signal) and what was said."""
        status = in_child(["graft", "--overlay", str(self.overlay), *map(str, args),
                           str(self.tree)], self.output, how, step)
        return status, self.output.read_text()

    def run(self, *args, status=0):
        got, said = self.attempt(*args)
        assert got == status, said
        return said

    def refused(self, *args, status=1):
        """Refused with the tree as it was; returns the lines that say why."""
        before = snapshot(self.tree)
        said = self.run(*args, status=status)
        assert snapshot(self.tree) == before
        assert "Traceback" not in said
        return said

    def read(self, path):
        return (self.tree / path).read_text()


@pytest.fixture(name="bench")
def _bench(tmp_path):
    return Bench(tmp_path)


def test_the_command_helps():
    done = subprocess.run([GRAFT, "--help"], capture_output=True, text=True, check=True)
    assert "--revert" in done.stdout and "exit status" in done.stdout


def test_a_python_that_is_too_old_is_named():
    done = subprocess.run([sys.executable, "-c", "import runpy, sys\n"
                           "sys.version_info, sys.modules['tomllib'] = (3, 10), None\n"
                           f"runpy.run_path({str(GRAFT)!r}, run_name='__main__')"],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "graft: needs Python 3.11 or newer; run it with one, by name\n"


# --- Where hooks go ---------------------------------------------------------

def test_new_files_and_hooks_arrive(bench):
    bench.run()
    assert bench.read("lib/ethdev/rte_tph.c") == "int tph;\n"
    assert bench.read("lib/ethdev/meson.build") == MESON.replace(
        "yet\n)", "yet\n        'rte_tph.c',\n)")


@pytest.mark.parametrize("place, old, new", [
    ({"after": "if (dev == NULL) {"}, "NULL) {\n", "NULL) {\nX\n"),
    ({"before": "int (*stop)"}, "\tint (*stop)", "X\n\tint (*stop)"),
    ({"function": "eth_nic_start", "before": "nic_enable"},
     "\t}\n\tnic_enable", "\t}\nX\n\tnic_enable"),
    ({"function": "eth_nic_start", "at": "start"}, "{\n\tif (dev", "{\nX\n\tif (dev"),
    ({"function": "eth_nic_start", "at": "end"},
     "return 0;\n}\n\nstatic int\neth_nic_stop", "return 0;\nX\n}\n\nstatic int\neth_nic_stop"),
    ({"function": "eth_nic_start", "block": "if (dev == NULL) {", "at": "end"},
     "return -1;\n", "return -1;\nX\n"),
    ({"block": "struct dev_ops {", "at": "end"}, "\n};\n", "\nX\n};\n"),
    ({"before": "return", "function": "eth_nic_start", "pick": "first"},
     "\t\treturn -1", "X\n\t\treturn -1"),
    ({"before": "return", "function": "eth_nic_start", "pick": "last"},
     "enable(dev);\n\treturn 0;\n}\n\nstatic", "enable(dev);\nX\n\treturn 0;\n}\n\nstatic"),
    ({"after": "log( \"brace".replace("( ", "(") + "\n } in"}, "string\");\n", "string\");\nX\n"),
    ({"at": "end"}, DRIVER, DRIVER + "X\n"),
])
def test_text_is_put_where_the_anchor_says(bench, place, old, new):
    bench.hook(**place, insert="X\n")
    bench.run()
    assert DRIVER.count(old) == 1
    assert bench.read("drivers/net/nic/nic.c") == DRIVER.replace(old, new)


def test_text_at_the_end_of_a_file_without_a_last_newline_starts_a_line(bench):
    write(bench.tree, "drivers/net/nic/nic.c", "no newline")
    bench.hook({"at": "end", "insert": "X"}, at="end", insert="Y")
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == "no newline\nX\nY\n"


def test_a_token_is_replaced(bench):
    bench.hook(block="struct dev_ops {", replace="int (*stop)", **{"with": "void (*stop)"})
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == DRIVER.replace("int (*stop)", "void (*stop)")


def test_hooks_at_one_place_keep_their_order(bench):
    bench.hook({"at": "end", "block": "struct dev_ops {", "insert": "1\n"},
               at="end", block="struct dev_ops {", insert="2\n")
    bench.hook(patch="13-ethdev", at="end", block="struct dev_ops {", insert="0\n")
    bench.run()
    assert "\n0\n1\n2\n};\n" in bench.read("drivers/net/nic/nic.c")


def test_two_hooks_cannot_replace_the_same_text(bench):
    bench.hook(patch="13-ethdev", replace="int (*stop)", **{"with": "a"})
    bench.hook(replace="(*stop)(struct dev *dev)", **{"with": "b"})
    assert ("drivers/net/nic/nic.c: hooks of 13-ethdev.toml and 20-nic.toml replace the same text"
            in bench.refused())


# --- Anchors that fail ------------------------------------------------------

@pytest.mark.parametrize("place, why", [
    ({"after": "nic_disable(dev);"}, 'after = "nic_disable(dev);": 0 matches'),
    ({"after": "nic_enable(dev);"}, 'after = "nic_enable(dev);": 2 matches'),
    ({"after": "nic_enabl"}, 'after = "nic_enabl": 0 matches'),
    ({"after": "if", "function": "eth_nic_stop"},
     'after = "if" in function "eth_nic_stop": 0 matches'),
    ({"at": "end", "function": "eth_nic_reset"},
     'function = "eth_nic_reset": 0 definitions of the function'),
    ({"at": "end", "block": "struct nic {"}, 'block = "struct nic {": 0 matches'),
])
def test_an_anchor_that_fails_is_named_and_the_tree_stays(bench, place, why):
    bench.hook(**place, insert="X\n")
    for args in ([], ["--check"]):
        said = bench.refused(*args)
        assert f"graft: 20-nic.toml: drivers/net/nic/nic.c: {why}, must be exactly 1" in said
    assert snapshot(bench.tree) == bench.pristine


def test_every_anchor_that_fails_is_named(bench):
    bench.hook(after="nowhere", insert="X")
    bench.hook(after="nowhere either", insert="X", path="lib/eal/meson.build")
    said = bench.refused()
    assert 'nic.c: after = "nowhere": ' in said
    assert 'lib/eal/meson.build: after = "nowhere either": ' in said


def test_a_block_that_closes_on_a_line_with_text_is_refused(bench):
    bench.hook(path="lib/ethdev/meson.build", block="headers = files(", at="end", insert="X")
    assert "closing bracket shares its line" in bench.refused()


def test_a_hook_into_a_file_that_is_not_there_is_named(bench):
    bench.hook(path="lib/pci/rte_pci.h", at="end", insert="X")
    assert "lib/pci/rte_pci.h: no such file in the tree" in bench.refused()


@pytest.mark.parametrize("keys", [
    {"insert": "X"},
    {"insert": "X", "after": "a", "before": "b"},
    {"after": "a"},
    {"insert": "X", "after": "a", "until": "24.11"},
    {"insert": "X", "after": "a", "since": "new"},
    {"insert": "X", "at": "middle"},
])
def test_a_hook_that_says_nothing_clear_is_an_error_of_the_series(bench, keys):
    bench.hook({"insert": "X", "at": "end"}, **keys)
    assert "20-nic.toml: drivers/net/nic/nic.c: hook 2: " in bench.refused(status=2)


# --- Grafting again ---------------------------------------------------------

def test_grafting_twice_writes_nothing(bench):
    bench.run()
    grafted = snapshot(bench.tree)
    stamps = {path: path.stat().st_mtime_ns for path in bench.tree.rglob("*")}
    assert "nothing to do" in bench.run()
    assert snapshot(bench.tree) == grafted
    assert {path: path.stat().st_mtime_ns for path in bench.tree.rglob("*")} == stamps


def test_an_anchor_that_fails_in_a_grafted_tree_leaves_the_graft(bench):
    bench.run()
    bench.hook(at="end", insert="X")
    bench.hook(after="nic_enable(dev);", insert="X")
    for args in ([], ["--check"]):
        assert 'drivers/net/nic/nic.c: after = "nic_enable(dev);": 2 ' in bench.refused(*args)


def test_a_changed_overlay_updates_only_what_changed(bench):
    write(bench.overlay, "lib/ethdev/rte_other.c", "int other;\n")
    bench.run()
    kept = [bench.tree / "lib/ethdev/rte_other.c", bench.tree / "lib/ethdev/meson.build"]
    for path in kept:
        os.utime(path, (1, 1))
    write(bench.overlay, "lib/ethdev/rte_tph.c", "long tph;\n")
    bench.run()
    assert bench.read("lib/ethdev/rte_tph.c") == "long tph;\n"
    assert [path.stat().st_mtime for path in kept] == [1, 1]


def test_what_left_the_overlay_leaves_the_tree(bench):
    write(bench.overlay, "drivers/net/tph/deep/x.c", "int x;\n")
    bench.hook(at="end", insert="X")
    before = bench.nic.read_text()
    bench.run()
    (bench.overlay / "drivers/net/tph/deep/x.c").unlink()
    bench.nic.write_text(before.replace("drivers/net/nic/nic.c", "lib/eal/meson.build"))
    bench.run()
    assert not (bench.tree / "drivers/net/tph").exists()
    assert bench.read("drivers/net/nic/nic.c") == DRIVER
    assert bench.read("lib/eal/meson.build") == "# eal\nX\n"
    bench.run("--revert")
    assert snapshot(bench.tree) == bench.pristine


def test_revert_gives_back_every_byte_and_mode(bench):
    write(bench.overlay, "drivers/net/tph/x.sh", "#!/bin/sh\n", 0o755)
    (bench.tree / "drivers/net/nic/nic.c").write_bytes(b"caf\xe9\r\nanchor\r\nno newline")
    (bench.tree / "drivers/net/nic/nic.c").chmod(0o640)
    before = snapshot(bench.tree)
    bench.hook(after="anchor", insert="X")
    bench.hook(at="end", insert="Y")
    bench.run()
    assert (bench.tree / "drivers/net/tph/x.sh").stat().st_mode & 0o111
    assert (bench.tree / "drivers/net/nic/nic.c").stat().st_mode & 0o777 == 0o640
    bench.run("--revert")
    assert snapshot(bench.tree) == before
    assert "nothing to do" in bench.run("--revert")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change for somebody else")
def test_root_leaves_files_to_their_owner(bench):
    nic = bench.tree / "drivers/net/nic/nic.c"
    bench.hook(at="end", insert="X")
    os.chown(nic, 1234, 5678)
    for args in ([], ["--revert"]):
        bench.run(*args)
        assert (nic.stat().st_uid, nic.stat().st_gid) == (1234, 5678)


def test_revert_gives_back_the_tree_of_the_last_graft_not_of_an_older_one(bench):
    without = bench.nic.read_text()
    bench.hook(at="end", insert="X")
    bench.run()
    with_hook = bench.nic.read_text()
    bench.nic.write_text(without)
    bench.run()
    write(bench.tree, "drivers/net/nic/nic.c", DRIVER + "/* newer */\n")
    bench.nic.write_text(with_hook)
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == DRIVER + "/* newer */\nX\n"
    bench.run("--revert")
    assert bench.read("drivers/net/nic/nic.c") == DRIVER + "/* newer */\n"


def test_a_saved_original_that_was_tampered_with_is_never_put_back(bench):
    bench.run()
    write(bench.tree, ".dpdk-tph-graft/orig/lib/ethdev/meson.build", "other\n")
    assert "is not what was saved there" in bench.refused("--revert")
    assert "is not what was saved there" in bench.refused()


@pytest.mark.parametrize("args", [[], ["--check"], ["--revert"]])
def test_saved_originals_without_their_list_are_kept(bench, args):
    bench.run()
    (bench.tree / ".dpdk-tph-graft/state.json").unlink()
    said = bench.refused(*args)
    assert "state.json: is missing; copy the files in .dpdk-tph-graft/orig back" in said


def test_check_writes_nothing(bench):
    assert "would change 2 files" in bench.run("--check")
    assert snapshot(bench.tree) == bench.pristine
    bench.run()
    assert "nothing to do" in bench.run("--check")


# --- Trees that are refused -------------------------------------------------

def test_a_folder_that_is_not_dpdk_is_refused(bench):
    (bench.tree / "VERSION").unlink()
    said = bench.refused()
    assert "is not a DPDK source tree" in said and said.count("\n") == 1


def test_a_folder_that_does_not_exist_is_refused(bench):
    bench.tree = bench.tree / "absent"
    assert bench.refused().count("\n") == 1


@pytest.mark.parametrize("version", ["21.11.0", "27.03.0-rc1"])
def test_a_version_that_is_not_supported_is_refused(bench, version):
    write(bench.tree, "VERSION", version + "\n")
    said = bench.refused()
    assert f"DPDK {version} is not supported" in said and said.count("\n") == 1


def test_a_tree_with_the_line_ends_of_windows_is_named(bench):
    for path in bench.tree.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    said = bench.refused()
    assert "its lines end in CRLF; check it out again" in said and said.count("\n") == 1


@pytest.mark.parametrize("args", [[], ["--check"]])
def test_a_read_only_file_is_refused(bench, args):
    bench.hook(at="end", insert="X")
    (bench.tree / "lib/ethdev/meson.build").chmod(0o444)
    assert "lib/ethdev/meson.build: is read-only; chmod u+w it" in bench.refused(*args)


@pytest.mark.parametrize("folder", ["lib/ethdev", "."])
@pytest.mark.parametrize("args", [[], ["--check"]])
def test_a_read_only_folder_is_refused(bench, folder, args):
    folder = bench.tree / folder
    folder.chmod(0o555)
    assert bench.refused(*args) == (
        f"graft: {folder}: is read-only; chmod u+w it, or run graft as its owner\n")
    folder.chmod(0o755)


def test_a_series_can_be_made_of_a_read_only_tree(series_bench, tmp_path):
    (series_bench.tree / "lib/ethdev").chmod(0o555)
    (series_bench.tree / "lib/ethdev/meson.build").chmod(0o444)
    series_bench.run("--series", tmp_path / "out")
    (series_bench.tree / "lib/ethdev").chmod(0o755)


@pytest.mark.parametrize("path", ["lib/ethdev/rte_tph.c", "lib/ethdev/meson.build"])
def test_a_file_made_read_only_since_is_refused(bench, path):
    bench.run()
    (bench.tree / path).chmod(0o444)
    write(bench.overlay, "lib/ethdev/rte_tph.c", "long tph;\n")
    for args in ([], ["--revert"]):
        assert f"{path}: is read-only" in bench.refused(*args)


@pytest.mark.parametrize("path", ["lib/ethdev/rte_tph.c", "lib/ethdev/meson.build"])
def test_a_folder_in_the_place_of_a_file_is_named(bench, path):
    (bench.tree / path).unlink(missing_ok=True)
    (bench.tree / path).mkdir()
    assert bench.refused() == (f"graft: {bench.tree}/{path}: Is a directory; "
                               "mend that, and run graft again\n")


def test_a_folder_on_another_file_system_is_named(bench):
    bench.hook(at="end", insert="X")
    path = "drivers/net/nic/nic.c"

    def fail(source, target):
        if "drivers" in f"{source}{target}":
            raise OSError(errno.EXDEV, "Invalid cross-device link", source, None, target)

    def mount():
        at_rename(path, lambda: fail(bench.tree / ".dpdk-tph-graft", bench.tree / path))
        os.link = fail

    for args in ([], []):
        status, said = bench.attempt(*args, how=mount)
        assert status == 1 and said == (f"graft: {bench.tree}/{path}: Invalid cross-device link; "
                                        "the tree is as it was\n")
        assert snapshot(bench.tree) == bench.pristine


def test_a_link_is_refused(bench):
    (bench.tree / "lib/ethdev/meson.build").rename(bench.tree / "elsewhere")
    (bench.tree / "lib/ethdev/meson.build").symlink_to("../../elsewhere")
    assert "lib/ethdev/meson.build: is a symbolic link" in bench.refused()


@pytest.mark.parametrize("args", [[], ["--check"]])
def test_what_is_below_a_linked_folder_is_refused(bench, tmp_path, args):
    (bench.tree / "lib/ethdev").rename(tmp_path / "elsewhere")
    (bench.tree / "lib/ethdev").symlink_to(tmp_path / "elsewhere")
    outside = snapshot(tmp_path / "elsewhere")
    said = bench.refused(*args)
    for path in ("lib/ethdev/rte_tph.c", "lib/ethdev/meson.build"):
        assert f"{path}: is a symbolic link, or is below one; graft a copy" in said
    assert snapshot(tmp_path / "elsewhere") == outside


def test_a_file_of_the_tree_is_never_overwritten_by_the_overlay(bench):
    write(bench.tree, "lib/ethdev/rte_tph.c", "upstream's own\n")
    assert "lib/ethdev/rte_tph.c: the tree has this file already" in bench.refused()


@pytest.mark.parametrize("path", ["lib/ethdev/rte_tph.c", "lib/ethdev/meson.build"])
@pytest.mark.parametrize("args", [[], ["--check"], ["--revert"]])
def test_a_file_that_was_changed_since_is_refused(bench, path, args):
    bench.run()
    write(bench.tree, path, "edited\n")
    write(bench.overlay, "lib/ethdev/rte_tph.c", "long tph;\n")
    assert f"{path}: was changed since it was grafted" in bench.refused(*args)


def test_a_file_that_was_put_back_by_hand_is_grafted_again(bench):
    bench.run()
    grafted = snapshot(bench.tree)
    write(bench.tree, "lib/ethdev/meson.build", MESON)
    bench.run()
    assert snapshot(bench.tree) == grafted


@pytest.mark.parametrize("added", [False, True])
def test_a_tree_without_a_commit_has_uncommitted_changes(bench, added):
    git(bench.tree, "init", "-q")
    if added:
        git(bench.tree, "add", "-A")
    for args in ([], ["--check"]):
        assert "lib/ethdev/meson.build: has changes that are not" in bench.refused(*args)


def test_a_tree_of_which_git_cannot_say_what_is_changed_is_refused(bench):
    write(bench.tree, ".git", "nothing that git knows")
    for args in ([], ["--check"]):
        said = bench.refused(*args)
        assert said.startswith("graft: git status: fatal: invalid gitfile format: ")
        assert said.endswith("; mend that, and run graft again\n") and said.count("\n") == 1


def test_a_git_tree_is_refused_without_git(bench, monkeypatch):
    git(bench.tree, "init", "-q")
    monkeypatch.setenv("PATH", str(bench.tree))
    assert "git: not found, and it must say what is changed" in bench.refused()


@pytest.mark.parametrize("name, path", [("GIT_DIR", "other/.git"), ("GIT_WORK_TREE", "other")])
def test_the_environment_does_not_lead_git_to_another_tree(bench, tmp_path, monkeypatch, name,
                                                           path):
    mine = MESON + "# mine\n"
    for tree, text in ((bench.tree, MESON), (tmp_path / "other", mine)):
        git(tmp_path, "init", "-q", tree)
        write(tree, "lib/ethdev/meson.build", text if name == "GIT_DIR" else MESON)
        git(tree, "add", "-A")
        git(tree, "commit", "-qm", "base")
    write(bench.tree, "lib/ethdev/meson.build", mine)
    monkeypatch.setenv(name, str(tmp_path / path))
    assert "lib/ethdev/meson.build: has changes that are not committed" in bench.refused()


def graft_and_check_out(bench, *stash):
    """Graft a release in git, put the graft away, and check out another release."""
    git(bench.tree, "init", "-q")
    git(bench.tree, "add", "-A")
    git(bench.tree, "commit", "-qm", "22.11")
    bench.hook(at="end", insert="X")
    bench.run()
    git(bench.tree, *stash)
    write(bench.tree, "VERSION", "24.11.0\n")
    write(bench.tree, "drivers/net/nic/nic.c", "int newer;\n")
    write(bench.tree, "lib/ethdev/meson.build", MESON + "# newer\n")
    git(bench.tree, "commit", "-qam", "24.11")


def test_a_graft_that_git_put_away_does_not_hinder_that_of_another_release(bench):
    graft_and_check_out(bench, "stash", "-q", "-u")
    before = without_own_folder(bench.tree)
    bench.run("--check")
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == "int newer;\nX\n"
    bench.run("--revert")
    assert snapshot(bench.tree) == before


def test_a_graft_that_git_put_away_can_be_reverted_when_it_is_back(bench):
    graft_and_check_out(bench, "stash", "-q", "-u")
    before = without_own_folder(bench.tree)
    assert "not grafted, nothing to do" in bench.run("--revert")
    assert without_own_folder(bench.tree) == before
    git(bench.tree, "checkout", "-q", "HEAD~")
    git(bench.tree, "stash", "pop", "-q")
    bench.run("--revert")
    assert snapshot(bench.tree) == bench.pristine


@pytest.mark.parametrize("args", [[], ["--check"], ["--revert"]])
def test_a_graft_of_which_git_put_away_a_part_says_what_to_do(bench, args):
    graft_and_check_out(bench, "stash", "-q")
    said = bench.refused(*args)
    assert "drivers/net/nic/nic.c: was changed since it was grafted" in said
    assert f"another release, as by git checkout, remove {bench.tree}/.dpdk-tph-graft" in said


def test_uncommitted_changes_in_a_file_to_be_hooked_are_refused(bench):
    git(bench.tree, "init", "-q")
    git(bench.tree, "add", "-A")
    git(bench.tree, "commit", "-qm", "base")
    write(bench.tree, "drivers/net/nic/nic.c", DRIVER + "/* mine */\n")
    bench.run("--check")
    bench.hook(at="end", insert="X")
    assert "drivers/net/nic/nic.c: has changes that are not committed" in bench.refused()
    git(bench.tree, "commit", "-qam", "mine")
    bench.run()
    assert ".dpdk-tph-graft" not in git(bench.tree, "status", "--porcelain")


def test_a_second_graft_at_the_same_time_is_refused(bench):
    handle = os.open(bench.tree, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert "another graft is at work" in bench.refused()
    os.close(handle)


# --- Runs that are cut off --------------------------------------------------

def without_own_folder(tree):
    return {path: what for path, what in snapshot(tree).items()
            if not path.startswith(".dpdk-tph-graft")}


def prepare(bench, run):
    """Bring a fresh tree to where a run starts; returns the tree as that run leaves it."""
    write(bench.overlay, "drivers/net/tph/deep/x.c", "int x;\n")
    bench.hook(at="end", insert="X")
    if run == "first":
        return []
    bench.run()
    if run == "revert":
        return ["--revert"]
    (bench.overlay / "drivers/net/tph/deep/x.c").unlink()
    write(bench.overlay, "drivers/net/tph2/y.c", "int y;\n")
    bench.hook(path="lib/eal/meson.build", at="end", insert="X")
    return []


@pytest.mark.parametrize("run", ["first", "again", "revert"])
def test_a_run_killed_at_any_step_is_undone_by_the_next(tmp_path, run):
    whole = Bench(tmp_path / "whole")
    whole.run(*prepare(whole, run))
    wanted = snapshot(whole.tree)
    step, killed, asked = 0, True, 0
    while killed:
        step += 1
        bench = Bench(tmp_path / str(step))
        args = prepare(bench, run)
        before = without_own_folder(bench.tree)
        killed = bench.attempt(*args, how="kill", step=step)[0] == -signal.SIGKILL
        if (bench.tree / ".dpdk-tph-graft/journal.json").exists():
            asked += 1
            assert "interrupted" in bench.refused("--check")
        elif killed:
            assert without_own_folder(bench.tree) in (before, without_own_folder(whole.tree))
        if step % 2:
            bench.run(*args)
            assert snapshot(bench.tree) == wanted
        left, now = without_own_folder(bench.tree), time.time_ns()
        time.sleep(0.01)
        bench.run("--revert")
        assert snapshot(bench.tree) == bench.pristine
        # A build that saw the half-changed tree must see what changed again.
        assert all((bench.tree / path).stat().st_mtime_ns >= now
                   for path, (content, _) in bench.pristine.items()
                   if content is not None and left.get(path) != bench.pristine[path])
    assert step > 20 and asked > 3


def kill_halfway(bench):
    """Kill a run that has written nic.c, and not yet the meson.build of ethdev."""
    bench.hook(at="end", insert="X")
    status, _ = bench.attempt(how=lambda: at_rename(
        "ethdev/meson.build", lambda: os.kill(os.getpid(), signal.SIGKILL)))
    assert status == -signal.SIGKILL
    assert bench.read("drivers/net/nic/nic.c") == DRIVER + "X\n"


@pytest.mark.parametrize("args", [[], ["--revert"]])
def test_an_edit_of_what_a_killed_run_wrote_is_not_lost(bench, args):
    kill_halfway(bench)
    write(bench.tree, "drivers/net/nic/nic.c", "edited\n")
    said = bench.refused(*args)
    assert "drivers/net/nic/nic.c: was changed since graft was interrupted; move it out" in said
    assert f"remove {bench.tree}/.dpdk-tph-graft" in said
    (bench.tree / "drivers/net/nic/nic.c").unlink()
    bench.run("--revert")
    assert snapshot(bench.tree) == bench.pristine


def test_an_edit_of_what_a_killed_run_had_not_reached_stays(bench):
    kill_halfway(bench)
    (bench.tree / "lib/ethdev/meson.build").unlink()  # as sed -i does; a second link is kept
    write(bench.tree, "lib/ethdev/meson.build", MESON + "# mine\n")
    bench.run("--revert")
    assert bench.read("lib/ethdev/meson.build") == MESON + "# mine\n"
    assert bench.read("drivers/net/nic/nic.c") == DRIVER


@pytest.mark.parametrize("run", ["first", "again", "revert"])
def test_an_interrupt_at_any_step_leaves_the_tree_as_it_was_or_comes_too_late(tmp_path, run):
    whole = Bench(tmp_path / "whole")
    whole.run(*prepare(whole, run))
    done = snapshot(whole.tree)
    step, interrupted, late = 0, 0, 0
    while late < 3:
        step += 1
        bench = Bench(tmp_path / str(step))
        args = prepare(bench, run)
        before = without_own_folder(bench.tree)
        status, said = bench.attempt(*args, how="interrupt", step=step)
        assert "Traceback" not in said and said.count("\n") == 1
        if status == 130:
            interrupted, late = interrupted + 1, 0
            assert said == "graft: interrupted; the tree is as it was\n"
            assert without_own_folder(bench.tree) == before
        else:
            late += 1
            assert status == 0 and snapshot(bench.tree) == done
    assert interrupted > 5


def interrupt_each_rename(number):
    """Send a signal before every file that is put into place, also by undoing the run."""
    at_rename("", lambda: os.kill(os.getpid(), number))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_further_interrupts_do_not_stop_what_the_first_one_began(bench, number):
    bench.hook(at="end", insert="X")

    def interrupts():
        at_rename("nic.c", lambda: interrupt_each_rename(number))

    assert bench.attempt(how=interrupts) == (130, "graft: interrupted; the tree is as it was\n")
    assert snapshot(bench.tree) == bench.pristine


def test_an_interrupt_while_a_killed_run_is_undone_waits(bench):
    kill_halfway(bench)
    status, said = bench.attempt(how=lambda: interrupt_each_rename(signal.SIGINT))
    assert (status, said) == (130, "graft: interrupted; the tree is as it was\n")
    assert snapshot(bench.tree) == bench.pristine


def test_nohup_protects_from_a_closed_terminal(bench):
    def closed_terminal():
        interrupt_each_rename(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    assert bench.attempt(how=closed_terminal)[0] == 0


@pytest.mark.parametrize("run", ["first", "again", "revert"])
def test_a_disk_that_fills_at_any_step_leaves_the_tree_as_it_was(tmp_path, run):
    step, failed = 0, True
    while failed:
        step += 1
        bench = Bench(tmp_path / str(step))
        args = prepare(bench, run)
        before = without_own_folder(bench.tree)
        stamps = {path: (bench.tree / path).stat().st_mtime_ns
                  for path, (content, _) in before.items() if content is not None}
        status, said = bench.attempt(*args, how="error", step=step)
        failed = status != 0
        if failed:
            assert status == 1 and "No space left on device" in said and said.count("\n") == 1
            assert without_own_folder(bench.tree) == before
            assert stamps == {path: (bench.tree / path).stat().st_mtime_ns for path in stamps}
            bench.run("--revert")
            assert snapshot(bench.tree) == bench.pristine
    assert step > 5


# --- Versions ---------------------------------------------------------------

def test_moved_folders_are_followed_by_files_and_hooks(bench):
    bench.add(bench.common, """
        [[move]]
        from = "drivers/net/nic/"
        to = "drivers/net/vendor/nic/"
        since = "25.03"
        """)
    write(bench.overlay, "drivers/net/nic/nic_tph.c", "int nic;\n")
    bench.hook(at="end", insert="X")
    bench.run()
    assert (bench.tree / "drivers/net/nic/nic_tph.c").exists()
    bench.run("--revert")
    write(bench.tree, "VERSION", "25.03.0\n")
    (bench.tree / "drivers/net/vendor").mkdir()
    (bench.tree / "drivers/net/nic").rename(bench.tree / "drivers/net/vendor/nic")
    bench.run()
    assert not (bench.tree / "drivers/net/nic").exists()
    assert bench.read("drivers/net/vendor/nic/nic_tph.c") == "int nic;\n"
    assert bench.read("drivers/net/vendor/nic/nic.c") == DRIVER + "X\n"


@pytest.mark.parametrize("version, text", [
    ("22.11.11", "old"), ("24.07.0", "old"), ("24.11.0-rc1", "new"), ("26.11.0-rc0", "new")])
def test_the_variant_of_a_hook_follows_the_version(bench, version, text):
    write(bench.tree, "VERSION", version + "\n")
    bench.hook({"older_than": "24.11", "at": "end", "insert": "old"},
               **{"else": True}, at="end", insert="new")
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == DRIVER + text + "\n"


@pytest.mark.parametrize("version, text", [
    ("22.11.0", "1"), ("23.11.0", "2"), ("24.11.0", "3"), ("25.11.0", "3")])
def test_of_a_chain_of_hooks_only_the_first_that_applies_acts(bench, version, text):
    write(bench.tree, "VERSION", version + "\n")
    bench.hook({"at": "end", "insert": "always"},
               {"older_than": "23.11", "at": "end", "insert": "1"},
               {"else": True, "older_than": "24.11", "at": "end", "insert": "2"},
               {"else": True, "at": "end", "insert": "3"},
               **{"else": True}, at="end", insert="never")
    bench.run()
    assert bench.read("drivers/net/nic/nic.c") == DRIVER + f"always\n{text}\n"


def test_conditions_of_a_file_hold_for_all_its_hooks(bench):
    bench.add(bench.nic, """
        [[file]]
        path = "lib/nothing"
        since = "24.11"
        [[file.hook]]
        at = "end"
        insert = "X"
        [[file.hook]]
        else = true
        at = "end"
        insert = "X"
        """)
    bench.run()
    write(bench.tree, "VERSION", "24.11.0\n")
    assert "lib/nothing: no such file in the tree" in bench.refused()


def test_a_file_for_older_trees_is_not_in_newer_ones(bench):
    bench.add(bench.common, """
        [[only]]
        path = "lib/ethdev/rte_tph.c"
        older_than = "24.11"
        """)
    bench.run()
    assert (bench.tree / "lib/ethdev/rte_tph.c").exists()
    bench.run("--revert")
    write(bench.tree, "VERSION", "24.11.0\n")
    bench.run()
    assert not (bench.tree / "lib/ethdev/rte_tph.c").exists()


@pytest.mark.parametrize("version, text", [("22.11.0", "new_22.11();\n"), ("24.11.0", "old();\n")])
def test_a_token_is_substituted_where_the_version_and_the_name_fit(bench, version, text):
    write(bench.tree, "VERSION", version + "\n")
    for name in ("rte_tph.c", "rte_tph.h"):
        write(bench.overlay, f"lib/ethdev/{name}", "old();\n")
    bench.add(bench.common, r"""
        [[substitute]]
        name = "a function has another name"
        files = ["lib/*.c"]
        find = '^old'
        with = 'new_@RELEASE@'
        older_than = "24.11"
        """)
    bench.run()
    assert bench.read("lib/ethdev/rte_tph.c") == text
    assert bench.read("lib/ethdev/rte_tph.h") == "old();\n"


# --- What needs no hook -----------------------------------------------------

def test_a_new_source_is_listed_where_it_sorts(bench):
    write(bench.overlay, "lib/ethdev/rte_eth_tph.c", "int eth;\n")
    bench.run()
    assert bench.read("lib/ethdev/meson.build") == MESON.replace(
        "        'rte_ethdev.c',\n", "        'rte_eth_tph.c',\n        'rte_ethdev.c',\n").replace(
        "yet\n)", "yet\n        'rte_tph.c',\n)")


@pytest.mark.parametrize("text, listed", [
    ("/**\n * @file\n * For applications\n */\n", "headers"),
    ("/**\n * @file\n * @internal\n * For drivers\n */\n", "driver_sdk_headers"),
    ("/* Private */\n", None),
])
def test_a_new_header_is_installed_as_its_comment_says(bench, text, listed):
    before = "".join(f"\n{name} += files(\n    'rte_ethdev.h',\n)\n"
                     for name in ("headers", "driver_sdk_headers"))
    write(bench.tree, "lib/ethdev/meson.build", before)
    (bench.overlay / "lib/ethdev/rte_tph.c").unlink()
    write(bench.overlay, "lib/ethdev/rte_tph.h", text)
    bench.run()
    assert bench.read("lib/ethdev/meson.build") == before.replace(
        f"\n{listed} += files(\n    'rte_ethdev.h',\n",
        f"\n{listed} += files(\n    'rte_ethdev.h',\n    'rte_tph.h',\n")


def test_a_source_that_a_hook_lists_is_not_listed_again(bench):
    write(bench.overlay, "lib/ethdev/linux/tph.c", "int tph;\n")
    bench.hook(path="lib/ethdev/meson.build", at="end",
               insert="sources += files('rte_tph.c', 'linux/tph.c')\n")
    bench.run()
    assert bench.read("lib/ethdev/meson.build") == (
        MESON + "sources += files('rte_tph.c', 'linux/tph.c')\n")


@pytest.mark.parametrize("meson", ["sources = files('a.c')\n", "sources = files(\n'a.c')\n"])
def test_a_source_that_cannot_be_listed_is_named(bench, meson):
    write(bench.tree, "lib/ethdev/meson.build", meson)
    assert "13-ethdev.toml: lib/ethdev/meson.build: cannot list 'rte_tph.c' (" in bench.refused()


def test_exported_symbols_reach_the_version_map_of_older_trees(bench):
    write(bench.tree, "lib/ethdev/version.map",
          "DPDK_23 {\n\tlocal: *;\n};\n\nEXPERIMENTAL {\n\tglobal:\n\n\told;\n};\n\n"
          "INTERNAL {\n\tglobal:\n\n\tolder;\n};\n")
    write(bench.overlay, "lib/ethdev/rte_tph.c",
          "RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_b, 26.11)\nint rte_b;\n"
          "RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_a, 26.11)\nint rte_a;\n"
          "RTE_EXPORT_INTERNAL_SYMBOL(rte_c)\nint rte_c;\n")
    bench.add(bench.common, r"""
        [[substitute]]
        name = "no macro"
        files = ["*.c"]
        find = '^RTE_EXPORT_\w+\(.*\)\n'
        with = ''
        older_than = "25.07"
        """)
    bench.run()
    assert bench.read("lib/ethdev/version.map").endswith(
        "\told;\n\n\t# added in 22.11\n\trte_a;\n\trte_b;\n};\n\n"
        "INTERNAL {\n\tglobal:\n\n\tolder;\n\trte_c;\n};\n")
    assert bench.read("lib/ethdev/rte_tph.c") == "int rte_b;\nint rte_a;\nint rte_c;\n"


@pytest.fixture(name="drivers_bench")
def _drivers_bench(bench):
    """Two drivers, one of them with a NIC of another name, and what each driver gets."""
    for name, folder in (("igb", "e1000"), ("nic", "nic")):
        write(bench.overlay, f"drivers/net/{folder}/{name}_tph.c", "int nic;\n")
        write(bench.tree, f"drivers/net/{folder}/meson.build", MESON)
        write(bench.tree, f"doc/{name}.ini", "Rx interrupt = Y\n")
    write(bench.overlay, "devtools/series/19-igb.toml",
          'subject = "net/e1000: use tph"\nbody = "Because."\npaths = ["drivers/net/e1000"]\n')
    bench.nic.write_text(bench.nic.read_text().replace('["drivers/"]', '["drivers/net/nic"]'))
    bench.add(bench.common, """
        [[driver.file]]
        path = "doc/@NIC@.ini"
        [[driver.file.hook]]
        after = "Rx interrupt = Y"
        insert = "TPH of @DRIVER@ = Y"
        """)
    return bench


def test_each_driver_gets_what_all_drivers_get(drivers_bench):
    drivers_bench.run()
    assert drivers_bench.read("doc/igb.ini") == "Rx interrupt = Y\nTPH of e1000 = Y\n"
    assert drivers_bench.read("doc/nic.ini") == "Rx interrupt = Y\nTPH of nic = Y\n"


def test_a_driver_may_say_otherwise(drivers_bench):
    drivers_bench.hook(path="doc/nic.ini", at="end", insert="TPH = P")
    drivers_bench.run()
    assert drivers_bench.read("doc/igb.ini") == "Rx interrupt = Y\nTPH of e1000 = Y\n"
    assert drivers_bench.read("doc/nic.ini") == "Rx interrupt = Y\nTPH = P\n"


def test_a_line_that_names_a_driver_is_there_for_each(drivers_bench, tmp_path):
    bench = drivers_bench
    bench.hook(path="lib/eal/meson.build", at="end", insert="a\nb @NIC@ @DRIVER@\nc\n")
    bench.patch("00-cover").write_text('subject = "the whole"\nbody = """All:\n  * @NIC@\n"""')
    bench.run()
    assert bench.read("lib/eal/meson.build") == "# eal\na\nb igb e1000\nb nic nic\nc\n"
    bench.run("--series", tmp_path / "out")
    assert "All:\n  * igb\n  * nic\n" in (tmp_path / "out/0000-cover-letter.patch").read_text()


# --- What belongs to the overlay --------------------------------------------

@pytest.mark.parametrize("in_git", [False, True])
def test_backups_and_other_folders_stay_behind(bench, in_git):
    if in_git:
        git(bench.overlay, "init", "-q")
        write(bench.overlay, ".gitignore", "*.o\n")
        write(bench.overlay, "lib/ethdev/ignored.o", "junk\n")
        write(bench.overlay, "lib/ethdev/deleted.c", "junk\n")
        git(bench.overlay, "add", "-A")
        (bench.overlay / "lib/ethdev/deleted.c").unlink()
    for junk in ("lib/ethdev/rte_tph.c~", "lib/ethdev/.rte_tph.c.swp", "lib/ethdev/rte_tph.c.orig",
                 "lib/ethdev/#rte_tph.c#", "rig/tool.py", "lib/__pycache__/x.pyc"):
        write(bench.overlay, junk, "junk\n")
    bench.run()
    assert {path for path, (content, _) in without_own_folder(bench.tree).items()
            if content is not None and path not in bench.pristine} == {"lib/ethdev/rte_tph.c"}


# --- The series -------------------------------------------------------------

@pytest.fixture(name="series_bench")
def _series_bench(bench):
    write(bench.tree, ".mailmap", "Aa Aa <aa@example.com>\nZoe Z <z@example.com>\n")
    write(bench.overlay, "drivers/net/nic/nic_tph.c", "int nic;\n")
    bench.hook(at="end", insert="X")
    bench.hook(path="lib/eal/meson.build", at="end", insert="# nic")
    return bench


@pytest.mark.parametrize("in_git, grafted", [(True, False), (False, False), (False, True)])
def test_the_series_applies_in_order_and_equals_the_graft(series_bench, tmp_path, in_git, grafted):
    bench = series_bench
    git(bench.tree, "init", "-q")
    git(bench.tree, "add", "-A")
    git(bench.tree, "commit", "-qm", "base")
    git(tmp_path, "clone", "-q", bench.tree, "upstream")
    if not in_git:
        subprocess.run(["rm", "-r", bench.tree / ".git"], check=True)
    if grafted:
        bench.run()
    before = snapshot(bench.tree)
    bench.run("--series", tmp_path / "out")
    assert snapshot(bench.tree) == before
    patches = sorted((tmp_path / "out").iterdir())
    assert [patch.name for patch in patches] == [
        "0000-cover-letter.patch", "0001-ethdev-add-tph.patch", "0002-net-nic-use-tph.patch"]
    cover = patches[0].read_text()
    assert "From: A Person <a@person.example>\n" in cover
    assert "the whole" in cover and "All of it." in cover
    upstream = tmp_path / "upstream"
    git(upstream, "am", "-q", *patches[1:])
    log = git(upstream, "log", "--reverse", "--format=%an %s %b", "HEAD~2..")
    assert log.count("Signed-off-by: A Person <a@person.example>") == 2
    assert git(upstream, "show", "--format=", "--name-only", "HEAD~1").split() == [
        ".mailmap", "lib/ethdev/meson.build", "lib/ethdev/rte_tph.c"]
    assert git(upstream, "show", "--format=", "--name-only", "HEAD").split() == [
        "drivers/net/nic/nic.c", "drivers/net/nic/nic_tph.c", "lib/eal/meson.build"]
    assert (upstream / ".mailmap").read_text().splitlines()[0] == "A Person <a@person.example>"
    if not grafted:
        bench.run()
    applied = without_own_folder(upstream)
    applied.pop(".mailmap")
    assert applied == {path: what for path, what in without_own_folder(bench.tree).items()
                       if path != ".mailmap"}


def test_a_series_is_refused_for_a_tree_that_needs_more_than_upstream_takes(series_bench, tmp_path):
    series_bench.add(series_bench.common, """
        [[only]]
        path = "lib/ethdev/rte_tph.c"
        """)
    assert "make the series for a newer tree" in series_bench.refused(
        "--series", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_series_never_mixes_with_files_that_are_there(series_bench, tmp_path):
    write(tmp_path, "out/0001-old.patch", "old")
    assert "is not an empty folder" in series_bench.refused("--series", tmp_path / "out")


def test_a_series_for_a_place_that_cannot_be_written_is_refused(series_bench, tmp_path):
    write(tmp_path, "file", "")
    said = series_bench.refused("--series", tmp_path / "file/out")
    assert said == f"graft: {tmp_path}/file/out: Not a directory; mend that, and run graft again\n"


@pytest.mark.parametrize("paths, why", [
    ("[]", "lib/ethdev/rte_tph.c: is in the paths of no patch"),
    ('["lib/"]', "lib/ethdev/rte_tph.c: is in the paths of 13-ethdev.toml and 20-nic.toml"),
])
def test_a_new_file_belongs_to_exactly_one_patch(bench, paths, why):
    if paths == "[]":
        bench.patch("13-ethdev").write_text('subject = "a"\nbody = "b"\n')
    bench.nic.write_text(bench.nic.read_text().replace('["drivers/"]', paths))
    assert why in bench.refused(status=2)
