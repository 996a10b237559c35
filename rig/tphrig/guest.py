# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A running guest: QEMU, its channels to the host, and QEMU's trace of what reaches the devices."""

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pexpect
import pexpect.fdpexpect

from . import machine, trace, vfio
from .emulator import Emulated
from .machine import PATIENCE
from .say import Fail, check_disk
from .testpmd import OPTIONS, Testpmd

# How the kernel reports a fault in itself.
KERNEL_TROUBLE = re.compile(
    r"WARNING:|BUG:|Oops|Kernel panic|INFO: (?:task|possible|lockdep|rcu|trying)|"
    r"possible (?:circular|recursive) locking|suspicious RCU|KASAN|UBSAN|unreferenced object|"
    r"sleeping function called|inconsistent lock state|scheduling while atomic")
# A process costs 25 ms under emulation, what a shell does by itself next to nothing: so no cat here.
READ = "while IFS= read -r line; do echo \"$line\"; done"
UNBIND_VFIO = ("for d in /sys/bus/pci/drivers/*vfio-pci/0*; do "
               "[ ! -e $d ] || echo ${d##*/} > ${d%/*}/unbind; done")
PORT = "/dev/hvc0"
# What the rig puts into the kernel's log
MARK = "rig: mark"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def strip(text):
    return ESCAPES.sub("", text)


