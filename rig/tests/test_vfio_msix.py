# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A user of VFIO programs tags in the MSI-X table; QEMU's trace and the device itself judge."""

import errno

import pytest

from tphrig import vfio
from tphrig.machine import NVME_BDF, PORT_BDF
from tphrig.trace import tags_changed_with_requester_on, tph_events
from tphrig.vfio import DS, EXTENDED, IV, OFF, clear_command, fails

BDF = PORT_BDF[0]
ON = EXTENDED | IV
TAGS = list(range(0x701, 0x70b))

# VFIO adds vectors to those that there are from Linux 6.4 on.
adds_vectors = pytest.mark.kernels("series", "untouched", "6.12", "7.3")


@pytest.fixture
def ordered(guest):
    """Whatever the test does, no tag changes while the requester is on."""
    mark = guest.trace.mark()
    yield
    assert tags_changed_with_requester_on(tph_events(guest, BDF, mark)) == []


@adds_vectors
@pytest.mark.parametrize("mode", (IV, DS))
@pytest.mark.parametrize("options", ("", "size=3"))
def test_tags_wait_for_their_vectors_and_come_in_one_window(functions, ordered, options, mode):
    device, emulated = functions.open(f"loc=msix {options}")
    size = device.info().entries
    assert size == (3 if options else 10)
    wanted = TAGS[:size] + [0] * (10 - size)
    device.st_config(0, TAGS[:size])
    device.set_control(mode | EXTENDED)
    assert device.msix_tags(range(10)) == [0] * 10
    emulated.clear()
    device.vectors(2)
    assert device.msix_tags(range(10)) == wanted[:2] + [0] * 8
    assert emulated.stats()["off_windows"] == 1
    device.vectors(8, start=2)
    assert device.msix_tags(range(10)) == wanted
    assert emulated.stats()["off_windows"] == 2
    assert emulated.ctrl() == device.control() == mode | EXTENDED


def test_tags_survive_that_vectors_are_freed_and_allocated_again(functions, ordered):
    device, _ = functions.open("loc=msix")
    device.set_control(ON)
    device.vectors(10)
    device.st_config(0, TAGS)
    assert device.msix_tags(range(10)) == TAGS
    for count in (3, 10, 1, 7):
        device.no_vectors()
        assert device.msix_tags(range(10)) == [0] * 10
        device.vectors(count)
        assert device.msix_tags(range(10)) == TAGS[:count] + [0] * (10 - count)


def test_switching_on_writes_what_was_set_and_off_and_on_again_keeps_it(functions, ordered):
    device, emulated = functions.open("loc=msix")
    device.vectors(10)
    device.st_config(2, TAGS[2:5])
    assert device.msix_tags(range(10)) == [0] * 10, "the device is left alone while TPH is off"
    wanted = [0, 0, *TAGS[2:5], 0, 0, 0, 0, 0]
    for _ in range(2):
        device.set_control(ON)
        assert device.msix_tags(range(10)) == wanted
        device.set_control(OFF)
    assert emulated.ctrl() & 0x300 == 0


def test_a_batch_costs_one_write_a_vector_and_no_more_than_six_config_accesses(functions, ordered):
    device, emulated = functions.open("loc=msix")
    device.set_control(ON)
    device.vectors(10)
    device.st_config(0, [1] * 10)
    for count in (1, 2, 3, 10):
        mark = functions.guest.trace.mark()
        emulated.clear()
        device.st_config(0, [0x100 * count + i for i in range(count)])
        stats = emulated.stats()
        assert stats["config_reads"] + stats["config_writes"] <= 6
        assert stats["off_windows"] == 1
        writes = [w for w in functions.guest.trace.writes(BDF, mark) if w[0] == "msix"]
        assert len(writes) == count
        emulated.clear()
        device.st_config(0, [0x100 * count + i for i in range(count)])
        stats = emulated.stats()
        assert stats["config_writes"] == 0 and stats["config_reads"] <= 4
    mark = functions.guest.trace.mark()
    device.st_config(0, [0xa00 + i + (i == 4) for i in range(10)])
    writes = [w for w in functions.guest.trace.writes(BDF, mark) if w[0] == "msix"]
    assert len(writes) == 1, "one tag of ten has changed"


