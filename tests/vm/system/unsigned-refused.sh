#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# yum takes neither an unsigned patch package nor a changed one.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

guest "yum -y install /payload/$KVER/unsigned.rpm" 240
check "an unsigned package is refused" "rc!=0" "shows not signed"
guest "yum -y install /payload/$KVER/other-key.rpm" 240
check "a package signed with an unknown key is refused" "rc!=0"
guest "cp /srv/repo/repodata/repomd.xml /root/; sed -i 's/<revision>/<revision>1/' /srv/repo/repodata/repomd.xml
    yum -y --refresh install $package; status=\$?
    cp /root/repomd.xml /srv/repo/repodata/repomd.xml; exit \$status" 240
check "a repository whose metadata was changed is refused" "rc!=0"
guest "rpm -q $package"
check "none of them was installed" rc=1
behaves unpatched
tap_end
