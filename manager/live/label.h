/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels of SELinux: what the kernel asks of a file that a module is loaded from. */
#ifndef KP_LABEL_H
#define KP_LABEL_H

#include <glib.h>

/* The calls that set and read labels, so that a test can bring its own. */
typedef struct {
	/* The label of a descriptor or a path; NULL when it has none. Caller frees. */
	char *(*of_fd)(int fd);
	char *(*of_path)(const char *path);
	/* 0 or an errno */
	int (*set)(int fd, const char *label);
} KpLabelCalls;

/* Those of the machine. */
extern const KpLabelCalls kp_label_calls;

/* The label in the @size bytes of an extended attribute, which may or may not end
 * with a NUL byte; NULL when it is none. Caller frees. */
char *kp_label_parse(const char *value, gsize size);

/* The type in @label, "modules_object_t" in system_u:object_r:modules_object_t:s0;
 * NULL when there is none. Caller frees. */
char *kp_label_type(const char *label);

/* @label with the type @type in place of its own; user, role and level, which may
 * have colons of its own, stay. NULL when it is no label. Caller frees. */
char *kp_label_with_type(const char *label, const char *type);

/* The label of the folder of kernel @kver's modules; NULL when it has none. Caller frees. */
char *kp_label_of_modules(const char *kver, const KpLabelCalls *calls);

/* Gives the memory @fd, from which a module is to be loaded, the type that the
 * modules of kernel @kver have on disk. Where there is no SELinux, or its policy
 * does not allow it, the label stays: the kernel then says at the load what is
 * missing. Returns TRUE when it has that type. */
gboolean kp_label_as_module(int fd, const char *kver, const KpLabelCalls *calls);

#endif
