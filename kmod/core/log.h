/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log.h - included before all else, so that every line of ours says "kpatch:" */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
