/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"
#include "header.h"

int (*const second_pointer)(struct item *item) = foo;
