#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A small share of the part "faults", another one each day. Its seed is in what it prints.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../../faults/run" --share 0.01 --seed "$(date +%F)"
