/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian's librpm alone wants to be told that a package is meant to be installed. */
#ifndef KP_RPM_DEBIAN_H
#define KP_RPM_DEBIAN_H

#include "config.h"

#include <rpm/rpmprob.h>

#if HAVE_DECL_RPMPROB_FILTER_DEBIAN
#define KP_FILTER_DEBIAN RPMPROB_FILTER_DEBIAN
#else
#define KP_FILTER_DEBIAN RPMPROB_FILTER_NONE
#endif

#endif
