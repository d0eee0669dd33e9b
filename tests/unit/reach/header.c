/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A function of a header has code in two files, and is inlined in a third one. */
/* WITH: header-two.c header-three.c */
#include "case.h"
#include "header.h"

int (*const first_pointer)(struct item *item) = foo;
