/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "layout.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <string.h>

#include "base/error.h"

/* structures without names lie in each other; no kernel has so many */
#define DEPTH_MAX 16

static void walk_members(Dwarf_Die *type, GPtrArray *members, Dwarf_Word base, guint depth);

static gint64 number_of(Dwarf_Die *die, guint attribute, gint64 otherwise)
{
	Dwarf_Attribute value;
	Dwarf_Word number;

	return dwarf_attr(die, attribute, &value) != NULL && dwarf_formudata(&value, &number) == 0 ?
	       (gint64)number : otherwise;
}

static gboolean type_of(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute attribute;

	return dwarf_attr(die, DW_AT_type, &attribute) != NULL &&
	       dwarf_formref_die(&attribute, type) != NULL && dwarf_peel_type(type, type) == 0;
}

static void take_member(Dwarf_Die *member, GPtrArray *members, Dwarf_Word base, guint depth)
{
	Dwarf_Word at = base + (Dwarf_Word)number_of(member, DW_AT_data_member_location, 0), size = 0;
	const char *name = dwarf_diename(member);
	Dwarf_Die type;

	if (type_of(member, &type)) {
		if (name == NULL && depth < DEPTH_MAX) {
			walk_members(&type, members, at, depth + 1);
			return;
		}
		if (dwarf_aggregate_size(&type, &size) != 0)
			size = 0;
	}
	if (number_of(member, DW_AT_bit_size, -1) >= 0)
		g_ptr_array_add(members, g_strdup_printf("%s, %" G_GINT64_FORMAT " bits at bit %" G_GUINT64_FORMAT,
			name != NULL ? name : "", number_of(member, DW_AT_bit_size, 0),
			(guint64)at * 8 + (guint64)number_of(member, DW_AT_data_bit_offset, 0)));
	else
		g_ptr_array_add(members, g_strdup_printf("%s, %" G_GUINT64_FORMAT " bytes at %" G_GUINT64_FORMAT,
			name != NULL ? name : "", (guint64)size, (guint64)at));
}

static void walk_members(Dwarf_Die *type, GPtrArray *members, Dwarf_Word base, guint depth)
{
	Dwarf_Die child;

	if (dwarf_child(type, &child) != 0)
		return;
	do {
		if (dwarf_tag(&child) == DW_TAG_member)
			take_member(&child, members, base, depth);
	} while (dwarf_siblingof(&child, &child) == 0);
}

/* A structure's name, or that of the typedef which is all the name it has. */
static char *name_of(Dwarf_Die *die, Dwarf_Die *type)
{
	int tag = dwarf_tag(die);
	const char *name = dwarf_diename(die);

	*type = *die;
	if (name == NULL)
		return NULL;
	if (tag == DW_TAG_structure_type || tag == DW_TAG_union_type)
		return g_strdup_printf("%s %s", tag == DW_TAG_union_type ? "union" : "struct", name);
	if (tag != DW_TAG_typedef || !type_of(die, type) || dwarf_diename(type) != NULL ||
	    (dwarf_tag(type) != DW_TAG_structure_type && dwarf_tag(type) != DW_TAG_union_type))
		return NULL;
	return g_strdup(name);
}

static void take_type(GHashTable *types, Dwarf_Die *die)
{
	Dwarf_Die type;
	g_autofree char *name = name_of(die, &type);
	gint64 size = name != NULL ? number_of(&type, DW_AT_byte_size, -1) : -1;
	GPtrArray *members;

	if (size < 0)
		return;		/* no type, or only declared */
	members = g_ptr_array_new_with_free_func(g_free);
	walk_members(&type, members, 0, 0);
	g_ptr_array_add(members, g_strdup_printf("%" G_GINT64_FORMAT " bytes in all", size));
	g_hash_table_insert(types, g_steal_pointer(&name), members);
}

static GHashTable *types_of(const char *path, GError **error)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_build_id_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	GHashTable *types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module = dwfl != NULL ? dwfl_report_offline(dwfl, "", path, -1) : NULL;
	Dwarf_Die *unit = NULL, child;
	Dwarf_Addr bias;
	guint units = 0;

	while (module != NULL && (unit = dwfl_module_nextcu(module, unit, &bias)) != NULL) {
		units++;
		if (dwarf_child(unit, &child) != 0)
			continue;
		do {
			take_type(types, &child);
		} while (dwarf_siblingof(&child, &child) == 0);
	}
	dwfl_end(dwfl);
	if (units > 0)
		return types;
	g_hash_table_unref(types);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s has no debug information, without which changed structures cannot be seen: the kernel's configuration must have CONFIG_DEBUG_INFO",
		    path);
	return NULL;
}

/* The first member that is another one, in words; NULL: there is none. */
static char *difference(const GPtrArray *left, const GPtrArray *right)
{
	for (guint i = 0; i < MAX(left->len, right->len); i++) {
		const char *a = i < left->len ? g_ptr_array_index(left, i) : "nothing";
		const char *b = i < right->len ? g_ptr_array_index(right, i) : "nothing";

		if (!g_str_equal(a, b))
			return g_strdup_printf("%s, and now %s", a, b);
	}
	return NULL;
}

static gboolean is_allowed(const char *const *allowed, const char *name)
{
	const char *blank = strchr(name, ' ');

	return allowed != NULL && (g_strv_contains(allowed, name) ||
				   (blank != NULL && g_strv_contains(allowed, blank + 1)));
}

static void tell(GPtrArray *findings, const char *name, const char *what, gboolean allowed)
{
	g_ptr_array_add(findings,
		kp_finding_new(allowed ? KP_FINDING_NOTE : KP_FINDING_REFUSED, "layout-changed", name,
			       g_strdup_printf("%s has another layout: %s", name, what),
			       allowed ? NULL :
			       g_strdup_printf("data that exists has the old layout: keep new members in a shadow variable (kpatch-author(7)), or, if none of it lives longer than one call, say --allow-layout '%s'",
					       name)));
}

gboolean kp_layout_compare(const char *original, const char *patched,
			   const char *const *allowed, GPtrArray *findings, GError **error)
{
	g_autoptr(GHashTable) left = types_of(original, error), right = NULL;
	GHashTableIter iter;
	gpointer name, members;

	if (left == NULL)
		return FALSE;
	right = types_of(patched, error);
	if (right == NULL)
		return FALSE;
	g_hash_table_iter_init(&iter, right);
	while (g_hash_table_iter_next(&iter, &name, &members)) {
		const GPtrArray *before = g_hash_table_lookup(left, name);
		g_autofree char *what = before != NULL ? difference(before, members) : NULL;

		if (what != NULL)
			tell(findings, name, what, is_allowed(allowed, name));
	}
	return TRUE;
}
