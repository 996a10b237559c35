# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What the rig needs of a machine, and whether rig/packages installs all of it.

A program that somebody installed by hand hides that nobody else has it. So the
question is not whether a thing is there, but whether it belongs to a package that
rig/packages names, to one that such a package depends on, or to one that every
Debian has. Installing them is left to rig/packages.
"""

import ast
import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import cache

PACKAGES = cache.PROJECT / "rig" / "packages"
MODULES = "/usr/lib/python3/dist-packages"
# What programs of others ask for when we call them; no line of ours names it.
INDIRECT = {
    "apt-get source": ("/usr/bin/dpkg-source",),
    "tar -J": ("/usr/bin/xz",),
    "the build of the guest's kernel": (
        "/usr/bin/bc", "/usr/bin/bison", "/usr/bin/flex", "/usr/bin/gcc",
        "/usr/sbin/depmod", "/usr/include/gelf.h"),
    "pytest -n": (f"{MODULES}/xdist/__init__.py",),
    "the build tree of a kernel that signs modules": ("/usr/include/openssl/opensslv.h",),
    "the build of the vfio selftests": ("/usr/include/uuid/uuid.h",),
    "the build of DPDK": (
        "/usr/bin/pkg-config", "/usr/include/numa.h", f"{MODULES}/elftools/__init__.py"),
    "checkpatch.pl --codespell": (f"{MODULES}/codespell_lib/data/dictionary.txt",),
    "the guest's initramfs": ("/usr/bin/busybox", "/usr/lib/x86_64-linux-gnu/libc.a"),
}
# Functions that start the program which comes first in a list that they are given
TAKE_LIST = {"Popen", "call", "check_call", "check_output", "run", "run_logged"}
# Functions that start the program which is one of their arguments: which one
TAKE_WORDS = {"spawn": 0, "_run": 1}
# Programs that start others, named in any of their arguments
WRAPPERS = {"bash", "env", "nice", "setpriv", "setsid", "sh", "sudo", "timeout", "unshare"}
PROGRAM = re.compile(r"(?:(?:/usr)?/s?bin/)?(\w[\w.+-]*)")
# Where a program's name can stand in the text of a shell script
COMMAND = re.compile(r"(?:(?:^|[;&|({]|\b(?:do|then|else|if|while|exec)\b)\s*)+"
                     rf"{PROGRAM.pattern}(?=[\s;&|)]|$)", re.M)


def named():
    """The packages that rig/packages installs for everybody."""
    return subprocess.run([PACKAGES, "--list"], capture_output=True, text=True, check=True).stdout.split()


@functools.cache
def _installed():
    """What each package of this machine depends on and provides; and has every Debian got it?

    And its name for dpkg, which the same package of another architecture, left out here, has not.
    """
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True,
                            check=True).stdout.strip()
    form = ("${Architecture}\t${Package}\t${Pre-Depends},${Depends}\t${Provides}\t"
            "${Essential} ${Priority}\t${binary:Package}\n")
    rows = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True)
    fields = (row.split("\t") for row in rows.stdout.splitlines())
    return {name: rest for architecture, name, *rest in fields if architecture in (native, "all")}


@functools.cache
def _contents():
    """The files of each of them; /bin and its like are links to those in /usr."""
    names = [row[-1] for row in _installed().values()]
    shown = subprocess.run(["dpkg-query", "-L", *names], capture_output=True, text=True, check=True)
    lists = re.sub(r"^/(s?bin|lib)/", r"/usr/\1/", shown.stdout, flags=re.M).split("\n\n")
    return {name: set(paths.split("\n")) for name, paths in zip(_installed(), lists, strict=True)}


@functools.cache
def _providers():
    """The packages that can stand for a name: first the one that has it."""
    found = {name: [name] for name in _installed()}
    for name, (_, provided, *_) in _installed().items():
        for other in re.findall(r"(?:^|, *)([\w.+-]+)", provided):
            found.setdefault(other, []).append(name)
    return found


def closure(packages):
    """The packages, all that they depend on, and those that every Debian has."""
    todo = [*packages, *(name for name, (*_, kind, _) in _installed().items()
                         if kind.startswith("yes") or kind.endswith("required"))]
    found = set()
    while todo:
        name = todo.pop()
        if name not in found and name in _installed():
            found.add(name)
            for wish in _installed()[name][0].split(","):
                choices = [real for one in re.findall(r"(?:^|\|) *([\w.+-]+)", wish)
                           for real in _providers().get(one, ())]
                todo += choices[:1]
    return found


def files(packages):
    """The files of the closure of the packages."""
    return set().union(*(_contents()[name] for name in closure(packages)))


def programs(packages):
    """A folder with links to the programs of the closure, to be the whole PATH: others are not found."""
    have, links = files(packages), {}
    for entry in (entry for folder in ("/usr/sbin", "/usr/bin") for entry in os.scandir(folder)):
        choices = Path("/var/lib/dpkg/alternatives", entry.name)
        if entry.path in have or choices.is_file() and have & set(choices.read_text().splitlines()):
            links[entry.name] = entry.path

    def fill(folder):
        for name, target in links.items():
            (folder / name).symlink_to(target)
    out = cache.root() / "out" / f"programs-{cache.digest(*sorted(links.items()))}"
    return cache.once(lambda: out, "programs", fill)


def missing(packages, tree=cache.PROJECT):
    """Say what of all that the programs of tree call or import the packages do not bring."""
    have = files(packages)
    wanted = {("rig/packages", f"{path}, for {who}"): [path]
              for who, paths in INDIRECT.items() for path in paths}
    for script in _scripts(tree):
        found = ast.parse(script.read_bytes())
        name = script.relative_to(tree)
        for node, program in _programs(found):
            wanted[f"{name}:{node.lineno}", program] = [f"/usr/bin/{program}", f"/usr/sbin/{program}"]
        for node, module in _modules(found, script):
            wanted[f"{name}:{node.lineno}", module] = [f"{MODULES}/{module}.py",
                                                       f"{MODULES}/{module}/__init__.py"]
    return [f"{where}: no package of rig/packages has {what}{_owner(paths)}"
            for (where, what), paths in wanted.items() if have.isdisjoint(paths)]


def _owner(paths):
    found = [name for name, content in _contents().items() if not content.isdisjoint(paths)]
    return f", which is here from {found[0]}" if found else ""


def _scripts(tree):
    """Our programs in Python; those of the tests, too."""
    return [tree / "rig" / "rig", tree / "devtools" / "graft",
            *sorted(p for folder in ("rig", "usertools") for p in (tree / folder).rglob("*.py"))]


def _modules(tree, script):
    """The modules that a script imports and that come neither with Python nor from us."""
    local = {p.stem for p in script.parent.iterdir()} | {"tphrig"}
    for node in ast.walk(tree):
        names = ([alias.name for alias in node.names] if isinstance(node, ast.Import) else
                 [node.module] if isinstance(node, ast.ImportFrom) and not node.level else [])
        for name in {n.partition(".")[0] for n in names} - sys.stdlib_module_names - local:
            yield node, name


def _programs(tree):
    """The programs that a script starts, as far as they are written there.

    The first word of a list is one where a program is started. Elsewhere, as in the
    arguments of a wrapper or the text of a shell script, a word that this machine
    has a program for is taken for it.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.List):
            command, started = _words(node), shutil.which
        elif isinstance(node, ast.Call):
            command, started = _started(node), bool
        else:
            continue
        first = PROGRAM.fullmatch(command[0]) if command else None
        if first and started(first[1]):
            yield node, first[1]
            if first[1] in WRAPPERS:
                for other in COMMAND.findall("\n".join(command[1:])):
                    if shutil.which(other):
                        yield node, other


def _started(call):
    """The command that a call starts, if it starts one."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "system" or any(k.arg == "shell" for k in call.keywords):
        return ["sh", *_words(ast.List(call.args))]
    if name in TAKE_LIST:
        return next((_words(a) for a in call.args if isinstance(a, (ast.List, ast.Tuple))), [])
    if name in TAKE_WORDS:
        return [word for a in call.args[TAKE_WORDS[name]:] for word in _words(a)]
    return []


def _words(node):
    """The strings in a list or a string; a space stands for what is only known at run time."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return [word for part in node.elts for word in _words(part)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(word for part in node.values for word in _words(part))]
    return [node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else " "]
