/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys and certificates of whoever signs. */
#ifndef KP_KEY_H
#define KP_KEY_H

#include "signing/openssl.h"

/* Gives the passphrase or PIN for @what, or NULL with @error set. It is called
 * only when one is needed, and at most once a key. The caller wipes and frees
 * what it gives with kp_secret_free(). */
typedef char *(*KpAskSecret)(const char *what, gpointer data, GError **error);

void kp_secret_free(char *secret);

/* The key in the PEM file @name, or on a token when @name is a PKCS#11 URI
 * (RFC 7512). Caller frees with EVP_PKEY_free(). */
EVP_PKEY *kp_key_load(const char *name, KpAskSecret ask, gpointer data, GError **error);

/* The first certificate in a PEM or DER file. Caller frees with X509_free(). */
X509 *kp_certificate_load(const char *path, GError **error);

/* KP_ERROR_USAGE when @key does not belong to @certificate. */
gboolean kp_key_matches(EVP_PKEY *key, const X509 *certificate, GError **error);

/* For key.c and token.c: a PEM passphrase callback's state. */
typedef struct {
	const char *what;
	KpAskSecret ask;
	gpointer data;
	GError *error;
} KpQuestion;

int kp_question_answer(char *buffer, int size, int writing, void *question);

/* token.c */
EVP_PKEY *kp_token_key(const char *uri, KpQuestion *question, GError **error);

#endif
