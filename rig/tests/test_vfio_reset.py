# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""After a reset, what the user set is there again, or what is read says that it is not."""

import contextlib
import errno
import struct

import pytest

from tphrig import vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import RCIEP_BDF, SLOT_BDF
from tphrig.trace import tags_changed_with_requester_on, tph_events
from tphrig.vfio import EXTENDED, IV, clear_command, fails

ON = EXTENDED | IV
FIRMWARE = 0x5a
TAGS = {1: 0x701, 2: 0x702, 5: 0x705}


def initiate_flr(device):
    control = device.capability(vfio.CAP_EXPRESS) + 8
    device.write(control, device.read(control, 2) | 0x8000, 2)


def initiate_af_flr(device):
    # The kernel resets by the first method that it has, whatever the user asked for.
    device.user.guest.run(f"echo af_flr > /sys/bus/pci/devices/{device.bdf}/reset_method")
    device.write(device.capability(vfio.CAP_AF) + 4, 1, 1)


def sysfs(method):
    def reset(device):
        where = f"/sys/bus/pci/devices/{device.bdf}"
        device.user.guest.run(f"echo {method} > {where}/reset_method && echo 1 > {where}/reset")
    return reset


def through_d3hot(device):
    device.power_state(3)
    device.power_state(0)


def suspend(device, feature, argument):
    device.feature(feature, vfio.SET, argument)
    device.user.guest.run(f"until grep -q suspended /sys/bus/pci/devices/{device.bdf}/power/runtime_status; "
                          "do sleep 0.05; done")


def low_power(device, expected="D3hot"):
    suspend(device, vfio.LOW_POWER_ENTRY, bytes(8))
    state = f"/sys/bus/pci/devices/{device.bdf}/power_state"
    assert device.user.guest.run(f"cat {state}").strip() == expected
    device.feature(vfio.LOW_POWER_EXIT, vfio.SET)


def hot_reset(device):
    device.hot_reset()


# What it is, what the emulator needs for it, and how the emulator sees it (None: it resets nothing)
RESETS = {
    "VFIO_DEVICE_RESET": (vfio.Device.reset, "", "flr"),
    "FLR in Device Control": (initiate_flr, "", "flr"),
    "AF FLR": (initiate_af_flr, "af=1", "af_flr"),
    "FLR through sysfs": (sysfs("flr"), "", "flr"),
    "AF FLR through sysfs": (sysfs("af_flr"), "af=1", "af_flr"),
    "bus reset through sysfs": (sysfs("bus"), "", "bus"),
    "PM reset through sysfs": (sysfs("pm"), "nsr=0", "d3hot"),
    "hot reset": (hot_reset, "", "bus"),
    "D3hot": (through_d3hot, "nsr=0", "d3hot"),
    "D3hot that keeps state": (through_d3hot, "nsr=1", None),
    "low power": (low_power, "nsr=0", "d3hot"),
}


def set_up(functions, options, vectors=0, **where):
    device, emulated = functions.open(f"{options} firmware={FIRMWARE}", **where)
    for index, tag in TAGS.items():
        device.st_config(index, [tag])
    if vectors:
        device.vectors(vectors)
    device.set_control(ON)
    return device, emulated


def kinds(emulated):
    """The resets in the emulator's log."""
    return [fields[-1] for fields in emulated.log() if fields[2:3] == ["R"]]


@pytest.mark.parametrize("name", RESETS)
def test_table_and_requester_are_there_again_after(functions, name):
    reset, option, kind = RESETS[name]
    device, emulated = set_up(functions, f"loc=cap size=8 {option}")
    emulated.clear()
    for _ in range(2):
        reset(device)
        assert emulated.ctrl() == ON
        assert device.control() == ON
        assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS
    assert set(kinds(emulated)) == ({kind} if kind else set())
    device.st_config(3, [0x703])
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS | {3: 0x703}
    assert emulated.ctrl() == ON


