/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of the JSON that commands print (kpatch-manager(8), JSON). */
#ifndef KP_JSON_H
#define KP_JSON_H

#include "cli/json-api.h"

/* An object that says "schema": 1; kp_json_end() ends it and is its text, with
 * a newline. Caller frees. A program that cannot load its own part for JSON says
 * so and ends. */
KpJson *kp_json_begin(void);
void kp_json_free(KpJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpJson, kp_json_free)
char *kp_json_end(KpJson *json);

/* Members; of a list when @key is NULL. */

/* @value NULL: null */
void kp_json_text(KpJson *json, const char *key, const char *value);
void kp_json_number(KpJson *json, const char *key, gint64 value);
void kp_json_flag(KpJson *json, const char *key, gboolean value);

/* RFC 3339 in UTC; null for 0, which is "not known". */
void kp_json_time(KpJson *json, const char *key, gint64 seconds);

void kp_json_object(KpJson *json, const char *key);
void kp_json_object_end(KpJson *json);
void kp_json_list(KpJson *json, const char *key);
void kp_json_list_end(KpJson *json);

/* A list of char *; empty for NULL. */
void kp_json_texts(KpJson *json, const char *key, const GPtrArray *texts);

#endif
