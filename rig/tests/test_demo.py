# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The demonstration holds, and finds out when it does not; a person can sit at the guest."""

import pexpect
import pytest

from tphrig import acpi, cache, demo
from tphrig.say import Fail


def test_demo_holds(rig, capsys):
    demo.run(rig)
    shown = capsys.readouterr().out
    assert "all of it holds" in shown and "Specification violations seen by the emulator: 0" in shown


def test_demo_fails_when_the_device_has_another_tag_than_the_table_says(rig, monkeypatch):
    table = {cpu: tags._replace(vm_st=tags.vm_st and tags.vm_st ^ 1) for cpu, tags in acpi.tags().items()}
    monkeypatch.setattr(acpi, "tags", lambda: table)
    with pytest.raises(Fail, match="port 0 Rx queue 0: a tag differs"):
        demo.run(rig)


def sit_down(rig, target):
    return pexpect.spawn("make", ["-C", str(cache.PROJECT), target, f"BUILD={rig.build}"],
                         encoding="utf-8", timeout=120)


def test_make_testpmd_gives_the_prompt_until_quit(rig):
    person = sit_down(rig, "testpmd")
    person.expect("testpmd> ")
    person.send("tph enable port 0\r")
    person.expect("Port 0: TPH is on, mode ds")
    person.send("quit\r")
    person.expect(pexpect.EOF)
    person.close()
    assert person.exitstatus == 0


def test_make_shell_gives_a_shell_until_exit(rig):
    person = sit_down(rig, "shell")
    person.expect(r"exit ends it")
    person.send("ls /sys/bus/pci/drivers/vfio-pci\r")
    person.expect("0000:02:00.0")
    person.send("exit\r")
    person.expect(pexpect.EOF)
    person.close()
    assert person.exitstatus == 0