@pytest.mark.parametrize("name", RESETS)
def test_tags_in_the_msix_table_are_there_again_after(functions, name):
    reset, option, _ = RESETS[name]
    device, emulated = set_up(functions, f"loc=msix {option}", vectors=6)
    wanted = [TAGS.get(i, 0) for i in range(10)]
    assert device.msix_tags(range(10)) == wanted
    mark = functions.guest.trace.mark()
    reset(device)
    events = tph_events(functions.guest, device.bdf, mark)
    assert tags_changed_with_requester_on(events) == []
    assert emulated.ctrl() == device.control() == ON
    assert device.msix_tags(range(10)) == wanted
    device.st_config(0, [0x700])
    assert device.msix_tags(range(10)) == [0x700] + wanted[1:]


@pytest.mark.parametrize("loc", ("cap size=8", "msix"))
def test_table_and_requester_are_there_again_after_d3cold(more_functions, loc):
    device, emulated = set_up(more_functions, f"loc={loc} nsr=0", vectors=6, bdf=RCIEP_BDF)
    for _ in range(2):
        emulated.clear()
        low_power(device, "D3cold")
        assert kinds(emulated) == ["d3hot"], "its state is lost"
        assert emulated.ctrl() == device.control() == ON
        if loc == "msix":
            assert device.msix_tags(range(6)) == [TAGS.get(i, 0) for i in range(6)]
        else:
            assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS


def test_what_was_set_while_tph_is_off_survives_a_reset(functions):
    device, emulated = functions.open(f"loc=cap size=8 firmware={FIRMWARE}")
    device.st_config(1, [0x701, 0x702])
    device.reset()
    assert (device.entry(1), device.entry(2), device.entry(3)) == (0x701, 0x702, FIRMWARE)
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE)
    device.set_control(ON)
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | {1: 0x701, 2: 0x702}


