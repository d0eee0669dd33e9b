#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A small share of the part "faults", the same every day: what fails here, the last change
# has broken.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../../faults/run" --share 0.01 --seed 1
