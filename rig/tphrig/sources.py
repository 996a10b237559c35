# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The sources of DPDK and of the kernel: Debian's packages, or trees that the user names."""

import re
import subprocess
from pathlib import Path

from . import cache
from .say import Fail, run

APT = cache.PROJECT / "rig" / "apt-isolated"
KERNEL = "linux-source-7.3"


def dpdk(named):
    """Return (tree, key) of the DPDK source."""
    if named:
        return _named(named, "dpdk_source", "VERSION")
    return _debian("dpdk", lambda version: version.startswith("22.11"), _unpack_dpdk)


def kernel(named):
    """Return (tree, key) of the kernel source."""
    if named:
        return _named(named, "kernel_source", "Kbuild")
    return _debian(KERNEL, lambda version: True, _unpack_kernel)


def _named(path, option, witness):
    tree = Path(path).expanduser().resolve()
    if not (tree / witness).is_file():
        raise Fail(f"{option}: {tree} is no such source tree (it has no {witness}): "
                   f"give another path with meson configure -D{option}=PATH")
    return tree, cache.tree_digest(tree)


def _debian(package, wanted, unpack):
    """What the cache has of a package is used as it is; only a missing one is asked for."""
    where = cache.root() / "src"
    with cache.lock(f"src-{package}"):
        have = sorted(where.glob(f"{package}_*"))
        if not have:
            log = str(logs() / "fetch.log")
            run("reading the package lists", [APT, "apt-get", "update"], log)
            version = _version(package, wanted)
            with cache.publish(where / f"{package}_{version}") as folder:
                unpack(package, version, folder, log)
            have = sorted(where.glob(f"{package}_*"))
    tree = next(p for p in have[-1].iterdir() if p.is_dir())
    return tree, cache.digest(have[-1].name)


def _version(package, wanted):
    kind = "showsrc" if package == "dpdk" else "show"
    shown = subprocess.run([APT, "apt-cache", kind, package], capture_output=True, text=True)
    versions = [v for v in re.findall(r"^Version: (\S+)", shown.stdout, re.M) if wanted(v)]
    if not versions:
        raise Fail(f"Debian's archive has no fitting {package} for this machine: is the network up? "
                   "Or name a tree of your own with -Ddpdk_source or -Dkernel_source")
    return versions[0]


def _unpack_dpdk(package, version, folder, log):
    run(f"fetching the source of DPDK {version}",
        [APT, "apt-get", "source", f"{package}={version}"], log, cwd=folder)
    for file in folder.iterdir():
        if file.is_file():
            file.unlink()


def _unpack_kernel(package, version, folder, log):
    run(f"fetching the source of Linux {version}",
        [APT, "apt-get", "download", f"{package}={version}"], log, cwd=folder)
    script = ("set -e; dpkg-deb --fsys-tarfile *.deb | tar -xO --wildcards '*.tar.xz' > linux.tar.xz; "
              "rm -f *.deb; tar -xJf linux.tar.xz; rm linux.tar.xz")
    run("unpacking it", ["bash", "-o", "pipefail", "-c", script], log, cwd=folder)


def logs():
    path = cache.root() / "log"
    path.mkdir(parents=True, exist_ok=True)
    return path
