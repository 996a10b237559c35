# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The guest's initramfs: busybox, kernel modules, programs and their libraries."""

import re
import shutil
import subprocess
from pathlib import Path

from . import acpi, cache, vfio
from .say import Fail

GUEST = cache.PROJECT / "rig" / "guest"
VFIO_USER = GUEST / "vfio-user.c"

BUSYBOX = Path("/bin/busybox")
# pthread_cancel() loads it at run time, so no program names it.
LOADED_LATER = "libgcc_s.so.1"


def initramfs(kernel, modules, programs):
    """Return an initramfs with the kernel's own modules, ours in /lib, and the programs in /bin.

    modules are folders that the kernel's module() has given.
    """
    def where():
        key = cache.digest(kernel.name, *(m.name for m in modules), GUEST, vfio.UAPI,
                           *(f"{p}{p.stat().st_mtime_ns}" for p in programs))
        return cache.root() / "out" / f"initramfs-{key}"

    def fill(folder):
        _pack(folder, kernel, modules, programs)
    return cache.once(where, "initramfs", fill) / "initramfs.cpio"


def _pack(folder, kernel, modules, programs):
    root = folder / "root"
    for name in ("bin", "dev", "etc", "lib64", "proc", "root", "sbin", "sys", "usr/bin", "usr/sbin"):
        (root / name).mkdir(parents=True)
    shutil.copytree(kernel / "lib", root / "lib", symlinks=True)
    for module in (path for built in modules for path in built.glob("*.ko")):
        shutil.copy(module, root / "lib")
    shutil.copy(BUSYBOX, root / "bin")
    shutil.copy(GUEST / "init", root / "init")
    _compile(VFIO_USER, root / "bin" / VFIO_USER.stem)
    for program in (GUEST / "bind", *programs):
        shutil.copy(program, root / "bin")
    for library in _libraries(programs):
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library.resolve(), target)
    for applet in subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True,
                                 check=True).stdout.split():
        if not (root / "bin" / applet).exists():
            (root / "bin" / applet).symlink_to("busybox")
    names = sorted(str(p.relative_to(root)) for p in root.rglob("*"))
    with open(folder / "initramfs.cpio", "wb") as archive:
        subprocess.run(["cpio", "--create", "--format=newc", "--owner=0:0", "--quiet"], cwd=root,
                       input="\n".join(names).encode(), stdout=archive, check=True)
    shutil.rmtree(root)


def _compile(source, target):
    done = subprocess.run(["gcc", "-static", "-pthread", "-O2", "-Wall", "-Wextra", "-Werror",
                           "-I", vfio.UAPI.parent, "-o", target, source], capture_output=True, text=True)
    if done.returncode:
        raise Fail(f"{source.name} does not compile: {done.stderr.strip()[:300]}")


def _libraries(programs):
    """The libraries that the programs would load on this machine."""
    found = set()
    for program in programs:
        shown = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
        if "not found" in shown:
            raise Fail(f"{program.name} was linked on another system: remove {program.parent} and run again")
        found.update(Path(m) for m in re.findall(r"(/\S+) \(0x", shown))
    if found:
        libc = next(p for p in found if p.name.startswith("libc.so"))
        found.add(libc.with_name(LOADED_LATER))
    return found


def acpi_table():
    """Return the SSDT with the Steering Tags of the guest's CPUs."""
    def fill(folder):
        done = subprocess.run(["iasl", "-p", folder / "tph", acpi.SOURCE], capture_output=True, text=True)
        if done.returncode:
            raise Fail(f"iasl does not compile {acpi.SOURCE}: {done.stdout.strip()[-200:]}")
    return cache.once(lambda: cache.root() / "out" / f"acpi-{cache.digest(acpi.SOURCE)}",
                      "acpi", fill) / "tph.aml"
