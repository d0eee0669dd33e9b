/* SPDX-License-Identifier: GPL-2.0-or-later */
static inline int foo(struct item *item)
{
	return work(item, item->value) * 5;
}
