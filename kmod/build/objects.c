/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "objects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "command.h"

/* Each function and variable in a section of its own, and objtool kept out: what it adds
 * is made once, of the result. */
#define SECTION_FLAGS "-ffunction-sections -fdata-sections"

static gboolean G_GNUC_PRINTF(3, 4) fail(GError **error, KpErrorCode code, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list values;

	va_start(values, format);
	text = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error_literal(error, KP_ERROR, code, text);
	return FALSE;
}

/* "CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian …" names the program. */
static char *compiler_of_config(const char *config)
{
	g_autofree char *text = NULL, *name = NULL, *program = NULL;
	const char *start;

	if (!g_file_get_contents(config, &text, NULL, NULL))
		return NULL;
	start = strstr(text, "\nCONFIG_CC_VERSION_TEXT=\"");
	if (start == NULL)
		return NULL;
	start += strlen("\nCONFIG_CC_VERSION_TEXT=\"");
	name = g_strndup(start, strcspn(start, " \"\n"));
	program = g_find_program_in_path(name);
	return program != NULL ? g_steal_pointer(&name) : NULL;
}

static char *compiler_name(const KpObjectsRequest *request)
{
	char *name = request->cc != NULL ? g_strdup(request->cc) : compiler_of_config(request->config);

	return name != NULL ? name : g_strdup("gcc");
}

char *kp_objects_compiler(const KpObjectsRequest *request)
{
	g_autofree char *name = compiler_name(request);
	const char *argv[] = { name, "--version", NULL };

	return kp_command_line(argv);
}

static gboolean run_make(const KpObjectsRequest *request, const char *const *targets,
			 const char *what, GError **error)
{
	g_autofree char *cc = compiler_name(request);
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(argv, g_strdup("make"));
	g_ptr_array_add(argv, g_strdup("--no-print-directory"));
	g_ptr_array_add(argv, g_strdup_printf("-j%u", MAX(request->jobs, 1)));
	g_ptr_array_add(argv, g_strdup("-C"));
	g_ptr_array_add(argv, g_strdup(request->tree));
	g_ptr_array_add(argv, g_strdup_printf("O=%s", request->out));
	g_ptr_array_add(argv, g_strdup_printf("CC=%s", cc));
	g_ptr_array_add(argv, g_strdup("OBJECT_FILES_NON_STANDARD=y"));
	g_ptr_array_add(argv, g_strdup("KCFLAGS=" SECTION_FLAGS));
	for (guint i = 0; request->make != NULL && request->make[i] != NULL; i++)
		g_ptr_array_add(argv, g_strdup(request->make[i]));
	for (guint i = 0; targets[i] != NULL; i++)
		g_ptr_array_add(argv, g_strdup(targets[i]));
	g_ptr_array_add(argv, NULL);
	return kp_command_run(request->out, (const char *const *)argv->pdata, request->log, what, error);
}

/* What the O= folder was prepared from: other than that, it is prepared anew. */
static char *stamp_of(const KpObjectsRequest *request, GError **error)
{
	g_autofree char *config = NULL, *sum = NULL, *cc = kp_objects_compiler(request);
	g_autofree char *name = compiler_name(request);
	g_autofree char *make = request->make != NULL ? g_strjoinv(" ", (char **)request->make) :
				g_strdup("");

	if (cc == NULL) {
		fail(error, KP_ERROR_FAILED, "the compiler %s does not run: install it, or name another with --cc",
		     name);
		return NULL;
	}
	if (!g_file_get_contents(request->config, &config, NULL, NULL)) {
		fail(error, KP_ERROR_USAGE, "the kernel's configuration %s cannot be read: name it with --config",
		     request->config);
		return NULL;
	}
	sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, config, -1);
	return g_strdup_printf("%s\n%s\n%s\n%s\n", request->tree, sum, cc, make);
}

static gboolean prepare(const KpObjectsRequest *request, GError **error)
{
	static const char *const configure[] = { "olddefconfig", NULL };
	static const char *const targets[] = { "prepare", NULL };
	g_autofree char *config = kp_below(request->out, ".config"), *text = NULL;
	gsize length;

	if (!g_file_get_contents(request->config, &text, &length, error) ||
	    !g_file_set_contents(config, text, (gssize)length, error))
		return FALSE;
	return run_make(request, configure, "reading the kernel's configuration", error) &&
	       run_make(request, targets, "preparing the kernel's source", error);
}

static gboolean check_tree(const KpObjectsRequest *request, GError **error)
{
	g_autofree char *makefile = kp_below(request->tree, "scripts/Makefile.build");
	g_autofree char *config = kp_below(request->tree, ".config");

	if (!g_file_test(makefile, G_FILE_TEST_EXISTS))
		return fail(error, KP_ERROR_USAGE, "%s is no source tree of a kernel: name the folder that the source package unpacks to with --source-tree",
			    request->tree);
	if (g_file_test(config, G_FILE_TEST_EXISTS))
		return fail(error, KP_ERROR_USAGE, "%s has been configured in place: unpack the source anew, or run 'make mrproper' there",
			    request->tree);
	return TRUE;
}

