/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inlined.h"

#include <dwarf.h>
#include <string.h>
#include <unistd.h>

#include "debuginfo.h"
#include "names.h"

/* The compiler nests blocks and inlined functions; damaged data do so for ever. */
#define DEPTH_MAX 200

/* What is read, and the compile unit that is read now. */
struct unit {
	KpInlined *into;
	KpDebug *debug;
	const KpImage *image;
	GHashTable *names;
	const char *folder;	/* where the compiler ran */
	GHashTable *origins;	/* offset of a DIE -> KpDefinition, of all units */
};

/* Where in the tree we are: the function, and what was inlined on the way. */
struct path {
	KpPlace into;
	const char *into_name;
	const char *through;
	const KpDefinition *copy;	/* which is written there already */
	int depth;
};

static void definition_free(gpointer data)
{
	KpDefinition *definition = data;

	g_free(definition->name);
	g_free(definition->file);
	g_free(definition);
}

static void copy_free(gpointer data)
{
	KpCopy *copy = data;

	g_free(copy->into_name);
	g_free(copy->through);
	g_free(copy->file);
	g_free(copy);
}

void kp_inlined_free(KpInlined *inlined)
{
	if (inlined == NULL)
		return;
	g_ptr_array_unref(inlined->definitions);
	g_ptr_array_unref(inlined->copies);
	g_array_unref(inlined->bodies);
	g_free(inlined);
}

/* The same text for all units: of a kernel's own file, the path in the kernel. */
static char *file_name(const struct unit *unit, const char *file)
{
	g_autofree char *name = kp_plain_text(file != NULL ? file : "");
	gsize length = unit->folder != NULL ? strlen(unit->folder) : 0;
	char *start = name;

	if (length > 0 && strncmp(start, unit->folder, length) == 0 && start[length] == '/')
		start += length + 1;
	while (g_str_has_prefix(start, "./"))
		start += 2;
	return g_strdup(start);
}

static const KpDefinition *add_definition(struct unit *unit, Dwarf_Die *die, const char *name)
{
	g_autofree char *file = file_name(unit, dwarf_decl_file(die));
	KpDefinition *definition;
	int line = 0;

	dwarf_decl_line(die, &line);
	for (guint i = 0; i < unit->into->definitions->len; i++) {
		definition = g_ptr_array_index(unit->into->definitions, i);
		if (definition->line == (guint)line && g_str_equal(definition->name, name) &&
		    g_str_equal(definition->file, file))
			return definition;
	}
	definition = g_new0(KpDefinition, 1);
	definition->name = g_strdup(name);
	definition->file = g_steal_pointer(&file);
	definition->line = (guint)line;
	g_ptr_array_add(unit->into->definitions, definition);
	return definition;
}

/* The name that @die itself has: copies and clones have that of their origin. */
static const char *own_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr(die, DW_AT_name, &attribute));
}

