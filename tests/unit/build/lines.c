/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines move, and #line keeps their numbers: nothing is changed. */
#include "kernel.h"

#ifdef PATCHED
/* a comment more
 *
 */
#line 7
#endif
int warns(int x)
{
	if (x < 0)
		WARN(1);
	return outside(x);
}
