# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# The worked example of kpatch-author(7) does what the page says.
. /scenarios/lib.sh

ok "it loads" load_again kpatch-example-1-1
like "the secret is masked" 'secret=\*\*\* token=abc123$' "$(cat /proc/cmdline)"
again set_enabled kpatch_example_1_1 0
ok "it is removed" rmmod kpatch_example_1_1
