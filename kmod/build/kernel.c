/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "kallsyms.h"
#include "unpack.h"

/* An unpacked kernel with all drivers built in has 200 MiB. */
#define UNPACKED_LIMIT (1024UL * 1024 * 1024)

struct KpKernel {
	GBytes *elf;
	GArray *segments;		/* KpSegment */
	GStringChunk *names;
	GArray *symbols;		/* KpKernelSymbol, by address */
	GPtrArray *by_name;		/* the same, by name, then address; NULL after each name */
	GArray *groups;			/* guint: where each name begins in by_name */
	char *banner;
};

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, reason);
	return FALSE;
}

static gboolean take_segment(KpKernel *kernel, const GElf_Phdr *header, GError **error)
{
	KpSegment segment = { .address = header->p_vaddr, .memory = header->p_memsz };
	gsize size;
	const guint8 *data = g_bytes_get_data(kernel->elf, &size);

	if (header->p_type != PT_LOAD)
		return TRUE;
	if (header->p_offset > size || header->p_filesz > size - header->p_offset)
		return refuse(error, "it is damaged or cut: a segment lies beyond its end");
	if (header->p_memsz > G_MAXUINT64 - header->p_vaddr)
		return refuse(error, "it is damaged: a segment does not fit in memory");
	segment.data = data + header->p_offset;
	segment.size = MIN(header->p_filesz, header->p_memsz);
	g_array_append_val(kernel->segments, segment);
	return TRUE;
}

