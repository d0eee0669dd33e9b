/* SPDX-License-Identifier: GPL-2.0-or-later */
int one(int wait);
void linger(void);
