/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts that are loaded by the commands that need them alone. */
#ifndef KP_PLUGIN_H
#define KP_PLUGIN_H

#include <glib.h>

/* The address of @symbol in the plugin @file, or NULL with @error set. What was
 * loaded stays. */
gpointer kp_plugin_symbol(const char *file, const char *symbol, GError **error);

#endif
