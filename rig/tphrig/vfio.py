# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A user of VFIO in the guest, driven call by call; rig/guest/vfio-user.c makes the calls."""

import contextlib
import os
import re
import struct
from typing import NamedTuple

from . import cache

UAPI = cache.PROJECT / "drivers" / "bus" / "pci" / "linux" / "vfio_pci_tph.h"
_DEFINE = re.compile(r"^#define (VFIO_\w+)\s+(?:\(1 << (\d+)\)|(0x[0-9A-F]+|\d+))(?:\s|$)", re.M)
TPH = {name: 1 << int(bit) if bit else int(value, 0)
       for name, bit, value in _DEFINE.findall(UAPI.read_text())}

# include/uapi/linux/vfio.h and iommufd.h; none of these takes a size from its number.
_VFIO = 0x3b64
SET_IOMMU, GROUP_SET_CONTAINER, GROUP_GET_DEVICE_FD = _VFIO + 2, _VFIO + 4, _VFIO + 6
GET_REGION_INFO, SET_IRQS, RESET = _VFIO + 8, _VFIO + 10, _VFIO + 11
GET_HOT_RESET_INFO, HOT_RESET, FEATURE = _VFIO + 12, _VFIO + 13, _VFIO + 17
BIND_IOMMUFD, ATTACH_IOMMUFD_PT = _VFIO + 18, _VFIO + 19
IOAS_ALLOC = 0x3b81
TYPE1_IOMMU, NOIOMMU_IOMMU = 1, 8
GET, SET, PROBE = 1 << 16, 1 << 17, 1 << 18
VF_TOKEN, LOW_POWER_ENTRY, LOW_POWER_ENTRY_WITH_WAKEUP, LOW_POWER_EXIT = 0, 3, 4, 5
CONFIG_REGION = 7

# PCI
COMMAND, COMMAND_MEMORY, COMMAND_MASTER = 0x04, 2, 4
CAP_POWER, CAP_EXPRESS, CAP_MSIX, CAP_AF = 0x01, 0x10, 0x11, 0x13
EXT_CAP_SRIOV, EXT_CAP_TPH = 0x10, 0x17
TPH_CAP, TPH_CTRL, TPH_TABLE = 4, 8, 12
EXT_TPH = 1 << 8
NS, IV, DS = 0, 1, 2
OFF, STANDARD, EXTENDED = 0, 0x100, 0x300
CONTROL_MASK = 0x307

# What the host allows, from least to most
POLICIES = ("off", "no-st", "iv-st", "ds-st")

ANSWER = r"([=!]) (-?\d+)(?: ([0-9a-z:,]+))?\r?\n"
# Lines to send at once: the terminal in between has a small buffer.
BURST = 16


def capability(config, wanted):
    """The offset of a capability in the first 256 bytes of config space, or None."""
    at = config[0x34]
    while at and config[at] != wanted:
        at = config[at + 1]
    return at or None


def msix_table(config):
    """BAR, offset in it and number of entries of the MSI-X table, from the same bytes."""
    at = capability(config, CAP_MSIX)
    control, where = struct.unpack_from("<HI", config, at + 2)
    return where & 7, where & ~7, (control & 0x7ff) + 1


@contextlib.contextmanager
def fails(number):
    """The calls in this block fail with this errno."""
    try:
        yield
    except OSError as error:
        assert error.errno == number, f"{error}, not {os.strerror(number)}"
    else:
        raise AssertionError(f"succeeds, but should fail: {os.strerror(number)}")


def clear_command(guest, bdf):
    """Clear the Command register as root, behind the back of whoever has the device."""
    guest.run(f"printf '\\0\\0' | dd bs=1 seek={COMMAND} conv=notrunc "
              f"of=/sys/bus/pci/devices/{bdf}/config 2>/dev/null")


