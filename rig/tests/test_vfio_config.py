# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The TPH capability in the config space of a user of VFIO: hidden, as it ever was, or virtual."""

import errno
import itertools

import pytest

from tphrig import vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import NVME_BDF, PORT_BDF
from tphrig.stock import SERIES
from tphrig.vfio import DS, EXTENDED, IV, NS, OFF, STANDARD, fails

PATTERNS = (0xffffffff, 0x00000000)


def chain_without(guest, bdf):
    """The extended capabilities that a user of the device itself, without the emulator, sees."""
    guest.load_vfio()
    guest.bind(bdf)
    with guest.vfio_user() as user:
        chain = user.open(bdf).extended()
    guest.unload_vfio()
    return chain


@pytest.mark.parametrize("size", (1, 2, 3, 64))
def test_a_capability_that_cannot_be_used_is_hidden_with_all_of_its_bytes(functions, size):
    chain = chain_without(functions.guest, PORT_BDF[0])
    device, emulated = functions.open(f"loc=cap size={size} rp=0 firmware=0x5a", opt_in=False)
    assert device.extended() == chain
    length = vfio.TPH_TABLE + 2 * size
    assert device.bytes(CAPABILITY, length) == bytes(length)
    emulated.clear()
    lines = [device.write_line(CAPABILITY + offset, (1 << 8 * width) - 1, width)
             for width in (1, 2, 4) for offset in range(0, length - width + 1)]
    assert [a for a in device.user.calls(lines) if isinstance(a, OSError)] == []
    assert device.bytes(CAPABILITY, length) == bytes(length)
    assert (emulated.stats()["config_writes"], emulated.ctrl()) == (0, 0)


def test_a_capability_at_the_head_of_the_chain_is_hidden_as_well(more_functions):
    device, emulated = more_functions.open("loc=cap size=4 rp=0 pos=0x100 firmware=0x5a", bdf=NVME_BDF,
                                           opt_in=False)
    assert vfio.EXT_CAP_TPH not in dict(device.extended())
    length = vfio.TPH_TABLE + 8
    assert device.bytes(0x100 + 4, length - 4) == bytes(length - 4)
    emulated.clear()
    for offset in range(0, length, 4):
        device.write(0x100 + offset, 0xffffffff)
    assert (emulated.stats()["config_writes"], emulated.ctrl()) == (0, 0)
    assert device.bytes(0x100 + 4, length - 4) == bytes(length - 4)


def test_a_usable_capability_is_the_last_of_the_chain(functions):
    chain = chain_without(functions.guest, PORT_BDF[0])
    device, _ = functions.open("loc=cap size=4")
    assert device.extended() == chain + [(vfio.EXT_CAP_TPH, CAPABILITY)]


def test_control_can_be_written_with_any_width(functions):
    device, emulated = functions.open("loc=cap size=3")
    at = device.tph() + vfio.TPH_CTRL
    for width, mode, requester in itertools.product((1, 2, 4), (NS, IV, DS), (STANDARD, EXTENDED)):
        emulated.clear()
        for wanted in (mode | requester, OFF):
            if width == 1:
                # The mode of a requester that is on does not change in between.
                for byte in (0, 1) if wanted else (1, 0):
                    device.write(at + byte, wanted >> 8 * byte & 0xff, 1)
            else:
                device.write(at, wanted, width)
            assert emulated.ctrl() & 0x300 == wanted & 0x300
            assert not wanted or emulated.ctrl() == wanted
            assert device.control() == wanted
        stats = emulated.stats()
        assert (stats["enables"], stats["disables"]) == (1, 1)


def test_reads_of_any_width_agree_across_the_borders_of_fields(functions):
    device, _ = functions.open("loc=cap size=5 firmware=0x1234")
    device.set_control(IV | EXTENDED)
    device.st_config(1, [0xabcd])
    start, length = device.tph(), vfio.TPH_TABLE + 10
    whole = device.bytes(start, length)
    assert whole[:2] == bytes((vfio.EXT_CAP_TPH, 0))
    assert whole[vfio.TPH_CTRL:] == bytes.fromhex("01030000" "3412" "cdab" "3412" "3412" "3412")
    for width in (1, 2, 3, 4, 5, 8):
        lines = [device.read_line(start + offset, width) for offset in range(length - width + 1)]
        for offset, (count, text) in enumerate(device.user.calls(lines)):
            assert (count, bytes.fromhex(text)) == (width, whole[offset:offset + width])


@pytest.mark.parametrize("options, refused", (
    ("modes=ns,iv", (DS | STANDARD, DS, 3 | STANDARD, 7 | EXTENDED, IV | 0x200)),
    ("modes=ns,ds", (IV | STANDARD, IV, IV | EXTENDED)),
    ("ext=0", (IV | EXTENDED, DS | EXTENDED)),
    ("rp=1", (IV | EXTENDED, DS | 0x200))))
def test_a_value_that_the_device_cannot_take_is_dropped_and_reads_back_as_before(
        functions, options, refused):
    device, emulated = functions.open(f"loc=cap size=4 {options}")
    good = (IV if "ns,ds" not in options else DS) | STANDARD
    for before in (OFF, good):
        device.set_control(before)
        emulated.clear()
        for value in refused:
            for width in (2, 4):
                device.set_control(value, width)
                assert device.control() == before
        assert emulated.ctrl() == before
        assert emulated.stats()["config_writes"] == 0


