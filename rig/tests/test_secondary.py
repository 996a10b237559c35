# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""A secondary process reads what the primary one has set, and changes nothing."""

from tphrig.machine import PORT_BDF
from tphrig.testpmd import LCORES, OPTIONS, stashes

CHANGES = ("tph enable port 1", "tph disable port 0", "tph sync port 0",
           "tph stash port 0 rxq 0 lcore 4 objects descriptor")


def test_secondary_process_reads_and_changes_nothing(guest, ports):
    # Both must map the same memory at the same addresses.
    guest.run("echo 0 > /proc/sys/kernel/randomize_va_space")
    options = f"{OPTIONS} --num-procs=2"
    with guest.testpmd(f"{options} --proc-id=0") as primary:
        primary.cmd("tph enable port 0")
        primary.cmd("tph stash port 0 rxq 0 lcore 1 objects payload")
        before, mark = primary.cmd("show port 0 tph"), guest.trace.mark()
        for port in ports:
            port.clear()

        lines = ["show port 0 tph", "show port 1 tph", *CHANGES, "show port 0 tph", "quit"]
        guest.run("printf '%s\\n' " + " ".join(f"'{line}'" for line in lines) + " > /tmp/commands")
        secondary = options.replace(LCORES, "3@1,4@1,5@1")
        said = guest.run(f"dpdk-testpmd --proc-type=secondary {secondary} --proc-id=1 "
                         "--cmdline-file=/tmp/commands </dev/null 2>&1")
        assert stashes(said) == 2 * stashes(before) and len(stashes(before)) == 1, said
        assert "Port 1: TPH is off" in said
        assert said.count("primary process") == len(CHANGES), said

        assert primary.cmd("show port 0 tph") == before
        assert guest.trace.igb_control(guest.bar0(PORT_BDF[0]), mark) == []
        assert all(port.stats()["ctrl_writes"] == 0 for port in ports)
        assert ports[0].ctrl() & 0x300 and not ports[1].ctrl() & 0x300
