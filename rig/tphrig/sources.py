# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The sources of DPDK and of the kernel, from Debian or from the user, and Debian's own kernels."""

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


def stock(series):
    """Return (folder, release): Debian's packages of its newest kernel of a series such as 6.12."""
    folder = _fetched(f"linux-{series}", lambda: _release(series), _download)
    return folder, folder.name.partition("_")[2]


def _debian(package, wanted, unpack):
    folder = _fetched(package, lambda: _version(package, wanted), unpack)
    tree = next(p for p in folder.iterdir() if p.is_dir())
    return tree, cache.digest(folder.name)


def _fetched(name, newest, fetch):
    """What the cache has of something is used as it is; only what is missing is asked for."""
    where = cache.root() / "src"
    with cache.lock(f"src-{name}"):
        have = sorted(where.glob(f"{name}_*"))
        if not have:
            log = str(logs() / f"{name}.log")
            run("reading the package lists", [APT, "apt-get", "update"], log)
            version = newest()
            with cache.publish(where / f"{name}_{version}") as folder:
                fetch(name, version, folder, log)
            have = sorted(where.glob(f"{name}_*"))
    return have[-1]


def _known():
    shown = subprocess.run([APT, "apt-cache", "pkgnames", "linux-"], capture_output=True, text=True)
    return set(shown.stdout.split())


def _release(series):
    """The newest release of which there is what it takes to build modules, too."""
    known = _known()
    headers = re.compile(rf"linux-headers-({re.escape(series)}\.\d[\d.]*(?:-|\+deb)\d[\d.]*)-amd64")
    releases = [match[1] for match in map(headers.fullmatch, known)
                if match and f"linux-image-{match[1]}-amd64" in known]
    if not releases:
        raise Fail(f"Linux {series} is not in the cache, and Debian's archive has none for this machine: "
                   "is the network up?")
    return max(releases, key=lambda release: [int(n) for n in re.findall(r"\d+", release)])


def _download(name, release, folder, log):
    """The kernel, which recent releases split, its headers and the tools that Kbuild runs."""
    wanted = [*(f"linux-{kind}-{release}-amd64" for kind in ("image", "binary", "modules", "headers")),
              f"linux-headers-{release}-common", f"linux-kbuild-{release}", name.replace("-", "-kbuild-")]
    run(f"fetching Debian's Linux {release}",
        [APT, "apt-get", "download", *sorted(_known().intersection(wanted))], log, cwd=folder)


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
