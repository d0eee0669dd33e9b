/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/kpatch/manager.conf (kpatch-manager.conf(5)). */
#ifndef KP_SETTINGS_H
#define KP_SETTINGS_H

#include <glib.h>

#define KP_SETTINGS_FILE KP_SYSCONFDIR "/kpatch/manager.conf"
#define KP_SETTINGS_FOLDER KP_SYSCONFDIR "/kpatch/manager.conf.d"

/* What is asked of a module before it is loaded. */
typedef enum {
	KP_VERIFY_REQUIRED,	/* somebody who is trusted has signed it */
	KP_VERIFY_WARN,		/* nothing, but what is revoked is refused */
	KP_VERIFY_OFF,
} KpVerifyPolicy;

/* What becomes of a signature whose certificate is not valid any more. */
typedef enum {
	KP_EXPIRED_REFUSED,
	KP_EXPIRED_KEPT,	/* what this machine has verified in time stays good */
} KpExpiredPolicy;

/* What is asked of a package before it is installed. */
typedef enum {
	KP_PACKAGE_REQUIRED,	/* a key of the package database has signed it */
	KP_PACKAGE_WARN,	/* nothing but that it is whole */
} KpPackagePolicy;

typedef struct {
	gint64 retry_limit;		/* seconds to retry an unsafe switch */
	gint64 transition_limit;	/* seconds for a livepatch transition */
	gint64 lock_limit;		/* seconds to wait for the lock */
	gint64 trial_window;		/* seconds of health checks after an apply */
	gint64 trial_interval;		/* seconds between two rounds of them */
	gint64 trial_timeout;		/* seconds that one of them may take */
	gint64 good_after;		/* seconds until what was loaded counts as good */
	gint64 keep;			/* copies kept per kernel */
	gint64 verify_modules;		/* KpVerifyPolicy */
	gint64 verify_expired;		/* KpExpiredPolicy */
	gint64 expire_warn_days;	/* days before a certificate expires */
	gint64 size_limit;		/* MiB of one file that is fetched */
	char *rpmdb;			/* folder, or "auto" */
	char **patch_globs;		/* names of patch packages */
	gint64 verify_packages;		/* KpPackagePolicy */
	gint64 stale_days;		/* that metadata may stay the same; 0: for ever */
	gint64 rpm_lock_limit;		/* seconds to wait for the package database */
	gint64 coverage_warn_days;	/* days before the end of a kernel's coverage */
	char **coverage_until;		/* rules of kp_coverage_find() */
} KpSettings;

void kp_settings_free(KpSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSettings, kp_settings_free)

/* The defaults, changed by the file below @root where it exists, and then by the *.conf
 * of the folder, in the order of their names. A group or a key that is not known, a
 * value that is out of range, and a file that others could change, is
 * KP_ERROR_CONFIG. Caller frees with kp_settings_free(). */
KpSettings *kp_settings_read(const char *root, GError **error);

#endif