class Info(NamedTuple):
    """The answer to GET of TPH_ENABLE."""

    flags: int
    modes: int
    requesters: int
    location: int
    policy: str
    entries: int

    def __getattr__(self, name):
        """capable, usable, user_opt_in"""
        return bool(self.flags & TPH[f"VFIO_TPH_{name.upper()}"])


class User:
    """A process in the guest, on /dev/hvc0, that opens devices."""

    def __init__(self, guest):
        self.guest, self.port = guest, guest.port
        self.containers = {}
        self.iommufd = None
        self.program = guest.start("vfio-user")
        guest.expect(self.port, r"= 0 ready\r?\n", "vfio-user")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def calls(self, lines):
        """Make many calls; return for each its answer, (result, bytes), or an OSError."""
        answers = []
        for first in range(0, len(lines), BURST):
            burst = lines[first:first + BURST]
            self.port.send("".join(f"{line}\n" for line in burst))
            for line in burst:
                self.guest.expect(self.port, ANSWER, line)
                sign, result, text = self.port.match.groups()
                if sign == "=":
                    answers.append((int(result), text or ""))
                else:
                    answers.append(OSError(int(result), f"{os.strerror(int(result))}: {line[:80]}"))
        return answers

    def call(self, line):
        answer, = self.calls([line])
        if isinstance(answer, OSError):
            raise answer
        return answer

    def ioctl(self, fd, request, argument):
        """The argument is a number, or bytes: a pointer to them is passed, and they are returned."""
        word = argument.hex() if isinstance(argument, bytes) else f"={argument}"
        result, text = self.call(f"ioctl {fd} {request:#x} {word}")
        return bytes.fromhex(text) if isinstance(argument, bytes) else result

    def buffer(self, content):
        """The address of a copy of content in the process."""
        return self.call(f"buffer {content.hex()}")[0]

    def peek(self, address, length):
        return bytes.fromhex(self.call(f"peek {address} {length}")[1])

    def group(self, bdf):
        """The file descriptor of a device's group, in a container with its IOMMU."""
        path = self.guest.run(f"cd -P /sys/bus/pci/devices/{bdf}/iommu_group; n=${{PWD##*/}}; cd /; "
                              "[ -e /dev/vfio/$n ] || n=noiommu-$n; echo /dev/vfio/$n").strip()
        if path not in self.containers:
            container, group = (self.call(f"open {name}")[0] for name in ("/dev/vfio/vfio", path))
            self.ioctl(group, GROUP_SET_CONTAINER, struct.pack("<i", container))
            self.ioctl(container, SET_IOMMU, NOIOMMU_IOMMU if "noiommu" in path else TYPE1_IOMMU)
            self.containers[path] = group
        return self.containers[path]

    def open(self, bdf, token=None):
        """Open a device through its group; a virtual function needs the token of its physical one."""
        group = self.group(bdf)
        name = f"{bdf}{f' vf_token={token}' if token else ''}\0".encode()
        fd, _ = self.call(f"ioctl {group} {GROUP_GET_DEVICE_FD:#x} {name.hex()}")
        return Device(self, bdf, fd)

    def open_cdev(self, bdf):
        """Open a device through its own node and iommufd."""
        name = self.guest.run(f"ls /sys/bus/pci/devices/{bdf}/vfio-dev").strip()
        fd, _ = self.call(f"open /dev/vfio/devices/{name}")
        if self.iommufd is None:
            self.iommufd = self.call("open /dev/iommu")[0]
        self.ioctl(fd, BIND_IOMMUFD, struct.pack("<IIiI", 16, 0, self.iommufd, 0))
        told = self.ioctl(self.iommufd, IOAS_ALLOC, struct.pack("<III", 12, 0, 0))
        ioas = struct.unpack("<III", told)[2]
        self.ioctl(fd, ATTACH_IOMMUFD_PT, struct.pack("<III", 12, 0, ioas))
        return Device(self, bdf, fd)

    def quit(self):
        """Let the process end with its devices open."""
        self.kill("TERM")

    def kill(self, signal="KILL"):
        self.program.end(signal)


