/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin with json-glib gives. json-glib brings GObject and GIO, more
 * than all the rest of the program takes to start: only a command that prints
 * JSON pays for that, and a boot never does. */
#ifndef KP_JSON_API_H
#define KP_JSON_API_H

#include <glib.h>

#define KP_JSON_PLUGIN "kpatch-json.so"
#define KP_JSON_SYMBOL "kp_json_api"

typedef struct KpJson KpJson;

typedef struct {
	KpJson *(*begin)(void);
	void (*free)(KpJson *json);
	char *(*end)(KpJson *json);	/* its text; caller frees */
	void (*name)(KpJson *json, const char *key);
	void (*text)(KpJson *json, const char *value);	/* NULL: null */
	void (*number)(KpJson *json, gint64 value);
	void (*flag)(KpJson *json, gboolean value);
	void (*object)(KpJson *json);
	void (*object_end)(KpJson *json);
	void (*list)(KpJson *json);
	void (*list_end)(KpJson *json);
} KpJsonApi;

#define KP_JSON_EXPORT __attribute__((visibility("default")))
extern KP_JSON_EXPORT const KpJsonApi kp_json_api;

#endif