/* Notes the functions of the names we want. */
static void find_origins(struct unit *unit, Dwarf_Die *cu)
{
	Dwarf_Die die;

	if (dwarf_child(cu, &die) != 0)
		return;
	do {
		const char *name;

		if (dwarf_tag(&die) != DW_TAG_subprogram || (name = own_name(&die)) == NULL ||
		    !g_hash_table_contains(unit->names, name) ||
		    dwarf_hasattr(&die, DW_AT_declaration))
			continue;
		g_hash_table_insert(unit->origins, GSIZE_TO_POINTER(dwarf_dieoffset(&die)),
				    (gpointer)add_definition(unit, &die, name));
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* What @die is a copy or a body of, if it is one that we want. */
static const KpDefinition *origin_of(const struct unit *unit, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Die origin = *die;

	if (dwarf_attr(die, DW_AT_abstract_origin, &attribute) != NULL &&
	    dwarf_formref_die(&attribute, &origin) == NULL)
		return NULL;
	return g_hash_table_lookup(unit->origins, GSIZE_TO_POINTER(dwarf_dieoffset(&origin)));
}

static const char *name_or_unknown(Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	return name != NULL ? name : "?";
}

static guint number_of(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;

	return dwarf_formudata(dwarf_attr(die, name, &attribute), &value) == 0 &&
	       value <= G_MAXUINT ? (guint)value : 0;
}

/* DW_AT_call_file is a number in the unit's list. */
static char *call_file(const struct unit *unit, Dwarf_Die *die)
{
	guint number = number_of(die, DW_AT_call_file);
	Dwarf_Files *files;
	Dwarf_Die cu;
	size_t count;

	if (dwarf_diecu(die, &cu, NULL, NULL) == NULL ||
	    dwarf_getsrcfiles(&cu, &files, &count) != 0 || number >= count)
		return g_strdup("");
	return file_name(unit, dwarf_filesrc(files, number, NULL, NULL));
}

static void add_copy(struct unit *unit, Dwarf_Die *die, const KpDefinition *definition,
		     const struct path *path)
{
	KpCopy *copy = g_new0(KpCopy, 1);

	copy->definition = definition;
	copy->into = path->into;
	copy->into_name = kp_plain_text(path->into_name);
	copy->through = path->through != NULL ? kp_plain_text(path->through) : NULL;
	copy->file = call_file(unit, die);
	copy->line = number_of(die, DW_AT_call_line);
	g_ptr_array_add(unit->into->copies, copy);
}

static void walk(struct unit *unit, Dwarf_Die *parent, const struct path *path)
{
	Dwarf_Die die;

	if (path->depth > DEPTH_MAX || dwarf_child(parent, &die) != 0)
		return;
	do {
		struct path below = *path;
		int tag = dwarf_tag(&die);

		below.depth++;
		if (tag == DW_TAG_inlined_subroutine) {
			const KpDefinition *definition = origin_of(unit, &die);

			/* a piece of it, split off and inlined too, is the same copy */
			if (definition != NULL && definition != path->copy)
				add_copy(unit, &die, definition, path);
			below.through = name_or_unknown(&die);
			below.copy = definition;
		}
		if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
			walk(unit, &die, &below);
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* A function's first byte: the first range is that of its entry. */
static KpPlace entry_of(const struct unit *unit, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t next = 0;

	while ((next = dwarf_ranges(die, next, &base, &start, &end)) > 0) {
		KpPlace at = kp_debug_place(unit->debug, unit->image, start);

		if (kp_image_function(unit->image, at) != NULL)
			return at;
	}
	return (KpPlace){ 0, 0 };
}

static void read_function(struct unit *unit, Dwarf_Die *die)
{
	struct path path = { .into = entry_of(unit, die), .into_name = name_or_unknown(die) };
	KpBody body = { origin_of(unit, die), path.into };

	/* An abstract one, or one whose code was left out when the image was linked. */
	if (path.into.section == 0)
		return;
	if (body.definition != NULL)
		g_array_append_val(unit->into->bodies, body);
	walk(unit, die, &path);
}

static void read_functions(struct unit *unit, Dwarf_Die *cu)
{
	Dwarf_Die die;

	if (dwarf_child(cu, &die) != 0)
		return;
	do
		if (dwarf_tag(&die) == DW_TAG_subprogram && !dwarf_hasattr(&die, DW_AT_inline))
			read_function(unit, &die);
	while (dwarf_siblingof(&die, &die) == 0);
}

static void set_folder(struct unit *unit, Dwarf_Die *cu)
{
	Dwarf_Attribute attribute;

	unit->folder = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attribute));
}

/* Twice, because with link-time optimisation, and where dwz(1) moved what units have
 * in common, copies are in other units than their origin. */
static void read_units(struct unit *unit)
{
	Dwarf_Die cu;

	for (void *last = NULL; (last = kp_debug_next(unit->debug, last, &cu)) != NULL;) {
		set_folder(unit, &cu);
		find_origins(unit, &cu);
	}
	for (void *last = NULL; g_hash_table_size(unit->origins) > 0 &&
	     (last = kp_debug_next(unit->debug, last, &cu)) != NULL;) {
		set_folder(unit, &cu);
		read_functions(unit, &cu);
	}
}

KpInlined *kp_inlined_read(const KpImage *image, GHashTable *names)
{
	KpInlined *inlined = g_new0(KpInlined, 1);
	g_autoptr(KpDebug) debug = kp_debug_open(image);
	struct unit unit = { .into = inlined, .debug = debug, .image = image, .names = names };

	inlined->definitions = g_ptr_array_new_with_free_func(definition_free);
	inlined->copies = g_ptr_array_new_with_free_func(copy_free);
	inlined->bodies = g_array_new(FALSE, FALSE, sizeof(KpBody));
	inlined->dwarf = debug != NULL;
	if (debug == NULL)
		return inlined;
	unit.origins = g_hash_table_new(NULL, NULL);
	read_units(&unit);
	g_hash_table_unref(unit.origins);
	return inlined;
}
