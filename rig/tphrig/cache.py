# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A cache keyed by content. A folder in it is there whole, or not at all."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from .say import locks, say

PROJECT = Path(__file__).resolve().parents[2]


def root():
    # The XDG specification has a relative path ignored.
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "dpdk-tph"


def digest(*parts):
    """A short name for the content of parts: strings, and files and folders as Path."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            files = sorted(p for p in part.rglob("*") if p.is_file()) if part.is_dir() else [part]
            for file in files:
                total.update(f"{file.relative_to(part)}\0{os.access(file, os.X_OK)}\0".encode())
                total.update(hashlib.sha256(file.read_bytes()).digest())
        else:
            total.update(f"{part}\0".encode())
    return total.hexdigest()[:16]


def tree_digest(tree):
    """Tell trees too large to read apart by the names, sizes and times of their files."""
    total = hashlib.sha256(str(tree).encode())
    for folder, folders, files in os.walk(tree):
        folders[:] = sorted(f for f in folders if f != ".git")
        for name in sorted(files):
            status = os.lstat(os.path.join(folder, name))
            total.update(f"{folder}/{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def lock(name):
    """Keep other runs of the rig off what name stands for."""
    path = root() / "lock"
    path.mkdir(parents=True, exist_ok=True)
    with open(path / name, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run that works on {name} …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        locks.add(handle.fileno())
        try:
            yield
        finally:
            locks.remove(handle.fileno())


@contextlib.contextmanager
def publish(path):
    """Give a folder to fill in, which becomes path once that has ended well.

    The caller holds a lock, so whatever is there under the temporary name was
    left by a run that was cut off.
    """
    temporary = path.with_name(f".{path.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        os.sync()
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


class _Changed(Exception):
    """What a folder was made of is not what its name says."""


def once(where, lock_name, fill):
    """Return the folder where(), which fill(folder) makes unless it is there already.

    where() tells the content of all that fill reads. If somebody edits that while this waits for
    the lock, or while fill runs, fill begins again: a folder never holds what its name is not for.
    """
    if (path := where()).exists():
        return path
    with lock(lock_name):
        while not (path := where()).exists():
            with contextlib.suppress(_Changed), publish(path) as folder:
                fill(folder)
                if where() != path:
                    raise _Changed
    return path
