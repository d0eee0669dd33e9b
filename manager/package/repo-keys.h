/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row per key of a repository that matters to us. */
#ifndef KP_REPO_KEYS_H
#define KP_REPO_KEYS_H

#include "base/repo.h"
#include "package/dnf-ini.h"

/* Where a section stands, for messages. */
typedef struct {
	const char *file;
	const char *section;
	GHashTable *vars;
	GPtrArray *warnings;
} KpKeyPlace;

/* Puts what @section says into @repo. With @is_main it is [main], whose values are
 * the defaults of all repositories, and only keys that may stand there count. Keys
 * that are not known are dnf's business; a bad value is a warning. */
void kp_repo_keys_store(KpRepo *repo, const KpIniSection *section, gboolean is_main,
			const KpKeyPlace *place);

/* All that the keys have put into @from. */
void kp_repo_keys_copy(KpRepo *to, const KpRepo *from);

/* dnf's spellings of a boolean: -1 when @text is none. */
int kp_repo_boolean(const char *text);

/* A list as dnf splits it, at white space and commas, with variables replaced. */
char **kp_repo_list(const char *text, GHashTable *vars);

#endif
