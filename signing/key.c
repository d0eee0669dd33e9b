/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/key.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

void kp_secret_free(char *secret)
{
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	g_free(secret);
}

int kp_question_answer(char *buffer, int size, int writing, void *data)
{
	KpQuestion *question = data;
	char *secret;
	gsize length;

	if (question->error != NULL)
		return -1;
	secret = question->ask(question->what, question->data, &question->error);
	if (secret == NULL)
		return -1;
	length = strlen(secret);
	if (length > (gsize)size) {
		g_set_error(&question->error, KP_ERROR, KP_ERROR_USAGE,
			    "the passphrase is longer than %d bytes", size);
		kp_secret_free(secret);
		return -1;
	}
	memcpy(buffer, secret, length);
	kp_secret_free(secret);
	return (int)length;
}

static BIO *open_file(const char *path, GError **error)
{
	BIO *bio = BIO_new_file(path, "rbe");

	if (bio != NULL)
		return bio;
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "cannot open %s: %s", path,
		    g_strerror(errno));
	ERR_clear_error();
	return NULL;
}

static EVP_PKEY *key_from_file(const char *path, KpQuestion *question, GError **error)
{
	g_autoptr(BIO) bio = open_file(path, error);
	EVP_PKEY *key;

	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, kp_question_answer, question);
	if (key == NULL && question->error == NULL)
		kp_openssl_error(error, KP_ERROR_USAGE,
				 "%s: no private key in PEM could be read from it; is the passphrase "
				 "right?", path);
	return key;
}

EVP_PKEY *kp_key_load(const char *name, KpAskSecret ask, gpointer data, GError **error)
{
	KpQuestion question = { name, ask, data, NULL };
	EVP_PKEY *key;

	if (g_str_has_prefix(name, "pkcs11:"))
		key = kp_token_key(name, &question, error);
	else
		key = key_from_file(name, &question, error);
	ERR_clear_error();
	if (question.error == NULL)
		return key;
	/* what kept the answer away says more than what OpenSSL made of it */
	EVP_PKEY_free(key);
	g_clear_error(error);
	g_propagate_error(error, question.error);
	return NULL;
}

X509 *kp_certificate_load(const char *path, GError **error)
{
	g_autoptr(BIO) bio = open_file(path, error);
	X509 *certificate;

	if (bio == NULL)
		return NULL;
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (certificate == NULL && BIO_reset(bio) == 0)
		certificate = d2i_X509_bio(bio, NULL);
	if (certificate == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s: there is no certificate in it, neither PEM nor DER", path);
	ERR_clear_error();
	return certificate;
}

gboolean kp_key_matches(EVP_PKEY *key, const X509 *certificate, GError **error)
{
	if (X509_check_private_key(certificate, key) == 1)
		return TRUE;
	ERR_clear_error();
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
			    "the key does not belong to the certificate; name the certificate that "
			    "was made with this key");
	return FALSE;
}
