/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel images as small as can be, with kallsyms tables in each layout that kernels had. */
#ifndef KP_MAKE_IMAGE_H
#define KP_MAKE_IMAGE_H

#include <glib.h>

#define IMAGE_BASE G_GUINT64_CONSTANT(0xffffffff81000000)
#define IMAGE_BSS 0x1000	/* bytes of memory behind those of the file */
#define IMAGE_PERCPU 0x400	/* bytes of the segment at 0 */
#define IMAGE_BANNER "Linux version 6.1.0-9-test (who@where) (gcc-12 12.2.0, GNU ld 2.40) #1 SMP"

typedef enum { IMAGE_PERCPU_ABSOLUTE, IMAGE_BASED, IMAGE_WHOLE, IMAGE_ITSELF } ImageKind;

typedef struct {
	const char *name;	/* the first kernel that has it */
	gboolean behind;	/* addresses are behind the tokens */
	ImageKind kind;
	gboolean order;		/* an order by name between markers and tokens */
	gboolean long_names;	/* of more than 127 tokens */
	guint marker;		/* bytes */
	guint align;
} ImageLayout;

extern const ImageLayout image_layouts[];
extern const gsize n_image_layouts;

typedef struct {
	guint64 address;
	char type;
	char *name;
} ImageSymbol;

/* What the image has, by address: @n functions besides the special ones. */
GArray *image_symbols(const ImageLayout *layout, guint n);

/* An ELF file of @symbols. */
GByteArray *image_make(const ImageLayout *layout, const GArray *symbols);

/* @packing: "gzip", "bzip2", "xz", "lzma", "zstd", "lz4" or "none". */
GByteArray *image_pack(const GByteArray *file, const char *packing);

/* A bzImage with @file, packed, in it. */
GByteArray *image_boot(const GByteArray *file, const char *packing);

#endif