@pytest.mark.parametrize("loc", ("cap size=8", "msix"))
def test_what_is_set_while_others_reset_the_device_through_sysfs_is_there(functions, loc):
    device, emulated = set_up(functions, f"loc={loc}", vectors=8)
    running, reset = "/tmp/resetting", f"/sys/bus/pci/devices/{device.bdf}/reset"
    functions.guest.run(f"touch {running}; "
                        f"(while [ -e {running} ]; do echo 1 > {reset}; done) >/dev/null 2>&1 &")
    tags = {}
    for tag in range(0x800, 0x840):
        device.st_config(tag % 8, [tag])
        tags[tag % 8] = tag
        if tag % 16 == 0:
            device.set_control(tag // 16 % 2 * (vfio.STANDARD | vfio.DS))
            device.set_control(ON)
    functions.guest.run(f"rm {running}; sleep 1")
    assert emulated.ctrl() == device.control() == ON
    if loc == "msix":
        assert device.msix_tags(range(8)) == [tags[i] for i in range(8)]
    else:
        assert emulated.table() == tags
    assert emulated.stats()["resets"] > 3


def test_tph_that_was_off_stays_off_after_a_reset(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    device.set_control(0)
    device.reset()
    assert emulated.ctrl() & 0x300 == device.control() & 0x300 == 0


@pytest.mark.parametrize("loc", ("cap size=8", "none"))
def test_a_reset_that_config_space_does_not_tell_of_reads_as_off_until_switched_on(functions, loc):
    if loc == "none":
        device, emulated = functions.open("loc=none")
        device.set_control(ON)
    else:
        device, emulated = set_up(functions, f"loc={loc}")
    emulated.write("reset", 1)
    assert device.control() & 0x300 == 0
    device.set_control(ON)
    assert emulated.ctrl() == device.control() == ON
    if loc != "none":
        assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS


def write_entry(device):
    device.write(device.tph() + vfio.TPH_TABLE, 0x700, 2)


def set_entry(device):
    device.st_config(0, [0x700])


@pytest.mark.parametrize("program", (set_entry, write_entry), ids=lambda program: program.__name__)
def test_programming_an_entry_after_such_a_reset_first_brings_back_all_that_was_set(functions, program):
    device, emulated = set_up(functions, "loc=cap size=8")
    emulated.write("reset", 1)
    program(device)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS | {0: 0x700}


def test_if_it_cannot_be_brought_back_the_entry_is_not_programmed_and_nothing_is_forgotten(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    emulated.write("reset", 1)
    emulated.write("fail_st_write", "1+")
    for _ in range(2):
        with fails(errno.EIO):
            device.st_config(0, [0x700])
        # While the requester is off, users see the mode that they last selected.
        assert emulated.ctrl() == 0 and device.control() == vfio.IV
        assert emulated.table() == dict.fromkeys(range(8), 0)
        assert device.entry(0) == 0
    emulated.write("fail_st_write", 0)
    device.st_config(3, [0x703])
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS | {3: 0x703}


def test_switching_off_after_such_a_reset_is_final(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    emulated.write("reset", 1)
    device.set_control(0)
    device.st_config(0, [0x700])
    device.reset()
    assert emulated.ctrl() == 0
    assert emulated.table() == dict.fromkeys(range(8), 0)


def test_a_reset_that_took_the_bars_along_is_mended_when_command_is_written(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    command = device.read(vfio.COMMAND, 2) | vfio.COMMAND_MEMORY
    device.write(vfio.COMMAND, command, 2)
    emulated.write("reset", 1)
    clear_command(functions.guest, device.bdf)
    assert device.control() & 0x300 == 0
    device.write(vfio.COMMAND, command, 2)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS


@pytest.mark.parametrize("look", (vfio.Device.control, lambda device: device.entry(1), set_entry),
                         ids=("read TPH Control", "read an entry", "set an entry"))
def test_nothing_that_comes_before_that_write_makes_tph_forgotten(functions, look):
    device, emulated = set_up(functions, "loc=cap size=8")
    command = device.read(vfio.COMMAND, 2) | vfio.COMMAND_MEMORY
    device.write(vfio.COMMAND, command, 2)
    emulated.write("reset", 1)
    clear_command(functions.guest, device.bdf)
    emulated.write("fail_st_write", "1+")
    with contextlib.suppress(OSError):
        look(device)
    emulated.write("fail_st_write", 0)
    device.write(vfio.COMMAND, command, 2)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS


def recover_from_fatal_error(functions):
    """The Root Port tells of an error on its link, and the kernel resets the link."""
    functions.guest.run("dmesg -c >/dev/null")
    functions.guest.monitor("pcie_aer_inject_error rp0 DLP")
    functions.guest.run("until dmesg | grep -q 'AER: device recovery successful'; "
                        "do sleep 0.1; done")


def test_after_recovery_by_aer_programming_an_entry_brings_back_all_that_was_set(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    recover_from_fatal_error(functions)
    device.st_config(0, [0x700])
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS | {0: 0x700}


# VFIO adds vectors to those that there are from Linux 6.4 on.
@pytest.mark.kernels("series", "untouched", "6.12", "7.3")
def test_after_recovery_by_aer_setting_up_vectors_brings_back_tags_in_the_msix_table(functions):
    device, emulated = set_up(functions, "loc=msix", vectors=4)
    recover_from_fatal_error(functions)
    with fails(errno.EIO):
        device.st_config(0, [0x700])
    assert emulated.ctrl() == 0
    device.write(vfio.COMMAND, vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER, 2)
    device.vectors(2, start=4)
    assert emulated.ctrl() == device.control() == ON
    assert device.msix_tags(range(6)) == [TAGS.get(i, 0) for i in range(6)]


def test_an_owner_of_two_functions_can_end_while_recovery_by_aer_waits_for_one_being_unbound(more_functions):
    """Unbinding one has its device lock until the owner closes it; recovery has the other's, and waits."""
    guest = more_functions.guest
    set_up(more_functions, "loc=cap size=8", bdf=SLOT_BDF[0])
    more_functions.emulate("loc=cap size=8", SLOT_BDF[1])
    guest.bind(SLOT_BDF[1])
    more_functions.user.open(SLOT_BDF[1]).opt_in()
    port = guest.run(f"readlink -f /sys/bus/pci/devices/{SLOT_BDF[0]}").split("/")[-2]
    guest.run("dmesg -c >/dev/null; "
              f"echo {port} 5000 > /sys/kernel/debug/tph_emu/hold & sleep 0.5")
    # Recovery tells both functions of the error, and stops before it locks the bus.
    guest.monitor("pcie_aer_inject_error rp3 DLP")
    guest.run(f"sleep 2; echo {SLOT_BDF[1]} > /sys/bus/pci/drivers/{guest.driver}/unbind & sleep 5")
    assert "device recovery" not in guest.run("dmesg"), "it waits"
    more_functions.user.kill()
    guest.run("until dmesg | grep -q 'AER: device recovery'; do sleep 0.1; done")
    guest.run(f"while [ -e /sys/bus/pci/devices/{SLOT_BDF[1]}/driver ]; do sleep 0.1; done")


def test_after_recovery_by_aer_tph_reads_as_off_until_the_user_switches_it_on(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    recover_from_fatal_error(functions)
    assert kinds(emulated)[-1] == "bus"
    assert device.control() & 0x300 == emulated.ctrl() & 0x300 == 0
    assert emulated.table() == dict.fromkeys(range(8), 0)
    device.set_control(ON)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS


def test_after_recovery_by_aer_tags_in_the_msix_table_return_with_the_memory_and_tph(functions):
    device, emulated = set_up(functions, "loc=msix", vectors=6)
    recover_from_fatal_error(functions)
    assert device.control() & 0x300 == emulated.ctrl() & 0x300 == 0
    device.write(vfio.COMMAND, vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER, 2)
    device.set_control(ON)
    assert emulated.ctrl() == device.control() == ON
    assert device.msix_tags(range(6)) == [TAGS.get(i, 0) for i in range(6)]


def test_in_d3hot_what_must_reach_the_device_is_an_io_error_and_the_rest_is_not(functions):
    device, emulated = set_up(functions, "loc=cap size=8 nsr=0")
    device.power_state(3)
    with fails(errno.EIO):
        device.st_config(0, [0x700])
    with fails(errno.EIO):
        device.write(CAPABILITY + vfio.TPH_CTRL, 0)
    assert device.info().user_opt_in
    device.power_state(0)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS
    device.st_config(0, [0x700])


def test_a_device_that_was_gone_for_a_while_reads_as_off_and_can_be_switched_on(functions):
    device, emulated = set_up(functions, "loc=cap size=8")
    emulated.write("unreachable", 1)
    with fails(errno.EIO):
        device.st_config(0, [0x700])
    emulated.write("reset", 1)
    emulated.write("unreachable", 0)
    assert device.control() & 0x300 == 0
    device.set_control(ON)
    assert emulated.ctrl() == ON
    assert emulated.table() == dict.fromkeys(range(8), 0) | TAGS


def test_hot_reset_restores_all_devices_of_the_slot(more_functions):
    more_functions.emulate(f"loc=cap size=8 firmware={FIRMWARE}", SLOT_BDF[1])
    first, one = set_up(more_functions, "loc=cap size=8", bdf=SLOT_BDF[0])
    more_functions.guest.bind(SLOT_BDF[1])
    second, other = more_functions.user.open(SLOT_BDF[1]), more_functions.emulated[SLOT_BDF[1]]
    second.opt_in()
    second.st_config(0, [0x800])
    second.set_control(vfio.STANDARD | vfio.DS)
    assert set(SLOT_BDF) <= set(first.dependent())
    first.hot_reset()
    assert one.ctrl() == first.control() == ON
    assert one.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS
    assert other.ctrl() == second.control() == vfio.STANDARD | vfio.DS
    assert other.table() == dict.fromkeys(range(8), FIRMWARE) | {0: 0x800}
    assert "bus" in kinds(one) and "bus" in kinds(other)


def test_what_is_set_survives_low_power_that_is_entered_from_d3hot(functions):
    device, emulated = set_up(functions, "loc=cap size=8 nsr=0")
    device.power_state(3)
    low_power(device)
    assert emulated.ctrl() == device.control() == ON
    assert {i: emulated.table()[i] for i in TAGS} == TAGS


def test_a_reset_from_d3hot_keeps_what_firmware_left_and_what_is_set(functions):
    device, emulated = set_up(functions, "loc=cap size=8 nsr=0")
    device.power_state(3)
    device.reset()
    device.power_state(0)
    assert emulated.ctrl() == device.control() == ON
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS


def test_what_is_set_survives_low_power_from_d3hot_that_an_access_ends(functions):
    device, emulated = set_up(functions, "loc=cap size=8 nsr=0")
    device.power_state(3)
    eventfd, _ = device.user.call("eventfd")
    suspend(device, vfio.LOW_POWER_ENTRY_WITH_WAKEUP, struct.pack("<iI", eventfd, 0))
    assert device.control() == emulated.ctrl() == ON
    assert emulated.table() == dict.fromkeys(range(8), FIRMWARE) | TAGS
