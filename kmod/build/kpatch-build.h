/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-build: what was asked, what is known so far, and what came of it. */
#ifndef KP_BUILD_KPATCH_BUILD_H
#define KP_BUILD_KPATCH_BUILD_H

#include "check.h"
#include "judge.h"
#include "module.h"
#include "objects.h"
#include "resolve.h"
#include "series.h"

typedef enum {
	KP_STAGE_SERIES,
	KP_STAGE_OBJECTS,
	KP_STAGE_PROVE,
	KP_STAGE_COMPARE,
	KP_STAGE_JUDGE,
	KP_STAGE_EMIT,
	KP_STAGE_MODULE,
	KP_STAGE_CHECK,
	KP_STAGE_SIGN,
	KP_STAGES,
} KpStage;

const char *kp_stage_word(KpStage stage);

typedef struct {
	char *kernel, *kdir, *image, *config, *modules, *tree;	/* absolute, but for kernel */
	char **diffs;			/* files; "-" is standard input */
	char **sources;			/* --prove: which files, below the tree */
	char *version, *release, *name, *output, *backend;
	char *cc, *cache, *kit;
	char **make, **allow_layout;
	char **cves;			/* fixed by the diffs, in their one spelling */
	char *key, *cert, *passphrase;
	char *stop;			/* --stop-after */
	char *target, *oot, *oot_source;	/* the old command's */
	int fuzz, jobs;
	gboolean json, prove, debug, non_replace, help, show_version, quiet;
	KpStage last;			/* stage after which it ends */
} KpBuildOptions;

/* KP_ERROR_USAGE. Fills in what was not said from what is installed. */
gboolean kp_build_options_parse(char **argv, KpBuildOptions *options, GError **error);
void kp_build_options_clear(KpBuildOptions *options);
void kp_build_help(void);

/* Where a file of the kernel is: below the root that --kdir lies in, or the machine's.
 * Each candidate has one %s for the release. NULL if there is none. */
char *kp_build_find(const char *kdir, const char *kernel, const char *const *candidates);

/* One object on its way. */
typedef struct {
	char *source, *object;		/* fs/namei.c, fs/namei.o */
	gboolean header;
	KpObjectsCommand *command;
	char *module_name;		/* "ext4"; NULL: vmlinux */
	KpObject *module;		/* the distribution's, borrowed from the build */
	char *original_path, *patched_path;
	KpObject *original, *patched;
	KpProof *proof;
	KpComparison *comparison;
	KpJudgement *judgement;
	KpEmitted *emitted;
} KpWork;

typedef struct {
	KpBuildOptions *options;
	KpObjectsRequest objects;
	char *folder;			/* private to this run; goes unless --debug */
	char *log, *out, *core;
	int lock;
	KpKernel *kernel;
	GHashTable *modules;		/* name to KpObject: the distribution's */
	GHashTable *exports;
	KpSeries *series;
	GPtrArray *works;		/* KpWork */
	GPtrArray *findings;		/* KpFinding of all objects */
	GPtrArray *targets;		/* see KpModuleRequest */
	char *made;			/* path of the module */
	KpStage stage;			/* the last one that was reached */
} KpBuild;

KpBuild *kp_build_new(KpBuildOptions *options);
void kp_build_free(KpBuild *build);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpBuild, kp_build_free)

/* Runs stage after stage. FALSE with KP_ERROR_*; findings say more if it refused. */
gboolean kp_build_run(KpBuild *build, GError **error);
/* The parts of it. */
gboolean kp_build_start(KpBuild *build, GError **error);
gboolean kp_build_objects(KpBuild *build, GError **error);
gboolean kp_build_proofs(KpBuild *build, GError **error);
gboolean kp_build_module(KpBuild *build, GError **error);
/* The distribution's .ko, unpacked; borrowed. NULL with KP_ERROR_USAGE. */
KpObject *kp_build_distribution_module(KpBuild *build, const char *name, GError **error);

/* How many functions the patch replaces. */
guint kp_build_functions(const KpBuild *build);

/* To standard output and standard error, as kp_text_lines() has it. */
void kp_build_out(const char *format, ...) G_GNUC_PRINTF(1, 2);
void kp_build_err(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* @what for people, on stderr, if that is a terminal: object 3 of 7. */
void kp_build_progress(const KpBuild *build, const char *what, guint n, guint of);
void kp_build_print_text(const KpBuild *build);
void kp_build_print_json(const KpBuild *build, const GError *error);

#endif
