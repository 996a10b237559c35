# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""When something goes wrong around the rig, it says so in one line and leaves no half-built cache."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

from tphrig import cache, demo, dpdk, kernel, say, session, sources
from tphrig.machine import PATIENCE
from tphrig.say import Fail

RIG = cache.PROJECT / "rig" / "rig"
# Lets a user who is not root do what takes a namespace
AS_ROOT = [] if os.geteuid() == 0 else ["--map-root-user"]


def environment(home):
    return os.environ | {"XDG_CACHE_HOME": str(home)}


def last_line(done):
    """The one line on standard error."""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def half_built(home):
    """What a later run could mistake for whole: there must be none of it."""
    places = [home / "dpdk-tph" / name for name in ("src", "out")]
    return [p for place in places if place.exists() for p in place.iterdir()
            if not p.name.startswith(".")]


def set_up(folder, dpdk_source):
    """A build folder whose DPDK needs no network."""
    subprocess.run(["meson", "setup", f"-Ddpdk_source={dpdk_source}", folder / "build"],
                   cwd=cache.PROJECT, check=True, capture_output=True)


@pytest.fixture
def dpdk_source(rig):
    return sources.dpdk(rig.options["dpdk_source"])[0]


@pytest.mark.parametrize("command, missing", (
    (("build", "dpdk-testpmd"), "dpdk"), (("shell", "--kernel", "6.12"), "Linux 6.12")))
def test_no_network_is_named_in_one_line(tmp_path, command, missing):
    done = subprocess.run(["unshare", *AS_ROOT, "--net", RIG, "-C", tmp_path / "none", *command],
                          env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1
    assert "network" in last_line(done) or "resolve" in last_line(done)
    assert missing in last_line(done)
    assert half_built(tmp_path) == []


def test_full_disk_is_named_in_one_line_and_leaves_nothing(tmp_path, dpdk_source):
    """The disk is a small one in memory."""
    home = tmp_path / "small"
    home.mkdir()
    set_up(tmp_path, dpdk_source)
    script = (f"mount -t tmpfs -o size=100m none {home} || exit; trap 'umount {home}' EXIT; "
              f"{RIG} -C {tmp_path}/build build dpdk-testpmd; "
              f"status=$?; ls -d {home}/dpdk-tph/*/*/src {home}/dpdk-tph/out/*; exit $status")
    # Root needs no namespace, and unshare cannot make one in a chroot.
    namespace = ["unshare", *AS_ROOT, "--mount"] if AS_ROOT else []
    done = subprocess.run([*namespace, "sh", "-c", script],
                          env=environment(home), capture_output=True, text=True)
    assert done.returncode == 1, done.stdout
    errors = [line for line in done.stderr.splitlines() if line.startswith("rig: error:")]
    assert len(errors) == 1 and "is full" in errors[0], done.stderr
    assert str(home) not in done.stdout, "a copy that is not whole is there under its name"


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM))
def test_interrupted_build_ends_in_one_line_and_is_not_trusted(tmp_path, dpdk_source, number):
    set_up(tmp_path, dpdk_source)
    run = subprocess.Popen([RIG, "-C", tmp_path / "build", "build", "dpdk-testpmd"], text=True,
                           env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in run.stdout:
        if "building dpdk-testpmd" in line:
            break
    time.sleep(3)
    run.send_signal(number)
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    assert errors.splitlines() == ["rig: error: interrupted: what was finished is kept, "
                                   "run it again to go on"]
    assert half_built(tmp_path) == []
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True).stdout
    assert left == "", "a build goes on"


def test_ctrl_c_in_make_demo_ends_in_one_line_and_ends_the_guest(rig, tmp_path):
    mark = f"DEMO_OF={tmp_path}"
    demo = pexpect.spawn("make", ["-C", str(cache.PROJECT), "demo", f"BUILD={rig.build}"],
                         env=os.environ | dict([mark.split("=")]), encoding="utf-8", timeout=PATIENCE)
    demo.expect("rig: testpmd ")
    demo.sendintr()
    demo.expect(pexpect.EOF)
    demo.close()
    assert demo.exitstatus or demo.signalstatus
    said = [line for line in demo.before.splitlines() if "rig:" in line]
    assert said[-1:] == ["rig: error: interrupted: what was finished is kept, run it again to go on"]
    assert "Traceback" not in demo.before
    assert having_in_environment(mark) == [], "the guest, or part of it, goes on"


