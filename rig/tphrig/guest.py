# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A running guest: QEMU, its channels to the host, and QEMU's trace of what reaches the devices."""

import base64
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

from . import trace, vfio
from .say import Fail, check_disk

CPUS = 4
# The machine always has these two; both are on one hub, so each receives what the other sends.
PORT_BDF = ("0000:01:00.0", "0000:02:00.0")
# A one-shot timer interrupt that emulation loses on a loaded machine is lost for good, and the
# CPU with it; of a periodic one there is soon another.
KERNEL_OPTIONS = ("console=ttyS0 quiet loglevel=5 panic=-1 intel_iommu=on hugepages=384 "
                  "highres=off")
# What the kernel says when it has found a fault in itself.
KERNEL_TROUBLE = re.compile(
    r"WARNING:|BUG:|Oops|Kernel panic|INFO: (?:task|possible|lockdep|rcu|trying)|"
    r"possible (?:circular|recursive) locking|suspicious RCU|KASAN|UBSAN|unreferenced object|"
    r"sleeping function called|inconsistent lock state|scheduling while atomic")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
PROMPT = "testpmd> "
# Ports tell of their link whenever they like, in the middle of a prompt too.
QUIET = "--mask-event intr_lsc"
# For the tests that need them, behind the ports: as many MSI-X vectors as there can be, two
# functions in one slot, and an endpoint without a Root Port.
NVME_BDF, SLOT_BDF, RCIEP_BDF = "0000:03:00.0", ("0000:04:00.0", "0000:04:00.1"), "0000:00:08.0"
MORE_DEVICES = (
    "-blockdev", "driver=null-co,node-name=disk,size=1048576,read-zeroes=on",
    "-device", "pcie-root-port,id=rp2,bus=pcie.0,chassis=3,slot=3",
    "-device", "nvme,id=nvme,bus=rp2,serial=rig,drive=disk,msix_qsize=2048,max_ioqpairs=2047",
    "-device", "pcie-root-port,id=rp3,bus=pcie.0,chassis=4,slot=4",
    "-device", "e1000e,id=slot0,bus=rp3,addr=0.0,multifunction=on",
    "-device", "e1000e,id=slot1,bus=rp3,addr=0.1",
    "-device", "igb,id=rciep,bus=pcie.0,addr=0x8")


def strip(text):
    return ESCAPES.sub("", text)


