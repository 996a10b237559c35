# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A user of VFIO programs the table in the capability: what arrives, what it costs, all or nothing."""

import errno
import math

import pytest

from tphrig import acpi, vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import CPUS, PORT_BDF
from tphrig.say import Fail
from tphrig.stock import SERIES
from tphrig.vfio import TPH, fails

FIRMWARE = 0x5a


def table_of(size, **entries):
    """A table that firmware filled, but for the entries given as e3=0x12."""
    return {i: entries.get(f"e{i}", FIRMWARE) for i in range(size)}


def writes_for(index, count):
    """Config writes that consecutive entries take, two at once where they are aligned."""
    single = index % 2
    return single + math.ceil((count - single) / 2) if count > single else count


@pytest.mark.parametrize("size", (1, 2, 3, 64))
def test_what_is_set_arrives_and_untouched_entries_keep_firmwares_tags(functions, size):
    device, emulated = functions.open(f"loc=cap size={size} firmware={FIRMWARE}")
    last = size - 1
    for requester, high in ((vfio.STANDARD, 0), (vfio.EXTENDED, 0x1200)):
        for mode in (vfio.IV, vfio.DS):
            emulated.clear()
            device.st_config(last, [high + 0x21])
            assert emulated.table() == table_of(size), "the device is left alone while TPH is off"
            assert emulated.stats()["config_writes"] == 0
            assert device.entry(last) == high + 0x21, "but the user reads what was set"

            device.set_control(mode | requester)
            assert emulated.ctrl() == device.control() == mode | requester
            assert emulated.table() == table_of(size, **{f"e{last}": high + 0x21})

            device.st_config(0, [high + 0x31])
            wanted = table_of(size, **{f"e{last}": high + 0x21} | {"e0": high + 0x31})
            assert emulated.table() == wanted
            assert dict(enumerate(device.entries(range(size)))) == wanted

            device.set_control(0)
            assert emulated.ctrl() & ~7 == 0
            device.st_config(0, [high + 0x41] * size)
            device.set_control(mode | requester)
            assert emulated.table() == dict.fromkeys(range(size), high + 0x41)
            assert emulated.stats()["violations"] == 0
            # The next round begins with what firmware left.
            device.close()
            device = functions.user.open(PORT_BDF[0])
            device.opt_in()


@pytest.mark.parametrize("options", ("ext=0", "rp=1"))
def test_a_tag_beyond_8_bits_is_refused_where_extended_was_not_negotiated(functions, options):
    device, emulated = functions.open(f"loc=cap size=4 firmware={FIRMWARE} {options}")
    for control in (0, vfio.STANDARD | vfio.IV):
        device.set_control(control)
        with fails(errno.EINVAL):
            device.st_config(0, [1, 2, 0x100, 3])
        assert emulated.table() == table_of(4)
    device.st_config(0, [0xff])
    assert emulated.table() == table_of(4, e0=0xff)


@pytest.mark.parametrize("count", (1, 2, 3, 16, 64))
def test_a_batch_takes_one_window_and_half_a_write_an_entry(functions, count):
    device, emulated = functions.open(f"loc=cap size=64 firmware={FIRMWARE}")
    device.set_control(vfio.EXTENDED | vfio.IV)
    device.st_config(0, [0x101] * count)
    emulated.clear()
    device.st_config(0, [0x200 + i for i in range(count)])
    stats = emulated.stats()
    assert stats["config_reads"] + stats["config_writes"] <= count / 2 + 6
    assert (stats["off_windows"], stats["disables"]) == (1, 1)
    assert (stats["st_writes"], stats["st_config_writes"]) == (count, math.ceil(count / 2))

    emulated.clear()
    device.st_config(0, [0x200 + i for i in range(count)])
    stats = emulated.stats()
    assert stats["config_writes"] == 0, "the tags are there already"
    assert stats["config_reads"] <= 4

    emulated.clear()
    device.st_config(0, [0x200 + i for i in range(count - 1)] + [0x333])
    stats = emulated.stats()
    assert (stats["st_config_writes"], stats["st_writes"]) == (1, 1), "only the entry that differs"