def having_in_environment(mark):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:     # it has ended meanwhile
            pass
    return found


def test_killed_copy_is_made_again(tmp_path, dpdk_source):
    whole = tmp_path / "dpdk-tph" / "work"
    partial = whole / ".tree.partial"
    partial.mkdir(parents=True)
    (partial / "VERSION").write_text("half of it")
    with cache.publish(whole / "tree") as folder:
        assert list(folder.iterdir()) == []
        shutil.copy(dpdk_source / "VERSION", folder)
    assert not partial.exists()
    assert (whole / "tree" / "VERSION").read_text() == (dpdk_source / "VERSION").read_text()


def test_an_edit_during_a_build_makes_it_start_again(tmp_path, monkeypatch, dpdk_source):
    """With a compiler that only copies a file of the overlay."""
    project, edits = tmp_path / "project", ["while it was built", "while it was built again"]
    (project / "lib").mkdir(parents=True)
    (project / "lib" / "file").write_text("at first")

    def compile_it(_, binary):
        compiled = tmp_path / binary
        shutil.copy(project / "lib" / "file", compiled)
        if edits:
            (project / "lib" / "file").write_text(edits.pop(0))
        return compiled
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "PROJECT", project)
    monkeypatch.setattr(dpdk.Build, "_configure", lambda _: None)
    monkeypatch.setattr(dpdk.Build, "_compile", compile_it)
    build = dpdk.Build(dpdk_source)
    assert build.program("dpdk-testpmd").read_text() == "while it was built again"
    (project / "lib" / "file").write_text("at first")
    assert build.program("dpdk-testpmd").read_text() == "at first"


