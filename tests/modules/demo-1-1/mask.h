/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/seq_file.h>
#include <linux/string.h>

/* Prints @line with the values of the options in @secrets replaced by ***. */
static inline void show_masked(struct seq_file *m, const char *line,
			       const char * const *secrets)
{
	while (*line) {
		size_t word = strcspn(line, " ");
		const char * const *s = secrets;

		while (*s && !str_has_prefix(line, *s))
			s++;
		if (*s)
			seq_printf(m, "%s***", *s);
		else
			seq_write(m, line, word);
		line += word;
		if (*line)
			seq_putc(m, *line++);
	}
	seq_putc(m, '\n');
}
