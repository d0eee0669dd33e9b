# SPDX-License-Identifier: GPL-2.0-or-later
# Every missing dependency is collected, so that one run of configure names
# all packages to install.

# KPATCH_DEP(VARIABLE, PKG-CONFIG MODULES, DEBIAN PACKAGE, RHEL PACKAGE)
AC_DEFUN([KPATCH_DEP],
[PKG_CHECK_MODULES([$1], [$2], [],
  [KPATCH_MISSING([$2], [$3], [$4])])])

# KPATCH_DEP_TOOL(VARIABLE, PROGRAM, DEBIAN PACKAGE, RHEL PACKAGE)
AC_DEFUN([KPATCH_DEP_TOOL],
[AC_CHECK_PROG([$1], [$2], [$2], [no])
AS_VAR_IF([$1], [no], [KPATCH_MISSING([$2], [$3], [$4])])])

# KPATCH_MISSING(WHAT, DEBIAN PACKAGE, RHEL PACKAGE): one more is missing
AC_DEFUN([KPATCH_MISSING],
[AS_VAR_APPEND([kpatch_missing], ["
    $1: Debian $2, RHEL $3"])
AS_CASE([" $kpatch_missing_deb "], [*" $2 "*], [],
  [AS_VAR_APPEND([kpatch_missing_deb], [" $2"])
   AS_CASE([" $kpatch_missing_rhel "], [*" $3 "*], [],
     [AS_VAR_APPEND([kpatch_missing_rhel], [" $3"])])])])

# KPATCH_DEPS_END: stop with one error when anything was missing
AC_DEFUN([KPATCH_DEPS_END],
[AS_IF([test -n "$kpatch_missing"],
  [AC_MSG_ERROR([these dependencies are missing or too old:
$kpatch_missing

On Debian:  apt-get install$kpatch_missing_deb
On RHEL:    dnf install$kpatch_missing_rhel])])])
