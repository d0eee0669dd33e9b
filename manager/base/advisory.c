/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/advisory.h"

#include <string.h>

void kp_nevra_free(KpNevra *nevra)
{
	if (nevra == NULL)
		return;
	g_free(nevra->name);
	g_free(nevra->evr);
	g_free(nevra->arch);
	g_free(nevra);
}

KpNevra *kp_nevra_new(const char *name, const char *evr, const char *arch)
{
	KpNevra *nevra = g_new0(KpNevra, 1);

	nevra->name = g_strdup(name);
	nevra->evr = g_strdup(evr);
	nevra->arch = g_strdup(arch);
	return nevra;
}

/* From the right: a name may have dashes and dots, what follows it may not. */
KpNevra *kp_nevra_parse(const char *text)
{
	const char *dot = strrchr(text, '.');
	const char *release = dot != NULL ? g_strrstr_len(text, dot - text, "-") : NULL;
	const char *version = release != NULL ? g_strrstr_len(text, release - text, "-") : NULL;
	KpNevra *nevra;

	if (version == NULL || version == text || dot[1] == '\0')
		return NULL;
	nevra = g_new0(KpNevra, 1);
	nevra->name = g_strndup(text, (gsize)(version - text));
	version += g_str_has_prefix(version, "-0:") ? 3 : 1;
	nevra->evr = g_strndup(version, (gsize)(dot - version));
	nevra->arch = g_strdup(dot + 1);
	return nevra;
}

char *kp_nevra_text(const KpNevra *nevra)
{
	return g_strdup_printf("%s-%s.%s", nevra->name, nevra->evr, nevra->arch);
}

gboolean kp_nevra_fits(const KpNevra *nevra, const char *arch)
{
	return g_str_equal(nevra->arch, arch) || g_str_equal(nevra->arch, "noarch") ||
	       g_str_equal(nevra->arch, "src");
}

KpOffer *kp_offer_new(void)
{
	return g_new0(KpOffer, 1);
}

void kp_offer_free(KpOffer *offer)
{
	if (offer == NULL)
		return;
	kp_nevra_free(offer->nevra);
	g_free(offer->uname_r);
	g_free(offer->until);
	g_free(offer);
}

KpAdvisory *kp_advisory_new(void)
{
	KpAdvisory *advisory = g_new0(KpAdvisory, 1);

	advisory->packages = g_ptr_array_new_with_free_func((GDestroyNotify)kp_nevra_free);
	return advisory;
}

void kp_advisory_free(KpAdvisory *advisory)
{
	if (advisory == NULL)
		return;
	g_free(advisory->id);
	g_free(advisory->title);
	g_free(advisory->severity);
	g_free(advisory->repo);
	g_strfreev(advisory->cves);
	g_ptr_array_unref(advisory->packages);
	g_free(advisory);
}
