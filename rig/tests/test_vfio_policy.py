# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What the host's policy lets the user of a device do: the table in the kernel's vfio.rst, cell by cell."""

import errno

import pytest

from tphrig import acpi, vfio
from tphrig.emulator import CAPABILITY
from tphrig.machine import PORT_BDF
from tphrig.say import Fail
from tphrig.trace import tph_events
from tphrig.vfio import DS, EXTENDED, IV, NS, POLICIES, STANDARD, TPH, fails

BDF = PORT_BDF[0]
BY_CPU, WIDE = TPH["VFIO_TPH_ST_CPU"], TPH["VFIO_TPH_TAG_EXTENDED"]
LOCATIONS = ("loc=cap size=8 firmware=0x5a", "loc=msix")

every_location = pytest.mark.parametrize("options", LOCATIONS)


def at_least(policy, least):
    return POLICIES.index(policy) >= POLICIES.index(least)


def tag_of(cpu, wide=False):
    return acpi.tags()[cpu].tag("vm", extended=wide)


def msix_tags_written(guest, mark):
    """The tag that was last written for each vector."""
    return {vector: value >> 16 for kind, vector, value in tph_events(guest, BDF, mark) if kind == "entry"}


@pytest.mark.parametrize("policy", POLICIES)
@every_location
def test_policy_says_which_modes_the_requester_can_be_switched_on_in(functions, options, policy):
    device, emulated = functions.open(options, opt_in=False, policy=policy)
    assert device.info().policy == policy
    if policy == "off":
        with fails(errno.EOPNOTSUPP):
            device.opt_in()
    else:
        device.opt_in()
    for mode, least in ((NS, "no-st"), (IV, "iv-st"), (DS, "ds-st")):
        for requester in (STANDARD, EXTENDED):
            device.set_control(vfio.OFF)
            device.set_control(mode | requester)
            wanted = mode | requester if at_least(policy, least) else 0
            assert (emulated.ctrl(), device.control()) == (wanted, wanted)


@pytest.mark.parametrize("policy", POLICIES[:3])
@every_location
def test_policy_below_ds_st_takes_no_tags_of_the_users_and_tells_none(functions, options, policy):
    device, emulated = functions.open(options, opt_in=False, policy=policy)
    number = errno.EOPNOTSUPP
    if policy != "off":
        device.opt_in()
        number = errno.EPERM
    with fails(number):
        device.st_config(0, [0x12])
    with fails(number):
        device.cpu_st([0])
    if policy != "iv-st":
        with fails(number):
            device.st_config(0, [0], flags=BY_CPU)
    if "cap" in options:
        for width in (1, 2, 4):
            device.write(device.tph() + vfio.TPH_TABLE, 0x12, width)
        assert emulated.table() == dict.fromkeys(range(8), 0x5a)
    assert emulated.stats()["config_writes"] == 0
    device.set_control(IV | STANDARD)
    if "cap" in options:
        assert 0x12 not in emulated.table().values()


@every_location
def test_iv_st_takes_cpus_and_the_kernel_looks_up_their_tags(functions, options):
    device, emulated = functions.open(options, policy="iv-st")
    mark = functions.guest.trace.mark()
    device.st_config(0, [1, 2], flags=BY_CPU)
    device.vectors(2)
    device.set_control(IV | STANDARD)
    written = (emulated.table() if "cap" in options else msix_tags_written(functions.guest, mark))
    assert [written[0], written[1]] == [tag_of(1), tag_of(2)]


@every_location
def test_iv_st_takes_the_cpus_of_all_threads_of_the_process_and_no_others(functions, options):
    device, emulated = functions.open(options, policy="iv-st")
    functions.guest.confine(functions.user.program.pid(), "1")
    device.st_config(0, [1], flags=BY_CPU)
    for cpus in ([0], [1, 2], [3, 1]):
        with fails(errno.EPERM):
            device.st_config(0, cpus, flags=BY_CPU)
    functions.guest.confine(functions.user.program.pid(), "1-2")
    functions.user.call("thread 2")
    device.st_config(0, [1, 2], flags=BY_CPU)
    with fails(errno.EPERM):
        device.st_config(0, [3], flags=BY_CPU)
    for cpu in (63, 0xffffffff):
        with fails(errno.EINVAL):
            device.st_config(0, [1, cpu], flags=BY_CPU)
    assert emulated.stats()["config_writes"] == 0


def test_ds_st_takes_cpus_that_the_process_may_not_run_on(functions):
    device, _ = functions.open("loc=cap size=8", policy="ds-st")
    functions.guest.confine(functions.user.program.pid(), "1")
    device.st_config(0, [0, 3], flags=BY_CPU)


@pytest.mark.parametrize("policy, wanted", (("iv-st", 0), ("ds-st", IV | STANDARD)))
def test_interrupt_vector_mode_without_entries_takes_the_right_to_choose_tags(functions, policy, wanted):
    device, emulated = functions.open("loc=none modes=ns,iv,ds", policy=policy)
    device.set_control(IV | STANDARD)
    assert (emulated.ctrl(), device.control()) == (wanted, wanted)


