/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a diff changed in one object: which symbols of the patched one are those of the
 * original one (twins), and which of them differ, are new, or gone. */
#ifndef KP_BUILD_COMPARE_H
#define KP_BUILD_COMPARE_H

#include "finding.h"
#include "object.h"

/* One symbol on both sides. */
typedef struct {
	const KpObjectSymbol *original;	/* NULL: it is new */
	const KpObjectSymbol *patched;	/* NULL: it is gone */
	gboolean changed;		/* other bytes, or an operand that leads elsewhere */
	char *why;			/* the first difference, if changed */
} KpTwin;

typedef struct {
	const KpObject *original;
	const KpObject *patched;
	GPtrArray *twins;		/* KpTwin of functions and data, owned */
	GHashTable *of_original;	/* KpObjectSymbol to KpTwin */
	GHashTable *of_patched;
	GPtrArray *findings;		/* KpFinding: what stays ambiguous */
} KpComparison;

/* The objects must outlive what is returned, which is never NULL. */
KpComparison *kp_compare(const KpObject *original, const KpObject *patched);
void kp_comparison_free(KpComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpComparison, kp_comparison_free)

/* NULL for a symbol that is a special copy, or neither function nor data. */
KpTwin *kp_comparison_twin(const KpComparison *comparison, const KpObjectSymbol *patched);

/* What each function has its own copy of, which nobody relies on being one and the
 * same: __func__, the flag of a WARN_ONCE, a table of a switch. They are not twins;
 * a patch brings its own. */
gboolean kp_symbol_is_copy(const KpObject *object, const KpObjectSymbol *symbol);

/* Functions compare with all that special sections say of them. */
gboolean kp_twin_is_function(const KpTwin *twin);

/* The part of @section without a name that begins at @offset: up to the next place
 * that is referred to, or the end. */
guint64 kp_anonymous_size(const KpObject *object, const KpObjectSection *section,
			  guint64 offset);

#endif