class Device:
    """An open device. What fails raises OSError."""

    def __init__(self, user, bdf, fd):
        self.user, self.bdf, self.fd = user, bdf, fd
        self.config = self.region(CONFIG_REGION)[0]
        self._mapped = self._tph = None

    def close(self):
        if self._mapped:
            # It keeps the device open.
            self.user.call(f"munmap {self._mapped[0]} {self._mapped[1]}")
        self.user.call(f"close {self.fd}")

    def region(self, index):
        """Offset and size of a region."""
        request = struct.pack("<IIIIQQ", 32, 0, index, 0, 0, 0)
        *_, size, offset = struct.unpack("<IIIIQQ", self.user.ioctl(self.fd, GET_REGION_INFO, request))
        return offset, size

    # Config space

    def read_line(self, offset, width=4):
        return f"pread {self.fd} {self.config + offset:#x} {width}"

    def write_line(self, offset, value, width=4):
        return f"pwrite {self.fd} {self.config + offset:#x} {value.to_bytes(width, 'little').hex()}"

    def bytes(self, offset, length):
        count, text = self.user.call(self.read_line(offset, length))
        assert count == length
        return bytes.fromhex(text)

    def read(self, offset, width=4):
        return int.from_bytes(self.bytes(offset, width), "little")

    def write(self, offset, value, width=4):
        count, _ = self.user.call(self.write_line(offset, value, width))
        assert count == width

    def dump(self, width):
        """All of config space, by reads of that width."""
        return bytes.fromhex(self.user.call(f"dump {self.fd} {self.config:#x} {width}")[1])

    def sweep(self, width, pattern):
        """What it does to write a pattern at each offset, and then the old value again."""
        return self.user.call(f"sweep {self.fd} {self.config:#x} {width} {pattern}")[1]

    def capability(self, wanted):
        """The offset of a capability in the chain, or None."""
        return capability(self.bytes(0, 256), wanted)

    def extended(self):
        """The extended capabilities as (ID, offset), in the order of the chain."""
        found, at = [], 0x100
        while at:
            header = self.read(at)
            assert at not in [o for _, o in found], f"the chain has a loop: {found}"
            found.append((header & 0xffff, at))
            at = header >> 20
        return found

    def tph(self):
        """The offset of the TPH capability, or None; it does not move."""
        if self._tph is None:
            self._tph = dict(self.extended()).get(EXT_CAP_TPH)
        return self._tph

    # TPH

    def feature(self, index, flags, body=b"", argsz=None):
        """VFIO_DEVICE_FEATURE; return the body as the kernel leaves it."""
        head = struct.pack("<II", 8 + len(body) if argsz is None else argsz, flags | index)
        return self.user.ioctl(self.fd, FEATURE, head + body)[8:]

    def info(self):
        told = self.feature(TPH["VFIO_DEVICE_FEATURE_TPH_ENABLE"], GET, bytes(12))
        flags, modes, requesters, location, policy, entries = struct.unpack("<IBBBBI", told)
        return Info(flags, modes, requesters, location, POLICIES[policy], entries)

    def opt_in(self):
        self.feature(TPH["VFIO_DEVICE_FEATURE_TPH_ENABLE"], SET)

    def st_config(self, index, values, flags=0, count=None, reserved=0, pointer=None):
        if pointer is None:
            pointer = self.user.buffer(struct.pack(f"<{len(values)}I", *values))
        body = struct.pack("<IIIIQ", flags, index, len(values) if count is None else count,
                           reserved, pointer)
        self.feature(TPH["VFIO_DEVICE_FEATURE_TPH_ST_CONFIG"], SET, body)

    def cpu_st(self, cpus, flags=0, count=None, pointer=None, entry_flags=0):
        """(tag, flags) of each CPU; the tag is None if it is not valid."""
        if pointer is None:
            pointer = self.user.buffer(b"".join(struct.pack("<IHH", cpu, 0xffff, entry_flags)
                                                for cpu in cpus))
        body = struct.pack("<IIQ", flags, len(cpus) if count is None else count, pointer)
        self.feature(TPH["VFIO_DEVICE_FEATURE_TPH_CPU_ST"], GET, body)
        told = struct.iter_unpack("<IHH", self.user.peek(pointer, 8 * len(cpus)))
        valid = TPH["VFIO_TPH_CPU_ST_VALID"]
        return [(tag if flags & valid else None, flags) for _, tag, flags in told]

    def control(self):
        return self.read(self.tph() + TPH_CTRL) & CONTROL_MASK

    def set_control(self, value, width=4):
        self.write(self.tph() + TPH_CTRL, value, width)

    def entry(self, index):
        return self.read(self.tph() + TPH_TABLE + 2 * index, 2)

    def entries(self, indices):
        lines = [self.read_line(self.tph() + TPH_TABLE + 2 * index, 2) for index in indices]
        return [int.from_bytes(bytes.fromhex(text), "little") for _, text in self.user.calls(lines)]

    # Interrupts

    def vectors(self, count, start=0, bare=False):
        """SET_IRQS of MSI-X, with an eventfd for each vector, or with none (bare)."""
        self.user.call(f"vectors {self.fd} {start} {count} {int(bare)}")

    def set_irqs(self, start, fds):
        """SET_IRQS of MSI-X with these file descriptors."""
        self.user.ioctl(self.fd, SET_IRQS, struct.pack(f"<5I{len(fds)}i", 20 + 4 * len(fds), 0x24, 2,
                                                       start, len(fds), *fds))

    def no_vectors(self):
        self.user.call(f"vectors {self.fd} 0 0")

    def msix_table(self):
        """Where the MSI-X table is, as an address in the process."""
        if self._mapped is None:
            bar, start, entries = msix_table(self.bytes(0, 256))
            base = start & ~0xfff
            offset, _ = self.region(bar)
            size = (start - base + 16 * entries + 0xfff) & ~0xfff
            address, _ = self.user.call(f"mmap {self.fd} {offset + base:#x} {size}")
            self._mapped = address, size, address + start - base
        return self._mapped[2]

    def msix_word(self, vector):
        """Vector Control of an entry of the MSI-X table, as the device has it."""
        return self.user.call(f"load {self.msix_table() + 16 * vector + 12:#x}")[0]

    def set_msix_word(self, vector, value):
        """Write Vector Control behind the kernel's back."""
        self.user.call(f"store {self.msix_table() + 16 * vector + 12:#x} {value:#x}")

    def msix_tags(self, vectors):
        table = self.msix_table()
        answers = self.user.calls([f"load {table + 16 * v + 12:#x}" for v in vectors])
        return [result >> 16 for result, _ in answers]

    # Resets

    def reset(self):
        self.user.ioctl(self.fd, RESET, 0)

    def dependent(self):
        """The BDFs of the devices that a hot reset of this one resets."""
        request = struct.pack("<III", 12 + 8 * 64, 0, 0) + bytes(8 * 64)
        told = self.user.ioctl(self.fd, GET_HOT_RESET_INFO, request)
        count, = struct.unpack_from("<I", told, 8)
        return [f"{segment:04x}:{bus:02x}:{devfn >> 3:02x}.{devfn & 7}" for _, segment, bus, devfn
                in struct.iter_unpack("<IHBB", told[12:12 + 8 * count])]

    def hot_reset(self):
        """Hot reset, with the groups of all devices that this process has open."""
        groups = list(self.user.containers.values())
        self.user.ioctl(self.fd, HOT_RESET, struct.pack(f"<III{len(groups)}i", 12 + 4 * len(groups), 0,
                                                        len(groups), *groups))

    def power_state(self, state):
        """Go to D0 (0) or D3hot (3) as a driver does, through the Power Management capability."""
        self.write(self.capability(CAP_POWER) + 4, state, 2)