def test_iv_st_uses_tags_in_requests_of_their_own_width_only(functions):
    device, emulated = functions.open("loc=cap size=8", policy="iv-st")
    device.st_config(0, [1, 2], flags=BY_CPU)
    device.set_control(IV | EXTENDED)
    assert (emulated.ctrl(), device.control()) == (0, 0)
    device.set_control(IV | STANDARD)
    assert emulated.ctrl() == IV | STANDARD
    with fails(errno.EINVAL):
        device.st_config(0, [1], flags=BY_CPU | WIDE)
    device.set_control(vfio.OFF)
    device.st_config(0, [1], flags=BY_CPU | WIDE)
    for requester in (STANDARD, EXTENDED):
        device.set_control(IV | requester)
        assert device.control() == 0
    device.st_config(1, [2], flags=BY_CPU | WIDE)
    device.set_control(IV | EXTENDED)
    assert emulated.ctrl() == IV | EXTENDED
    assert [emulated.table()[0], emulated.table()[1]] == [tag_of(1, wide=True), tag_of(2, wide=True)]
    with fails(errno.EINVAL):
        device.st_config(0, [1], flags=BY_CPU)
    device.set_control(NS | STANDARD)
    assert emulated.ctrl() == NS | STANDARD, "there are no tags in this mode"
    device.set_control(vfio.OFF)
    device.st_config(0, [1, 2], flags=BY_CPU)
    device.set_control(IV | STANDARD)
    assert emulated.ctrl() == IV | STANDARD
    emulated.write("fail_st_write", 1)
    with fails(errno.EIO):
        device.st_config(0, [2, 1], flags=BY_CPU)
    device.set_control(vfio.OFF)
    device.set_control(IV | STANDARD)
    assert [emulated.table()[0], emulated.table()[1]] == [tag_of(1), tag_of(2)]


def test_ds_st_leaves_the_width_of_tags_to_the_user(functions):
    device, emulated = functions.open("loc=cap size=8", policy="ds-st")
    device.st_config(0, [1], flags=BY_CPU)
    device.set_control(IV | EXTENDED)
    assert emulated.ctrl() == IV | EXTENDED


def test_iv_st_does_not_steer_by_tags_that_were_there_before(functions):
    device, emulated = functions.open("loc=cap size=8 firmware=0x5a", policy="iv-st")
    device.st_config(3, [1], flags=BY_CPU)
    device.set_control(IV | STANDARD)
    assert emulated.table() == dict.fromkeys(range(8), 0) | {3: tag_of(1)}
    assert device.entries(range(8)) == list(emulated.table().values())
    functions.new_user()
    assert emulated.table() == dict.fromkeys(range(8), 0x5a)


def test_a_thread_that_has_ended_does_not_lend_its_cpus(functions):
    device, _ = functions.open("loc=cap size=8", policy="iv-st")
    functions.user.call("handover")
    functions.guest.confine(functions.user.program.pid(), "1")
    device.st_config(0, [1], flags=BY_CPU)
    with fails(errno.EPERM):
        device.st_config(0, [0], flags=BY_CPU)


@pytest.mark.parametrize("policy", (None, "off", "iv-st"))
def test_a_requester_that_was_left_on_is_off_once_the_device_is_open(functions, policy):
    """On a device that neither a reset nor low power would turn off."""
    emulated = functions.emulate("loc=cap size=8 nsr=1")
    functions.guest.load_vfio(policy)
    functions.guest.bind(BDF)
    functions.guest.run(f"echo > /sys/bus/pci/devices/{BDF}/reset_method")
    functions.guest.run(f"printf '\\1\\1' | dd bs=1 seek={CAPABILITY + vfio.TPH_CTRL} conv=notrunc "
                        f"of=/sys/bus/pci/devices/{BDF}/config 2>/dev/null")
    assert emulated.ctrl() == IV | STANDARD
    device = functions.new_user().open(BDF)
    assert emulated.ctrl() & 0x300 == 0
    assert device.read(CAPABILITY + vfio.TPH_CTRL) & 0x300 == 0


def leave_tag(functions, device, vector, tag):
    """Write a tag to the MSI-X table as root, past VFIO."""
    bar, start, _ = vfio.msix_table(device.bytes(0, 256))
    fd, _ = functions.user.call(f"open /sys/bus/pci/devices/{BDF}/resource{bar}")
    page, _ = functions.user.call(f"mmap {fd} {start & ~0xfff:#x} 4096")
    functions.user.call(f"store {page + (start & 0xfff) + 16 * vector + 12:#x} {tag << 16 | 1:#x}")


