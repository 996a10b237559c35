# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors
"""The rig: builds DPDK, guest kernels and a guest image, and runs them in QEMU."""