class Guest:
    """Boots at once; use it as a context manager, or call stop().

    With person, the terminal is what programs have on /dev/hvc0; else that is self.port.
    """

    def __init__(self, kernel, initramfs, acpi_table, devices=(), cmdline="", cpus=CPUS,
                 person=False):
        self.folder = Path(tempfile.mkdtemp(prefix="dpdk-tph-"))
        check_disk(self.folder)
        self.console_log = self.folder / "console"
        self.console_log.touch()
        self.seen = 0
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
            # With a thread for each CPU, QEMU 10.0 loses a wake-up now and then, and the CPU with it.
            "-machine", "q35,kernel-irqchip=split", "-accel", "tcg,thread=single", "-cpu", "Haswell",
            # Native hot-plug, and with it the link states that a bus reset needs.
            "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
            "-nodefaults", "-display", "none", "-no-reboot", "-smp", str(cpus), "-m", "2G",
            *_numa(cpus),
            "-device", "intel-iommu,intremap=on,caching-mode=on",
            *_ports(), *devices,
            "-acpitable", f"file={acpi_table}",
            "-kernel", str(kernel / "bzImage"), "-initrd", str(initramfs),
            "-append", f"{KERNEL_OPTIONS} {cmdline}",
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
        end = time.monotonic() + 20
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self.folder / name))
                break
            except OSError:
                connection.close()
                self._check_qemu()
                if time.monotonic() > end:
                    raise Fail("QEMU does not come up within 20 s: is the machine overloaded?") from None
                time.sleep(0.05)
        spawned = pexpect.fdpexpect.fdspawn(connection.detach(), encoding="utf-8",
                                            codec_errors="replace", timeout=60)
        spawned.delaybeforesend = None
        return spawned

    def _check_qemu(self):
        if self.qemu.poll() is not None:
            self.errors.seek(0)
            said = self.errors.read().strip().splitlines()
            raise Fail(f"QEMU ended (status {self.qemu.returncode}): "
                       f"{said[-1] if said else self._console_end()}")

    def _console_end(self):
        lines = self.console().strip().splitlines()
        return f"the guest's last words: {lines[-1].strip()}" if lines else "nothing on the console"

    def _wait_for_shell(self):
        end = time.monotonic() + 90
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
        raise Fail(f"the guest does not boot within 90 s; {self._console_end()}")

    def run(self, command, check=True, timeout=60):
        """Run a shell command in the guest and return what it prints; Fail if it fails."""
        status, output = self.status(command, timeout)
        if check and status:
            raise Fail(f"in the guest: {command}: status {status}: {output.strip()[-300:]}")
        return output

    def status(self, command, timeout=60):
        """Run a shell command in the guest; return its status and what it prints."""
        coded = base64.b64encode(command.encode()).decode()
        self.shell.send(f'echo "<""<"; eval "$(echo {coded} | base64 -d)" </dev/null 2>&1; '
                        's=$?; echo; echo ">"">"$s"<"\n')
        self._expect(self.shell, "<<\n", 10, command)
        self._expect(self.shell, r"\n>>(\d+)<\n", timeout, command)
        return int(self.shell.match[1]), strip(self.shell.before)

    def start(self, command, terminal):
        """Start a program that reads and writes a file, and go on."""
        # A child of the first process, which reaps it, not of the shell, which would not.
        inner = shlex.quote(f"exec {command} <{terminal} >{terminal} 2>&1")
        self.run(f"(setsid sh -c {inner} &)")

    def _expect(self, spawned, pattern, timeout, what):
        try:
            return spawned.expect(pattern, timeout=timeout)
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

    def console(self):
        return self.console_log.read_text(errors="replace")

    def trouble(self):
        """Return what the kernel has complained of since this was last asked."""
        text = self.console()[self.seen:]
        self.seen += len(text)
        lines = text.splitlines()
        first = next((i for i, line in enumerate(lines) if KERNEL_TROUBLE.search(line)), None)
        return "" if first is None else "\n".join(lines[first:first + 60])

    def load_vfio(self, host_opt_in=True, **parameters):
        """Load vfio-pci; the module parameter of the host's opt-in is given when it is to be on."""
        options = [f"{name}={value}" for name, value in parameters.items()]
        if host_opt_in:
            options.append("enable_unsafe_tph=1")
        self.run(f"modprobe vfio_iommu_type1; modprobe vfio-pci {' '.join(options)}")

    def unload_vfio(self):
        self.run("for d in /sys/bus/pci/drivers/vfio-pci/0*; do "
                 "[ ! -e $d ] || echo ${d##*/} > /sys/bus/pci/drivers/vfio-pci/unbind; done; "
                 "modprobe -r vfio-pci vfio_iommu_type1 2>/dev/null; true")

    def emulate(self, bdf, options):
        """Give a function a TPH capability; see kernel/tph_emu/README.md for the options."""
        self.run("cd /sys/kernel/debug; [ -e tph_emu ] || insmod /lib/tph_emu.ko; "
                 f"{{ [ ! -d tph_emu/{bdf} ] || echo {bdf} > tph_emu/detach; }} && "
                 f"echo {bdf} {options} > tph_emu/attach; ok=$?; cd; [ $ok = 0 ]")
        return Emulated(self, bdf)

    def bind(self, *bdfs, driver="vfio-pci"):
        self.run(f"bind -d {driver} {' '.join(bdfs)}")

    def bar(self, bdf, number):
        lines = self.run(f"cat /sys/bus/pci/devices/{bdf}/resource").splitlines()
        return int(lines[number].split()[0], 16)

    def bar0(self, bdf):
        return self.bar(bdf, 0)

    def monitor(self, command):
        """Give QEMU's monitor a command, and return its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
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

    def registers(self, address, count=1):
        """Registers of a device, 32 bits each, read from outside the guest."""
        lines = self.monitor(f"xp /{count}xw {address:#x}").splitlines()
        return [int(value, 16) for line in lines for value in line.split(":")[1].split()]

    def msix_table(self, bdf):
        """Physical address and number of entries of a function's MSI-X table."""
        config = bytes.fromhex(self.run(f"od -An -v -tx1 -N 256 /sys/bus/pci/devices/{bdf}/config"))
        at = config[0x34]
        while config[at] != vfio.CAP_MSIX:
            at = config[at + 1]
        entries = (int.from_bytes(config[at + 2:at + 4], "little") & 0x7ff) + 1
        offset = int.from_bytes(config[at + 4:at + 8], "little")
        return self.bar(bdf, offset & 7) + (offset & ~7), entries

    def tph_events(self, bdf, control, since=0):
        """Writes to TPH Control (at that offset) and to Vector Control of the MSI-X table.

        In order, as ("control", None, value) and ("entry", vector, value).
        """
        base, entries = self.msix_table(bdf)
        found = []
        for kind, where, value in self.trace.writes(bdf, since):
            if kind == "config" and where == control:
                found.append(("control", None, value))
            elif kind == "msix" and 0 <= where - base < 16 * entries and (where - base) % 16 == 12:
                found.append(("entry", (where - base) // 16, value))
        return found

    def testpmd(self, options):
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


class Emulated:
    """One function's registers and counters, as the emulator in the guest has them."""

    def __init__(self, guest, bdf):
        self.guest, self.bdf = guest, bdf

    def file(self, name):
        return self.guest.run(f"cat /sys/kernel/debug/tph_emu/{self.bdf}/{name}")

    def write(self, name, text):
        self.guest.run(f"echo '{text}' > /sys/kernel/debug/tph_emu/{self.bdf}/{name}")

    def base_api(self, command):
        """Call the PCI core's in-kernel API on this function; return status and result."""
        self.guest.status(f"echo '{command}' > /sys/kernel/debug/tph_emu/{self.bdf}/base_api")
        return self.file("base_api").strip().rpartition(": ")[2]

    def stats(self):
        return {name: int(value) for name, value in
                (line.split() for line in self.file("stats").splitlines() if line)}

    def violations(self):
        return [line for line in self.file("violations").splitlines() if line]

    def table(self):
        return {int(index): int(value, 16) for index, value in
                (line.split() for line in self.file("table").splitlines() if line)}

    def ctrl(self):
        return int(self.file("ctrl"), 16)

    def clear(self):
        self.write("clear", 1)


class Testpmd:
    """An interactive testpmd on the guest's /dev/hvc0."""

    __test__ = False

    def __init__(self, guest, options):
        self.guest, self.port, self.completions = guest, guest.port, 0
        guest.start(f"dpdk-testpmd {options} {QUIET}", "/dev/hvc0")
        guest._expect(self.port, PROMPT, 90, f"testpmd {options}")
        self.start_output = strip(self.port.before)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def cmd(self, line, timeout=60):
        """Give a command, return what testpmd prints until its next prompt."""
        self.port.send(line + "\n")
        self.guest._expect(self.port, PROMPT, timeout, line)
        lines = strip(self.port.before).splitlines()
        while lines and not lines[0].strip():
            lines.pop(0)
        if lines and line in lines[0]:
            lines.pop(0)
        return "\n".join(lines)

    def complete(self, typed):
        """Type the start of a line and the tab key; return the words that it offers."""
        self.completions += 1
        end = f"# {self.completions} words asked for"
        # Ctrl-C gives the line up, and a comment does nothing.
        self.port.send(f"{typed}\t\x03{end}\n")
        self.guest._expect(self.port, end, 60, f"{typed}<tab>")
        said = strip(self.port.before)
        self.guest._expect(self.port, PROMPT, 60, end)
        return set(re.findall(r"^ ([\w,]+) \[", said, re.M))

    def quit(self):
        self.port.send("quit\n")
        self.guest._expect(self.port, "Bye...", 60, "quit")
        self._wait_gone()
        return strip(self.port.before)

    def kill(self):
        self.guest.run("killall -9 dpdk-testpmd 2>/dev/null; true")
        self._wait_gone()

    def _wait_gone(self):
        self.guest.run("while pidof dpdk-testpmd >/dev/null; do sleep 0.1; done", timeout=30)
        self.guest.run("stty -F /dev/hvc0 raw -echo -iexten; rm -rf /dev/hugepages/* /var/run/dpdk")
        with contextlib.suppress(pexpect.TIMEOUT):
            self.port.expect("nothing says this", timeout=0.2)


def _numa(cpus):
    """Two nodes, so that a wrong one shows."""
    half = cpus // 2
    options = []
    for node, span in enumerate((f"0-{half - 1}", f"{half}-{cpus - 1}")):
        options += ["-object", f"memory-backend-ram,id=mem{node},size=1G",
                    "-numa", f"node,nodeid={node},cpus={span},memdev=mem{node}"]
    return options


def _port_chardev(folder, person):
    if person:
        return "-chardev", "stdio,id=port,mux=on,signal=off", "-mon", "chardev=port"
    return "-chardev", f"socket,id=port,path={folder}/port,server=on,wait=off"


def _ports():
    options = []
    for i in range(len(PORT_BDF)):
        options += ["-netdev", f"hubport,id=hub{i},hubid=0",
                    "-device", f"pcie-root-port,id=rp{i},bus=pcie.0,chassis={i + 1},slot={i + 1}",
                    "-device", f"igb,id=port{i},bus=rp{i},netdev=hub{i},mac=52:54:00:00:00:0{i}"]
    return options
