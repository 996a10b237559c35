# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The demonstration holds, and finds out when it does not; a person can sit at the guest."""

import pexpect
import pytest

from tphrig import acpi, cache, demo, stock
from tphrig.machine import PATIENCE
from tphrig.say import Fail


@pytest.mark.parametrize("kernel", (stock.DEFAULT, "series"))
def test_demo_holds(rig, capsys, kernel):
    demo.run(rig, kernel)
    shown = capsys.readouterr().out
    assert "all of it holds" in shown and "Specification violations seen by the emulator: 0" in shown


def test_demo_fails_when_the_device_has_another_tag_than_the_table_says(rig, monkeypatch):
    table = {cpu: tags._replace(vm_st=tags.vm_st and tags.vm_st ^ 1) for cpu, tags in acpi.tags().items()}
    monkeypatch.setattr(acpi, "tags", lambda: table)
    with pytest.raises(Fail, match="port 0 Rx queue 0: a tag differs"):
        demo.run(rig, stock.DEFAULT)


@pytest.mark.parametrize("target, greeting, typed, answer, end", (
    ("testpmd", "testpmd> ", "tph enable port 0", "Port 0: TPH is on, mode ds", "quit"),
    ("shell", "exit ends it", "ls /sys/bus/pci/drivers/tph-vfio-pci", "0000:02:00.0", "exit")))
def test_a_person_has_the_guest_until_the_end_is_typed(rig, target, greeting, typed, answer, end):
    person = pexpect.spawn("make", ["-C", str(cache.PROJECT), target, f"BUILD={rig.build}"],
                           encoding="utf-8", timeout=PATIENCE)
    person.expect(greeting)
    person.send(f"{typed}\r")
    person.expect(answer)
    person.send(f"{end}\r")
    person.expect(pexpect.EOF)
    person.close()
    assert person.exitstatus == 0
