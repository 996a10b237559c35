# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""DPDK with the overlay: a cached copy of the source, grafted and built."""

import os
import shutil
import subprocess
import sys

from . import cache, sources
from .say import Fail, ninja_progress, run

GRAFT = cache.PROJECT / "devtools" / "graft"
# What decides the content of the binaries.
OVERLAY = ("app", "devtools", "drivers", "examples", "lib")
# Where ninja puts what can be asked for.
TARGETS = {"dpdk-testpmd": "app/dpdk-testpmd", "dpdk-test": "app/test/dpdk-test",
           "dpdk-tph_lcore": "examples/dpdk-tph_lcore"}


def build(binary, named_source="", drivers="", options=()):
    """Return the path of a binary (a name of TARGETS), built if need be."""
    source, source_key = sources.dpdk(named_source)
    settings = ["-Dplatform=generic", "-Ddefault_library=static", "-Dtests=true",
                "-Denable_kmods=false", "-Dexamples=tph_lcore", f"-Denable_drivers={drivers}",
                *options]
    overlay = [cache.PROJECT / d for d in OVERLAY if (cache.PROJECT / d).is_dir()]
    out = cache.root() / "out" / f"dpdk-{cache.digest(source_key, *settings, *overlay)}"
    if (out / binary).exists():
        return out / binary
    work = cache.root() / "work" / f"dpdk-{cache.digest(source_key, *settings)}"
    log = str(sources.logs() / "dpdk.log")
    with cache.lock(work.name):
        tree = _grafted(source, work / "src", log)
        compiled = _compile(tree, work / "build", settings, binary, log)
        out.mkdir(parents=True, exist_ok=True)
        partial = out / f".{binary}.partial"
        shutil.copy2(compiled, partial)
        partial.rename(out / binary)
    return out / binary


def _grafted(source, tree, log):
    if not tree.exists():
        with cache.publish(tree) as folder:
            run("copying the DPDK source", ["cp", "-a", f"{source}/.", folder], log)
    run("grafting TPH into DPDK", [sys.executable, GRAFT, tree], log)
    return tree


def _compile(tree, folder, settings, binary, log):
    if not (folder / "build.ninja").exists():
        shutil.rmtree(folder, ignore_errors=True)
        run("configuring DPDK", ["meson", "setup", *settings, folder, tree], log)
    target = TARGETS[binary]
    if not (folder / target).exists():
        # The place of a program is not the same in every release.
        known = subprocess.run(["ninja", "-C", folder, "-t", "targets", "all"],
                               capture_output=True, text=True).stdout
        found = [line.split(":")[0] for line in known.splitlines()
                 if line.split(":")[0].endswith(f"/{binary}")]
        if not found:
            raise Fail(f"this DPDK does not build {binary}: see {log} for what meson left out")
        target = found[0]
    run(f"building {binary}", ["ninja", "-C", folder, "-j", str(os.cpu_count()), target], log,
        progress=ninja_progress)
    return folder / target
