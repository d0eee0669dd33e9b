/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For build-cases: kp_postlink() and kp_check() on what was emitted and assembled.
 *   check-module ORIGINAL PATCHED TEXT          emits, as if nothing were exported
 *   check-module ORIGINAL PATCHED TEXT MADE.o   finishes MADE.o, which must pass; then
 *     each operand, position and some code is changed, which must be found every time */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "kmod/build/check.h"
#include "kmod/build/judge.h"
#include "kmod/build/postlink.h"

struct scene {
	KpObject *original, *patched;
	KpComparison *comparison;
	KpJudgement *judgement;
	KpEmitted *emitted;
	GPtrArray *all_emitted, *all_patched;
	const char *copy;	/* the file that changes are made in */
	guint8 *bytes;
	gsize size;
	guint changes, missed;
};

/* Positions differ, so that a wrong one is seen. */
static gboolean placed(gpointer data, const KpObjectSymbol *symbol, const KpObjectSymbol *original,
		       KpReference *reference, GError **error)
{
	reference->kind = g_str_equal(symbol->name, "__fentry__") ? KP_REFERENCE_EXPORTED :
			  KP_REFERENCE_PLACED;
	reference->object = g_strdup("vmlinux");
	reference->name = g_strdup(original != NULL ? original->name : symbol->name);
	reference->position = g_str_hash(reference->name) % 3;
	return TRUE;
}

static gboolean passes(const struct scene *scene, GError **error)
{
	return kp_check(scene->copy, scene->all_emitted, scene->all_patched, error);
}

/* Adds @step to the 8 bytes at @at, looks, and puts them back. */
static void change(struct scene *scene, gsize at, gint64 step, const char *what)
{
	guint64 before, after;

	memcpy(&before, scene->bytes + at, sizeof(before));
	after = before + (guint64)step;
	memcpy(scene->bytes + at, &after, sizeof(after));
	g_assert_true(g_file_set_contents(scene->copy, (char *)scene->bytes, (gssize)scene->size, NULL));
	scene->changes++;
	if (passes(scene, NULL)) {
		printf("not found: %s at 0x%" G_GSIZE_MODIFIER "x\n", what, at);
		scene->missed++;
	}
	memcpy(scene->bytes + at, &before, sizeof(before));
}

static void change_relocs(struct scene *scene, const Elf64_Shdr *header)
{
	for (guint64 at = header->sh_offset; at < header->sh_offset + header->sh_size;
	     at += sizeof(Elf64_Rela)) {
		change(scene, at + offsetof(Elf64_Rela, r_addend), 1, "an addend");
		change(scene, at + offsetof(Elf64_Rela, r_offset), 1, "a place");
		change(scene, at + offsetof(Elf64_Rela, r_info), -(G_GINT64_CONSTANT(1) << 32), "a symbol");
	}
}

static void change_all(struct scene *scene)
{
	const Elf64_Ehdr *file = (const Elf64_Ehdr *)scene->bytes;
	const Elf64_Shdr *headers = (const Elf64_Shdr *)(scene->bytes + file->e_shoff);
	const char *names = (const char *)scene->bytes + headers[file->e_shstrndx].sh_offset;

	for (guint i = 1; i < file->e_shnum; i++) {
		const char *name = names + headers[i].sh_name;

		if (g_str_has_prefix(name, ".klp.rela."))
			change_relocs(scene, &headers[i]);
		if (g_str_equal(name, ".kpatch.funcs"))
			change(scene, headers[i].sh_offset + 32, 1, "a position");
		if (g_str_has_prefix(name, ".text."))
			change(scene, headers[i].sh_offset + 6, 1, "code");
	}
}

static void open_scene(struct scene *scene, char **argv)
{
	g_autoptr(GError) error = NULL;
	KpEmitRequest request;

	scene->original = kp_object_open(argv[1], &error);
	g_assert_no_error(error);
	scene->patched = kp_object_open(argv[2], &error);
	g_assert_no_error(error);
	scene->comparison = kp_compare(scene->original, scene->patched);
	scene->judgement = kp_judge(&(KpJudgeRequest){ scene->comparison, NULL, NULL });
	request = (KpEmitRequest){ scene->comparison, "vmlinux", FALSE, scene->judgement->functions,
				   placed, NULL };
	scene->emitted = kp_emit(&request);
	scene->all_emitted = g_ptr_array_new();
	scene->all_patched = g_ptr_array_new();
	g_ptr_array_add(scene->all_emitted, scene->emitted);
	g_ptr_array_add(scene->all_patched, scene->patched);
}

static void close_scene(struct scene *scene)
{
	g_ptr_array_unref(scene->all_emitted);
	g_ptr_array_unref(scene->all_patched);
	kp_emitted_free(scene->emitted);
	kp_judgement_free(scene->judgement);
	kp_comparison_free(scene->comparison);
	kp_object_free(scene->original);
	kp_object_free(scene->patched);
	g_free(scene->bytes);
}

static int check_made(struct scene *scene, const char *made)
{
	g_autoptr(GError) error = NULL;

	scene->copy = made;
	if (!kp_postlink(made, scene->emitted->renames, &error) || !passes(scene, &error)) {
		printf("%s\n", error->message);
		return 1;
	}
	g_assert_true(g_file_get_contents(made, (char **)&scene->bytes, &scene->size, NULL));
	change_all(scene);
	printf("%u changes, %u not found\n", scene->changes, scene->missed);
	return scene->changes == 0 || scene->missed > 0;
}

int main(int argc, char **argv)
{
	struct scene scene = { 0 };
	int rc = 0;

	if (argc < 4)
		return 2;
	open_scene(&scene, argv);
	if (argc > 4)
		rc = check_made(&scene, argv[4]);
	else
		g_assert_true(g_file_set_contents(argv[3], scene.emitted->text, -1, NULL));
	close_scene(&scene);
	return rc;
}
