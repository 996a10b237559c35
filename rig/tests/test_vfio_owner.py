# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""However a user of VFIO ends, the next one finds TPH off, and the table as firmware left it."""

import itertools

import pytest

from tphrig import vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import PORT_BDF
from tphrig.trace import tph_events
from tphrig.vfio import EXTENDED, IV

BDF = PORT_BDF[0]
ON = EXTENDED | IV
FIRMWARE = 0x5a
SIZE = 8


def close(functions, device):
    device.close()


def kill(functions, device):
    functions.user.kill()


def end(functions, device):
    functions.user.quit()


def kill_in_d3hot(functions, device):
    device.power_state(3)
    functions.user.kill()


def kill_without_memory(functions, device):
    device.write(vfio.COMMAND, 0, 2)
    functions.user.kill()


def unbind(functions, device):
    """The driver's unbinding waits for the user, who goes when it is asked to."""
    functions.guest.run(f"echo {BDF} > /sys/bus/pci/drivers/{functions.guest.driver}/unbind & sleep 0.5; "
                        "killall -9 vfio-user; wait $!")
    functions.guest.bind(BDF)


@pytest.mark.parametrize("ending, options", (
    (close, "ext=1"), (kill, "ext=1"), (kill, "ext=0"), (end, "ext=1"), (kill_in_d3hot, "nsr=0"),
    (kill_in_d3hot, "nsr=1"), (kill_without_memory, "ext=1"), (unbind, "ext=1")))
def test_the_next_owner_finds_tph_off_and_firmwares_entries(functions, ending, options):
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE} {options}")
    device.st_config(0, [0x11] * (SIZE - 1))
    device.set_control(IV | (vfio.STANDARD if options == "ext=0" else EXTENDED))
    assert emulated.table()[0] == 0x11
    ending(functions, device)
    assert emulated.ctrl() & 0x300 == 0
    assert emulated.table() == dict.fromkeys(range(SIZE), FIRMWARE)

    heir = functions.new_user().open(BDF)
    assert not heir.info().user_opt_in
    assert heir.control() & 0x300 == 0
    heir.opt_in()
    assert heir.entries(range(SIZE)) == [FIRMWARE] * SIZE
    assert emulated.ctrl() & 0x300 == 0
    heir.set_control(ON & ~0x300 | vfio.STANDARD)
    assert emulated.table() == dict.fromkeys(range(SIZE), FIRMWARE), "nothing is remembered"


@pytest.mark.parametrize("ending", (close, kill), ids=lambda ending: ending.__name__)
def test_tph_is_off_and_the_entries_are_put_back_before_the_device_is_reset(functions, ending):
    """Not all devices can be reset."""
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE}")
    device.st_config(0, [0x11, 0x12])
    device.set_control(ON)
    emulated.clear()
    ending(functions, device)
    log = emulated.log()
    before = list(itertools.takewhile(lambda fields: fields[2] != "R", log))
    assert len(before) < len(log), "there was a reset"
    written = {fields[-1]: int(fields[-2], 16) for fields in before if fields[2] == "w"}
    assert written["ctrl"] & 0x300 == 0
    assert written["st[0]"] == FIRMWARE << 16 | FIRMWARE


def test_what_was_only_put_down_never_reaches_the_device(functions):
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE}")
    mark = functions.guest.trace.mark()
    device.st_config(0, [0x11] * SIZE)
    functions.user.kill()
    heir = functions.new_user().open(BDF)
    heir.opt_in()
    heir.set_control(ON)
    assert emulated.table() == dict.fromkeys(range(SIZE), FIRMWARE)
    table = range(CAPABILITY + vfio.TPH_TABLE, CAPABILITY + vfio.TPH_TABLE + 2 * SIZE)
    written = functions.guest.trace.config_writes(BDF, mark)
    assert not [w for w in written if w[0] in table and 0x11 in (w[1] & 0xffff, w[1] >> 16)]


@pytest.mark.parametrize("ending", (close, kill, kill_in_d3hot, kill_without_memory),
                         ids=lambda ending: ending.__name__)
