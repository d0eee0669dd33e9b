/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The function that every fuzz target has, under the name libFuzzer calls. */
#ifndef KP_FUZZ_H
#define KP_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#endif
