/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row per key of a repository that matters to us. */
#ifndef KP_REPO_KEYS_H
#define KP_REPO_KEYS_H

#include "base/repo.h"
#include "package/dnf-ini.h"

/* Where a key may stand: in [main], whose values are the defaults of all repositories,
 * or in the section of a repository, of dnf 4, dnf5 or zypper. */
typedef enum {
	KP_KEY_MAIN4 = 1,
	KP_KEY_REPO4 = 2,
	KP_KEY_MAIN5 = 4,
	KP_KEY_REPO5 = 8,
	KP_KEY_MAINZ = 16,	/* of zypper */
	KP_KEY_REPOZ = 32,
} KpKeyScope;

/* Where a section stands: which keys count, and what messages say. */
typedef struct {
	KpKeyScope scope;
	const char *file;
	const char *section;
	GHashTable *vars;
	GPtrArray *warnings;
} KpKeyPlace;

/* Puts what @section says into @repo, over what other sections have said. Keys that are
 * not known are dnf's business; a bad value is a warning. */
void kp_repo_keys_store(KpRepo *repo, const KpIniSection *section, const KpKeyPlace *place);

/* All that the keys have put into @from. */
void kp_repo_keys_copy(KpRepo *to, const KpRepo *from);

/* dnf's spellings of a boolean: -1 when @text is none. */
int kp_repo_boolean(const char *text);

/* A list as dnf splits it, at white space and commas, with variables replaced. */
char **kp_repo_list(const char *text, GHashTable *vars);
/* Copies of @words behind what @list has. */
void kp_repo_list_add(char ***list, char **words);

#endif
