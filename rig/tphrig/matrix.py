# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Any DPDK: graft, build, run and install the overlay with each tree that the user names."""

import contextlib
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import cache, demo, dpdk, sources, stock
from .say import Fail, ninja_progress, run as run_logged, say
from .session import Rig

# A tree that is not grafted or not built can show nothing else.
NEEDED = ("graft", "build")
# git wants to know who applies the series; what is made of it is thrown away.
AUTHOR = os.environ | {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                       for what, value in (("NAME", "Matrix"), ("EMAIL", "matrix@example.org"))}


class _Tree(Rig):
    """The rig with one DPDK tree, in which a warning of the compiler is an error."""

    def __init__(self, rig, path):
        super().__init__(rig.build)
        self.path = Path(path).expanduser().resolve() if path else sources.dpdk("")[0]
        self.log = str(sources.logs() / "matrix.log")
        self.steps = {"graft": self._graft, "build": self._build, "unit tests": self._unit_tests,
                      "clang": self._clang, "install": self._install, "demo": self._demo,
                      "series": self._series}

    @property
    def name(self):
        try:
            return (self.path / "VERSION").read_text().strip()[:20]
        except (OSError, ValueError):
            return str(self.path)

    def dpdk(self, **how):
        return dpdk.Build(str(self.path), self.options["drivers"], self.options["disable_libs"],
                          options=("-Dwerror=true", "-Ddeveloper_mode=enabled"), **how)

    def row(self):
        """The result of each step, None where it was not reached, and what went wrong."""
        results, faults = dict.fromkeys(self.steps), []
        for step, function in self.steps.items():
            say(f"DPDK {self.name}: {step}")
            try:
                results[step] = function()
            except (Fail, OSError, subprocess.SubprocessError) as fault:
                results[step] = "FAILED"
                faults.append(f"{self.name}: {step}: {str(fault).splitlines()[0]}")
                say(faults[-1])
                if step in NEEDED:
                    break
        return results, faults

    def _graft(self):
        self._run("checking the anchors", sys.executable, dpdk.GRAFT, "--check", self.path)
        with tempfile.TemporaryDirectory(dir=cache.root()) as folder:
            before, after = f"{folder}/before", f"{folder}/after"
            self._copy(before)
            self._run("copying it again", "cp", "-a", before, after)
            self._run("grafting", sys.executable, dpdk.GRAFT, after)
            self._run("taking the graft out", sys.executable, dpdk.GRAFT, "--revert", after)
            differs = subprocess.run(["rsync", "-rlpnci", "--delete", f"{before}/", after],
                                     capture_output=True, text=True, check=True).stdout
            if differs:
                raise Fail(f"--revert does not restore the tree: {differs.splitlines()[0]}")
        return "ok"

    def _build(self):
        for name in dpdk.PROGRAMS:
            self.program(name)
        return "ok"

    def _unit_tests(self):
        return self._run_unit_tests(self.program("dpdk-test"))

    def _clang(self):
        build = self.dpdk(compiler="clang")
        for name in dpdk.PROGRAMS:
            build.program(name)
        return self._run_unit_tests(build.program("dpdk-test"))

    def _run_unit_tests(self, program):
        names = dpdk.unit_tests()
        for name in names:
            dpdk.unit_test(program, name)
        return f"{len(names)} ok"

    def _install(self):
        """The example, as DPDK installs it, builds and starts with the DPDK installed beside it."""
        prefix = self.dpdk().install()
        found = next(prefix.rglob("libdpdk.pc")).parent
        with tempfile.TemporaryDirectory() as folder:
            example = f"{folder}/tph_lcore"
            shutil.copytree(prefix / "share" / "dpdk" / "examples" / "tph_lcore", example)
            for kind in ("shared", "static"):
                self._run(f"building the example ({kind}) out of the tree",
                          "make", "-C", example, "clean", kind,
                          env=os.environ | {"PKG_CONFIG_PATH": str(found)})
                said = subprocess.run(
                    [f"{example}/build/tph_lcore", "--no-huge", "--no-pci", "-m", "64",
                     "--lcores", "0,1@0", "--no-shconf"], text=True, timeout=60,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    env=os.environ | {"LD_LIBRARY_PATH": str(found.parent)}).stdout
                if "and a port" not in said:
                    raise Fail(f"the example ({kind}) does not start: {said[-200:]}")
        return "ok"

    def _demo(self):
        self.prepare()
        with open(self.log, "a", encoding="utf-8") as log, contextlib.redirect_stdout(log):
            demo.run(self, stock.DEFAULT)
        return "ok"

    def _series(self):
        """Each patch builds on those before it, and the tree's own tools find no fault in any."""
        with tempfile.TemporaryDirectory(dir=cache.root()) as folder:
            tree, out, build = f"{folder}/tree", f"{folder}/out", f"{folder}/build"
            self._copy(tree)
            self._run("making it a git tree", "sh", "-c",
                      "git init -q && git add -A -f && git commit -q -m base", cwd=tree, env=AUTHOR)
            written = subprocess.run([sys.executable, dpdk.GRAFT, "--series", out, tree], env=AUTHOR,
                                     capture_output=True, text=True)
            if "for a newer tree" in written.stderr:
                return "too old"
            if written.returncode:
                raise Fail(written.stderr)
            # Without the example, which comes late in the series
            self._run("configuring DPDK", "meson", "setup", *self.dpdk(stock=True).settings, build,
                      tree)
            patches = sorted(Path(out).glob("*.patch"))[1:]
            for patch in patches:
                self._run(f"applying {patch.name}", "git", "am", "-q", patch, cwd=tree, env=AUTHOR)
                self._run(f"building {patch.name}", "ninja", "-C", build, progress=ninja_progress)
            count = str(len(patches))
            checkpatch = sources.kernel(self.options["kernel_source"])[0] / "scripts/checkpatch.pl"
            self._run("asking checkpatches.sh", "devtools/checkpatches.sh", "-n", count, cwd=tree,
                      env=os.environ | {"DPDK_CHECKPATCH_PATH": str(checkpatch)})
            self._run("asking check-git-log.sh", "devtools/check-git-log.sh", "-n", count, cwd=tree)
            self._run("asking check-spdx-tag.sh", "devtools/check-spdx-tag.sh", cwd=tree)
        return f"{count} ok"

    def _copy(self, folder):
        """A copy of the tree without the graft, which the user may have made."""
        dpdk.copy(self.path, folder, self.log)
        self._run("looking for an earlier graft", sys.executable, dpdk.GRAFT, "--revert", folder)

    def _run(self, what, *command, **how):
        run_logged(what, command, self.log, **how)


def run(rig, paths):
    """Print a row for each tree; the status is 0 where nothing failed."""
    table, faults = [], []
    for path in paths or [rig.options["dpdk_source"]]:
        tree = _Tree(rig, path)
        results, wrong = tree.row()
        table.append([tree.name, *(result or "-" for result in results.values()),
                      str(datetime.date.today())])
        faults += wrong
    print(f"\n| DPDK | {' | '.join(results)} | on |\n|{'---|' * len(table[0])}")
    for row in table:
        print(f"| {' | '.join(row)} |")
    print("", *faults, sep="\n", flush=True)
    return 1 if faults else 0
