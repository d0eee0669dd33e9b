/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of a kernel, compiled by its own Kbuild as they were and with the patch. */
#ifndef KP_BUILD_OBJECTS_H
#define KP_BUILD_OBJECTS_H

#include <glib.h>

typedef struct {
	const char *tree;		/* the source as it was; absolute, without links */
	const char *config;		/* the kernel's configuration */
	const char *out;		/* O= folder, kept: prepared once a kernel */
	const char *cc;			/* NULL: the one that the configuration names, or gcc */
	const char *const *make;	/* VAR=VALUE for make; may be NULL */
	const char *kit;		/* where the kit's headers are */
	gboolean kpatch;		/* the kit is used for kpatch.ko */
	guint jobs;
	const char *log;
} KpObjectsRequest;

/* What Kbuild says about an object. */
typedef struct {
	char *command;			/* how it was compiled, for a shell in the O= folder */
	char *module;			/* ext4; NULL: it is in vmlinux */
} KpObjectsCommand;
void kp_objects_command_free(KpObjectsCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpObjectsCommand, kp_objects_command_free)

/* Holds the folder @out until the descriptor that is returned is closed; -1 with
 * KP_ERROR_FAILED. Waits for whoever has it. */
int kp_objects_lock(const char *out, GError **error);
/* Prepares the O= folder where it is not for this tree, configuration and compiler. */
gboolean kp_objects_prepare(const KpObjectsRequest *request, GError **error);

/* Compiles @objects ("fs/namei.o") of the original tree, into the O= folder. */
gboolean kp_objects_compile(const KpObjectsRequest *request, const char *const *objects,
			    GError **error);

KpObjectsCommand *kp_objects_read_command(const KpObjectsRequest *request, const char *object,
					  GError **error);

/* Compiles the same with @tree in place of the original one to the file @to: the same
 * command, so that nothing but the source differs. With @plain, all functions of a
 * section, as the kernel has them. */
gboolean kp_objects_compile_as(const KpObjectsRequest *request, const KpObjectsCommand *command,
			       const char *object, const char *tree, const char *to, gboolean plain,
			       GError **error);

/* "gcc (Debian 12.2.0-14+deb12u1) 12.2.0"; NULL: it does not run. Caller frees. */
char *kp_objects_compiler(const KpObjectsRequest *request);

#endif
