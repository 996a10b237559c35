# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The kernel series on any number of sources: does each patch apply, build and stay clean?

After every patch, what the series touches and who calls it is built, out of tree
and incrementally, so that each patch costs what its own change costs.  After the
last one, vmlinux and the modules are linked in every configuration, since that is
where a symbol that is missing shows.  Each configuration is checked to be what its
column says.
"""

import collections
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import cache, kernel, sources
from .say import Fail, KbuildProgress, run, say

# What every column has
CONFIG = cache.PROJECT / "kernel" / "matrix.config"
# The tests that the series brings, which are there after the last patch
TESTS = "CONFIG_PCIE_TPH_KUNIT_TEST=y"


class Column(NamedTuple):
    """A configuration: lines that must hold on top of CONFIG, and for what it is built."""

    lines: tuple
    arch: str = "x86_64"
    prefix: str = ""


def _lines(*symbols, off=()):
    """Configuration lines; a symbol that is off comes last, and wins."""
    return (*(f"CONFIG_{s}=y" for s in symbols if s not in off),
            *(f"# CONFIG_{s} is not set" for s in off))


X86 = "64BIT", "PCI_MSI", "PCIE_TPH", "ACPI", "PM", "INTEL_IOMMU"
COLUMNS = {
    "TPH=y": Column(_lines(*X86)),
    "TPH=n": Column(_lines(*X86, off=("PCIE_TPH",))),
    "ACPI=n": Column(_lines("64BIT", "PCI_MSI", "PCIE_TPH", "PM", off=("ACPI",))),
    "MSI=n": Column(_lines("64BIT", "PCIE_TPH", "ACPI", "PM", off=("PCI_MSI",))),
    "i386": Column(_lines(*X86, off=("64BIT",)), "i386"),
    "arm64": Column(_lines("64BIT", "PCI_MSI", "PCIE_TPH", "EFI", "ACPI", "PM", "ARM_SMMU_V3"),
                    "arm64", "aarch64-linux-gnu-"),
    # Big-endian
    "ppc64": Column(_lines("PPC64", "PPC_BOOK3S_64", "CPU_BIG_ENDIAN", "PPC_PSERIES", "PCI_MSI",
                           "PCIE_TPH", "PM"), "powerpc", "powerpc64-linux-gnu-"),
}
# Built after every patch; all are linked after the last one.
EVERY = "TPH=y", "TPH=n"
TPH = "drivers/pci/tph.o"
MLX5_ST = "drivers/net/ethernet/mellanox/mlx5/core/lib/st.o"
CALLERS = {"drivers/net/ethernet/broadcom/bnxt/bnxt.o", "drivers/infiniband/hw/mlx5/dmah.o",
           MLX5_ST}
# Not there without TPH.
TPH_ONLY = {TPH, MLX5_ST, "drivers/vfio/pci/vfio_pci_tph.o"}
PACKAGES = {"sparse": "sparse", "pahole": "pahole"} | {
    f"{column.prefix}gcc": f"gcc-{column.prefix.rstrip('-')}"
    for column in COLUMNS.values() if column.prefix}
# Kbuild passes over a sparse that does not know the keyword, as Debian's does not.
SPARSE = "CHECK=sparse -D__typeof_unqual__=__typeof__"
# That sparse also takes exception to every MODULE_* and module_param().
WARNING = re.compile(r"(\S+?\.[ch]):\d+:(?:\d+:)? "
                     r"((?:warning|error): (?!bad constant expression).*)")


class Matrix:
    """One kernel source with the series applied patch by patch."""

    def __init__(self, named):
        if named and not (Path(named) / "Kbuild").is_file():
            raise Fail("no kernel source: it has no Kbuild")
        self.source, key = sources.kernel(named)
        self.work = cache.root() / "work" / f"matrix-{key}"
        self.tree = self.work / "tree"
        self.log = str(sources.logs() / f"kernel-matrix-{key}.log")
        text = "".join(p.read_text(errors="replace") for p in kernel.patches())
        # The tests are included by what they test
        names = re.findall(r"^\+\+\+ b/(drivers/\S+)\.c$", text, re.M)
        self.touched = {f"{name}.o" for name in names if not name.endswith("_kunit")}
        self.rows, self.errors, self.columns = [], [], None

    def walk(self):
        Path(self.log).unlink(missing_ok=True)
        self._base()
        self._row("the untouched source", {name: self._build(name) for name in EVERY})
        before = self._inspect()
        for patch in kernel.patches():
            applied = self._git("am", "-q", "--committer-date-is-author-date", str(patch))
            if applied.returncode:
                said = (applied.stderr + applied.stdout).strip().splitlines() or ["git am failed"]
                self._row(patch.name, dict.fromkeys(EVERY, "-"))
                self.errors.append(f"{patch.name} does not apply: {said[0]} (the rest is left out)")
                return
            subject = self._git("log", "-1", "--format=%s").stdout.strip()
            self._row(f"{patch.name[:4]} {subject}",
                      {variant: self._build(variant, patch.name[:4]) for variant in EVERY})
        self._row("all of them: vmlinux and modules linked",
                  {name: self._link(name) for name in COLUMNS})
        self._compare(before, self._inspect())

    def _base(self):
        if not self.tree.exists():
            with cache.publish(self.tree) as folder:
                kernel.make_base(self.source, folder, self.log)
        # A run that was cut off may have left these
        for rest in ("index.lock", "rebase-apply"):
            subprocess.run(["rm", "-rf", self.tree / ".git" / rest], check=True)
        if self._git("checkout", "-q", "-f", "-B", "tph", "base").returncode:
            raise Fail(f"{self.tree} is damaged: remove {self.work} and run again")

    def _git(self, *command):
        return subprocess.run(["git", "-C", self.tree, *command], capture_output=True, text=True)

    def _kbuild(self, variant):
        """The start of a make command."""
        column = COLUMNS[variant]
        compiler = [f"CC=ccache {column.prefix}gcc"] if shutil.which("ccache") else []
        return ["make", "-C", self.tree, f"O={self.work / variant}", f"-j{os.cpu_count()}",
                f"ARCH={column.arch}", f"CROSS_COMPILE={column.prefix}", *compiler]

    def _make(self, variant, what, *arguments):
        run(what, [*self._kbuild(variant), *arguments], self.log, progress=KbuildProgress(),
            env=os.environ | kernel.REPRODUCIBLE)

    def _configure(self, variant, tests=False):
        common = [line for line in CONFIG.read_text().splitlines() if line.startswith("CONFIG_")]
        lines = [*common, *COLUMNS[variant].lines]
        if tests and not {"# CONFIG_PCIE_TPH is not set", "# CONFIG_PCI_MSI is not set"} & set(lines):
            lines.append(TESTS)
        (self.work / "fragment").write_text("\n".join([*lines, ""]))
        (self.work / variant).mkdir(parents=True, exist_ok=True)
        done = subprocess.run([*self._kbuild(variant), "-s", "allnoconfig",
                               f"KCONFIG_ALLCONFIG={self.work / 'fragment'}"],
                              capture_output=True, text=True)
        if done.returncode:
            raise Fail(f"{variant}: no configuration: {done.stderr.strip()[-200:]}")
        # The last line of a symbol counts.
        wanted = {re.search(r"CONFIG_\w+", line)[0]: line for line in lines}
        have = (self.work / variant / ".config").read_text().splitlines()
        missing = kernel.unmet(wanted.values(), have)
        if missing:
            raise Fail(f"{variant}: this kernel cannot have {missing[0]}: mend {CONFIG.name} or the column")

    def _present(self, variant, targets):
        """Those of the targets that this tree has in this configuration."""
        return [t for t in sorted(targets) if (self.tree / re.sub(r"\.o$", ".c", t)).exists()
                and (variant != "TPH=n" or t not in TPH_ONLY)]

    def _try(self, variant, what, targets, **how):
        """Return what stands in the table."""
        try:
            self._configure(variant, **how)
            self._make(variant, f"{what}, {variant}", *targets)
        except Fail as fail:
            self.errors.append(str(fail))
            return "failed"
        return "ok"

    def _build(self, variant, patch="base"):
        return self._try(variant, patch, self._present(variant, self.touched | CALLERS))

    def _link(self, variant):
        return self._try(variant, "series", ("vmlinux", "modules"), tests=True)

    def _inspect(self):
        """What W=1 and sparse say of the files that the series touches; struct pci_dev."""
        found = collections.Counter()
        for variant in EVERY:
            present = self._present(variant, self.touched)
            start = os.path.getsize(self.log)
            try:
                self._make(variant, f"{variant}, W=1 and sparse", "W=1", "C=2", SPARSE,
                           "CFLAGS_tph.o=-g", *present)
            except Fail as fail:
                self.errors.append(str(fail))
            with open(self.log, errors="replace") as log:
                log.seek(start)
                output = log.read()
            found.update(f"{variant}: {path}: {said}" for path, said in WARNING.findall(output))
            if len(re.findall(r"^  CHECK   drivers/", output, re.M)) != len(present):
                self.errors.append(f"{variant}: sparse did not check every file (see {self.log})")
        shown = subprocess.run(["pahole", "-C", "pci_dev", self.work / "TPH=y" / TPH],
                               capture_output=True, text=True).stdout
        size = re.search(r"size: (\d+), .*", shown)
        holes = re.search(r"sum holes: (\d+)", shown)
        inside = f"{holes[1] if holes else 0} of them in holes"
        return found, f"{size[1]} bytes, {inside}" if size else "unknown"

    def _compare(self, before, after):
        new = sorted((after[0] - before[0]).elements())
        self.errors += new
        check = subprocess.run(["scripts/checkpatch.pl", *kernel.CHECKPATCH_OPTIONS,
                                *kernel.patches()], cwd=self.tree, capture_output=True, text=True)
        objections = check.stdout.splitlines()
        if check.returncode and not objections:
            objections = check.stderr.splitlines()[:1]
        self.errors += objections
        old = before[0].total()
        self.rows += ["", f"new warnings of W=1 and sparse: {len(new)} (there were {old})",
                      f"checkpatch.pl --strict: {len(objections)} remarks",
                      f"struct pci_dev: {after[1]}; before: {before[1]}"]

    def _row(self, name, cells):
        if self.columns != list(cells):
            self.columns = list(cells)
            self.rows += ["", f"{'':72}" + " ".join(f"{c:6}" for c in cells)]
        self.rows.append(f"{name[:70]:72}" + " ".join(f"{c:6}" for c in cells.values()))


def run_all(named):
    """Walk every source; print a table for each, the errors under it. Return the exit status."""
    missing = [package for tool, package in PACKAGES.items() if not shutil.which(tool)]
    if missing:
        raise Fail(f"kernel-matrix needs more packages: apt-get install {' '.join(missing)}")
    failed = False
    for source in named:
        rows, errors = [], []
        try:
            matrix = Matrix(source)
            rows, errors = matrix.rows, matrix.errors
            with cache.lock(matrix.work.name):
                matrix.walk()
        except Fail as fail:
            errors.append(str(fail))
        print(f"\n{source or 'the default source'}", *(row.rstrip() for row in rows),
              *(f"! {e}" for e in errors), "", sep="\n", flush=True)
        failed = failed or bool(errors)
    say("kernel-matrix: " + ("failed" if failed else "all is well"))
    return int(failed)
