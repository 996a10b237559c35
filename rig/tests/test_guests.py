# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""What the suite lends to a test is the guest that it asked for, and no complaint of a kernel is lost."""

import pytest

from tphrig.guests import Guests
from tphrig.say import Fail


class StubGuest:
    """A guest whose kernel has already said something; Guests is given no more than this."""

    def __init__(self, flavour, complaint="", **how):
        self.what, self.complaint, self.stopped = (flavour, how), complaint, False

    def runs(self):
        return not self.stopped

    def trouble(self):
        said, self.complaint = self.complaint, ""
        return said

    def tidy(self):
        pass

    def stop(self):
        self.stopped = True


class StubRig:
    def guest(self, flavour, tests, **how):
        return StubGuest(flavour, **how)


@pytest.fixture(name="some_guests")
def _some_guests():
    return Guests(StubRig())


def test_a_guest_with_other_options_is_not_taken_for_the_one_that_runs(some_guests):
    first = some_guests.get("own", cmdline="pci=notph")
    assert some_guests.get("own", cmdline="pci=notph") is first
    second = some_guests.get("own", cmdline="intel_iommu=off")
    assert second.what == ("series", {"cmdline": "intel_iommu=off"}) and first.stopped
    assert some_guests.get("own", "untouched", cmdline="intel_iommu=off").what[0] == "untouched"


def test_what_a_kernel_complains_of_at_boot_fails_the_test_that_booted_it(some_guests):
    with pytest.raises(Fail, match="before this test:\nWARNING: at boot"):
        some_guests.get("tph", complaint="WARNING: at boot")
    assert some_guests.running == {}


def test_what_a_kernel_complains_of_after_a_test_fails_the_next_one(some_guests):
    guest = some_guests.get("tph")
    assert some_guests.give_back("tph") == ""
    guest.complaint = "BUG: too late"
    with pytest.raises(Fail, match="before this test:\nBUG: too late"):
        some_guests.get("tph")
    assert guest.stopped


def test_a_warning_is_seen_by_who_asks_right_after_it(guest):
    assert guest.trouble() == ""
    for number in range(50):
        # A long line takes the console longer than the shell's answer takes.
        guest.run(f"echo '<4>WARNING: {'.' * 800} {number}' >/dev/kmsg")
        assert f" {number}\n" in guest.trouble()
        assert guest.trouble() == ""
