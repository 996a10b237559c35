# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What can be told of the project without building it: one line a finding, with file and line.

The checkers are others' where there are any; what is here says which of them looks
at which files, and has the rules that are the project's own.
"""

import concurrent.futures
import re
import subprocess
import time

from . import cache, kernel, needs, sources
from .say import Fail, elapsed, say

# Commits before this one are older than the rules for them.
BASE = "824a8f5c3f9e3219224781a85d20a2e2be82090b"
SUBJECT = 60
# The options of DPDK's devtools/checkpatches.sh; spelling is left to codespell, which is faster.
DPDK_OPTIONS = (
    "--no-tree", "--max-line-length=100",
    "--ignore=LINUX_VERSION_CODE,ENOSYS,FILE_PATH_CHANGES,MAINTAINERS_STYLE,SPDX_LICENSE_TAG,"
    "VOLATILE,PREFER_PACKED,PREFER_ALIGNED,PREFER_PRINTF,STRLCPY,PREFER_KERNEL_TYPES,"
    "PREFER_FALLTHROUGH,BIT_MACRO,CONST_STRUCT,SPLIT_STRING,LONG_LINE_STRING,"
    "C99_COMMENT_TOLERANCE,LINE_SPACING,PARENTHESIS_ALIGNMENT,NETWORKING_BLOCK_COMMENT_STYLE,"
    "NEW_TYPEDEFS,COMPARISON_TO_NULL")
# Where the drivers with TPH are listed by hand: the file, and what finds their names in it
DRIVER_LISTS = {
    "README.md": r"^\|.*\| `net/(\w+)`",
    "doc/guides/howto/tph.rst": r"^   \* - .*\n     - ([a-z0-9]+)$",
    "meson_options.txt": r"[',]net/(\w+)",
}
# Where graft lists them, in the place of this word
DRIVERS_DERIVED = ("devtools/series/00-cover.toml", "devtools/series/40-doc.toml")
DERIVED = "@NIC@"
# In some of these lists for other reasons
SOFTWARE_DRIVERS = {"null", "ring"}
PROSE = r".*\.(md|rst|toml)"
# The driver that CONTRIBUTING.md adds as an example
EXAMPLE = "vmxnet3"
# The files of the series have their licence inside, where the kernel wants it.
UNLICENSED = re.compile(r"LICENSES/|kernel/patches/")


def run(rig):
    """Print every finding; the status is 0 where there is none."""
    begin, tree = time.monotonic(), cache.PROJECT
    checkpatch = sources.kernel(rig.options["kernel_source"])[0] / "scripts" / "checkpatch.pl"
    checks = (
        lambda: needs.missing(needs.named()),
        lambda: licences(tree),
        lambda: commits(tree, BASE),
        lambda: drivers(tree),
        lambda: names(tree),
        lambda: said(tree, "codespell", *files(tree)),
        lambda: said(tree, "flake8", *files(tree, r".*\.py", "python")),
        lambda: said(tree, "shellcheck", "-f", "gcc", *files(tree, r".*\.sh", "sh|bash")),
        lambda: said(tree, checkpatch, *kernel.CHECKPATCH_OPTIONS, *kernel.patches()),
        lambda: said(tree, checkpatch, "--terse", "--no-summary", "--strict", "-f",
                     *files(tree, r"kernel/.*\.[ch]")),
        lambda: said(tree, checkpatch, "--terse", "--no-summary", *DPDK_OPTIONS, "-f",
                     *files(tree, r"(app|drivers|examples|lib|rig)/.*\.[ch]")))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        found = [line for lines in pool.map(lambda check: check(), checks) for line in lines]
    print(*found, sep="\n", end="\n" if found else "", flush=True)
    say(f"lint: {len(found) or 'no'} finding{'' if len(found) == 1 else 's'} ({elapsed(begin)})")
    return 1 if found else 0


def files(tree, pattern=r".*", interpreter=None):
    """The project's files of that name, and its programs for that interpreter."""
    shown = _git(tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = [name for name in shown.split("\0") if name and (tree / name).is_file()]
    program = re.compile(rf"#!.*\b({interpreter})\d?\s") if interpreter else None
    return [name for name in names if re.fullmatch(pattern, name)
            or program and program.match((tree / name).read_text(errors="replace"))]


def said(tree, checker, *arguments):
    """The lines that a checker prints of the files that it is given."""
    done = subprocess.run([checker, *arguments], cwd=tree, capture_output=True, text=True)
    lines = [line.removeprefix(f"{tree}/").strip() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode and not lines:
        lines = [f"{checker}: {line}" for line in done.stderr.splitlines()] or [f"{checker} failed"]
    return lines


def licences(tree):
    """Every file says in its first lines under which licence it is."""
    found = []
    for name in files(tree):
        with open(tree / name, errors="replace") as text:
            head = [line for line, _ in zip(text, range(3))]
        if not UNLICENSED.match(name) and not any("SPDX-License-Identifier: " in line for line in head):
            found.append(f"{name}:1: no SPDX-License-Identifier")
    return found


def commits(tree, base):
    """A commit has a short subject that names a component, says why, and is signed off."""
    # A clone may be too shallow to have it.
    known = base in _git(tree, "rev-list", "HEAD").split()
    shown = _git(tree, "log", "--no-merges", "-z", "--format=%h%n%s%n%(trailers:key=Signed-off-by,unfold,"
                 "separator=%x2C)%n%b", f"{base}..HEAD" if known else "HEAD")
    found = []
    for commit in filter(None, shown.split("\0")):
        name, subject, signed, body = commit.split("\n", 3)
        wrong = {
            f"its subject has {len(subject)} characters, {SUBJECT} at most": len(subject) > SUBJECT,
            "its subject is not 'component: what it does'": not re.match(r"[\w/., -]+: \S", subject),
            "its body does not say why": not re.sub(r"^[\w-]+-by: .*$", "", body, flags=re.M).strip(),
            "it has no Signed-off-by": not signed}
        found += [f"commit {name}: {what}: {subject}" for what, holds in wrong.items() if holds]
    return found


def drivers(tree):
    """The lists of drivers with TPH agree with the drivers that there are."""
    of_nic = {path.stem.removesuffix("_tph"): path.parent.name
              for path in (tree / "drivers" / "net").glob("*/*_tph.c")}
    there = set(of_nic.values())
    found = []
    for file, pattern in DRIVER_LISTS.items():
        text, listed = (tree / file).read_text(), {}
        for match in re.finditer(pattern, text, re.M):
            listed[of_nic.get(match[1], match[1])] = text.count("\n", 0, match.start(1)) + 1
        found += [f"{file}:{max(listed.values(), default=1)}: net/{name} is missing"
                  for name in sorted(there - set(listed))]
        found += [f"{file}:{listed[name]}: net/{name} has no TPH"
                  for name in sorted(set(listed) - there - SOFTWARE_DRIVERS)]
    return found + [f"{file}:1: drivers are not listed by {DERIVED}"
                    for file in DRIVERS_DERIVED if DERIVED not in (tree / file).read_text()]


def names(tree):
    """What a text calls by a name of ours exists."""
    texts = files(tree, PROSE)
    known = set()
    for name in files(tree):
        known.update(re.split(r"[/.]", name))
        # A text defines what it can be linked by, and a hook the functions that it inserts.
        pattern = r"^(?: *\.\. _)?(\w+)(?::$|\()" if name in texts else r"\w+"
        known.update(re.findall(pattern, (tree / name).read_text(errors="replace"), re.M))
    return [f"{text}:{number}: there is no {word}" for text in texts for number, line in _lines(tree / text)
            for word in re.findall(r"\b[a-z]\w*_tph\b|\b(?:[a-z]\w*_)?tph_\w*[a-z0-9]\b", line)
            if word not in known and EXAMPLE not in word]


def _lines(path):
    return enumerate(path.read_text(errors="replace").splitlines(), 1)


def _git(tree, *command):
    # The clone may be another user's, as that of a machine which runs it for somebody.
    done = subprocess.run(["git", "-C", tree, "-c", "safe.directory=*", *command],
                          capture_output=True, text=True)
    if done.returncode:
        raise Fail(f"make lint needs a clone of the project: {done.stderr.strip().splitlines()[0]}")
    return done.stdout
