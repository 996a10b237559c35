# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Debian's own kernels as guest kernels: nothing of them is compiled but modules of ours."""

import shutil
import subprocess

from . import cache, sources
from .kernel import make_module, module_out
from .say import run

SERIES = ("6.1", "6.12")
# What the guest loads. Where the kernel has one built in, or has no such thing, there is no file.
MODULES = ("virtio_pci", "virtio_console", "vfio_iommu_type1", "vfio_pci")


class Stock:
    """Debian's newest kernel of a series; used like Kernel."""

    def __init__(self, series):
        self.flavour = series
        self.debs, self.release = sources.stock(series)
        self.state = cache.digest(self.debs.name, *sorted(p.name for p in self.debs.iterdir()))
        self.log = str(sources.logs() / f"linux-{series}.log")

    def build(self):
        """Return the folder that holds bzImage and lib/modules, with what the guest loads only."""
        key = cache.digest(self.state, *MODULES)
        return self._once(cache.root() / "out" / f"linux-{self.flavour}-{key}", self._pick)

    def modules(self):
        """Return the folders of our modules that the guest has."""
        return [self.module("tph_emu")]

    def module(self, name, *inputs):
        """Return the folder that holds what is built from a folder of kernel/; see module_out()."""
        return self._once(module_out(self.state, name, inputs),
                          lambda folder: make_module(folder, self, self._tree(), name, inputs))

    def selftests(self):
        """It has come without any."""
        return []

    def _tree(self):
        """The build tree for external modules."""
        out = cache.root() / "work" / f"headers-{self.flavour}-{self.state}"
        cache.once(out, f"headers-{self.flavour}", lambda folder: self._unpack_headers(folder, out))
        return out / "usr" / "src" / f"linux-headers-{self.release}-amd64"

    def _once(self, out, fill):
        return cache.once(out, f"linux-{self.flavour}", fill)

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
        for path in modules.glob("modules.*"):
            shutil.copy(path, target)
        subprocess.run(["depmod", "-b", folder, modules.name], check=True)
        shutil.rmtree(whole)

    def _unpack_headers(self, folder, final):
        """They say where they are, which is here and not in /usr."""
        self._unpack("unpacking its headers", ("headers", "kbuild"), folder)
        makefile = folder / "usr/src" / f"linux-headers-{self.release}-amd64" / "Makefile"
        makefile.write_text(makefile.read_text().replace("/usr/src", f"{final}/usr/src"))


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
