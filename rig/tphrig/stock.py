# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Debian's own kernels as guest kernels: nothing of them is compiled but modules of ours."""

import os
import re
import shutil
import subprocess

from . import cache, sources
from .kernel import GuestKernel
from .say import Fail, KbuildProgress, run

SERIES = ("6.1", "6.12", "7.3")
# What people get who do not ask for a kernel
DEFAULT = "6.12"
# What the tests of VFIO run on, unless others are asked for
TESTED = ("series", SERIES[0], SERIES[-1])
# What the guest loads. Where the kernel has one built in, or has no such thing, there is no file.
MODULES = ("virtio_pci", "virtio_console", "vfio_iommu_type1", "vfio_pci")


class Stock(GuestKernel):
    """Debian's newest kernel of a series; used like Kernel."""

    driver = "tph-vfio-pci"

    def __init__(self, series):
        self.flavour = series
        self.debs, self.release = sources.stock(series)
        self.state = cache.digest(self.debs.name, *sorted(p.name for p in self.debs.iterdir()))
        self.log = str(sources.logs() / f"linux-{series}.log")

    def build(self):
        """Return the folder that holds bzImage and lib/modules, with what the guest loads only."""
        key = cache.digest(self.state, *MODULES)
        return self._once(lambda: cache.root() / "out" / f"linux-{self.flavour}-{key}", self._pick)

    def selftests(self):
        """It has come without any."""
        return []

    def _build_tree(self):
        out = cache.root() / "work" / f"headers-{self.flavour}-{self.state}"
        cache.once(lambda: out, f"headers-{self.flavour}", lambda folder: self._make_tree(folder, out))
        return self._headers(out)

    def _headers(self, folder):
        return folder / "usr" / "src" / f"linux-headers-{self.release}-amd64"

    def _once(self, where, fill):
        return cache.once(where, f"linux-{self.flavour}", fill)

    def _unpack(self, what, kinds, folder):
        debs = [deb for kind in kinds for deb in sorted(self.debs.glob(f"linux-{kind}-*.deb"))]
        run(what, ["sh", "-ec", 'for deb; do dpkg-deb -x "$deb" .; done', "unpack", *debs],
            self.log, cwd=folder)

    def _pick(self, folder):
        whole = folder / "whole"
        whole.mkdir()
        self._unpack(f"unpacking Debian's Linux {self.release}", ("image", "binary", "modules"), whole)
        image, = whole.rglob("vmlinuz*")
        shutil.copy(image, folder / "bzImage")
        modules, = whole.rglob("lib/modules/*")
        target = folder / "lib/modules" / modules.name
        for path in needed(modules, MODULES):
            copy = target / path.relative_to(modules)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
            if copy.suffix == ".xz":
                subprocess.run(["xz", "-d", copy], check=True)
        # It would warn that what it knows of the modules built in is missing.
        subprocess.run(["depmod", "-b", folder, modules.name], capture_output=True, check=True)
        shutil.rmtree(whole)

    def _make_tree(self, folder, final):
        self._unpack("unpacking its headers", ("headers", "kbuild"), folder)
        tree, here = self._headers(folder), "/usr/src"
        if not _runs(max(folder.rglob("objtool/objtool*"))):
            self._prepare(tree)
            here = f"{folder}/usr/src"
        makefile = tree / "Makefile"
        makefile.write_text(makefile.read_text().replace(here, f"{final}/usr/src"))

    def _prepare(self, tree):
        """Put what the sources and this machine's compiler make of it in place of the package's.

        The tools of a later Debian do not run here, and not all options of its compiler exist.
        """
        source, _ = sources.kernel("")
        version = re.match(r"[\d.]+", self.release)[0]
        if f"_{version}-" not in source.parent.name:
            raise Fail(f"{source.parent} is not the source of Linux {version}: remove the older of it and "
                       f"{self.debs}, and run again")
        packaged = tree.rename(tree.with_name("packaged"))
        tree.mkdir()
        for name in (".config", "Module.symvers"):
            shutil.copy(packaged / name, tree)
        run("building the tools to build its modules",
            ["make", "-C", source, f"-j{os.cpu_count()}", f"O={tree}", "CC=gcc",
             f"KERNELRELEASE={self.release}-amd64", "olddefconfig", "modules_prepare"],
            self.log, progress=KbuildProgress())


def _runs(program):
    """Does this machine have the libraries that a program wants?"""
    return "not found" not in subprocess.run([program], capture_output=True, text=True).stderr


def needed(modules, names):
    """The files of the modules named, and of those that they depend on."""
    files = {path.name.partition(".")[0].replace("-", "_"): path for path in modules.rglob("*.ko*")}
    found, todo = [], list(names)
    while todo:
        path = files.pop(todo.pop(), None)
        if path:
            found.append(path)
            shown = subprocess.run(["modinfo", "-F", "depends", path], capture_output=True, text=True,
                                   check=True)
            todo += shown.stdout.strip().replace("-", "_").split(",")
    return found
