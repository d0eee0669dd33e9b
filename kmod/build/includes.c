/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "includes.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

#include "mirror.h"

#define READ_STEP (64 * 1024)

/* "target" is what stands between the quotes or angles. */
typedef struct {
	const char *from;	/* the file that has the line */
	const char *target;
	gboolean quote;
} Include;

struct KpIncludes {
	char *tree;
	GStringChunk *texts;
	GByteArray *buffer;	/* of the file that is read */
	GHashTable *files;	/* all that were read: names below the tree */
	GHashTable *by_base;	/* the last part of a target: GArray of Include */
};

/* Where the kernel's Makefile (LINUXINCLUDE) lets the compiler look, in that order. What a
 * folder's Makefile adds (-I) comes after these. */
static const char *const roots[] = {
	"arch/x86/include/", "include/", "arch/x86/include/uapi/", "include/uapi/",
};

/* The command line includes them in each file (Makefile, scripts/Makefile.lib). */
static const char *const forced[] = {
	"include/linux/kconfig.h", "include/linux/compiler_types.h", "include/linux/compiler-version.h",
};

/* Folders whose files do not become part of an x86 kernel. */
static gboolean skipped(const char *name)
{
	static const char *const folders[] = {
		".git", "Documentation", "LICENSES", "samples", "scripts", "tools", "arch/x86/um",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
		if (strcmp(name, folders[i]) == 0)
			return TRUE;
	return g_str_has_prefix(name, "arch/") && strcmp(name, "arch/x86") != 0 &&
	       strchr(name + strlen("arch/"), '/') == NULL;
}

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

static void add_include(KpIncludes *self, const char *from, const char *text, gsize size, gboolean quote)
{
	g_autofree char *target = g_strndup(text, size);
	Include include = { from, NULL, quote };
	GArray *list;

	include.target = g_string_chunk_insert_const(self->texts, target);
	list = g_hash_table_lookup(self->by_base, base_of(include.target));
	if (list == NULL) {
		list = g_array_new(FALSE, FALSE, sizeof(Include));
		g_hash_table_insert(self->by_base, (gpointer)base_of(include.target), list);
	}
	g_array_append_val(list, include);
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

static gboolean take_word(const char **at, const char *end, const char *word)
{
	if ((gsize)(end - *at) <= strlen(word) || memcmp(*at, word, strlen(word)) != 0)
		return FALSE;
	*at += strlen(word);
	return TRUE;
}

/* @at is behind a '#' that begins a line. A macro that is the name of a header is meant for
 * an #include (GENL_MAGIC_INCLUDE_FILE). */
static void take_directive(KpIncludes *self, const char *from, const char *at, const char *end)
{
	gboolean macro = FALSE;
	const char *stop;

	at = skip_blanks(at, end);
	if (take_word(&at, end, "include")) {
		take_word(&at, end, "_next");
	} else if (take_word(&at, end, "define")) {
		macro = TRUE;
		at = skip_blanks(at, end);
		while (at < end && (g_ascii_isalnum(*at) || *at == '_'))
			at++;
	} else {
		return;
	}
	at = skip_blanks(at, end);
	if (at == end || (*at != '"' && *at != '<'))
		return;
	for (stop = at + 1; stop < end && *stop != '\n' && *stop != (*at == '"' ? '"' : '>');)
		stop++;
	if (stop == end || *stop == '\n' || stop - at < 3 || (macro && memcmp(stop - 2, ".h", 2) != 0))
		return;
	add_include(self, from, at + 1, (gsize)(stop - at - 1), *at == '"');
}

static void take_text(KpIncludes *self, const char *from, const char *text, gsize size)
{
	const char *end = text + size;

	for (const char *at = text; (at = memchr(at, '#', (gsize)(end - at))) != NULL; at++) {
		const char *before = at;

		while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
			before--;
		if (before == text || before[-1] == '\n')
			take_directive(self, from, at + 1, end);
	}
}

/* Reads a file to the end of @buffer, which is used for one after the other. */
static gboolean read_file(const char *path, GByteArray *buffer)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	gsize used = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0) {
		if (buffer->len - used < READ_STEP)
			g_byte_array_set_size(buffer, buffer->len + 4 * READ_STEP);
		got = read(fd, buffer->data + used, buffer->len - used);
		used += got > 0 ? (gsize)got : 0;
		if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (fd >= 0)
		close(fd);
	g_byte_array_set_size(buffer, (guint)used);
	return got == 0;
}

static gboolean take_file(KpIncludes *self, const char *path, const char *name, GError **error)
{
	const char *from;

	if (g_hash_table_contains(self->files, name))
		return TRUE;
	if (!read_file(path, self->buffer))
		/* a link that leads nowhere, or to a folder */
		return errno == ENOENT || errno == EISDIR ||
		       kp_mirror_failed("the source tree cannot be read", path, errno, error);
	from = g_string_chunk_insert(self->texts, name);
	g_hash_table_add(self->files, (gpointer)from);
	take_text(self, from, (const char *)self->buffer->data, self->buffer->len);
	return TRUE;
}

static gboolean take_entry(KpIncludes *self, FTS *walk, FTSENT *entry, const char *name, GError **error)
{
	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level > 0 && skipped(name))
			fts_set(walk, entry, FTS_SKIP);
		return TRUE;
	case FTS_F:
	case FTS_NSOK:
	case FTS_SL:
		/* Assembler, scripts and pictures include nothing that becomes C. */
		return g_str_has_suffix(name, ".S") || !strchr(base_of(name), '.') ||
		       take_file(self, entry->fts_accpath, name, error);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return kp_mirror_failed("the source tree cannot be read", entry->fts_path,
					entry->fts_errno, error);
	default:
		return TRUE;
	}
}