def test_an_edit_of_the_series_during_a_build_waits_for_the_next_one(tmp_path, monkeypatch):
    """The kernel is a file, and the series a patch to it; there is nothing to compile."""
    source, series = tmp_path / "linux", tmp_path / "series"
    for folder in source, series:
        folder.mkdir()
    (source / "Kbuild").write_text("old\n")
    patch = "--- a/Kbuild\n+++ b/Kbuild\n@@ -1 +1 @@\n-old\n+{}\n"
    (series / "0001.patch").write_text(patch.format("new"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kernel, "SERIES", series)
    monkeypatch.setattr(kernel.Kernel, "_configure", lambda _: None)
    monkeypatch.setattr(kernel.Kernel, "_make", lambda *_: None)
    monkeypatch.setattr(kernel.Kernel, "_install",
                        lambda self, folder: shutil.copy(self.tree / "Kbuild", folder))
    before = kernel.Kernel("series", source)
    (series / "0001.patch").write_text(patch.format("newer"))
    after = kernel.Kernel("series", source)
    assert [(one.build() / "Kbuild").read_text() for one in (before, after)] == ["new\n", "newer\n"]


def test_a_source_that_is_edited_while_it_is_copied_is_not_trusted(tmp_path, monkeypatch, dpdk_source):
    source = tmp_path / "dpdk"
    source.mkdir()
    shutil.copy(dpdk_source / "VERSION", source)

    def edit(*command):
        (source / "new").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(dpdk, "copy", edit)
    with pytest.raises(Fail, match="was edited while the rig copied it: run again"):
        dpdk.Build(source).program("dpdk-testpmd")
    assert list((tmp_path / "dpdk-tph" / "work").glob("*/src")) == []


def test_what_a_killed_run_has_started_keeps_others_from_its_work(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    os.mkfifo(tmp_path / "end")
    script = ("from tphrig import cache, say\nwith cache.lock('work'):\n"
              "    say.run('work', ['sh', '-c', '>started; read -r line <end'], '/dev/null')\n")
    run = subprocess.Popen(["/usr/bin/python3", "-c", script], cwd=tmp_path,
                           env=environment(tmp_path) | {"PYTHONPATH": str(RIG.parent)})
    while not (tmp_path / "started").exists():
        assert run.poll() is None
        time.sleep(0.01)
    run.kill()
    run.wait()
    with open(tmp_path / "dpdk-tph" / "lock" / "work", "w") as handle:
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            (tmp_path / "end").write_text("\n")
        fcntl.flock(handle, fcntl.LOCK_EX)


def test_a_run_is_not_blamed_for_the_error_of_another_one_with_the_same_log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Fail, match="it failed: error: mine"):
        say.run("it", ["sh", "-c", "echo 'error: of another' >>log; echo 'error: mine'; exit 1"],
                tmp_path / "log")
    assert "error: mine" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("home, expected", (
    ("/elsewhere", Path("/elsewhere/dpdk-tph")), ("relative", Path.home() / ".cache/dpdk-tph"),
    ("", Path.home() / ".cache/dpdk-tph")))
def test_a_cache_that_depends_on_the_current_folder_is_not_used(tmp_path, monkeypatch, home, expected):
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    assert cache.root() == expected


def test_apt_has_its_cache_in_the_home_folder_where_the_one_named_is_relative(tmp_path):
    done = subprocess.run([RIG.parent / "apt-isolated", "echo"], cwd=tmp_path, capture_output=True,
                          env=os.environ | {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": "here"})
    assert done.returncode == 0
    assert (tmp_path / "home/.cache/dpdk-tph/apt/sources.list").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_killed_qemu_is_named_in_one_line(rig, monkeypatch):
    def kill_after_a_command(guest):
        send, emulated = guest.port.send, session.set_up(guest)

        def send_and_kill(text):
            send(text)
            guest.qemu.kill()
        guest.port.send = send_and_kill
        return emulated
    monkeypatch.setattr(demo, "set_up", kill_after_a_command)
    with pytest.raises(Fail) as failure:
        demo.run(rig, "series")
    assert str(failure.value).startswith("QEMU ended (status -9)")
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize("qemu", ("1:7.2+dfsg-7", "", "1:10.0.2+ds-2"))
def test_a_qemu_without_igb_is_replaced_and_nothing_else_comes_from_backports(tmp_path, qemu):
    """With a dpkg that has everything but bison, and that QEMU."""
    (tmp_path / "rig").mkdir()
    shutil.copy(RIG.parent / "packages", tmp_path / "rig")
    programs = {
        "rig/apt-isolated": 'echo "$@" >&3',
        "sudo": 'exec "$@"',
        "dpkg-query": f"""for last; do :; done
            case "$*" in
            *'Version}}'*) echo '{qemu}' ;;
            *) [ $last != bison ] && [ "$last:{qemu}" != qemu-system-x86: ] && echo ii ;;
            esac"""}
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    bookworm = "bookworm" in Path("/etc/os-release").read_text()
    done = subprocess.run(["sh", "-c", "rig/packages 3>asked"], cwd=tmp_path, capture_output=True, text=True,
                          env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.returncode == 0, done.stderr
    install = "apt-get install -y --no-install-recommends"
    wanted = ["apt-get update", f"{install} bison{'' if qemu or bookworm else ' qemu-system-x86'}"]
    if bookworm and not qemu.startswith("1:10"):
        wanted.append(f"{install} -t bookworm-backports qemu-system-x86")
    assert (tmp_path / "asked").read_text().splitlines() == wanted


def test_first_runs_at_once_in_one_clone_make_one_build_folder(tmp_path):
    command = ["make", "-s", "-C", cache.PROJECT, "setup", f"BUILD={tmp_path}/build"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for _ in range(4)]
    for run in runs:
        said, _ = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, said
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


@pytest.mark.parametrize("target, said", (("graft", "No such file"), ("kernel-export", "format-patch")))
@pytest.mark.parametrize("folder, path", (("{}/a tree", "{}/a tree"), ("~/a tree", "{}/a tree")))
def test_make_takes_a_folder_with_a_space_in_its_name(tmp_path, rig, target, said, folder, path):
    """Which is not there, so that its name comes back."""
    done = subprocess.run(["make", "-s", "-C", cache.PROJECT, target, f"BUILD={rig.build}",
                           f"DIR={folder.format(tmp_path)}"], capture_output=True, text=True,
                          env=os.environ | {"HOME": str(tmp_path)})
    assert path.format(tmp_path) in done.stderr and said in done.stderr
