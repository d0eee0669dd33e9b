/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debuginfo.h"

#include <dwarf.h>
#include <fcntl.h>
#include <unistd.h>

/* libdwfl and not libdw, because it links the debug information of modules:
 * their sections get addresses, and debug information its relocations. */
static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

KpDebug *kp_debug_open(const KpImage *image)
{
	g_autoptr(KpDebug) debug = g_new0(KpDebug, 1);
	int fd;

	/* Nobody asked for a download. */
	g_unsetenv("DEBUGINFOD_URLS");
	debug->dwfl = dwfl_begin(&callbacks);
	fd = debug->dwfl != NULL ? open(image->path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return NULL;
	debug->module = dwfl_report_offline(debug->dwfl, image->object, image->path, fd);
	if (debug->module == NULL) {
		close(fd);
		return NULL;
	}
	dwfl_report_end(debug->dwfl, NULL, NULL);
	debug->dwarf = dwfl_module_getdwarf(debug->module, &debug->bias);
	return debug->dwarf != NULL ? g_steal_pointer(&debug) : NULL;
}

void kp_debug_free(KpDebug *debug)
{
	if (debug == NULL)
		return;
	dwfl_end(debug->dwfl);
	g_free(debug);
}

Dwarf_CU *kp_debug_next(const KpDebug *debug, Dwarf_CU *last, Dwarf_Die *die)
{
	Dwarf_CU *unit = last;

	while (dwarf_get_units(debug->dwarf, unit, &unit, NULL, NULL, die, NULL) == 0)
		if (dwarf_tag(die) == DW_TAG_compile_unit || dwarf_tag(die) == DW_TAG_partial_unit)
			return unit;
	return NULL;
}

static gboolean is_empty(const KpImage *image, guint number)
{
	const KpSection *section = kp_image_section(image, number);

	return section != NULL && section->size == 0;
}

KpPlace kp_debug_place(const KpDebug *debug, const KpImage *image, Dwarf_Addr pc)
{
	Dwarf_Addr address = pc + debug->bias;
	GElf_Word number = 0;
	int index;

	if (!image->module)
		return kp_image_place(image, pc);
	index = dwfl_module_relocate_address(debug->module, &address);
	/* Empty sections have the address of the next one that is not, and libdwfl may
	 * answer with one of them. They are in order of address. */
	while (index >= 0 &&
	       dwfl_module_relocation_info(debug->module, (unsigned int)index, &number) != NULL) {
		if (address != 0 || !is_empty(image, number))
			return (KpPlace){ number, address };
		index++;
	}
	return (KpPlace){ 0, 0 };
}
