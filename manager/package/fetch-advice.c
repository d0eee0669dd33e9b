/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-advice.h"

#include <string.h>

#define AUTHORITY "if that is the right server, name the certificate of its authority with sslcacert="
#define CLIENT "the server may want a certificate: name one that it knows with sslclientcert= and sslclientkey="
#define PROXY_USER "name a user that the proxy knows with proxy_username= and proxy_password="
#define USER "name a user that the server knows with username= and password="

/* librepo gives the number of a curl error (libcurl-errors(3)) or the status of the
 * answer. The first row counts. How a server that misses a client's certificate ends
 * the connection differs from one TLS library to the next. */
static const struct advice {
	const char *sign;
	gboolean tls;		/* only of https:// */
	const char *what;
} advices[] = {
	{ "Status code: 407", FALSE, PROXY_USER },
	{ "response 407", FALSE, PROXY_USER },
	{ "HTTP code 407", FALSE, PROXY_USER },
	{ "Status code: 401", FALSE, USER },
	{ "Curl error (5)", FALSE, "nothing is known of that proxy: mend proxy=" },
	{ "Curl error (60)", TRUE, AUTHORITY },
	{ "Curl error (91)", TRUE, "the server does not prove that its certificate is still good, which sslverifystatus=1 asks for: mend it" },
	{ "Curl error (35)", TRUE, CLIENT },
	{ "Curl error (52)", TRUE, CLIENT },
	{ "Curl error (55)", TRUE, CLIENT },
	{ "Curl error (56)", TRUE, CLIENT },
	{ "Curl error (58)", TRUE, CLIENT },
	{ "Status code: 400", TRUE, CLIENT },
	{ "Status code: 403", TRUE, CLIENT },
};

char *kp_fetch_advice(const KpRepo *repo, const char *why)
{
	const char *file = repo->file != NULL ? repo->file : "its configuration";
	gboolean tls = strstr(why, "https://") != NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(advices); i++)
		if ((tls || !advices[i].tls) && strstr(why, advices[i].sign) != NULL)
			return g_strdup_printf("%s in [%s] of %s", advices[i].what, repo->id, file);
	return g_strdup_printf("try again later, or mend [%s] in %s", repo->id, file);
}
