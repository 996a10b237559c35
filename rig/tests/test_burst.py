# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The data path is machine code for machine code that of stock DPDK."""

import re

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from tphrig import cache, dpdk

# One build at a time: ninja uses all CPUs.
pytestmark = pytest.mark.xdist_group("builds")

# The drivers that the overlay changes, and what they are built with
DRIVERS = sorted({path.parent.name for path in (cache.PROJECT / "drivers" / "net").glob("*/*_tph.c")})
BUILT = ",".join(["bus/pci", "bus/vdev", "common/iavf", *(f"net/{name}" for name in DRIVERS)])
# What an application's burst calls may end up in
BURST = re.compile(r"(recv|xmit|prep|rx|tx)_.*pkts|_(recv|xmit)_|descriptor_status|rx_queue_count")
# Control path that the overlay changes, to see that the comparison sees it
CHANGED = {"i40e_rx_queue_init", "i40e_tx_queue_init", "ice_tx_queue_start"}


def functions(path):
    """The machine code of each function of an object, with what it refers to by name or content."""
    with open(path, "rb") as file:
        elf = ELFFile(file)
        symbols = elf.get_section_by_name(".symtab")
        code = {}
        for symbol in symbols.iter_symbols():
            if symbol["st_info"]["type"] == "STT_FUNC" and isinstance(symbol["st_shndx"], int):
                section = elf.get_section(symbol["st_shndx"])
                first, end = symbol["st_value"], symbol["st_value"] + symbol["st_size"]
                found = elf.get_section_by_name(f".rela{section.name}")
                references = [(r["r_offset"] - first, r["r_info_type"], *target(elf, symbols, r))
                              for r in (found.iter_relocations() if found else ())
                              if first <= r["r_offset"] < end]
                code[symbol.name] = section.data()[first:end], references
        return code


def target(elf, symbols, relocation):
    symbol, addend = symbols.get_symbol(relocation["r_info_sym"]), relocation["r_addend"]
    if symbol["st_info"]["type"] != "STT_SECTION":
        return symbol.name, addend
    section = elf.get_section(symbol["st_shndx"])
    if not section["sh_flags"] & SH_FLAGS.SHF_MERGE:
        return section.name, addend
    # Constants are shared by the functions of a file: what one is counts, not where it is.
    size = section["sh_entsize"]
    start = -(-(addend + 4) // size) * size
    length = section.data()[start:].index(0) if section["sh_flags"] & SH_FLAGS.SHF_STRINGS else size
    return section.data()[start:start + length], None


@pytest.fixture(scope="module")
def code(rig):
    """The functions of each object with and without the overlay."""
    def built(stock):
        build = dpdk.Build(rig.options["dpdk_source"], BUILT, rig.options["disable_libs"],
                           ["-Dc_args=-ffunction-sections"], stock)
        folder = build.objects(rf"/(net_)?(intel_)?({'|'.join(DRIVERS)})_\S*rxtx\S*\.o")
        return {path.name: functions(path) for path in sorted(folder.iterdir())}
    return built(False), built(True)


def called(functions, name):
    """A function and those of the same object that it calls, and so on."""
    found, todo = set(), {name}
    while todo:
        found |= todo
        names = {str(reference[2]).rpartition(".text.")[2].removeprefix("unlikely.")
                 for one in todo for reference in functions[one][1]}
        todo = {n for name in names for n in (name, f"{name}.cold") if n in functions} - found
    return found


def test_burst_functions_are_those_of_stock_dpdk_byte_for_byte(code):
    ours, stock = code
    assert ours.keys() == stock.keys()
    burst = {(file, name) for file in stock for name in stock[file] if BURST.search(name)}
    # Each driver is there, with both directions, and so are its files for single kinds of CPUs.
    assert {file for file, _ in burst} == set(stock)
    for driver in DRIVERS:
        names = " ".join(name for file, name in burst if re.match(rf"(net_)?(intel_)?{driver}_", file))
        assert "recv" in names and "xmit" in names, driver
    everything = {(file, name) for file, start in burst for name in called(stock[file], start)}
    assert [(file, name) for file, name in everything
            if ours[file].get(name) != stock[file][name]] == []


def test_comparison_sees_what_the_overlay_changes(code):
    ours, stock = code
    differ = {name for file in stock for name in stock[file]
              if ours[file].get(name) != stock[file][name]}
    assert CHANGED <= differ
