/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys on PKCS#11 tokens: through a provider where OpenSSL has one, else
 * through the older engine, which Debian 12 and RHEL 9 have. */

/* The engine interface is all there is on those systems, though OpenSSL 3
 * would like to see it go. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "signing/key.h"

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>

#if !defined(OPENSSL_NO_ENGINE) && defined(__has_include)
#if __has_include(<openssl/engine.h>)
#define HAVE_ENGINE 1
#include <openssl/engine.h>
#endif
#endif

static EVP_PKEY *key_from_store(const char *uri, UI_METHOD *method, KpQuestion *question)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open(uri, method, question, NULL, NULL);
	EVP_PKEY *key = NULL;

	while (store != NULL && key == NULL && question->error == NULL && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info == NULL)
			continue;
		key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	return key;
}

#ifdef HAVE_ENGINE
static EVP_PKEY *key_from_engine(const char *uri, UI_METHOD *method, KpQuestion *question)
{
	ENGINE *engine;
	EVP_PKEY *key = NULL;

	ENGINE_load_builtin_engines();
	engine = ENGINE_by_id("pkcs11");
	if (engine == NULL)
		return NULL;
	if (ENGINE_init(engine) == 1) {
		key = ENGINE_load_private_key(engine, uri, method, question);
		ENGINE_finish(engine);
	}
	ENGINE_free(engine);
	return key;
}
#else
static EVP_PKEY *key_from_engine(const char *uri, UI_METHOD *method, KpQuestion *question)
{
	return NULL;
}
#endif

EVP_PKEY *kp_token_key(const char *uri, KpQuestion *question, GError **error)
{
	UI_METHOD *method;
	EVP_PKEY *key;

	if (strstr(uri, "pin-value=") != NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "a PIN on the command line is seen by everybody: leave pin-value "
				    "out and use --passphrase-file or --passphrase-fd");
		return NULL;
	}
	method = UI_UTIL_wrap_read_pem_callback(kp_question_answer, 0);
	key = key_from_store(uri, method, question);
	if (key == NULL && question->error == NULL) {
		ERR_clear_error();
		key = key_from_engine(uri, method, question);
	}
	UI_destroy_method(method);
	if (key == NULL && question->error == NULL)
		kp_openssl_error(error, KP_ERROR_USAGE,
				 "%s: no private key could be read from a token; are the URI and the "
				 "PIN right, and is pkcs11-provider or libengine-pkcs11-openssl "
				 "(RHEL: openssl-pkcs11) installed?", uri);
	return key;
}
