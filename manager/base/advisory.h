/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repositories say about security: one <update> of an updateinfo.xml, as
 * far as it is about kernels and patches. Crosses from plugin to plugin. */
#ifndef KP_ADVISORY_H
#define KP_ADVISORY_H

#include <glib.h>

#include "base/repo.h"
#include "base/version-locks.h"

typedef struct {
	char *name;
	char *evr;		/* with the epoch only if it is not 0 */
	char *arch;
} KpNevra;

typedef struct {
	char *id;
	char *title;
	char *severity;		/* NULL: it says none */
	gint64 issued;		/* seconds since the epoch; 0: it does not say */
	char *repo;		/* id of the repository */
	char **cves;		/* in their one spelling, never NULL */
	GPtrArray *packages;	/* KpNevra, only those that were asked for */
} KpAdvisory;

/* A kernel or a patch that a repository has. */
typedef struct {
	KpNevra *nevra;
	gboolean kernel;	/* it provides kernel-uname-r, else it requires it */
	gboolean excluded;	/* by the configuration: it cannot be had */
	char *uname_r;		/* the version of that */
	char *until;		/* of KP_UNTIL_PROVIDE, or NULL */
	gboolean elsewhere;	/* no more is known than that some package of this name is
				 * for a kernel that is none of those asked for */
} KpOffer;

/* Of what repositories have, the part that matters to the kernels of a machine. Lists end
 * with NULL. */
typedef struct {
	const char *const *globs;	/* of the names of patches */
	const char *const *kernels;	/* names of the packages that the kernels are from */
	const char *const *ties;	/* releases of their kernel-uname-r */
	const char *const *unames;	/* what that is as a whole */
	const char *const *patches;	/* names of patches that are installed */
} KpOffersWanted;

/* name-[epoch:]version-release.arch in its parts, or NULL. Caller frees. */
KpNevra *kp_nevra_parse(const char *text);
KpNevra *kp_nevra_new(const char *name, const char *evr, const char *arch);
char *kp_nevra_text(const KpNevra *nevra);
/* TRUE when it is for machines of @arch: of that, of none, or the source, which
 * advisories name beside what is built from it. */
gboolean kp_nevra_fits(const KpNevra *nevra, const char *arch);
void kp_nevra_free(KpNevra *nevra);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpNevra, kp_nevra_free)

KpOffer *kp_offer_new(void);
void kp_offer_free(KpOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpOffer, kp_offer_free)

KpAdvisory *kp_advisory_new(void);
void kp_advisory_free(KpAdvisory *advisory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpAdvisory, kp_advisory_free)

/* The advisories of @repos (KpRepoData) about packages whose name matches one of
 * @globs: KpAdvisory. What cannot be read becomes a warning that names the
 * repository, and the others still count. Caller unrefs. Part of KpSolveApi. */
typedef GPtrArray *(*KpAdvisoriesFunc)(const char *root, const GPtrArray *repos,
				       const char *const *globs, GPtrArray *warnings);

/* The kernels that @repos have and neither they nor @locks (may be NULL) exclude, and the
 * patches, of what @wanted says: KpOffer. Warnings as above. Part of KpSolveApi. */
typedef GPtrArray *(*KpOffersFunc)(const char *root, const GPtrArray *repos,
				   const KpOffersWanted *wanted, const KpVersionLocks *locks,
				   GPtrArray *warnings);

#endif
