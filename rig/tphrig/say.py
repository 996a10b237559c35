# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What the rig tells a person: steps, progress of long commands, one line per error."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time

# With less than this, blame the disk for a failure: builds fail in odd ways when it is full.
DISK_FULL_BYTES = 32 << 20
# Descriptors of locks that are held. Commands inherit them: one that outlives a rig that was killed
# keeps the next rig waiting until it has ended.
locks = set()


class Fail(Exception):
    """An error that the user can do something about: one line, cause and remedy."""


def say(text):
    print(f"rig: {text}", flush=True)


def check_disk(path):
    """Raise Fail if the disk of path is full."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    if shutil.disk_usage(path).free < DISK_FULL_BYTES:
        raise Fail(f"the disk of {path} is full: free some space (a first run needs 8 GB), "
                   "or set XDG_CACHE_HOME to another disk, and run again")


def elapsed(since):
    minutes, seconds = divmod(int(time.monotonic() - since), 60)
    return f"{minutes}:{seconds:02}"


class _Progress:
    """One line that is rewritten on a terminal, and repeated now and then elsewhere."""

    def __init__(self, what):
        self.what, self.start = what, time.monotonic()
        self.tty = sys.stdout.isatty()
        self.next = self.start + (0.5 if self.tty else 30)
        self.far = ""
        say(f"{what} …") if not self.tty else self._show()

    def _show(self):
        line = f"rig: {self.what} … {self.far}{' ' if self.far else ''}({elapsed(self.start)})"
        print(f"\r\033[K{line[:shutil.get_terminal_size().columns - 1]}" if self.tty else line,
              end="" if self.tty else "\n", flush=True)

    def tick(self, far=None):
        self.far = far or self.far
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + (0.5 if self.tty else 30)
            self._show()

    def end(self, word):
        print("\r\033[K" if self.tty else "", end="")
        say(f"{self.what}: {word} ({elapsed(self.start)})")


def _cause(output):
    """The line of a command's output that most likely says why."""
    text = output.splitlines()
    pattern = re.compile(r"\berror\b|^E: |^graft: |No space left|\*\*\*", re.I)
    found = [line for line in text if pattern.search(line)] or text[-1:] or ["no output"]
    return found[0].strip()[:200]


def run(what, command, log, progress=None, **popen):
    """Run a long command, write its output to log, and show its progress.

    progress maps a line of output to a text such as "12/340", or to None.
    """
    check_disk(os.path.dirname(log))
    shown = _Progress(what)
    with open(log, "a", encoding="utf-8") as out:
        out.write(f"$ {' '.join(map(str, command))}\n")
        out.flush()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, start_new_session=True,
                                 pass_fds=locks, **popen)
        try:
            output = _relay(child, out, shown, progress)
        except BaseException:
            _stop(child)
            raise
    if child.returncode:
        shown.end("failed")
        check_disk(os.path.dirname(log))
        # Other runs may write to the same log.
        raise Fail(f"{what} failed: {_cause(output)} (all of it: {log})")
    shown.end("done")


def _relay(child, out, shown, progress):
    """Copy the output of child to out, until it and all that it started have ended; return it."""
    pipe, rest, chunks = child.stdout.fileno(), "", []
    while True:
        if select.select([pipe], [], [], 0.5)[0]:
            chunk = os.read(pipe, 1 << 16).decode(errors="replace")
            if not chunk:
                child.wait()
                return "".join(chunks)
            out.write(chunk)
            chunks.append(chunk)
            *lines, rest = (rest + chunk).split("\n")
            for line in lines if progress else ():
                shown.tick(progress(line))
        shown.tick()


def _stop(child):
    """End a command and all that it started: an interrupted build must not go on writing."""
    try:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    except ProcessLookupError:
        pass


def ninja_progress(line):
    match = re.match(r"\[(\d+)/(\d+)\]", line)
    return f"{match[1]} of {match[2]}" if match else None


class KbuildProgress:
    """Kbuild does not know how much there is to do: count what is done."""

    def __init__(self):
        self.objects = 0

    def __call__(self, line):
        if re.match(r"  (CC|AS|LD)(\s|\s\[M\]\s)", line):
            self.objects += 1
        return f"{self.objects} objects"