def four_tags_in_place(functions):
    """A device with TPH on and the tags of four vectors in its table; and Command, with memory on."""
    device, emulated = functions.open("loc=msix")
    command = device.read(vfio.COMMAND, 2) | vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER
    device.write(vfio.COMMAND, command, 2)
    device.set_control(ON)
    device.vectors(4)
    device.st_config(0, TAGS[:4])
    return device, emulated, command


@adds_vectors
def test_without_memory_space_tags_of_vectors_are_an_io_error_and_nothing_changes(functions, ordered):
    device, emulated, command = four_tags_in_place(functions)
    device.write(vfio.COMMAND, command & ~vfio.COMMAND_MEMORY, 2)
    with fails(errno.EIO):
        device.st_config(0, [0x100] * 4)
    device.st_config(4, TAGS[4:])
    device.write(vfio.COMMAND, command, 2)
    assert device.msix_tags(range(10)) == TAGS[:4] + [0] * 6
    device.vectors(6, start=4)
    assert device.msix_tags(range(10)) == TAGS
    assert emulated.ctrl() == ON


def test_memory_that_only_the_kernel_believes_to_be_on_is_an_io_error_and_nothing_changes(
        functions, ordered):
    device, emulated, command = four_tags_in_place(functions)
    clear_command(functions.guest, BDF)
    with fails(errno.EIO):
        device.st_config(0, [0x100] * 4)
    assert emulated.ctrl() == ON
    device.write(vfio.COMMAND, command, 2)
    assert device.msix_tags(range(4)) == TAGS[:4]
    device.st_config(0, [0x100] * 4)
    assert device.msix_tags(range(4)) == [0x100] * 4


def test_in_d3hot_tags_of_vectors_are_an_io_error_and_nothing_changes(functions, ordered):
    device, _ = functions.open("loc=msix nsr=0")
    device.set_control(ON)
    device.vectors(4)
    device.st_config(0, TAGS)
    device.power_state(3)
    with fails(errno.EIO):
        device.st_config(0, [0x100] * 4)
    device.power_state(0)
    assert device.msix_tags(range(10)) == TAGS[:4] + [0] * 6


def test_vectors_set_up_without_memory_space_get_their_tags(functions, ordered):
    device, _ = functions.open("loc=msix")
    device.st_config(0, TAGS)
    device.set_control(ON)
    device.write(vfio.COMMAND, vfio.COMMAND_MASTER, 2)
    device.vectors(10)
    device.write(vfio.COMMAND, vfio.COMMAND_MASTER | vfio.COMMAND_MEMORY, 2)
    assert device.msix_tags(range(10)) == TAGS


@pytest.mark.parametrize("vectors", (2, 10))
def test_allocating_vectors_changes_tags_only_while_the_requester_is_off(functions, ordered, vectors):
    """It clears those of all entries, with a vector or without."""
    device, emulated = functions.open("loc=msix")
    command = device.read(vfio.COMMAND, 2) | vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER
    device.write(vfio.COMMAND, command, 2)
    device.st_config(0, TAGS)
    device.set_msix_word(5, 0x09990001)
    device.set_control(ON)
    device.vectors(vectors)
    assert device.msix_tags(range(10)) == TAGS[:vectors] + [0] * (10 - vectors)
    assert emulated.ctrl() == device.control() == ON
    device.no_vectors()
    assert device.msix_tags(range(10)) == [0] * 10
    assert emulated.ctrl() == device.control() == ON


@adds_vectors
def test_a_set_irqs_that_fails_leaves_the_vectors_that_stay_with_their_tags(functions, ordered):
    device, emulated = functions.open("loc=msix")
    device.st_config(0, TAGS)
    device.set_control(ON)
    device.vectors(2)
    good, bad = device.user.call("eventfd")[0], 999
    with fails(errno.EBADF):
        device.set_irqs(2, (good, bad, good))
    assert device.msix_tags(range(10)) == TAGS[:4] + [0] * 6, "2 and 3 were allocated by then"
    assert emulated.ctrl() == device.control() == ON


