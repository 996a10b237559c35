# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""Many operations in any order, and many at once: the device always holds what it should."""

import random
import struct

import pytest

from tphrig import vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import PORT_BDF
from tphrig.vfio import DS, EXTENDED, IV, NS, SET, STANDARD, TPH

BDF = PORT_BDF[0]
FIRMWARE = 0x5a
SIZE = 16
STEPS = 1600
CHECK_EVERY = 200


class Model:
    """What a user's operations should have come to."""

    def __init__(self):
        self.control, self.set, self.hardware = 0, {}, dict.fromkeys(range(SIZE), FIRMWARE)

    @property
    def on(self):
        return self.control & 0x300

    def write_control(self, value):
        value &= vfio.CONTROL_MASK
        if value & 7 > DS or value & 0x300 == 0x200:
            return
        self.control = value
        if self.on:
            self.hardware.update(self.set)

    def write_entries(self, index, tags):
        self.set.update({index + i: tag for i, tag in enumerate(tags)})
        if self.on:
            self.hardware.update(self.set)

    def seen(self, entry):
        return self.hardware[entry] if self.on else self.set.get(entry, self.hardware[entry])


def random_steps(dice, device, model, buffer):
    """Lines for the user's process, and whether each of them must succeed."""
    control, table = CAPABILITY + vfio.TPH_CTRL, CAPABILITY + vfio.TPH_TABLE
    head = f"ioctl {device.fd} {vfio.FEATURE:#x} "
    for _ in range(CHECK_EVERY):
        kind = dice.randrange(8)
        if kind == 0:
            value = dice.choice((0, NS, IV, DS, 3, 7)) | dice.choice((0, STANDARD, 0x200, EXTENDED))
            model.write_control(value)
            yield device.write_line(control, value, dice.choice((2, 4))), True
        elif kind == 1:
            entry, tag = dice.randrange(SIZE), dice.randrange(1 << 16)
            model.write_entries(entry, [tag])
            yield device.write_line(table + 2 * entry, tag, 2), True
        elif kind == 2:
            entry, tags = 2 * dice.randrange(SIZE // 2), [dice.randrange(1 << 16) for _ in range(2)]
            model.write_entries(entry, tags)
            yield device.write_line(table + 2 * entry, tags[0] | tags[1] << 16, 4), True
        elif kind == 3:
            at, byte = dice.randrange(2 * SIZE), dice.randrange(256)
            old = model.seen(at // 2).to_bytes(2, "little")
            new = bytes((byte, old[1]) if at % 2 == 0 else (old[0], byte))
            model.write_entries(at // 2, [int.from_bytes(new, "little")])
            yield device.write_line(table + at, byte, 1), True
        elif kind == 4:
            yield f"ioctl {device.fd} {vfio.RESET:#x} =0", True
        elif kind == 5:
            index = dice.choice((dice.randrange(SIZE), dice.randrange(1 << 32)))
            count = dice.choice((dice.randrange(SIZE + 2), dice.randrange(1 << 32)))
            good = index < SIZE and 0 < count <= SIZE - index
            if good:
                model.write_entries(index, buffer[1][:count])
            body = struct.pack("<IIIIIIQ", 32, SET | TPH["VFIO_DEVICE_FEATURE_TPH_ST_CONFIG"], 0,
                               index, count, 0, buffer[0])
            # The first two words are the head of the feature, the rest its body.
            yield head + body.hex(), good
        elif kind == 6:
            junk = bytes(dice.randrange(256) for _ in range(24))
            argsz, flags = dice.randrange(64), dice.choice((vfio.GET, vfio.SET, vfio.PROBE, 0, 7 << 16))
            index = TPH["VFIO_DEVICE_FEATURE_TPH_ENABLE"] + dice.randrange(4)
            if not (flags & SET and index == TPH["VFIO_DEVICE_FEATURE_TPH_ST_CONFIG"]):
                yield head + (struct.pack("<II", argsz, flags | index) + junk).hex(), None
        else:
            width = dice.choice((1, 2, 4))
            yield device.read_line(CAPABILITY + dice.randrange(12 + 2 * SIZE - width), width), True


@pytest.mark.parametrize("seed", (1, 2))
def test_random_operations_leave_the_device_as_a_model_says(functions, seed):
    dice = random.Random(seed)
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE}")
    model = Model()
    tags = [dice.randrange(1 << 16) for _ in range(SIZE)]
    buffer = device.user.buffer(struct.pack(f"<{SIZE}I", *tags)), tags
    for step in range(0, STEPS, CHECK_EVERY):
        steps = list(random_steps(dice, device, model, buffer))
        for (line, good), answer in zip(steps, device.user.calls([line for line, _ in steps])):
            if good is not None:
                assert isinstance(answer, OSError) != good, f"seed {seed}: {line}: {answer}"
        where = f"seed {seed}, up to step {step + CHECK_EVERY}"
        assert device.control() == model.control, where
        assert emulated.ctrl() & 0x300 == model.on, where
        assert emulated.table() == model.hardware, where
        assert device.entries(range(SIZE)) == [model.seen(i) for i in range(SIZE)], where
        assert emulated.stats()["violations"] == 0, emulated.violations()


@pytest.mark.parametrize("options, entries", (("loc=cap size=64", 64), ("loc=msix", 10)))
def test_all_at_once_from_many_threads_is_in_order(functions, options, entries):
    """Resets by the user and through sysfs, SET_IRQS, config space, ST_CONFIG and close."""
    device, emulated = functions.open(options)
    tph = device.tph()
    device.close()
    user = functions.user
    calls, _ = user.call(f"race {user.group(BDF)} {BDF} {tph:#x} {entries} 10 10 1")
    assert calls > 100
    assert emulated.ctrl() & 0x300 == 0, "closed"
    if "cap" in options:
        assert set(emulated.table().values()) == {0}
    device = user.open(BDF)
    device.opt_in()
    device.st_config(0, [1, 2, 3])
    device.vectors(3)
    device.set_control(EXTENDED | IV)
    if "cap" in options:
        assert device.entries(range(3)) == [1, 2, 3]
    else:
        assert device.msix_tags(range(3)) == [1, 2, 3]
