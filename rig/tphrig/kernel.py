# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Guest kernels: the untouched one, the one with the series, and modules of ours for any.

A work tree is built in place, so that the second kernel is a copy of the first
in which only what the series touches is compiled again.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import cache, sources
from .say import Fail, KbuildProgress, run, say

FLAVOURS = ("untouched", "series")
KERNEL = cache.PROJECT / "kernel"
SERIES = KERNEL / "patches" / "7.3"
CONFIG = KERNEL / "guest.config"
# The tests of the series are built into the kernel that has the series only.
TPH_CONFIG = KERNEL / "guest-tph.config"
# New files are in folders that MAINTAINERS has.
CHECKPATCH_OPTIONS = ("--strict", "--terse", "--no-summary", "--ignore=FILE_PATH_CHANGES")
# Inside a work tree: which state it is in; absent while that is being changed.
STATE = ".dpdk-tph-state"
REPRODUCIBLE = {"KBUILD_BUILD_USER": "rig", "KBUILD_BUILD_HOST": "rig",
                "KBUILD_BUILD_TIMESTAMP": "2026-01-01"}


def patches():
    return sorted(p for p in SERIES.glob("*.patch") if not p.name.startswith("0000-"))


class GuestKernel:
    """A kernel for the guest, to build modules of ours for.

    The subclasses have flavour, driver, state and log, _once(), and _build_tree(), which is ready
    while _once() fills a folder.
    """

    def modules(self):
        """Return the folders of our modules that the guest has."""
        found = [self.module("tph_emu")]
        if self.driver != "vfio-pci":
            found.append(self.module("module", "patches/7.3"))
        return found

    def module(self, name, *inputs):
        """Return the folder that holds what is built from folder name of kernel/, which reads inputs."""
        def where():
            parts = [KERNEL / part for part in (name, *inputs)]
            return cache.root() / "out" / f"{name}-{cache.digest(self.state, *parts)}"
        return self._once(where, lambda folder: self._make_module(folder, name, inputs))

    def _make_module(self, folder, name, inputs):
        """Build it in a copy, because older kernels write beside the sources. A warning is an error."""
        copy = folder / "kernel"
        for part in (name, *inputs):
            shutil.copytree(KERNEL / part, copy / part)
        run(f"building {name} for the {self.flavour} kernel",
            ["make", "-C", self._build_tree(), f"-j{os.cpu_count()}", "CC=gcc", "KCFLAGS=-Werror",
             f"M={copy / name}", "modules"],
            self.log, progress=KbuildProgress(), env=os.environ | REPRODUCIBLE)
        for module in (copy / name).glob("*.ko"):
            shutil.copy(module, folder)
        shutil.rmtree(copy)