static gboolean read_segments(KpKernel *kernel, Elf *elf, GError **error)
{
	GElf_Ehdr header;
	GElf_Phdr program;
	size_t n;

	if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL ||
	    elf_getphdrnum(elf, &n) != 0)
		return refuse(error, "it is damaged or cut: it has no readable ELF header");
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
		return refuse(error, "it is for another machine than x86-64");
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return refuse(error, "it is no kernel image: a module?");
	for (size_t i = 0; i < n; i++) {
		if (gelf_getphdr(elf, (int)i, &program) == NULL)
			return refuse(error, "it is damaged or cut: its program headers lie beyond its end");
		if (!take_segment(kernel, &program, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean read_elf(KpKernel *kernel, GError **error)
{
	gsize size;
	const void *data = g_bytes_get_data(kernel->elf, &size);
	gboolean done;
	Elf *elf;

	elf_version(EV_CURRENT);
	/* It only reads. */
	elf = elf_memory((char *)data, size);
	done = read_segments(kernel, elf, error);
	elf_end(elf);
	return done;
}

/* Bytes of memory from @address to the end of its segment; 0 if it is in none. */
static guint64 room_at(const KpKernel *kernel, guint64 address)
{
	for (guint i = 0; i < kernel->segments->len; i++) {
		const KpSegment *s = &g_array_index(kernel->segments, KpSegment, i);

		if (address >= s->address && address - s->address < s->memory)
			return s->memory - (address - s->address);
	}
	return 0;
}

static KpKernelSymbol *symbol(const KpKernel *kernel, guint n)
{
	return &g_array_index(kernel->symbols, KpKernelSymbol, n);
}

static void measure(KpKernel *kernel)
{
	guint64 next = G_MAXUINT64;

	for (guint i = kernel->symbols->len; i-- > 0;) {
		KpKernelSymbol *s = symbol(kernel, i);

		if (i + 1 < kernel->symbols->len && symbol(kernel, i + 1)->address != s->address)
			next = symbol(kernel, i + 1)->address;
		s->size = MIN(next - s->address, room_at(kernel, s->address));
	}
}

static int by_name_then_address(gconstpointer a, gconstpointer b)
{
	const KpKernelSymbol *x = *(const KpKernelSymbol *const *)a;
	const KpKernelSymbol *y = *(const KpKernelSymbol *const *)b;
	int order = strcmp(x->name, y->name);

	/* The array is by address, and of equal ones in the order of kallsyms. */
	return order != 0 ? order : (x > y) - (x < y);
}

static void index_names(KpKernel *kernel)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_sized_new(kernel->symbols->len);
	const KpKernelSymbol *last = NULL;

	for (guint i = 0; i < kernel->symbols->len; i++)
		g_ptr_array_add(sorted, symbol(kernel, i));
	g_ptr_array_sort(sorted, by_name_then_address);
	for (guint i = 0; i < sorted->len; i++) {
		const KpKernelSymbol *s = g_ptr_array_index(sorted, i);

		if (last == NULL || !g_str_equal(last->name, s->name)) {
			guint start;

			g_ptr_array_add(kernel->by_name, NULL);
			start = kernel->by_name->len;
			g_array_append_val(kernel->groups, start);
		}
		g_ptr_array_add(kernel->by_name, (gpointer)s);
		last = s;
	}
	g_ptr_array_add(kernel->by_name, NULL);
}

/* The text that begins at @text, of which @size bytes are there; up to the newline. */
static char *banner_line(const guint8 *text, gsize size)
{
	static const char begin[] = "Linux version ";
	const guint8 *end = memchr(text, '\n', MIN(size, 1024));

	if (end == NULL || size < sizeof(begin) || memcmp(text, begin, strlen(begin)) != 0 ||
	    !g_ascii_isdigit(text[strlen(begin)]))
		return NULL;
	return g_utf8_make_valid((const char *)text, end - text);
}

/* Without KALLSYMS_ALL the variable has no name there, but its text is found. */
static char *find_banner(const KpKernel *kernel)
{
	static const char begin[] = "Linux version ";

	for (guint i = 0; i < kernel->segments->len; i++) {
		const KpSegment *s = &g_array_index(kernel->segments, KpSegment, i);
		const guint8 *end = s->data + s->size;

		for (const guint8 *at = s->data; at < end; at++) {
			char *banner;

			at = memmem(at, (gsize)(end - at), begin, strlen(begin));
			if (at == NULL)
				break;
			banner = banner_line(at, (gsize)(end - at));
			if (banner != NULL)
				return banner;
		}
	}
	return NULL;
}

static gboolean read_kernel(KpKernel *kernel, GError **error)
{
	if (!read_elf(kernel, error))
		return FALSE;
	if (!kp_kallsyms_read(kernel->segments, kernel->symbols, kernel->names))
		return refuse(error, "no kallsyms tables are in it: a kernel that was built without CONFIG_KALLSYMS, "
				     "or a file of debug information alone; name the vmlinuz that runs");
	measure(kernel);
	index_names(kernel);
	kernel->banner = find_banner(kernel);
	return TRUE;
}

KpKernel *kp_kernel_new(GBytes *file, gsize limit, GError **error)
{
	g_autoptr(KpKernel) kernel = NULL;
	GBytes *elf = kp_unpack_kernel(file, limit, error);

	if (elf == NULL)
		return NULL;
	kernel = g_new0(KpKernel, 1);
	kernel->elf = elf;
	kernel->segments = g_array_new(FALSE, FALSE, sizeof(KpSegment));
	kernel->symbols = g_array_new(FALSE, FALSE, sizeof(KpKernelSymbol));
	kernel->names = g_string_chunk_new(64 * 1024);
	kernel->by_name = g_ptr_array_new();
	kernel->groups = g_array_new(FALSE, FALSE, sizeof(guint));
	return read_kernel(kernel, error) ? g_steal_pointer(&kernel) : NULL;
}

static GBytes *map_file(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	GMappedFile *map = NULL;
	GBytes *bytes = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "it cannot be opened: %s",
			    g_strerror(errno));
	else if (!S_ISREG(st.st_mode))
		refuse(error, "it is no file");
	else
		map = g_mapped_file_new_from_fd(fd, FALSE, error);
	if (map != NULL) {
		bytes = g_mapped_file_get_bytes(map);
		g_mapped_file_unref(map);
	}
	if (fd >= 0)
		close(fd);
	return bytes;
}

KpKernel *kp_kernel_open(const char *path, GError **error)
{
	g_autoptr(GBytes) file = map_file(path, error);
	KpKernel *kernel = file == NULL ? NULL : kp_kernel_new(file, UNPACKED_LIMIT, error);

	if (kernel == NULL)
		g_prefix_error(error, "%s: ", path);
	return kernel;
}

void kp_kernel_free(KpKernel *kernel)
{
	if (kernel == NULL)
		return;
	g_free(kernel->banner);
	g_array_unref(kernel->groups);
	g_ptr_array_unref(kernel->by_name);
	g_string_chunk_free(kernel->names);
	g_array_unref(kernel->symbols);
	g_array_unref(kernel->segments);
	g_bytes_unref(kernel->elf);
	g_free(kernel);
}

const KpKernelSymbol *const *kp_kernel_named(const KpKernel *kernel, const char *name, guint *n)
{
	const KpKernelSymbol *const *all = (const KpKernelSymbol *const *)kernel->by_name->pdata;
	const KpKernelSymbol *const *found = all;	/* a NULL is in front of the first name */
	guint low = 0, high = kernel->groups->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		guint at = g_array_index(kernel->groups, guint, middle);
		int order = strcmp(name, all[at]->name);

		if (order == 0) {
			found = all + at;
			break;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	if (n != NULL)
		for (*n = 0; found[*n] != NULL;)
			(*n)++;
	return found;
}

const KpKernelSymbol *kp_kernel_at(const KpKernel *kernel, guint64 address)
{
	guint low = 0, high = kernel->symbols->len;
	const KpKernelSymbol *found;

	/* low: how many begin at @address or before */
	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (symbol(kernel, middle)->address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	found = symbol(kernel, low - 1);
	while (found > symbol(kernel, 0) && found[-1].address == found->address)
		found--;
	return address - found->address < found->size ? found : NULL;
}

const KpKernelSymbol *kp_kernel_symbols(const KpKernel *kernel, guint *n)
{
	*n = kernel->symbols->len;
	return symbol(kernel, 0);
}

const guint8 *kp_kernel_bytes(const KpKernel *kernel, guint64 address, gsize size)
{
	for (guint i = 0; i < kernel->segments->len; i++) {
		const KpSegment *s = &g_array_index(kernel->segments, KpSegment, i);
		guint64 offset = address - s->address;

		if (address >= s->address && offset < s->size && size <= s->size - offset)
			return s->data + offset;
	}
	return NULL;
}

const char *kp_kernel_banner(const KpKernel *kernel)
{
	return kernel->banner;
}
