/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declarations shared by the files of tph_emu. From top to bottom, each calls
 * only those below it:
 *
 *   attach.c    attaches and detaches functions; the module itself
 *   files.c     the debugfs files of an attached function
 *   base_api.c  the debugfs file that calls the PCI core's own TPH API
 *   parse.c     parses lines, addresses and options
 *   config.c    the config space accessors: where an access goes
 *   regs.c      the registers: contents, counters and violations
 *   compat.h    what older kernels lack
 *
 * Copyright(c) 2026 The dpdk-tph authors
 */
#ifndef TPH_EMU_H
#define TPH_EMU_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

#include "compat.h"

/* The specification's limit for a table in the capability */
#define TPH_EMU_CAP_ENTRIES	64

#define TPH_EMU_LOG		1024
#define TPH_EMU_VIOLATIONS	256
#define TPH_EMU_PORTS		8

/* As requested at attach; -1 stands for "as the device" */
struct tph_emu_conf {
	u32 loc;		/* PCI_TPH_LOC_*, or both bits for the reserved code */
	u32 modes;		/* PCI_TPH_CAP_ST_* */
	int size;		/* size field + 1 */
	int ext;
	int rp;			/* the Root Port's completer code, -1 if there is none */
	int firmware;
	int pos;
	int nsr;
	int af;
};

enum tph_emu_stat {
	TPH_EMU_CONFIG_READS,
	TPH_EMU_CONFIG_WRITES,
	TPH_EMU_CTRL_WRITES,
	TPH_EMU_ST_CONFIG_WRITES,
	TPH_EMU_ST_WRITES,
	TPH_EMU_ST_SAME,
	TPH_EMU_ST_FAILED,
	TPH_EMU_ENABLES,
	TPH_EMU_DISABLES,
	TPH_EMU_OFF_WINDOWS,
	TPH_EMU_RESETS,
	TPH_EMU_VIOLATIONS_FOUND,
	TPH_EMU_STATS
};

struct tph_emu_op {
	u64 ns;
	unsigned long seq;
	const char *reset;	/* its kind, if op is 'R' */
	u32 value;
	u16 offset;
	u8 width;
	char op;		/* see README.md, log */
};

struct tph_emu_violation {
	u64 ns;
	unsigned long seq;	/* of the operation in the log */
	const char *what;
	u32 value;
	u32 ctrl;
	u16 offset;
	u8 width;
};

/* A bridge above the function; the last one may be the Root Port */
struct tph_emu_port {
	u8 bus;
	u8 devfn;
	u8 exp;			/* its PCI Express capability */
	bool root;
};

struct tph_emu {
	struct list_head list;
	int domain;
	u8 bus;
	u8 devfn;
	char name[16];
	struct tph_emu_conf conf;
	struct tph_emu_port ports[TPH_EMU_PORTS];
	int nr_ports;

	struct dentry *dir;
	struct mutex api_lock;	/* guards api_result */
	char api_result[128];

	/* The rest is guarded by tph_emu_lock */

	/* Where things are in the underlying device; valid if found */
	bool found;
	int error;		/* why it cannot be emulated; found then stays false */
	bool flr;
	bool nsr;
	u8 exp;
	u8 pm;
	u8 af;
	u8 af_link;		/* the capability to link an emulated af from */
	u8 power;
	u16 link;		/* the capability to link pos from */
	u16 pos;
	u16 end;
	int entries;
	u32 beneath[(PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 4];

	u32 cap;
	u32 ctrl;
	u16 st[TPH_EMU_CAP_ENTRIES];

	bool unreachable;
	unsigned int fail_in;	/* fail the fail_in-th ST write from now; 0: none */
	bool fail_on;		/* and all after it */
	bool paused;		/* the requester was on, and is off */

	unsigned long stats[TPH_EMU_STATS];
	unsigned long seq;
	unsigned int nr_violations;
	struct tph_emu_op log[TPH_EMU_LOG];
	struct tph_emu_violation violations[TPH_EMU_VIOLATIONS];
};

/*
 * Guards list and contents of all emulated functions. The accessors run with
 * interrupts off, on some paths under pci_lock, so this is a raw spinlock too.
 */
extern raw_spinlock_t tph_emu_lock;
extern struct list_head tph_emu_list;

/* The bits of the aligned dword that an access of this width touches there */
static inline u32 tph_emu_mask(int where, int size)
{
	return (u32)(BIT_ULL(8 * size) - 1) << (8 * (where & 3));
}

/* parse.c; free a line with kfree() */
char *tph_emu_read_line(const char __user *buf, size_t count);
int tph_emu_parse_bdf(struct tph_emu *emu, const char *arg);
int tph_emu_parse_mode(const char *name);
int tph_emu_parse_conf(struct tph_emu *emu, int argc, char **argv);

/* files.c, base_api.c */
void tph_emu_make_files(struct tph_emu *emu, struct dentry *parent);
#ifdef CONFIG_PCIE_TPH
void tph_emu_make_base_api_file(struct tph_emu *emu);
#else
static inline void tph_emu_make_base_api_file(struct tph_emu *emu)
{
}
#endif

/* config.c; hook and unhook under pci_lock_rescan_remove() */
int tph_emu_hook(struct pci_bus *bus);
void tph_emu_unhook_all(void);
void tph_emu_find(struct tph_emu *emu, struct pci_bus *bus);
void tph_emu_restore_beneath(struct tph_emu *emu, struct pci_bus *bus);

/* regs.c, all under tph_emu_lock */
u32 tph_emu_regs_read(struct tph_emu *emu, int where, int size);
int tph_emu_regs_write(struct tph_emu *emu, int where, int size, u32 value);
void tph_emu_regs_lost(struct tph_emu *emu, int where, int size, u32 value);
void tph_emu_regs_reset(struct tph_emu *emu, const char *kind);
void tph_emu_regs_clear(struct tph_emu *emu);

#endif /* TPH_EMU_H */
