# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""DPDK with the overlay: a cached copy of the source, grafted and built."""

import os
import re
import shlex
import shutil
import subprocess
import sys

from . import cache, sources
from .machine import PATIENCE
from .say import Fail, ninja_progress, run

GRAFT = cache.PROJECT / "devtools" / "graft"
# What decides the content of the binaries.
OVERLAY = ("app", "devtools", "drivers", "examples", "lib")
# What can be asked for.
PROGRAMS = ("dpdk-testpmd", "dpdk-test", "dpdk-tph_lcore")
# Objects of dpdk-test that are neither its frame nor a test of the overlay
OTHER_TESTS = re.compile(r"/dpdk-test\.p/(?!(test|commands|test\w*_tph\w*)\.c\.o$)\w+\.c\.o$")


class Build:
    """One source of DPDK in one configuration, in a work folder of its own; stock: without TPH."""

    def __init__(self, named_source="", drivers="", disable_libs="", options=(), stock=False,
                 compiler=None):
        self.named = named_source
        self.source, source_key = sources.dpdk(named_source)
        self.settings = ["-Dplatform=generic", "-Ddefault_library=static", "-Dtests=true",
                         *([] if stock else ["-Dexamples=tph_lcore"]),
                         "-Denable_apps=test,test-pmd",
                         f"-Denable_drivers={drivers}", f"-Ddisable_libs={disable_libs}", *options]
        self.stock = stock
        # Named, so that meson does not put ccache before it: not everywhere that the folder
        # is built in again there is one.
        chosen = {"CC": compiler or "cc"}
        self.environment = os.environ | chosen
        self.key = (source_key, *self.settings, *chosen.values())
        self.work = cache.root() / "work" / f"dpdk-{cache.digest(*self.key)}"
        self.folder = self.work / "build"
        self.log = str(sources.logs() / f"{self.work.name}.log")

    def program(self, binary):
        """Return the path of a binary (a name of PROGRAMS), built if need be."""
        def fill(folder):
            self._configure()
            shutil.copy2(self._compile(binary), folder)
        return self._once(binary.removeprefix("dpdk-"), fill) / binary

    def objects(self, pattern):
        """Return the folder of those compiled objects whose path matches, built if need be."""
        def fill(folder):
            self._configure()
            known = [m[1] for m in re.finditer(rf"^(\S*{pattern}): c_COMPILER$",
                                               self._ask("targets", "all"), re.M)]
            self._ninja("building objects of DPDK", *known)
            for name in known:
                shutil.copy2(self.folder / name, folder)
        return self._once(f"objects-{cache.digest(pattern)}", fill)

    def unit_tests(self):
        """Return a dpdk-test with the overlay's tests only: the others take long to compile."""
        binary = "dpdk-test-tph"

        def fill(folder):
            self._configure()
            commands = self._ask("commands", self._linked("dpdk-test"))
            link = [word for word in shlex.split(commands.splitlines()[-1])
                    if OTHER_TESTS.search(word) is None]
            self._ninja("building the unit tests",
                        *(word for word in link if word.endswith((".o", ".a"))))
            link[link.index("-o") + 1] = folder / binary
            # Those of the others that the program knows by name are never called.
            run("linking the unit tests",
                [*link, "-no-pie", "-Wl,--unresolved-symbols=ignore-all"],
                self.log, cwd=self.folder)
        return self._once("test-tph", fill) / binary

    def install(self):
        """Return the prefix that all of it is installed under."""
        prefix = self.work / "prefix"
        with cache.lock(self.work.name):
            self._configure()
            self._ninja("building the rest of DPDK", "all")
            shutil.rmtree(prefix, ignore_errors=True)
            run("installing DPDK", ["meson", "install", "-C", self.folder, "--no-rebuild"],
                self.log)
        return prefix

    def guide(self):
        """Return the folder of DPDK's guide with TPH, in HTML; a warning of Sphinx is an error."""
        html = self.work / "guide"
        with cache.lock(self.work.name):
            tree = self._grafted()
            version = (tree / "VERSION").read_text().strip()
            shutil.rmtree(html, ignore_errors=True)
            run("building the guide", ["/usr/bin/python3", "-m", "sphinx", "-W", "--keep-going",
                                       "-j", str(os.cpu_count()), "-b", "html",
                                       "-d", self.work / "doctrees", tree / "doc" / "guides", html],
                self.log, env=os.environ | {"DPDK_VERSION": version})
        return html

    def _once(self, name, fill):
        """Return what fill makes of the overlay as it is now."""
        def where():
            overlay = [cache.PROJECT / d for d in OVERLAY
                       if (cache.PROJECT / d).is_dir() and not self.stock]
            return cache.root() / "out" / f"dpdk-{name}-{cache.digest(*self.key, *overlay)}"
        return cache.once(where, self.work.name, fill)

    def _grafted(self):
        if self.stock:
            return self.source
        tree = self.work / "src"
        if not tree.exists():
            with cache.publish(tree) as folder:
                copy(self.source, folder, self.log)
                if sources.dpdk(self.named)[1] != self.key[0]:
                    raise Fail(f"{self.source} was edited while the rig copied it: run again")
        run("grafting TPH into DPDK", [sys.executable, GRAFT, tree], self.log)
        return tree

    def _configure(self):
        tree = self._grafted()
        if not (self.folder / "build.ninja").exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            run("configuring DPDK", ["meson", "setup", f"--prefix={self.work / 'prefix'}",
                                     *self.settings, self.folder, tree],
                self.log, env=self.environment)

    def _linked(self, binary):
        # The place of a program is not the same in every release.
        found = re.search(rf"^(\S*/{binary}): c_LINKER$", self._ask("targets", "all"), re.M)
        if not found:
            raise Fail(f"this DPDK does not build {binary}: see {self.log} for what meson left out")
        return found[1]

    def _compile(self, binary):
        target = self._linked(binary)
        self._ninja(f"building {binary}", target)
        return self.folder / target

    def _ask(self, *tool):
        return subprocess.run(["ninja", "-C", self.folder, "-t", *tool],
                              capture_output=True, text=True).stdout

    def _ninja(self, what, *targets):
        run(what, ["ninja", "-C", self.folder, "-j", str(os.cpu_count()), *targets], self.log,
            progress=ninja_progress)


def copy(source, folder, log):
    """Copy a tree as it is now, without its history."""
    run("copying the DPDK source", ["rsync", "-a", "--exclude=/.git", f"{source}/", folder], log)


def unit_tests():
    """The names of the overlay's unit tests."""
    return sorted(name for file in (cache.PROJECT / "app" / "test").glob("test_*tph*.c")
                  for name in re.findall(r"^REGISTER_FAST_TEST\((\w+),", file.read_text(), re.M))


def unit_test(program, name, environment=()):
    """Run one of them with a dpdk-test; Fail with what it said, if it does not pass."""
    # Sixteen lcores, however many CPUs there are.
    command = [program, "--no-huge", "--no-pci", "-m", "512", "--lcores", "(0-15)@0",
               "--no-shconf", f"--file-prefix={name}"]
    try:
        done = subprocess.run(command, env=os.environ | {"DPDK_TEST": name} | dict(environment),
                              text=True, timeout=PATIENCE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as late:
        raise Fail(f"{name}: not done within {late.timeout} s") from None
    if done.returncode or "Test OK" not in done.stdout:
        why = re.search(r"Test assert .*", done.stdout)
        raise Fail(f"{name}: {why[0] if why else f'status {done.returncode}'}\n{done.stdout[-6000:]}")
