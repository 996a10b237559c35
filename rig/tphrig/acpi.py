# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The Steering Tags that the guest's firmware defines, read from the rows of kernel/acpi/tph.asl."""

import functools
import re
from typing import NamedTuple

from . import cache

SOURCE = cache.PROJECT / "kernel" / "acpi" / "tph.asl"
_ROW = re.compile(r"^ *Package *\(\) *\{((?: *\w+ *,){6} *\w+ *)\}", re.M)


class Tags(NamedTuple):
    """What firmware says of one CPU: flags, 8-bit and 16-bit tag for each memory type."""

    vm_flags: int
    vm_st: int
    vm_xst: int
    pm_flags: int
    pm_st: int
    pm_xst: int

    def tag(self, memory, extended):
        """The tag for memory "vm" or "pm", or None if it is not valid."""
        flags, standard, wide = self[:3] if memory == "vm" else self[3:]
        if not flags & (2 if extended else 1):
            return None
        return wide if extended else standard


@functools.cache
def tags():
    """The tags of each CPU; in the guest a CPU's UID is its number."""
    rows = [[int(field, 0) for field in row.split(",")] for row in _ROW.findall(SOURCE.read_text())]
    return {uid: Tags(*rest) for uid, *rest in rows}