int kp_objects_lock(const char *out, GError **error)
{
	g_autofree char *lock = g_strconcat(out, ".lock", NULL);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	fail(error, KP_ERROR_FAILED, "%s cannot be locked: %s", lock, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

gboolean kp_objects_prepare(const KpObjectsRequest *request, GError **error)
{
	g_autofree char *stamp = kp_below(request->out, ".kpatch-build"), *before = NULL, *now = NULL;

	if (!check_tree(request, error) || !kp_make_folder(request->out, error))
		return FALSE;
	now = stamp_of(request, error);
	if (now == NULL)
		return FALSE;
	if (g_file_get_contents(stamp, &before, NULL, NULL) && g_str_equal(before, now))
		return TRUE;
	/* killed in the middle, it is prepared once more */
	unlink(stamp);
	return prepare(request, error) && kp_write_file(stamp, now, error);
}

gboolean kp_objects_compile(const KpObjectsRequest *request, const char *const *objects,
			    GError **error)
{
	return run_make(request, objects, "compiling the original source", error);
}

/* "fs/namei.o" to "fs/.namei.o.cmd". */
static char *command_file(const KpObjectsRequest *request, const char *object)
{
	g_autofree char *folder = g_path_get_dirname(object), *name = g_path_get_basename(object);

	return g_strdup_printf("%s/%s/.%s.cmd", request->out, folder, name);
}

static char *replace(char *text, const char *from, const char *to)
{
	g_auto(GStrv) parts = g_strsplit(text, from, -1);

	g_free(text);
	return g_strjoinv(to, parts);
}

/* The value of "-DKBUILD_MODNAME='"ext4"'", of an object that is in a module. */
static char *module_of(const char *command)
{
	static const char key[] = " -DKBUILD_MODNAME='\"";
	const char *start = strstr(command, key);

	if (strstr(command, " -DMODULE ") == NULL || start == NULL)
		return NULL;
	start += strlen(key);
	return g_strndup(start, strcspn(start, "\""));
}

KpObjectsCommand *kp_objects_read_command(const KpObjectsRequest *request, const char *object,
					  GError **error)
{
	g_autofree char *file = command_file(request, object), *text = NULL;
	g_autoptr(KpObjectsCommand) command = g_new0(KpObjectsCommand, 1);
	const char *start;

	if (!g_file_get_contents(file, &text, NULL, error))
		return NULL;
	/* "savedcmd_fs/namei.o := gcc …", as make reads it (scripts/Kbuild.include, make-cmd) */
	start = strstr(text, " := ");
	if (start == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s does not say how it was compiled", file);
		return NULL;
	}
	start += strlen(" := ");
	command->command = g_strndup(start, strcspn(start, "\n"));
	command->command = replace(command->command, "$(pound)", "#");
	command->command = replace(command->command, "$$", "$");
	command->module = module_of(command->command);
	return g_steal_pointer(&command);
}

void kp_objects_command_free(KpObjectsCommand *command)
{
	if (command == NULL)
		return;
	g_free(command->command);
	g_free(command->module);
	g_free(command);
}

static gboolean run_shell(const KpObjectsRequest *request, const char *line, const char *what,
			  GError **error)
{
	const char *argv[] = { "sh", "-c", line, NULL };

	return kp_command_run(request->out, argv, request->log, what, error);
}

/* The kit's macros, for sources that include kpatch-patch.h. */
static char *kit_flags(const KpObjectsRequest *request, const char *object)
{
	g_autofree char *kit = g_shell_quote(request->kit);
	g_autofree char *name = g_strdup(object);

	g_strcanon(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS, '_');
	return g_strdup_printf(" -I%s/patch -I%s/core -DKPATCH_BACKEND_%s -DKPATCH_FILE=%s -c -o ", kit,
			       kit, request->kpatch ? "KPATCH" : "LIVEPATCH", name);
}

gboolean kp_objects_compile_as(const KpObjectsRequest *request, const KpObjectsCommand *command,
			       const char *object, const char *tree, const char *to, gboolean plain,
			       GError **error)
{
	g_autofree char *from = g_strconcat(request->tree, "/", NULL);
	g_autofree char *into = g_strconcat(tree, "/", NULL);
	g_autofree char *output = g_strdup_printf("-o %s ", object);
	g_autofree char *quoted = g_shell_quote(to), *target = g_strdup_printf("-o %s ", quoted);
	g_autofree char *kit = kit_flags(request, object);
	g_autofree char *what = g_strdup_printf("compiling %s %s", object,
						plain ? "once more" : "with the diffs");
	g_autofree char *dependencies = NULL, *line = g_strdup(command->command);
	g_autofree char *folder = g_path_get_dirname(object), *name = g_path_get_basename(object);

	dependencies = g_strdup_printf("-Wp,-MMD,%s%s.%s.d", g_str_equal(folder, ".") ? "" : folder,
				       g_str_equal(folder, ".") ? "" : "/", name);
	if (strstr(line, output) == NULL)
		return fail(error, KP_ERROR_FAILED, "it is not known how %s is compiled", object);
	line = replace(line, dependencies, "");
	line = replace(line, " -c -o ", kit);
	line = replace(line, output, target);
	line = replace(line, from, into);
	if (plain)
		line = replace(line, SECTION_FLAGS, "");
	return run_shell(request, line, what, error);
}
