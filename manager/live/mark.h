/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot guard leaves behind before something is loaded, in this order:
 *
 * a flag in /run, without which nobody would watch; it knows when that was;
 * a link in /var/lib/kpatch, which points to the boot and says that the mark is open;
 * a row in the database, which says what is being tried.
 *
 * A row without its link was closed: the machine lived. To remove a link takes no room, so
 * that a disk that is full cannot make a death of it. */
#ifndef KP_MARK_H
#define KP_MARK_H

#include "base/state.h"
#include "live/host.h"

/* There while a mark of this boot is: the action that made it, and the second of
 * CLOCK_BOOTTIME in which it did. */
#define KP_MARK_FLAG "/run/kpatch-attempt"

typedef enum {
	KP_MARK_PATCH,
	KP_MARK_CORE,		/* of kpatch.ko */
} KpMarkKind;

/* Durably opens the mark of @host's kernel and boot, before the row is written. */
gboolean kp_mark_open(const KpHost *host, KpMarkKind kind, GError **error);

/* TRUE when the mark that the boot @boot_id left for the kernel @kver is open. */
gboolean kp_mark_is_open(const char *root, const char *kver, KpMarkKind kind,
			 const char *boot_id);

/* Closes it. FALSE with errno set when it stays. */
gboolean kp_mark_close(const char *root, const char *kver, KpMarkKind kind);

gboolean kp_mark_raise_flag(const char *root, const char *action, GError **error);
void kp_mark_lower_flag(const char *root);
gboolean kp_mark_has_flag(const char *root);

/* TRUE when the flag was raised by @action. */
gboolean kp_mark_is_by(const char *root, const char *action);

/* Seconds that this boot has had since the flag was raised; -1 when that is not known. */
gint64 kp_mark_age(const char *root);

#endif