def test_a_mapped_table_is_the_users_own_until_the_kernel_writes_the_word_it_knows(functions):
    device, emulated = functions.open("loc=msix")
    device.vectors(4)
    device.set_msix_word(0, 0x09990000)
    assert device.msix_word(0) == 0x09990000
    assert emulated.ctrl() == 0, "without the requester it has no effect"

    device.set_control(ON)
    device.st_config(0, TAGS[:4])
    assert device.msix_tags(range(4)) == TAGS[:4]
    device.set_msix_word(1, 0x08880000)
    device.st_config(0, TAGS[:4])
    assert device.msix_tags(range(4)) == [TAGS[0], 0x888, *TAGS[2:4]], "the kernel does not look"
    device.st_config(1, [0x555])
    assert device.msix_tags(range(4)) == [TAGS[0], 0x555, *TAGS[2:4]]
    device.set_msix_word(1, 0x08880000)
    device.no_vectors()
    device.vectors(4)
    assert device.msix_tags(range(4)) == [TAGS[0], 0x555, *TAGS[2:4]]


def test_a_tag_that_was_in_the_table_does_not_come_back_with_its_vector(functions):
    device, _ = functions.open("loc=msix")
    command = device.read(vfio.COMMAND, 2) | vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER
    device.write(vfio.COMMAND, command, 2)
    device.set_msix_word(1, 0xabc0001)
    assert device.msix_tags(range(3)) == [0, 0xabc, 0]
    device.vectors(3)
    assert device.msix_tags(range(3)) == [0, 0, 0]


@pytest.mark.kernels("series")
def test_a_driver_of_the_kernel_cannot_set_the_tag_of_a_vector_that_it_has_not(functions):
    device, emulated = functions.open("loc=msix")
    device.vectors(3)
    device.set_control(ON)
    assert emulated.base_api("set 2 1 0x12") == "0"
    assert emulated.base_api("set 3 1 0x13") == str(-errno.ENXIO)
    assert device.msix_tags(range(4)) == [0, 0, 0x12, 0]


@pytest.mark.parametrize("size", (100, 2048))
def test_a_table_has_no_more_entries_than_there_are_vectors(functions, size):
    device, _ = functions.open(f"loc=msix size={size}")
    assert device.info().entries == 10
    with fails(errno.EINVAL):
        device.st_config(9, [1, 2])


def test_2048_vectors_take_one_batch(more_functions):
    device, emulated = more_functions.open("loc=msix", bdf=NVME_BDF)
    assert device.info().entries == 2048
    control = device.tph() + vfio.TPH_CTRL
    begin = more_functions.guest.trace.mark()
    device.set_control(ON)
    device.st_config(0, range(1, 2049))
    emulated.clear()
    device.vectors(2048, bare=True)
    assert emulated.stats()["off_windows"] == 1
    assert device.msix_tags(range(2048)) == list(range(1, 2049))
    for count in (64, 2048):
        mark = more_functions.guest.trace.mark()
        emulated.clear()
        device.st_config(0, [0x8000 | count + i for i in range(count)])
        stats = emulated.stats()
        assert stats["config_reads"] + stats["config_writes"] <= 6
        assert stats["off_windows"] == 1
        writes = [w for w in more_functions.guest.trace.writes(NVME_BDF, mark) if w[0] == "msix"]
        assert len(writes) == count
    assert device.msix_tags(range(2048)) == [0x8000 | 2048 + i for i in range(2048)]
    events = tph_events(more_functions.guest, NVME_BDF, begin, control)
    assert tags_changed_with_requester_on(events) == []


def test_mapping_a_bar_again_and_again_with_the_table_in_its_first_one(more_functions):
    """A huge page that would extend beyond the mapping is asked for now and then."""
    device, _ = more_functions.open("loc=msix", NVME_BDF, opt_in=False)
    bar, *_ = vfio.msix_table(device.bytes(0, 256))
    assert bar == 0
    device.write(vfio.COMMAND, vfio.COMMAND_MEMORY, 2)
    offset, _ = device.region(bar)
    for _ in range(100):
        address, _ = device.user.call(f"mmap {device.fd} {offset:#x} 65536")
        device.user.call(f"load {address:#x}")