@pytest.mark.parametrize("count", (1, 2, 3, 16, 64))
def test_the_untouched_kernel_takes_8_accesses_and_a_window_an_entry(untouched_guest, count):
    emulated = untouched_guest.emulate(PORT_BDF[0], "loc=cap size=64")
    emulated.base_api("enable iv")
    emulated.clear()
    assert emulated.base_api(f"set 0 {count} 0x100") == "0"
    stats = emulated.stats()
    assert stats["config_reads"] + stats["config_writes"] == 8 * count
    assert stats["off_windows"] == count


def test_the_first_batch_reads_the_table_once(functions):
    device, emulated = functions.open(f"loc=cap size=64 firmware={FIRMWARE}")
    device.set_control(vfio.EXTENDED | vfio.IV)
    emulated.clear()
    device.st_config(5, [0x77])
    stats = emulated.stats()
    assert (stats["st_config_writes"], stats["off_windows"]) == (1, 1)
    assert 32 <= stats["config_reads"] <= 32 + 4


@pytest.mark.parametrize("index, count", ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (7, 5), (0, 64)))
def test_a_write_that_fails_anywhere_leaves_table_and_requester_as_they_were(functions, index, count):
    device, emulated = functions.open(f"loc=cap size=64 firmware={FIRMWARE}")
    on = vfio.EXTENDED | vfio.IV
    device.set_control(on)
    before = table_of(64, e0=0x777, e1=0x778)
    device.st_config(0, [0x777, 0x778])
    for position in range(1, writes_for(index, count) + 1):
        emulated.write("fail_st_write", position)
        with fails(errno.EIO):
            device.st_config(index, [0x900 + i for i in range(count)])
        assert emulated.table() == before, f"write {position} fails"
        assert emulated.ctrl() == on
    assert device.control() == on
    device.st_config(index, [0x900 + i for i in range(count)])
    assert emulated.table() == before | {index + i: 0x900 + i for i in range(count)}


@pytest.mark.parametrize("position", (1, 2, 4))
def test_when_nothing_can_be_put_back_the_requester_is_off_and_reads_so(functions, position):
    device, emulated = functions.open(f"loc=cap size=8 firmware={FIRMWARE}")
    on = vfio.EXTENDED | vfio.IV
    device.st_config(0, [0x700])
    device.set_control(on)
    emulated.write("fail_st_write", f"{position}+")
    with fails(errno.EIO):
        device.st_config(0, [0x800 + i for i in range(8)])
    assert emulated.ctrl() & 0x300 == 0
    assert device.control() & 0x300 == 0
    emulated.write("fail_st_write", 0)
    device.set_control(on)
    assert emulated.ctrl() == on
    assert emulated.table()[0] == 0x700, "what was set, not what failed"


@pytest.mark.parametrize("position", (1, 2))
def test_switching_on_fails_if_a_tag_cannot_be_written_and_leaves_it_off(functions, position):
    device, emulated = functions.open(f"loc=cap size=8 firmware={FIRMWARE}")
    device.st_config(0, [0x700, 0x701, 0x702, 0x703])
    emulated.write("fail_st_write", position)
    with fails(errno.EIO):
        device.set_control(vfio.EXTENDED | vfio.IV)
    assert emulated.ctrl() & 0x300 == device.control() & 0x300 == 0
    assert emulated.table() == table_of(8)
    device.set_control(vfio.EXTENDED | vfio.IV)
    assert emulated.table() == table_of(8, e0=0x700, e1=0x701, e2=0x702, e3=0x703)


def test_an_unreachable_device_is_an_io_error_for_what_must_reach_it(functions):
    device, emulated = functions.open(f"loc=cap size=4 firmware={FIRMWARE}")
    tph, on = device.tph(), vfio.EXTENDED | vfio.IV
    emulated.write("unreachable", 1)
    device.st_config(0, [1, 2])
    with fails(errno.EIO):
        device.write(tph + vfio.TPH_CTRL, on)
    emulated.write("unreachable", 0)
    assert emulated.ctrl() == 0
    device.write(tph + vfio.TPH_CTRL, on)
    assert device.entries(range(4)) == [1, 2, FIRMWARE, FIRMWARE]
    emulated.write("unreachable", 1)
    with fails(errno.EIO):
        device.st_config(0, [3])
    with fails(errno.EIO):
        device.read(tph + vfio.TPH_CTRL)
    with fails(errno.EIO):
        device.write(tph + vfio.TPH_TABLE, 4, 2)
    assert device.info().usable
    assert device.cpu_st([0])
    emulated.write("unreachable", 0)