gboolean kp_includes_scan(KpIncludes *self, const char *folder, GError **error)
{
	g_autofree char *top = g_strconcat(self->tree, *folder != '\0' ? "/" : "", folder, NULL);
	char *const tops[] = { top, NULL };
	FTS *walk = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	gboolean done = TRUE;
	FTSENT *entry;

	if (walk == NULL)
		return kp_mirror_failed("the source tree cannot be read", top, errno, error);
	while (done && (errno = 0, entry = fts_read(walk)) != NULL) {
		const char *name = entry->fts_path + strlen(self->tree);

		done = take_entry(self, walk, entry, *name == '/' ? name + 1 : name, error);
	}
	if (done && errno != 0)
		done = kp_mirror_failed("the source tree cannot be read", top, errno, error);
	fts_close(walk);
	return done;
}

KpIncludes *kp_includes_new(const char *tree)
{
	KpIncludes *self = g_new0(KpIncludes, 1);

	self->tree = g_strdup(tree);
	self->texts = g_string_chunk_new(64 * 1024);
	self->buffer = g_byte_array_new();
	self->files = g_hash_table_new(g_str_hash, g_str_equal);
	self->by_base = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
	return self;
}

void kp_includes_free(KpIncludes *includes)
{
	if (includes == NULL)
		return;
	g_hash_table_unref(includes->by_base);
	g_hash_table_unref(includes->files);
	g_byte_array_unref(includes->buffer);
	g_string_chunk_free(includes->texts);
	g_free(includes->tree);
	g_free(includes);
}

/* @folder/@target without "." and "..": as far as that goes. */
static char *join(const char *folder, gsize folder_size, const char *target)
{
	g_autofree char *whole = g_strdup_printf("%.*s/%s", (int)folder_size, folder, target);
	g_auto(GStrv) parts = g_strsplit(whole, "/", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();

	for (char **part = parts; *part != NULL; part++) {
		if (**part == '\0' || strcmp(*part, ".") == 0)
			continue;
		if (strcmp(*part, "..") != 0)
			g_ptr_array_add(kept, *part);
		else if (kept->len > 0)
			g_ptr_array_set_size(kept, (gint)kept->len - 1);
	}
	g_ptr_array_add(kept, NULL);
	return g_strjoinv("/", (char **)kept->pdata);
}

/* The generated asm/NAME includes asm-generic/NAME where the architecture has none. */
static gboolean generic(const char *target, const char *name)
{
	static const char *const folders[] = { "include/asm-generic/", "include/uapi/asm-generic/" };

	for (gsize i = 0; g_str_has_prefix(target, "asm/") && i < G_N_ELEMENTS(folders); i++)
		if (g_str_has_prefix(name, folders[i]) &&
		    strcmp(name + strlen(folders[i]), target + strlen("asm/")) == 0)
			return TRUE;
	return FALSE;
}

/* Somewhere below a folder that a Makefile names. */
static gboolean ends_so(const char *name, const char *target)
{
	g_autofree char *plain = join("", 0, target);
	gsize size = strlen(plain), length = strlen(name);

	return size > 0 && length >= size && strcmp(name + length - size, plain) == 0 &&
	       (length == size || name[length - size - 1] == '/');
}

/* Does @include mean @name, or may it? */
static gboolean means(const KpIncludes *self, const Include *include, const char *name)
{
	const char *slash = strrchr(include->from, '/');

	if (include->quote) {
		g_autofree char *beside = join(include->from,
					       slash != NULL ? (gsize)(slash - include->from) : 0,
					       include->target);

		if (g_hash_table_contains(self->files, beside))
			return strcmp(beside, name) == 0;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
		g_autofree char *path = join(roots[i], strlen(roots[i]), include->target);

		if (g_hash_table_contains(self->files, path))
			return strcmp(path, name) == 0;
	}
	return generic(include->target, name) || ends_so(name, include->target);
}

static gboolean is_forced(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(forced); i++)
		if (strcmp(name, forced[i]) == 0)
			return TRUE;
	return FALSE;
}

/* Those that include @name themselves go to @seen, and to the end of @queue. */
static void add_users(const KpIncludes *self, const char *name, GHashTable *seen, GPtrArray *queue)
{
	GArray *list = g_hash_table_lookup(self->by_base, base_of(name));

	for (guint i = 0; list != NULL && i < list->len; i++) {
		const Include *include = &g_array_index(list, Include, i);

		if (!g_hash_table_contains(seen, include->from) && means(self, include, name)) {
			g_hash_table_add(seen, (gpointer)include->from);
			g_ptr_array_add(queue, (gpointer)include->from);
		}
	}
}

static void add_all(const KpIncludes *self, GHashTable *seen)
{
	GHashTableIter iter;
	gpointer file;

	g_hash_table_iter_init(&iter, self->files);
	while (g_hash_table_iter_next(&iter, &file, NULL))
		g_hash_table_add(seen, file);
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *kp_includes_users(const KpIncludes *includes, const char *name)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) queue = g_ptr_array_new();
	GPtrArray *users = g_ptr_array_new();
	GHashTableIter iter;
	gpointer file;

	g_ptr_array_add(queue, (gpointer)name);
	for (guint i = 0; i < queue->len; i++) {
		if (is_forced(g_ptr_array_index(queue, i)))
			add_all(includes, seen);
		add_users(includes, g_ptr_array_index(queue, i), seen, queue);
	}
	g_hash_table_iter_init(&iter, seen);
	while (g_hash_table_iter_next(&iter, &file, NULL))
		if (g_str_has_suffix(file, ".c") && strcmp(file, name) != 0)
			g_ptr_array_add(users, file);
	g_ptr_array_sort(users, by_text);
	return users;
}