class Guest:
    """Boots at once; use it as a context manager, or call stop().

    Programs in the guest have self.port on /dev/hvc0; with person, they have the terminal there.
    driver is the one that gives TPH to users of VFIO.
    """

    def __init__(self, kernel, initramfs, acpi_table, driver="vfio-pci", devices=(), cmdline="",
                 cpus=machine.CPUS, person=False):
        self.folder = Path(tempfile.mkdtemp(prefix="dpdk-tph-"))
        check_disk(self.folder)
        self.console_log = self.folder / "console"
        self.console_log.touch()
        self.seen = self.started = self.marks = 0
        self.driver, self.vfio = driver, None
        self.qemu = self.filter = self.shell = self.port = None
        try:
            self._start(kernel, initramfs, acpi_table, devices, cmdline, cpus, person)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self, kernel, initramfs, acpi_table, devices, cmdline, cpus, person):
        fifo = self.folder / "trace.fifo"
        os.mkfifo(fifo)
        self.trace = trace.Trace(self.folder / "trace")
        self.filter = self.trace.start_filter(fifo)
        command = [
            # QEMU must not outlive the program that drives it, however that ends.
            "setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64",
            *machine.qemu_options(cpus, devices),
            "-acpitable", f"file={acpi_table}",
            # Where that table writes a byte for each question that it answers, see kernel/acpi/tph.asl.
            "-chardev", f"file,id=firmware,path={self.folder}/firmware",
            "-device", "isa-debugcon,iobase=0x580,chardev=firmware",
            "-kernel", str(kernel / "bzImage"), "-initrd", str(initramfs),
            "-append", f"{machine.KERNEL_OPTIONS} {cmdline}",
            "-serial", f"file:{self.console_log}",
            "-chardev", f"socket,id=shell,path={self.folder}/shell,server=on,wait=off",
            *_port_chardev(self.folder, person),
            "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=port,nr=0",
            "-device", "virtserialport,chardev=shell,nr=1",
            "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off",
            *trace.QEMU_OPTIONS, "-D", str(fifo)]
        self.errors = open(self.folder / "qemu-errors", "w+")
        # QEMU reads the terminal itself where a person is to sit at the guest.
        terminal = None if person else subprocess.DEVNULL
        self.qemu = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=self.errors,
                                     start_new_session=not person)
        self.shell = self._connect("shell")
        if not person:
            self.port = self._connect("port")
        self._wait_for_shell()

    def _connect(self, name):
        end = time.monotonic() + PATIENCE
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.folder / name))
                break
            except OSError:
                connection.close()
                self._check_qemu()
                if time.monotonic() > end:
                    raise Fail(f"QEMU does not come up within {PATIENCE} s: is the machine "
                               "overloaded?") from None
                time.sleep(0.05)
        spawned = pexpect.fdpexpect.fdspawn(connection.detach(), encoding="utf-8",
                                            codec_errors="replace")
        spawned.delaybeforesend = None
        return spawned

    def _check_qemu(self):
        if self.qemu.poll() is not None:
            self.errors.seek(0)
            # With status 0 the guest has ended itself, and what QEMU said is not why.
            said = self.errors.read().strip().splitlines() if self.qemu.returncode else []
            raise Fail(f"QEMU ended (status {self.qemu.returncode}): "
                       f"{said[-1] if said else self._console_end()}")

    def _console_end(self):
        lines = [line for line in self.console().strip().splitlines() if MARK not in line]
        return f"the guest's last words: {lines[-1].strip()}" if lines else "nothing on the console"

    def _wait_for_shell(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                # The shell may not listen yet when it is asked for the first time.
                self.shell.send("echo 'UP''!'\n")
                if self.shell.expect(["UP!\n", pexpect.TIMEOUT], timeout=1) == 0:
                    with contextlib.suppress(pexpect.TIMEOUT):
                        while True:
                            self.shell.expect("UP!\n", timeout=0.3)
                    return
            except (pexpect.EOF, ConnectionError):
                self._closed("boot")
        raise Fail(f"the guest does not boot within {PATIENCE} s; {self._console_end()}")

    def run(self, command, check=True, timeout=PATIENCE):
        """Run a shell command in the guest and return what it prints; Fail if it fails."""
        status, output = self.status(command, timeout)
        if check and status:
            raise Fail(f"in the guest: {command}: status {status}: {output.strip()[-300:]}")
        return output

    def status(self, command, timeout=PATIENCE):
        """Run a shell command in the guest; return its status and what it prints."""
        self.send(self.shell, f"echo '<''<'; eval {shlex.quote(command)} </dev/null 2>&1; "
                  "s=$?; echo; echo '>''>'$s'<'\n", command)
        self.expect(self.shell, "<<\n", command)
        output = self.expect(self.shell, r"\n>>(\d+)<\n", command, timeout)
        return int(self.shell.match[1]), output

    def read(self, path):
        """The content of a small file in the guest."""
        return self.run(f"{READ} <{path}")

    def start(self, command, terminal=PORT):
        """Start a program with its input and output on a terminal or in a file; return it."""
        self.started += 1
        return Program(self, command, terminal, self.started)

    def send(self, spawned, text, what):
        """Write to one of the guest's ports."""
        try:
            spawned.send(text)
        except OSError:
            self._closed(what)

    def expect(self, spawned, pattern, what, timeout=PATIENCE):
        """Wait for a pattern on one of the guest's ports; return what came before it."""
        try:
            spawned.expect(pattern, timeout=timeout)
            return strip(spawned.before)
        except (pexpect.EOF, ConnectionError):
            self._closed(what)
        except pexpect.TIMEOUT:
            self._check_qemu()
            raise Fail(f"no answer within {timeout} s to: {what}; last output: "
                       f"{strip(spawned.before or '')[-300:]!r}; {self._console_end()}") from None

    def _closed(self, what):
        # QEMU may need a moment to be seen dead.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.qemu.wait(timeout=5)
        self._check_qemu()
        raise Fail(f"the guest's port closed during: {what}") from None

    def runs(self):
        return self.qemu.poll() is None

    def console(self):
        return self.console_log.read_text(errors="replace")

    def trouble(self):
        """Return what the kernel has complained of since this was last asked."""
        # The kernel prints to the console when it gets round to it, but in order.
        self.marks += 1
        mark = f"{MARK} {self.marks} "
        self.run(f"echo '<4>{mark}' >/dev/kmsg")
        end = time.monotonic() + PATIENCE
        while mark not in (text := self.console()[self.seen:]):
            self._check_qemu()
            if time.monotonic() > end:
                raise Fail(f"the kernel's log does not reach the console within {PATIENCE} s: is the "
                           "machine overloaded?")
            time.sleep(0.001)
        self.seen += len(text)
        lines = text.splitlines()
        first = next((i for i, line in enumerate(lines) if KERNEL_TROUBLE.search(line)), None)
        return "" if first is None else "\n".join(lines[first:first + 60])

    def load_vfio(self, policy="ds-st", **parameters):
        """Load vfio-pci; the parameter of the host's policy is given unless that is to be the default.

        If it is loaded, with these parameters and none of them changed since, it stays.
        """
        options = " ".join([f"{name}={value}" for name, value in parameters.items()] +
                           ([f"tph_policy={policy}"] if policy else []))
        if self.vfio and self.vfio != (options, self._vfio_parameters()):
            self.unload_vfio()
        if not self.vfio:
            load = "modprobe" if self.driver == "vfio-pci" else "modprobe vfio-pci; insmod"
            name = self.driver if self.driver == "vfio-pci" else f"/lib/{self.driver}.ko"
            self.run(f"modprobe vfio_iommu_type1; {load} {name} {options}")
            self.vfio = options, self._vfio_parameters()

    def _vfio_parameters(self):
        return self.run("for p in /sys/module/*vfio_pci*/parameters/*; do "
                        "read -r value <$p; echo $p $value; done")

    def unload_vfio(self):
        """Fails if anybody still uses it."""
        # The status of busybox's modprobe says nothing of the module that was named.
        self.run(f"{UNBIND_VFIO}; [ ! -e /sys/module/tph_vfio_pci ] || rmmod tph_vfio_pci; "
                 "modprobe -r vfio-pci vfio_iommu_type1; [ ! -e /sys/module/vfio_pci ]")
        self.vfio = None

    def tidy(self):
        """Leave no program that a test started, nothing bound to vfio-pci, nothing emulated."""
        self.run("for f in /tmp/pid.*; do [ ! -s $f ] || { read -r pid <$f; kill -9 $pid; "
                 "while [ -s $f ]; do sleep 0.1; done; }; done; "
                 f"{UNBIND_VFIO}; "
                 "for d in /sys/kernel/debug/tph_emu/0*; do "
                 "[ ! -e $d ] || echo ${d##*/} > /sys/kernel/debug/tph_emu/detach; done; "
                 "[ ! -e /var/run/dpdk ] || rm -rf /dev/hugepages/* /var/run/dpdk")

    def emulate(self, bdf, options):
        """Give a function a TPH capability; see kernel/tph_emu/README.md for the options."""
        self.run("cd /sys/kernel/debug; [ -e tph_emu ] || insmod /lib/tph_emu.ko; "
                 f"{{ [ ! -d tph_emu/{bdf} ] || echo {bdf} > tph_emu/detach; }} && "
                 f"echo {bdf} {options} > tph_emu/attach; ok=$?; cd; [ $ok = 0 ]")
        return Emulated(self, bdf)

    def bind(self, *bdfs, driver=None):
        self.run(f"bind -d {driver or self.driver} {' '.join(bdfs)}")

    def confine(self, task, cpus, thread=False):
        """Leave a process, or only a thread, no more than a list of CPUs, whatever affinity it asks for."""
        kind = "threads" if thread else "procs"
        self.run(f"cd /sys/fs/cgroup; echo +cpuset > cgroup.subtree_control; mkdir -p {kind}; cd {kind}; "
                 f"{'echo threaded > cgroup.type; ' if thread else ''}"
                 f"echo {cpus} > cpuset.cpus; echo {task} > cgroup.{kind}")

    def bar(self, bdf, number):
        lines = self.read(f"/sys/bus/pci/devices/{bdf}/resource").splitlines()
        return int(lines[number].split()[0], 16)

    def bar0(self, bdf):
        return self.bar(bdf, 0)

    def monitor(self, command):
        """Give QEMU's monitor a command; return its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(self.folder / "qmp"))
            answers = connection.makefile()
            answers.readline()
            for request in ({"execute": "qmp_capabilities"},
                            {"execute": "human-monitor-command",
                             "arguments": {"command-line": command}}):
                connection.sendall(json.dumps(request).encode())
                while "event" in (answer := json.loads(answers.readline())):
                    pass
        return answer["return"]

    def firmware_calls(self):
        """How often the kernel has asked firmware for Steering Tags since it was booted."""
        return (self.folder / "firmware").stat().st_size

    def registers(self, address, count=1):
        """32-bit registers of a device, read from outside the guest."""
        lines = self.monitor(f"xp /{count}xw {address:#x}").splitlines()
        return [int(value, 16) for line in lines for value in line.split(":")[1].split()]

    def msix_table(self, bdf):
        """Physical address and number of entries of a function's MSI-X table."""
        config = bytes.fromhex(self.run(f"od -An -v -tx1 -N 256 /sys/bus/pci/devices/{bdf}/config"))
        bar, offset, entries = vfio.msix_table(config)
        return self.bar(bdf, bar) + offset, entries

    def testpmd(self, options=OPTIONS):
        return Testpmd(self, options)

    def vfio_user(self):
        return vfio.User(self)

    def stop(self):
        for process in (self.qemu, self.filter):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        for spawned in (self.shell, self.port):
            if spawned:
                spawned.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Program:
    """A program in the guest, which prints a line of the rig's when it has ended."""

    def __init__(self, guest, command, terminal, number):
        self.guest, self.terminal, self.running = guest, terminal, True
        self.mark = f"== program {number} has ended =="
        # Empty when the program has ended
        self.file = f"/tmp/pid.{Path(terminal).name}"
        inner = shlex.quote(f"echo $$ >{self.file}; exec {command}")
        guest.run(f"( (setsid sh -c {inner} <{terminal} >{terminal} 2>&1; "
                  f": >{self.file}; echo '{self.mark}' >>{terminal}) &)")

    def pid(self):
        return int(self.guest.read(self.file))

    def end(self, signal="KILL"):
        """Send it a signal, and wait until it has ended."""
        if self.running:
            self.guest.run(f"[ ! -s {self.file} ] || {{ read -r pid <{self.file}; "
                           f"kill -{signal} $pid; }}")
            self.wait()

    def wait(self):
        """Wait until it has ended; return what it printed last, on the port."""
        self.running = False
        if self.terminal == PORT:
            return self.guest.expect(self.guest.port, self.mark, "the end of a program")
        return self.guest.run(f"until grep -q '{self.mark}' {self.terminal}; do sleep 0.1; done")


def _port_chardev(folder, person):
    if person:
        return "-chardev", "stdio,id=port,mux=on,signal=off", "-mon", "chardev=port"
    return "-chardev", f"socket,id=port,path={folder}/port,server=on,wait=off"
