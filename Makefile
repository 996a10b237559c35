# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The dpdk-tph authors

# The front door; meson, ninja and the rig do the work. `make help` lists it.

BUILD ?= build
# Options of meson_options.txt for a new build folder, such as -Ddpdk_source=PATH
MESON_ARGS ?=
RIG = rig/rig -C $(BUILD)
DIR ?=
# It may have spaces; in quotes, no shell replaces a ~.
QUOTED = $(if $(DIR),"$(DIR:~/%=$(HOME)/%)")
# Trees of DPDK for matrix; for kernel-matrix, sources of Linux, the guest's if there are none; for
# demo, testpmd, shell and check, the kernel of the guest
DPDK ?=
KERNEL ?=

KERNEL_OPTION = $(if $(KERNEL),--kernel $(KERNEL))

.DEFAULT_GOAL := help
.PHONY: help packages setup demo testpmd shell check lint matrix docs kernel module module-deb kernel-tree \
	kernel-export kernel-matrix graft clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

packages: ## install the Debian packages that are missing
	@rig/packages

setup: packages
	@exec 9<Makefile; flock 9; [ -f $(BUILD)/build.ninja ] || \
		said=$$(meson setup $(MESON_ARGS) $(BUILD) 2>&1) || { echo "$$said" >&2; exit 1; }

demo: setup ## enable TPH on two ports of testpmd in the guest, and see the tags arrive
	@$(RIG) demo $(KERNEL_OPTION)

testpmd: setup ## the testpmd prompt in the guest
	@$(RIG) testpmd $(KERNEL_OPTION)

shell: setup ## a shell in the guest; for these three, KERNEL=6.1, 6.12, 7.3 or series
	@$(RIG) shell $(KERNEL_OPTION)

check: setup ## run the test suite; ARGS goes to pytest
	@$(RIG) check $(KERNEL_OPTION) -- $(ARGS)

lint: setup ## what needs no build: style, spelling, licences, commits, what rig/packages lacks
	@rig/packages flake8 shellcheck
	@$(RIG) lint

matrix: setup ## does it work with the DPDK trees DPDK="PATH PATH…"? installs clang
	@rig/packages clang
	@$(RIG) matrix $(DPDK)

docs: setup ## build DPDK's guide with TPH in it; installs Sphinx
	@rig/packages python3-sphinx python3-sphinx-rtd-theme
	@$(RIG) docs

kernel: setup ## build the guest's kernel with the series
	@$(RIG) build kernel

module: ## build tph-vfio-pci for the running kernel, or for the build tree KDIR=PATH
	@$(MAKE) -s -C kernel/module OUT=$(abspath $(BUILD))/module $(if $(KDIR),KDIR=$(abspath $(KDIR)))

module-deb: ## a DKMS package of tph-vfio-pci
	@$(MAKE) -s -C kernel/module deb OUT=$(abspath $(BUILD))/module

kernel-tree: setup ## a git tree in DIR with the kernel series as commits
	@$(RIG) kernel-tree $(QUOTED)

kernel-export: setup ## write the series back from the git tree in DIR
	@$(RIG) kernel-export $(QUOTED)

kernel-matrix: setup ## build the series on the kernel sources KERNEL="PATH ..."; installs cross compilers
	@rig/packages sparse gcc-aarch64-linux-gnu gcc-powerpc64-linux-gnu
	@$(RIG) kernel-matrix $(KERNEL)

graft: ## put the overlay into the DPDK tree DIR
	@devtools/graft $(QUOTED)

clean: ## remove the build folder; the cache stays
	@rm -rf $(BUILD)
