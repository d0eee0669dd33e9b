# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Shadow variables, by one task and by several at once: the module checks.
. /scenarios/lib.sh

ok "every answer was right" load kpatch_shadow
unlike "nothing to complain about" 'not so' "$(log)"
rmmod kpatch_shadow