def test_an_unreachable_device_cannot_be_opted_in(functions):
    device, emulated = functions.open(opt_in=False)
    emulated.write("unreachable", 1)
    with fails(errno.EIO):
        device.opt_in()
    assert not device.info().user_opt_in
    emulated.write("unreachable", 0)
    device.opt_in()


@pytest.mark.parametrize("size, on", ((1, True), (2, False), (3, True), (3, False), (64, True)))
def test_the_table_is_writable_in_config_space_with_any_width(functions, size, on):
    device, emulated = functions.open(f"loc=cap size={size} firmware=0x1234")
    start, length = device.tph() + vfio.TPH_TABLE, 2 * size
    control = vfio.EXTENDED | vfio.DS
    if on:
        device.set_control(control)
    model = bytearray(bytes((0x34, 0x12)) * size)
    lines, value = [], 0
    for width in (1, 2, 4):
        for offset in range(0, min(length, 16) - width + 1):
            value += 1
            content = bytes((0x10 * width + value + i) & 0xff for i in range(width))
            lines.append(device.write_line(start + offset, int.from_bytes(content, "little"), width))
            model[offset:offset + width] = content
    assert [a for a in device.user.calls(lines) if isinstance(a, OSError)] == []
    assert device.bytes(start, length) == model
    if not on:
        assert emulated.table() == dict.fromkeys(range(size), 0x1234)
        device.set_control(control)
    assert emulated.table() == dict(enumerate(memoryview(model).cast("H")))
    assert device.bytes(start, length) == model


def test_a_write_through_config_space_is_the_same_batch_as_st_config(functions):
    device, emulated = functions.open(f"loc=cap size=8 firmware={FIRMWARE}")
    device.set_control(vfio.EXTENDED | vfio.IV)
    device.st_config(0, [1])
    emulated.clear()
    device.write(device.tph() + vfio.TPH_TABLE + 8, 0x00020001)
    stats = emulated.stats()
    assert (stats["st_config_writes"], stats["st_writes"], stats["off_windows"]) == (1, 2, 1)
    assert emulated.table() == table_of(8, e0=1, e4=1, e5=2)
    emulated.write("fail_st_write", 1)
    with fails(errno.EIO):
        device.write(device.tph() + vfio.TPH_TABLE + 8, 0x00040003)
    assert emulated.table() == table_of(8, e0=1, e4=1, e5=2)
    assert emulated.ctrl() == vfio.EXTENDED | vfio.IV


def test_a_wide_tag_in_config_space_is_dropped_where_extended_was_not_negotiated(functions):
    device, emulated = functions.open(f"loc=cap size=4 firmware={FIRMWARE} ext=0")
    for control in (0, vfio.STANDARD | vfio.IV):
        device.set_control(control)
        device.write(device.tph() + vfio.TPH_TABLE, 0x0100, 2)
        assert device.entry(0) == FIRMWARE
        assert emulated.table() == table_of(4)


BEYOND_CONFIG_SPACE = ((2048, CAPABILITY, 64), (64, 0xf80, 58), (2048, 0xff0, 2), (2, 0xff4, 0))


@pytest.mark.parametrize("size, pos, entries", ((65, CAPABILITY, 64), (1, 0xff0, 1)))
def test_a_device_that_lies_about_its_table_gets_no_more_than_can_be(functions, size, pos, entries):
    get_no_more_than_there_is(functions, size, pos, entries)


@pytest.mark.kernels("series")
@pytest.mark.parametrize("size, pos, entries", BEYOND_CONFIG_SPACE)
def test_a_table_beyond_the_end_of_config_space_is_cut_off(functions, size, pos, entries):
    get_no_more_than_there_is(functions, size, pos, entries)


# VFIO of kernels without the series would overrun its memory.
@pytest.mark.kernels("untouched", *SERIES)
@pytest.mark.parametrize("size, pos, entries", BEYOND_CONFIG_SPACE)
def test_a_device_whose_table_is_beyond_the_end_of_config_space_is_not_bound(
        functions, size, pos, entries):
    functions.guest.run("dmesg -c >/dev/null")
    with pytest.raises(Fail, match="does not take"):
        functions.open(f"loc=cap size={size} pos={pos:#x}")
    assert "claims more than config space has" in functions.guest.run("dmesg")


