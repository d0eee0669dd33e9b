/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of a package in a descriptor. */
#ifndef KP_HEADER_H
#define KP_HEADER_H

#include <rpm/rpmts.h>

#include "base/transaction.h"

/* Reads and checks it; @header is librpm's, for who puts it into a transaction, and
 * may be NULL. NULL with KP_ERROR_REFUSED. Caller frees both. */
KpPackageHeader *kp_header_read(rpmts ts, int fd, Header *header, GError **error);

/* What @header says, without a look at its signature. Caller frees. */
KpPackageHeader *kp_header_describe(Header header);

/* The files of the package: KpPackageFile. Caller unrefs. */
GPtrArray *kp_header_files(Header header);

/* As KpTransactionApi has it. */
KpPackageHeader *kp_header_of_package(const char *root, const char *rpmdb, int fd,
				      GError **error);

/* Fills key_id and signer of @info, from the signature in @header. */
void kp_signer_fill(rpmts ts, Header header, KpPackageHeader *info);

#endif
