/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of the JSON that commands print (kpatch-manager(8), JSON). */
#ifndef KP_JSON_H
#define KP_JSON_H

#include <json-glib/json-glib.h>

/* An object that says "schema": 1; kp_json_end() ends it and is its text, with
 * a newline. Caller frees. */
JsonBuilder *kp_json_begin(void);
char *kp_json_end(JsonBuilder *json);

/* @value NULL: null */
void kp_json_text(JsonBuilder *json, const char *key, const char *value);
void kp_json_number(JsonBuilder *json, const char *key, gint64 value);
void kp_json_flag(JsonBuilder *json, const char *key, gboolean value);

/* RFC 3339 in UTC; null for 0, which is "not known". */
void kp_json_time(JsonBuilder *json, const char *key, gint64 seconds);

/* Begins a list, for json_builder_end_array(). */
void kp_json_list(JsonBuilder *json, const char *key);

/* A list of char *; empty for NULL. */
void kp_json_texts(JsonBuilder *json, const char *key, const GPtrArray *texts);

#endif