def get_no_more_than_there_is(functions, size, pos, entries):
    device, emulated = functions.open(f"loc=cap size={size} pos={pos:#x} firmware={FIRMWARE}")
    assert device.tph() == pos
    info = device.info()
    assert info.entries == entries
    assert info.location == TPH["VFIO_TPH_ST_LOC_CAP"]
    device.set_control(vfio.EXTENDED | vfio.DS)
    if entries:
        device.st_config(0, [0x400 + i for i in range(entries)])
        assert emulated.table() == {i: 0x400 + i for i in range(entries)}
        with fails(errno.EINVAL):
            device.st_config(entries, [1])
    else:
        with fails(errno.EOPNOTSUPP):
            device.st_config(0, [1])
    everything = device.bytes(0, 4096)
    for offset in range(pos, 4096, 4):
        assert device.bytes(offset, 4) == everything[offset:offset + 4]
    if size > 64:
        beyond = pos + vfio.TPH_TABLE + 2 * 64
        if beyond < 4096:
            device.write(beyond, 0xffff, 2)
    assert emulated.stats()["violations"] == 0


@pytest.mark.parametrize("extended", (False, True))
@pytest.mark.parametrize("memory", ("vm", "pm"))
def test_cpu_numbers_become_the_tags_that_firmware_tells(functions, memory, extended):
    device, emulated = functions.open(f"loc=cap size=8 firmware={FIRMWARE}")
    flags = (TPH["VFIO_TPH_TAG_EXTENDED"] if extended else 0) | \
            (TPH["VFIO_TPH_MEM_PERSISTENT"] if memory == "pm" else 0)
    tags = {cpu: acpi.tags()[cpu].tag(memory, extended) for cpu in range(CPUS)}
    told = device.cpu_st(range(CPUS), flags)
    assert [tag for tag, _ in told] == list(tags.values())
    for cpu, (_, told_flags) in enumerate(told):
        firmware = getattr(acpi.tags()[cpu], f"{memory}_flags")
        assert bool(told_flags & TPH["VFIO_TPH_CPU_ST_PH_IGNORE"]) == bool(firmware & 4)

    device.set_control(vfio.EXTENDED | vfio.IV)
    known = [cpu for cpu, tag in tags.items() if tag is not None]
    device.st_config(2, known, flags=flags | TPH["VFIO_TPH_ST_CPU"])
    wanted = table_of(8, **{f"e{2 + i}": tags[cpu] for i, cpu in enumerate(known)})
    assert emulated.table() == wanted
    for cpu in set(tags) - set(known):
        with fails(errno.EINVAL):
            device.st_config(0, [known[0], cpu], flags=flags | TPH["VFIO_TPH_ST_CPU"])
    assert emulated.table() == wanted


def test_firmware_is_asked_once_for_each_cpu_however_many_ask(functions):
    for bdf in PORT_BDF:
        functions.emulate("loc=cap size=8", bdf)
    # The kernel keeps what it was told since it was booted, the module since it was loaded.
    before = 0
    if functions.guest.driver != "vfio-pci":
        functions.guest.unload_vfio()
        before = functions.guest.firmware_calls()
    functions.guest.load_vfio()
    functions.guest.bind(*PORT_BDF)
    user = functions.new_user()
    for device in map(user.open, PORT_BDF):
        device.opt_in()
        for flags in (0, TPH["VFIO_TPH_MEM_PERSISTENT"], TPH["VFIO_TPH_TAG_EXTENDED"]):
            device.cpu_st(range(CPUS), flags)
        device.st_config(0, [1, 2, 3], flags=TPH["VFIO_TPH_ST_CPU"])
    # And once whether it answers such questions at all.
    assert 1 < functions.guest.firmware_calls() - before <= CPUS + 1


def test_wide_tags_of_cpus_are_refused_where_extended_was_not_negotiated(functions):
    device, _ = functions.open("loc=cap size=8 rp=1")
    with fails(errno.EINVAL):
        device.st_config(0, [0], flags=TPH["VFIO_TPH_ST_CPU"] | TPH["VFIO_TPH_TAG_EXTENDED"])
    device.st_config(0, [0], flags=TPH["VFIO_TPH_ST_CPU"])
