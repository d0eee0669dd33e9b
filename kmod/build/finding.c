/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "finding.h"

KpFinding *kp_finding_new(KpWeight weight, const char *rule, const char *symbol, char *text,
			  char *advice)
{
	KpFinding *finding = g_new0(KpFinding, 1);

	finding->weight = weight;
	finding->rule = rule;
	finding->symbol = g_strdup(symbol);
	finding->text = text;
	finding->advice = advice;
	return finding;
}

void kp_finding_free(KpFinding *finding)
{
	g_free(finding->unit);
	g_free(finding->symbol);
	g_free(finding->text);
	g_free(finding->advice);
	g_free(finding);
}

GPtrArray *kp_findings_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)kp_finding_free);
}

guint kp_findings_count(const GPtrArray *findings, KpWeight weight)
{
	guint count = 0;

	for (guint i = 0; i < findings->len; i++)
		count += ((const KpFinding *)g_ptr_array_index(findings, i))->weight == weight;
	return count;
}
