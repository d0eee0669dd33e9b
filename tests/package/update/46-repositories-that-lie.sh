#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Repositories that lie: what stands still, what is not signed or is damaged although it is
# the newest, and what takes the place of another repository's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

if [ "$(id -u)" -ne 0 ]; then
    skip "repositories that lie" "only root can ask repositories"
    tap_end
    exit 0
fi

# index FOLDER [OPTION...]: its metadata, anew.
index() {
    rm -rf "$1/repodata"
    createrepo_c --quiet "$@"
}
# two_repositories: the server's, "site", and a folder's, "third".
two_repositories() {
    new_root
    site "file://$work/key"
    printf '%s\n' '[third]' name=third "baseurl=file://$work/third" gpgcheck=1 \
        >"$root/etc/yum.repos.d/third.repo"
}

make_patches 1 2 3
mkdir -p "$work/www" "$work/third" "$work/bystander"
cp "$(patch_file 1)" "$(patch_file 2)" "$work/www/"
index "$work/www"
serve main "$work/www"

# --- what stands still
mkdir -p "$root/etc/kpatch"
site "file://$work/key"
is_stale() {
    manager check --refresh >"$work/text" 2>&1
    grep "what repository site has is from 2025-0[0-9]-[0-9]* and has not changed for [0-9]* days" "$work/text"
    manager status | grep "What repository site has is from"
    json "j['looked']['stale'] and j['looked']['unchanged_since'].startswith('2025-')" manager status --json
    [ "$(grep -c 'has not changed for' "$work/text")" -eq 1 ]
}
is_not_stale() {
    manager check --refresh >"$work/text" 2>&1
    fails grep 'has not changed for' "$work/text"
    manager status >"$work/text" 2>&1
    fails grep 'What repository site has is from' "$work/text"
    json "not j['looked']['stale']" manager status --json
}
steps "metadata of now are not stale" is_not_stale
index "$work/www" --revision "$(date -d 2025-01-31 +%s)"
rm -rf "$root/var/cache/kpatch-manager"
printf '%s\n' '[old]' name=old "baseurl=file://$work/bystander" >"$root/etc/yum.repos.d/old.repo"
index "$work/bystander" --revision "$(date -d 2020-01-31 +%s)"
steps "metadata that stand still are called stale; those without patches may" is_stale
printf '[packages]\nstale-after=3650\n' >"$root/etc/kpatch/manager.conf"
steps "after as many days as are configured" is_not_stale
printf '[packages]\nstale-after=0\n' >"$root/etc/kpatch/manager.conf"
steps "or never" is_not_stale
index "$work/www"

# --- what is not good
cp "$(patch_file 3)" "$work/third/"
rpmsign --delsign "$work/third/$patch-1-3.x86_64.rpm" >/dev/null
index "$work/third"
why="$patch-1-3.x86_64 of repository third was passed over: it is not signed"
two_repositories
passed() {
    says 0 "$why" update
    is "1-2 / 1-2.ko"
}
steps "an unsigned newest package is passed over for the next, with the reason" passed
again() {
    says 4 "is refused: it is not signed" update
    is "1-2 / 1-2.ko"
}
steps "where there is no next one it is refused" again
two_repositories
by_name() {
    says 4 "is refused: it is not signed" update 1-3
    is "none /"
}
steps "and so it is when it is named" by_name
two_repositories
seen_by_check() {
    says 0 "$patch-1-3.x86_64 (third): it is not signed" manager check --refresh
    json "j['kernels'][0]['available']['evr'] == '1-2' and '1-3' in j['kernels'][0]['passed'][0]" manager check --json
    manager status | grep "Repository site has $patch-1-2.x86_64"
    says 20 "$why" manager update --dry-run
    json "j['steps'][0]['evr'] == '1-2'" manager update --dry-run --json
    # and once more when nothing has to be asked
    json "j['kernels'][0]['available']['evr'] == '1-2'" manager check --json
}
steps "check and a dry run pass it over as well" seen_by_check
on_a_terminal() {
    says 0 "$patch-1-2.x86_64 is installed" on_terminal "y
y"
}
steps "who is asked is asked about the other one" on_a_terminal
two_repositories
no_to_the_other() {
    says 1 "nobody said yes" on_terminal "y
n"
    is "none /"
}
steps "and may say no" no_to_the_other
sed 's/for a test/for a nest/' "$(patch_file 3)" >"$work/third/$patch-1-3.x86_64.rpm"
index "$work/third"
damaged() {
    two_repositories
    says 0 "was passed over: it is damaged, or its signature is wrong" update
    is "1-2 / 1-2.ko"
    two_repositories
    says 0 "(third): it is damaged, or its signature is wrong" manager check --refresh
    json "j['kernels'][0]['available']['evr'] == '1-2'" manager check --json
}
steps "so is one whose signature is wrong" damaged
gpg --batch --quiet --homedir "$work" --passphrase '' --quick-generate-key other rsa2048 sign never 2>/dev/null
cp "$(patch_file 3)" "$work/third/"
rpmsign --define "_gpg_name other" --define "_gpg_path $work" --define "__gpg $(command -v gpg)" \
    --resign "$work/third/$patch-1-3.x86_64.rpm" >/dev/null 2>&1
index "$work/third"
unknown() {
    two_repositories
    says 0 "was passed over: it is signed by the key" update
    is "1-2 / 1-2.ko"
    # also where its repository has the key: nobody has agreed to that
    gpg --homedir "$work" --armor --export other >"$work/other-key" 2>/dev/null
    two_repositories
    echo "gpgkey=file://$work/other-key" >>"$root/etc/yum.repos.d/third.repo"
    says 0 "was passed over: it is signed by the key" update
    is "1-2 / 1-2.ko"
}
steps "and one that somebody unknown has signed" unknown
printf '[packages]\nverify=warn\n' >"$work/warn"
warned() {
    two_repositories
    mkdir -p "$root/etc/kpatch"
    cp "$work/warn" "$root/etc/kpatch/manager.conf"
    says 0 "$patch-1-3.x86_64 is installed" update
}
steps "where no signature is asked for it is taken" warned

# --- what takes the place of another's
rm "$work"/third/*.rpm
tiny "$work/third" kpatch-patch-third 9 9 "Requires: kernel-uname-r = $kver" "Obsoletes: $patch" \
    "Obsoletes: bystander" "Obsoletes: second" -- "/usr/lib/kpatch/$kver/kpatch-third-9-9.ko"
sign_rpms "$work"/third/*.rpm >/dev/null 2>&1
index "$work/third"
tiny "$work/bystander" bystander 1 1 -- /usr/lib/bystander
tiny "$work/bystander" second 1 1 -- /usr/lib/second
told() {
    two_repositories
    tiny_install "$root" "$work/bystander"/bystander-*.rpm "$work/bystander"/second-*.rpm 2>/dev/null
    says 20 "upgrade kpatch-patch-third-9-9.x86_64 in place of" manager update --dry-run
    says 20 "bystander-1-1.x86_64" manager update --dry-run
    says 20 "second-1-1.x86_64" manager update --dry-run
    says 20 "-1-1.x86_64 (installed)" manager update --dry-run
    says 20 "takes the place of $patch-1-2.x86_64 (site)" manager update --dry-run
    json "'$patch-1-2.x86_64 (site)' in sum((s['displaces'] for s in j['steps']), [])" manager update --dry-run --json
    says 0 "kpatch-patch-third-9-9.x86_64 takes the place of $patch-1-2.x86_64 (site)" manager check --refresh
}
steps "what another repository's package takes the place of is said in the plan" told
tap_end