@pytest.mark.parametrize("width", (2, 4))
def test_a_value_that_the_device_fails_to_take_leaves_mode_and_requester_as_they_were(functions, width):
    device, emulated = functions.open("loc=cap size=4")
    device.st_config(0, [1, 2, 3, 4])
    for position in (1, 2):
        emulated.write("fail_st_write", position)
        with fails(errno.EIO):
            device.set_control(DS | STANDARD, width)
        assert emulated.ctrl() == device.control() == OFF
    device.set_control(IV | EXTENDED)
    emulated.write("unreachable", 1)
    with fails(errno.EIO):
        device.write(CAPABILITY + vfio.TPH_CTRL, DS | STANDARD, width)
    emulated.write("unreachable", 0)
    assert emulated.ctrl() == device.control() == IV | EXTENDED


def test_reserved_bits_are_not_passed_on(functions):
    device, emulated = functions.open("loc=cap size=4")
    device.set_control(0xfffffcf8 | IV | STANDARD)
    assert emulated.ctrl() == IV | STANDARD
    assert device.read(device.tph() + vfio.TPH_CTRL) == IV | STANDARD


def test_the_mode_changes_only_while_the_requester_is_off(functions):
    device, emulated = functions.open("loc=cap size=4")
    device.st_config(0, [1])
    for value in (IV | EXTENDED, DS | EXTENDED, DS | STANDARD, IV | STANDARD, NS | STANDARD):
        device.set_control(value)
        assert emulated.ctrl() == device.control() == value
    assert emulated.stats()["disables"] == 4


def test_writing_what_is_there_does_not_disturb_the_device(functions):
    device, emulated = functions.open("loc=cap size=4")
    device.set_control(IV | EXTENDED)
    emulated.clear()
    device.set_control(IV | EXTENDED)
    device.set_control(IV | EXTENDED, 2)
    assert emulated.stats()["config_writes"] == 0


@pytest.mark.parametrize("options, raw, seen", (("rp=1", 1, 0), ("ext=0", 0, 0), ("rp=3", 1, 1)))
def test_extended_tph_is_what_was_negotiated_once_the_user_has_opted_in(functions, options, raw, seen):
    device, _ = functions.open(f"loc=cap size=4 {options}", opt_in=False)
    at = device.tph() + vfio.TPH_CAP
    before = device.read(at)
    assert bool(before & vfio.EXT_TPH) == raw
    device.opt_in()
    after = device.read(at)
    assert bool(after & vfio.EXT_TPH) == seen
    assert after | vfio.EXT_TPH == before | vfio.EXT_TPH
    device.write(at, after ^ 0xffffffff)
    assert device.read(at) == after


def test_only_the_control_register_and_the_table_change_by_the_opt_in(functions):
    # Behind a smaller table the device's own bytes begin, which the user may write.
    device, _ = functions.open("loc=cap size=64", opt_in=False)
    before = [set(device.sweep(width, PATTERNS[0]).split(",")) for width in (1, 2, 4)]
    device.opt_in()
    after = [set(device.sweep(width, PATTERNS[0]).split(",")) for width in (1, 2, 4)]
    changed = {int(line[:3], 16) for b, a in zip(before, after) for line in b ^ a if line}
    tph = device.tph()
    assert changed and changed <= set(range(tph + vfio.TPH_CTRL, tph + vfio.TPH_TABLE + 128))


def everything(device):
    """All that a user can find out about config space by reading and writing all of it."""
    found = {}
    for width in (1, 2, 4):
        found[f"read {width}"] = device.dump(width)
        for pattern in PATTERNS:
            found[f"write {pattern:#x} {width}"] = device.sweep(width, pattern).split(",")
    found["chain"] = device.extended()
    return found


ALIKE = pytest.mark.parametrize("options, policy", (
    ("loc=cap size=64", "off"), ("loc=cap size=3", "ds-st"), ("loc=msix", "iv-st")))


@pytest.mark.kernels("series")
@ALIKE
def test_without_the_users_opt_in_every_byte_is_as_on_the_untouched_kernel(
        guest, untouched_guest, options, policy):
    be_alike([(guest, "vfio-pci", policy), (untouched_guest, "vfio-pci", None)], options)


@pytest.mark.kernels("untouched", *SERIES)
@ALIKE
def test_without_the_users_opt_in_every_byte_is_as_with_vfio_pci_of_the_same_kernel(
        guest, options, policy):
    be_alike([(guest, guest.driver, policy), (guest, "vfio-pci", policy)], options)


def be_alike(ways, options):
    found = []
    for guest, driver, policy in ways:
        emulated = guest.emulate(PORT_BDF[0], options)
        guest.load_vfio(policy)
        guest.bind(PORT_BDF[0], driver=driver)
        with guest.vfio_user() as user:
            found.append(everything(user.open(PORT_BDF[0])))
        assert emulated.ctrl() == 0
    ours, theirs = found
    for what in theirs:
        assert ours[what] == theirs[what], what
