# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The demonstration holds, and finds out when it does not."""

import pytest

from tphrig import acpi, demo
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
