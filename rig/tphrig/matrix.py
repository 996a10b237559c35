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

from . import cache, demo, dpdk, sources
from .say import Fail, run as run_logged, say
from .session import Rig

# A tree that is not grafted or not built can show nothing else.
NEEDED = ("graft", "build")


class _Tree(Rig):
    """The rig with one DPDK tree, in which a warning of the compiler is an error."""

    def __init__(self, rig, path):
        super().__init__(rig.build)
        self.path = Path(path).expanduser().resolve() if path else sources.dpdk("")[0]
        self.log = str(sources.logs() / "matrix.log")
        self.steps = {"graft": self._graft, "build": self._build, "unit tests": self._unit_tests,
                      "install": self._install, "demo": self._demo}

    @property
    def name(self):
        try:
            return (self.path / "VERSION").read_text().strip()[:20]
        except (OSError, ValueError):
            return str(self.path)

    def dpdk(self):
        return dpdk.Build(str(self.path), self.options["drivers"], self.options["disable_libs"],
                          options=("-Dwerror=true", "-Ddeveloper_mode=enabled"))

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
            dpdk.copy(self.path, before, self.log)
            # The user may have grafted it.
            self._run("looking for an earlier graft", sys.executable, dpdk.GRAFT, "--revert", before)
            self._run("copying it again", "cp", "-a", before, after)
            self._run("grafting", sys.executable, dpdk.GRAFT, after)
            self._run("taking the graft out", sys.executable, dpdk.GRAFT, "--revert", after)
            differs = subprocess.run(["rsync", "-rlpnci", "--delete", f"{before}/", after],
                                     capture_output=True, text=True, check=True).stdout
            if differs:
                raise Fail(f"--revert leaves other than there was: {differs.splitlines()[0]}")
        return "ok"

    def _build(self):
        for name in dpdk.PROGRAMS:
            self.program(name)
        return "ok"

    def _unit_tests(self):
        program, names = self.program("dpdk-test"), dpdk.unit_tests()
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
                          env=dpdk.ENVIRONMENT | {"PKG_CONFIG_PATH": str(found)})
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
            demo.run(self)
        return "ok"

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
