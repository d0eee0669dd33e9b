/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel has that a patch does not go with. */
#ifndef KP_CONFLICT_H
#define KP_CONFLICT_H

#include "live/live.h"

/* Adds to @reasons (char *), for what @patch says that it replaces and was built
 * for:
 *  - a target module that is loaded and has another srcversion;
 *  - a function on which a kprobe sits that redirects it itself. That is one
 *    with a post handler: it registers with FTRACE_OPS_FL_IPMODIFY, of which a
 *    function can have one (kernel/kprobes.c, kernel/trace/ftrace.c). Other
 *    probes go with a patch. Functions that the patches in @live redirect are
 *    theirs.
 * What cannot be read, as under lockdown, is no reason. */
void kp_conflicts_read(const char *root, const KpPatch *patch, const GPtrArray *live,
		       GPtrArray *reasons);

/* TRUE when the text of /sys/kernel/debug/kprobes/list has a probe at the entry
 * of @function. Pure. */
gboolean kp_conflict_has_probe(const char *list, const char *function);

/* TRUE when the text of /sys/kernel/tracing/enabled_functions says that
 * somebody redirects @function: flag I. Pure. */
gboolean kp_conflict_is_redirected(const char *functions, const char *function);

#endif