class Kernel(GuestKernel):
    """One flavour of the guest kernel, made from one source tree, and from the series as it is now."""

    def __init__(self, flavour, named_source=""):
        self.flavour = flavour
        self.named = named_source
        # What gives TPH to users of VFIO
        self.driver = "vfio-pci" if flavour == "series" else "tph-vfio-pci"
        self.source, self.source_key = sources.kernel(named_source)
        # The series is applied to a copy of the tree that is built without it.
        self.untouched = Kernel("untouched", named_source) if flavour == "series" else None
        config = CONFIG.read_text()
        if flavour == "series" and TPH_CONFIG.exists():
            config += TPH_CONFIG.read_text()
        self.config = config
        self.series = {p: p.read_bytes() for p in patches()} if flavour == "series" else {}
        self.state = cache.digest(self.source_key, config, *self.series.values())
        self.work = cache.root() / "work" / f"linux-{self.source_key}"
        self.tree = self.work / flavour
        self.out = cache.root() / "out" / f"linux-{flavour}-{self.state}"
        self.log = str(sources.logs() / f"linux-{flavour}.log")

    def build(self):
        """Return the folder that holds bzImage and lib/modules."""
        return self._once(lambda: self.out, self._install)

    def selftests(self):
        """Return the programs of the kernel's own vfio selftests."""
        return sorted(self._once(lambda: cache.root() / "out" / f"selftests-{self.state}",
                                 self._make_selftests).iterdir())

    def _build_tree(self):
        return self.tree

    def _once(self, where, fill):
        def prepare_and_fill(folder):
            self._prepare()
            fill(folder)
        return cache.once(where, f"linux-{self.flavour}", prepare_and_fill)

    def _make(self, what, *arguments):
        run(what, ["make", "-C", self.tree, f"-j{os.cpu_count()}", *arguments], self.log,
            progress=KbuildProgress(), env=os.environ | REPRODUCIBLE)

    def _install(self, folder):
        release = (self.tree / "include/config/kernel.release").read_text().strip()
        shutil.copy(self.tree / "arch/x86/boot/bzImage", folder)
        self._make("collecting its modules", f"INSTALL_MOD_PATH={folder}", "modules_install")
        for link in ("build", "source"):
            (folder / "lib/modules" / release / link).unlink(missing_ok=True)

    def _make_selftests(self, folder):
        self._make("installing the kernel's headers", "headers")
        self._make("building the vfio selftests", "-C", "tools/testing/selftests", "TARGETS=vfio")
        for program in (self.tree / "tools/testing/selftests/vfio").glob("*_test"):
            shutil.copy(program, folder)

    def _prepare(self):
        """Bring the work tree into the state wanted, and build it."""
        state = self.tree / STATE
        if state.exists() and state.read_text() == self.state:
            return
        state.unlink(missing_ok=True)
        if self.flavour == "series":
            self._patched_tree()
        elif not self.tree.exists():
            self._copy(self.source, self.tree)
        self._configure()
        self._make(f"building the {self.flavour} guest kernel", "bzImage", "modules")
        state.write_text(self.state)

    def _copy(self, source, target):
        shutil.rmtree(target, ignore_errors=True)
        with cache.publish(target) as folder:
            run("copying the kernel's tree", ["cp", "-a", f"{source}/.", folder], self.log)
            if sources.kernel(self.named)[1] != self.source_key:
                raise Fail(f"{self.source} was edited while the rig copied it: run again")

    def _patched_tree(self):
        """A copy of the built untouched tree with the series applied.

        A tree whose series has changed is made again for the files that either
        series touches; the rest keep their times, and so are not compiled again.
        """
        with cache.lock("linux-untouched"):
            self.untouched._prepare()
            record = self.tree / ".dpdk-tph-touched"
            if not record.exists():
                self._copy(self.untouched.tree, self.tree)
                (self.tree / STATE).unlink()
            old = record.read_text().split() if record.exists() else []
            new = self._apply(self.untouched.tree, old)
        record.write_text("\n".join(new))

    def _apply(self, pristine, old):
        """Patch the files that the series touches in a scratch folder; move in what differs."""
        text = b"".join(self.series.values()).decode(errors="surrogateescape")
        touched = sorted(set(re.findall(r"^(?:---|\+\+\+) [ab]/(\S+)", text, re.M)))
        with cache.publish(self.work / "scratch") as scratch:
            for name in touched:
                if (pristine / name).exists():
                    (scratch / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(pristine / name, scratch / name)
            for patch, content in self.series.items():
                done = subprocess.run(["patch", "-p1", "-s", "-f", "--no-backup-if-mismatch"],
                                      cwd=scratch, input=content, capture_output=True)
                if done.returncode:
                    raise Fail(f"{patch.name} does not apply to {self.source}: "
                               f"{(done.stdout + done.stderr).decode().strip().splitlines()[0]}")
            for name in set(old) | set(touched):
                self._settle(scratch / name, pristine / name, self.tree / name)
        shutil.rmtree(self.work / "scratch")
        return touched

    @staticmethod
    def _settle(patched, pristine, target):
        wanted = patched if patched.exists() else pristine
        if not wanted.exists():
            target.unlink(missing_ok=True)
        elif not target.exists() or target.read_bytes() != wanted.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(wanted, target)
            shutil.copymode(wanted, target)

    def _configure(self):
        """Merge the fragment; every line of it must hold in the result."""
        fragment = self.tree / "fragment.config"
        fragment.write_text(self.config)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
        before = self.tree / ".config"
        kept = before.read_text() if before.exists() else None
        for command in (["make", "-s", "tinyconfig"],
                        ["scripts/kconfig/merge_config.sh", "-m", "-Q", ".config", fragment],
                        ["make", "-s", "olddefconfig"]):
            done = subprocess.run(command, cwd=self.tree, env=os.environ | REPRODUCIBLE, **quiet)
            if done.returncode:
                raise Fail(f"configuring the guest kernel failed: {done.stderr.strip()[-200:]}")
        have = set(before.read_text().splitlines())
        if kept is not None and have == set(kept.splitlines()):
            before.write_text(kept)
        for line in unmet(self.config.splitlines(), have):
            off = re.match(r"# (CONFIG_\w+)", line)
            wrong = f"needs {off[1]}" if off else f"cannot have {line}"
            raise Fail(f"{CONFIG.name}: this kernel {wrong}: mend the fragment")


def unmet(lines, have):
    """Those configuration lines, of all that a fragment has, that do not hold in a .config."""
    given = {line.split("=")[0] for line in have if line.startswith("CONFIG_")}

    def fails(line):
        off = re.fullmatch(r"# (CONFIG_\w+) is not set", line)
        return off[1] in given if off else line.startswith("CONFIG_") and line not in have
    return [line for line in lines if fails(line)]


# What makes the same commits give the same files anywhere.
FORMAT = ("--zero-commit", "--no-signature", "--no-attach", "--no-thread", "--no-base",
          "--full-index", "--no-renames", "--diff-algorithm=myers", "--numbered")


def make_base(source, target, log):
    """Make a git tree of a kernel source: branch tph at branch base, nothing applied yet."""
    run("copying the kernel's tree", ["rsync", "-a", "--exclude=/.git", f"{source}/", target], log)
    # The user may have built in that tree, and may never have told git a name. Packing what was
    # just added would take longer than all the rest, and goes on in the background.
    script = ("make -s mrproper; git init -q -b base; "
              "git config user.email || { git config user.name rig; git config user.email rig@localhost; }; "
              "git add -Af; git -c gc.auto=0 commit -q -m 'The untouched source'; "
              "git checkout -q -b tph")
    run("making a git tree of it", ["sh", "-ec", script], log, cwd=target)


def make_tree(target, named_source=""):
    """A git tree with the series applied as commits, to edit and to rebase."""
    source, _ = sources.kernel(named_source)
    if target.exists():
        raise Fail(f"{target} exists: remove it, or name another folder")
    log = str(sources.logs() / "kernel-tree.log")
    with cache.publish(target) as folder:
        make_base(source, folder, log)
        run("applying the series",
            ["git", "-C", folder, "-c", "gc.auto=0", "am", "--committer-date-is-author-date",
             *patches()], log)
    say(f"{target}: branch tph is the series, branch base what it applies to")


def formatted(tree):
    """The patches of branch tph of a tree that make_tree() made, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["git", "-C", tree, "format-patch", "-q", *FORMAT, "-o", folder,
                               "base..tph"], capture_output=True, text=True)
        if done.returncode:
            raise Fail(f"{tree}: git format-patch: {done.stderr.strip().splitlines()[-1]}: "
                       f"make the tree with make kernel-tree DIR={tree}")
        return {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}


def _ask(tree, *command):
    return subprocess.run(["git", "-C", tree, *command], capture_output=True, text=True).stdout.strip()


def export(tree):
    """Write the series back; the cover letter is kept by hand.

    Fail where branch tph is not what the user sees in the tree.
    """
    new = formatted(tree)
    if not new:
        raise Fail(f"{tree}: branch tph has no commits on top of base, and the series would be gone: "
                   "put them there, or make another tree with make kernel-tree")
    if _ask(tree, "symbolic-ref", "--short", "HEAD") != "tph":
        raise Fail(f"{tree}: not on branch tph: end the rebase, if there is one (git rebase --continue or "
                   "--abort), git checkout tph, and run again")
    if _ask(tree, "status", "--porcelain", "--untracked-files=no"):
        raise Fail(f"{tree}: there are changes that are not committed: git commit or git stash them, "
                   "and run again")
    for old in patches():
        old.unlink()
    for name, text in new.items():
        (SERIES / name).write_bytes(text)
    say(f"{len(new)} patches written to {SERIES}")
