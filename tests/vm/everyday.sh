# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the part "kernel" shows on the second kernel, and "endurance" leaves to it: a
# pattern of names in tests/vm/kernel.
# shellcheck disable=SC2034  # used by those who source this
everyday='[12]*|30*|31*|4[0-3]*|50*|60*|7*|82*|99*'
