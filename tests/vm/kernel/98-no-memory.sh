# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=no-memory.sh
# Patches and their modules without memory.
. /scenarios/lib.sh
. /scenarios/no-memory.sh

off() { again set_enabled "$1" 0; }
patch_out() { off $p && rmmod $p; }
on_again() { again set_enabled $p 1; }
# From scratch, so that both functions of the first are in one batch again.
below_again() { off test_demo_1_1 && on_again && again set_enabled test_demo_1_1 1; }
patch_in_and_off() { load_again test-demo-1-2 && off $p; }
first_again() { again set_enabled test_demo_1_1 1 && patch_out; }
target_out() { rmmod kpatch_target; }
target_in() { load kpatch_target; }

below_core

p=test_demo_1_2
every "a patch" patch_out load /modules/test-demo-1-2.ko
load_again test-demo-1-2
every "switching off" on_again write "$sys/$p/enabled" 0
load_again test-demo-1-1
every "switching off what another one covers in part" below_again write "$sys/$p/enabled" 0
off $p
every "removal" patch_in_and_off unload $p
rmmod $p
every "replacement" first_again load /modules/test-demo-1-2.ko replace=1
off test_demo_1_1
rmmod test_demo_1_1

p=test_patch_target
load kpatch_target
every "a patch of a module that is there" patch_out load /modules/test-patch-target.ko
load_again test-patch-target
every "the module's going" target_in unload kpatch_target
target_out
every "its coming" target_out load /modules/kpatch_target.ko
below_function do_init_module
every "its coming, after we have had our turn," target_out load /modules/kpatch_target.ko
ok "all is removed" patch_out
