/* SPDX-License-Identifier: GPL-2.0-or-later */
int one(int wait);

/* Its being cold makes that half of a function cold which calls it. */
void linger(void) __attribute__((__cold__));
