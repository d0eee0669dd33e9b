/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening the package database, for reading only. */
#ifndef KP_RPMDB_H
#define KP_RPMDB_H

#include <glib.h>
#include <rpm/header.h>
#include <rpm/rpmts.h>

/* Makes librpm look at the database in @folder ("auto": the first of the usual folders
 * that has one) below @root. FALSE with KP_ERROR_FAILED when there is none. */
gboolean kp_rpmdb_configure(const char *root, const char *folder, GError **error);

/* Opens the database in @folder ("auto": the first of the usual folders that
 * has one) below @root. NULL and KP_ERROR_FAILED when there is none or it
 * cannot be read; librpm itself would make an empty one. Caller ends it with
 * rpmtsFree(). */
rpmts kp_rpmdb_open(const char *root, const char *folder, GError **error);

/* The same for who only asks its indexes. Folder and format are all that librpm
 * would take from its configuration, and reading that takes longer than all that is
 * asked. What reads or installs packages wants kp_rpmdb_open(). */
rpmts kp_rpmdb_look(const char *root, const char *folder, GError **error);

/* A text that changes with each package that comes or goes. NULL with @error. Caller
 * frees. */
char *kp_rpmdb_state(rpmts ts, GError **error);

typedef void (*KpHeaderFunc)(Header header, unsigned int offset, gpointer user);

/* Hands on every package that provides KP_TIE, once: a kernel. @offset is its place in
 * the database. */
void kp_rpmdb_kernels(rpmts ts, KpHeaderFunc take, gpointer user);

/* The same of all that require it, or are patches of before there was that name
 * (KP_OLD_TIE). Whether its name is that of a patch is for @take to see. */
void kp_rpmdb_patches(rpmts ts, KpHeaderFunc take, gpointer user);

#endif