def test_no_tag_is_left_in_the_msix_table(functions, ending):
    device, emulated = functions.open("loc=msix")
    device.st_config(0, range(0x701, 0x70b))
    device.set_control(ON)
    device.vectors(6)
    assert device.msix_tags(range(10)) == [*range(0x701, 0x707), 0, 0, 0, 0]
    mark = functions.guest.trace.mark()
    ending(functions, device)
    assert emulated.ctrl() & 0x300 == 0
    events = tph_events(functions.guest, BDF, mark)
    cleared = {vector for kind, vector, value in events if kind == "entry" and value >> 16 == 0}
    assert cleared >= set(range(6))

    heir = functions.new_user().open(BDF)
    heir.opt_in()
    assert heir.msix_tags(range(10)) == [0] * 10
    heir.vectors(10)
    heir.set_control(ON)
    assert heir.msix_tags(range(10)) == [0] * 10


@pytest.mark.parametrize("vectors", (0, 4))
@pytest.mark.parametrize("ending", (close, kill), ids=lambda ending: ending.__name__)
def test_tags_that_the_user_wrote_to_the_mapped_table_are_cleared_by_the_kernel(
        functions, ending, vectors):
    """A reset would do it as well, but not all devices can be reset."""
    functions.emulate("loc=msix")
    functions.guest.run(f"echo > /sys/bus/pci/devices/{BDF}/reset_method")
    functions.guest.load_vfio()
    functions.guest.bind(BDF)
    device = functions.new_user().open(BDF)
    device.opt_in()
    device.write(vfio.COMMAND, vfio.COMMAND_MEMORY | vfio.COMMAND_MASTER, 2)
    if vectors:
        device.vectors(vectors)
    written = (0, 3, 4, 9)
    for vector in written:
        device.set_msix_word(vector, 0x09990001)
    mark = functions.guest.trace.mark()
    ending(functions, device)
    events = tph_events(functions.guest, BDF, mark)
    left = {vector: value >> 16 for kind, vector, value in events if kind == "entry"}
    assert {vector: left.get(vector) for vector in written} == dict.fromkeys(written, 0)


# Without the series, the kernel itself would then write entries while the requester is on.
@pytest.mark.kernels("series")
def test_tph_that_a_driver_of_the_kernel_left_on_is_off_after_the_opt_in(functions):
    emulated = functions.emulate(f"loc=cap size={SIZE}")
    assert emulated.base_api("enable iv") == "0"
    functions.guest.load_vfio()
    functions.guest.bind(BDF)
    device = functions.new_user().open(BDF)
    device.opt_in()
    assert device.control() & 0x300 == emulated.ctrl() & 0x300 == 0
    device.set_control(ON)
    assert emulated.ctrl() == ON


def test_a_device_that_is_gone_at_the_end_is_off_for_the_next_owner(functions):
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE}")
    device.st_config(0, [0x11])
    device.set_control(ON)
    emulated.write("unreachable", 1)
    # Its end waits for the device, which comes back in the meantime.
    functions.guest.run("killall -9 vfio-user; sleep 1")
    emulated.write("unreachable", 0)
    functions.user.kill()
    heir = functions.new_user().open(BDF)
    heir.opt_in()
    assert heir.control() & 0x300 == emulated.ctrl() & 0x300 == 0
    heir.set_control(ON)
    assert emulated.ctrl() == ON


def test_neighbours_have_opt_ins_tags_and_requesters_of_their_own(functions):
    one = functions.open(f"loc=cap size={SIZE}")[0]
    functions.emulate("loc=none", PORT_BDF[1])
    functions.guest.bind(PORT_BDF[1])
    other = functions.user.open(PORT_BDF[1])
    one.set_control(ON)
    assert not other.info().user_opt_in
    assert functions.emulated[PORT_BDF[1]].ctrl() == 0
    other.opt_in()
    other.set_control(vfio.STANDARD | vfio.DS)
    one.close()
    assert functions.emulated[BDF].ctrl() & 0x300 == 0
    assert functions.emulated[PORT_BDF[1]].ctrl() == other.control() == vfio.STANDARD | vfio.DS


def test_a_user_who_is_killed_during_a_reset_leaves_no_tags(functions):
    device, emulated = functions.open(f"loc=cap size={SIZE} firmware={FIRMWARE:#x}")
    device.st_config(0, [0x666] * SIZE)
    device.set_control(vfio.DS | vfio.EXTENDED)
    functions.guest.run("(for i in 1 2 3 4 5 6; do echo 1 > /sys/bus/pci/devices/"
                        f"{BDF}/reset; done) & sleep 0.05; killall -9 vfio-user; wait")
    functions.user.kill()
    assert emulated.table() == dict.fromkeys(range(SIZE), FIRMWARE)
    heir = functions.new_user().open(BDF)
    heir.opt_in()
    assert heir.entries(range(SIZE)) == [FIRMWARE] * SIZE