# Debian's kernels let nobody map a BAR that a driver has.
@pytest.mark.kernels("series", "untouched")
def test_opting_in_to_iv_st_clears_the_tags_of_the_msix_table(functions):
    device, _ = functions.open("loc=msix", opt_in=False, policy="iv-st")
    device.msix_table()
    device.write(vfio.COMMAND, vfio.COMMAND_MEMORY, 2)
    leave_tag(functions, device, 0, 0x12)
    mark = functions.guest.trace.mark()
    device.opt_in()
    assert msix_tags_written(functions.guest, mark)[0] == 0


def test_opting_in_to_iv_st_revokes_the_msix_table(functions):
    device, _ = functions.open("loc=msix", opt_in=False, policy="iv-st")
    device.msix_table()
    device.opt_in()
    for touch in (lambda: device.msix_word(0), lambda: device.set_msix_word(0, 0x340000)):
        with fails(errno.EFAULT):
            touch()
    device.st_config(0, [1, 2], flags=BY_CPU)
    device.set_control(IV | STANDARD)
    device.vectors(2)
    with fails(errno.EFAULT):
        device.msix_word(1)
    functions.user.kill()
    with functions.guest.vfio_user() as user:
        assert user.open(BDF).msix_word(0) >> 16 == 0


def test_who_has_had_the_msix_table_cannot_opt_in_to_iv_st_until_it_is_bound_again(functions):
    device, emulated = functions.open("loc=msix", opt_in=False, policy="iv-st")
    device.set_msix_word(0, 0x120000)
    for _ in range(2):
        with fails(errno.EBUSY):
            device.opt_in()
        device.set_control(IV | STANDARD)
        assert emulated.ctrl() == 0
        device.msix_word(0)
        device = functions.new_user().open(BDF)
    functions.user.kill()
    functions.guest.bind(BDF)
    functions.new_user().open(BDF).opt_in()


@pytest.mark.parametrize("options, policy", (
    ("loc=msix", "no-st"), ("loc=msix", "ds-st"), ("loc=cap size=8", "iv-st")))
def test_msix_table_stays_mapped_where_its_tags_are_nobodys_or_the_users(functions, options, policy):
    device, _ = functions.open(options, opt_in=False, policy=policy)
    device.msix_word(0)
    device.opt_in()
    device.vectors(1)
    device.set_msix_word(1, 0x340000)
    assert device.msix_word(1) >> 16 == 0x34


def parameter(guest):
    return f"/sys/module/{guest.driver.replace('-', '_')}/parameters/tph_policy"


def test_offline_cpus_are_refused(functions):
    device, _ = functions.open("loc=cap size=8", policy="iv-st")
    functions.guest.run("echo 0 > /sys/devices/system/cpu/cpu3/online")
    try:
        with fails(errno.EINVAL):
            device.st_config(0, [3], flags=BY_CPU)
    finally:
        functions.guest.run("echo 1 > /sys/devices/system/cpu/cpu3/online")


def test_a_device_without_usable_tph_has_no_policy_to_change(functions):
    functions.open("loc=cap size=8 rp=0", opt_in=False)
    assert "*" in policy_file(functions.guest)


def policy_file(guest):
    return guest.run(f"echo /sys/bus/pci/devices/{BDF}/vfio-dev/*/tph_policy").strip()


def test_policy_of_one_device_can_be_changed_while_nobody_has_it_open(functions):
    device, _ = functions.open("loc=cap size=8", opt_in=False, policy="iv-st")
    guest, path = functions.guest, policy_file(functions.guest)
    assert guest.run(f"cat {path}").strip() == "iv-st"
    with pytest.raises(Fail, match="busy"):
        guest.run(f"echo ds-st > {path}")
    assert device.info().policy == "iv-st"
    functions.user.kill()
    functions.user = None
    for bad in ("", "DS-ST", "ds", "4", "ds-st x"):
        with pytest.raises(Fail, match="[Ii]nvalid"):
            guest.run(f"echo {bad!r} > {path}")
    for policy in POLICIES:
        guest.run(f"echo {policy} > {path}")
        assert guest.run(f"cat {path}").strip() == policy
        with guest.vfio_user() as user:
            assert user.open(BDF).info().policy == policy


def test_policy_is_latched_when_the_device_is_bound(functions):
    device, _ = functions.open(opt_in=False, policy="ds-st")
    guest = functions.guest
    guest.run(f"echo no-st > {parameter(guest)}")
    assert device.info().policy == "ds-st"
    assert guest.run(f"cat {policy_file(guest)}").strip() == "ds-st"
    functions.new_user()
    guest.bind(BDF)
    assert functions.user.open(BDF).info().policy == "no-st"


def test_policy_that_does_not_exist_is_refused(functions):
    functions.open(opt_in=False)
    with pytest.raises(Fail, match="[Ii]nvalid"):
        functions.guest.run(f"echo any > {parameter(functions.guest)}")
    assert functions.guest.run(f"cat {parameter(functions.guest)}").strip() == "ds-st"
