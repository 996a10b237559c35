// SPDX-License-Identifier: GPL-2.0-only
//
// The Steering Tags of the test guest's CPUs, as a platform's firmware tells
// them: _DSM function 0xF, revision 7, of the PCI host bridge. It goes to QEMU
// as -acpitable file=tph.aml (iasl tph.asl).
//
// Tests take what they expect from the rows below as well, so keep a row on a
// line and a number a column.
//
// Copyright(c) 2026 The dpdk-tph authors

DefinitionBlock ("tph.aml", "SSDT", 2, "DPDKTP", "TPHTAGS", 1)
{
    External (\_SB.PCI0, DeviceObj)

    Scope (\_SB.PCI0)
    {
        // Flags: 1 the 8-bit tag is valid, 2 the 16-bit tag is valid, 4 the
        // platform ignores processing hints. No tag can be computed from the
        // CPU's number, from another column, or from another width. With four
        // CPUs every odd case exists for persistent memory, and CPUs 1 to 3
        // have plain tags for volatile memory; with eight it exists for both.
        Name (TAGS, Package ()
        {
            //              |    volatile memory    |   persistent memory   |
            //          UID | flags 8-bit  16-bit   | flags 8-bit  16-bit   |
            Package () {  0,  0x03, 0x96,  0x4b1d,    0x03, 0x00,  0x0000 }, // persistent: tag 0
            Package () {  1,  0x03, 0x5a,  0xc307,    0x02, 0x00,  0x8e72 }, // persistent: more than 8 bits only
            Package () {  2,  0x03, 0xe1,  0x12a8,    0x00, 0x00,  0x0000 }, // persistent: no valid tag
            Package () {  3,  0x03, 0x2d,  0x9f64,    0x07, 0xb8,  0x8e72 }, // persistent: 16 bits shared with 1; hints ignored
            Package () {  4,  0x03, 0x00,  0x0000,    0x03, 0x71,  0xd05e }, // tag 0
            Package () {  5,  0x00, 0x00,  0x0000,    0x03, 0x4c,  0x6a13 }, // no valid tag
            Package () {  6,  0x02, 0x00,  0x73f5,    0x03, 0xd4,  0x37c9 }, // more than 8 bits only
            Package () {  7,  0x07, 0x96,  0x4b1d,    0x03, 0x0f,  0xf82b }, // shared with 0; hints ignored
        })

        // One half of the answer: the flags, the 8-bit and the 16-bit tag
        // starting at that column of a row
        Method (HALF, 2)
        {
            Local0 = DerefOf (Arg0 [Arg1])
            Local1 = DerefOf (Arg0 [Arg1 + 1])
            Local2 = DerefOf (Arg0 [Arg1 + 2])
            Return (Local0 | (Local1 << 8) | (Local2 << 16))
        }

        // Arg0 UID. A CPU without a row has no valid tag.
        Method (STAG, 1)
        {
            Local0 = Buffer (8) {}
            CreateDWordField (Local0, 0, VMEM)
            CreateDWordField (Local0, 4, PMEM)

            For (Local1 = 0, Local1 < SizeOf (TAGS), Local1++)
            {
                Local2 = DerefOf (TAGS [Local1])
                If (DerefOf (Local2 [0]) == Arg0)
                {
                    VMEM = HALF (Local2, 1)
                    PMEM = HALF (Local2, 4)
                }
            }
            Return (Local0)
        }

        // A byte written here for each call is how tests count the calls
        OperationRegion (CNTR, SystemIO, 0x0580, 1)
        Field (CNTR, ByteAcc, NoLock, WriteAsZeros)
        {
            CALL, 8
        }

        // Arg0 UUID, Arg1 revision, Arg2 function, Arg3 its arguments: feature
        // (0 is the cache's Steering Tag), UID of the target, properties
        Method (_DSM, 4, Serialized)
        {
            If (Arg0 == ToUUID ("e5c937d0-3553-4d7a-9117-ea4d19c3434d") && Arg1 >= 7)
            {
                CALL = Arg2
                If (Arg2 == 0)
                {
                    Return (Buffer () { 0x01, 0x80 })
                }
                If (Arg2 == 0xF && DerefOf (Arg3 [0]) == 0)
                {
                    Return (STAG (DerefOf (Arg3 [1])))
                }
            }
            Return (Buffer () { 0x00 })
        }
    }

    // Power that can be taken from the endpoint without a Root Port, in the
    // guest that has one: D3cold
    External (\_SB.PCI0.S40, DeviceObj)

    If (CondRefOf (\_SB.PCI0.S40))
    {
        Scope (\_SB.PCI0.S40)
        {
            Name (LIVE, 1)
            PowerResource (PWR, 0, 0)
            {
                Method (_STA)
                {
                    Return (LIVE)
                }
                Method (_ON)
                {
                    LIVE = 1
                }
                Method (_OFF)
                {
                    LIVE = 0
                }
            }
            Name (_PR0, Package () { PWR })
            Name (_PR3, Package () { PWR })
        }
    }
}
