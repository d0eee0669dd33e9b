/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/journal.h"

#include <gmodule.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"

#define SOCKET "/run/systemd/journal/socket"
#define LIBRARY "libsystemd.so.0"

/* One row per kind. An id once published keeps its meaning, and has its entry
 * in conf/kpatch-manager.catalog. */
static const struct {
	const char *id;
	int priority;
	gboolean failure;
} message_table[] = {
	[KP_JOURNAL_LIVE] = { "d0bb309b900e46d48a9a7d281b9b2dc8", LOG_NOTICE, FALSE },
	[KP_JOURNAL_TAKEN_OUT] = { "8ff72f5463b6449e873b409be7d9300e", LOG_NOTICE, FALSE },
	[KP_JOURNAL_TIDIED] = { "fa441c4f488e4efebc7b222334a8c919", LOG_INFO, FALSE },
	[KP_JOURNAL_FAILED] = { "deeb181e61ff481d9d1b19c196bfb5e5", LOG_ERR, TRUE },
	[KP_JOURNAL_BUSY] = { "f4ce19432aae40819e307dbd1ed6eb88", LOG_WARNING, TRUE },
	[KP_JOURNAL_REFUSED] = { "624e04f9901848608eaf4afaa877189c", LOG_WARNING, TRUE },
	[KP_JOURNAL_HELD] = { "5aa1726578c545308209119b84364f45", LOG_NOTICE, FALSE },
	[KP_JOURNAL_RELEASED] = { "9aa26f9eb4ca4e13a629aff5eca4f730", LOG_NOTICE, FALSE },
	[KP_JOURNAL_TRIAL_PASSED] = { "715db3ec4a4049a0b407cac2d7920e0a", LOG_NOTICE, FALSE },
	[KP_JOURNAL_TRIAL_FAILED] = { "9d43c495d0f84413ad3277373012f6c1", LOG_ERR, TRUE },
	[KP_JOURNAL_BOOT_DIED] = { "019ab86c1fbc4e5e9a8261abb95f0c62", LOG_ERR, FALSE },
	[KP_JOURNAL_INSTALLED] = { "166ddbf26c194db5a522a8c107daef6d", LOG_INFO, FALSE },
	[KP_JOURNAL_UNINSTALLED] = { "f8004ec293ab4c2d8acf059aced85c69", LOG_INFO, FALSE },
	[KP_JOURNAL_STATE_DAMAGED] = { "9b349c6fc2fe46f7aa5e4aa6291474b9", LOG_ERR, FALSE },
	[KP_JOURNAL_STATE_EXPOSED] = { "c8c34a39eb0140a7b9da95e80cb80b23", LOG_WARNING, FALSE },
	[KP_JOURNAL_PACKAGE] = { "fc0eaac5b50a449197cdad08fc043b42", LOG_NOTICE, FALSE },
	[KP_JOURNAL_PACKAGES_FAILED] = { "7abfc5e336244436b881ee955a41fe59", LOG_ERR, TRUE },
	[KP_JOURNAL_REPAIRED] = { "cbd34faa41604f65a4ccc5b129a20ee8", LOG_NOTICE, FALSE },
};
G_STATIC_ASSERT(G_N_ELEMENTS(message_table) == KP_JOURNAL_MESSAGES);

struct KpJournal {
	KpJournalSink sink;
	gpointer data;
	gboolean failed;	/* an entry about a failure has gone out */
};

/* sd_journal_sendv(3) */
typedef int (*SendFunc)(const struct iovec *fields, int count);

/* The library is loaded for the first entry, which comes after the kernel was
 * changed: neither status nor the way to a live patch pays for it. It stays. */
static void send_to_system(const struct iovec *fields, int count, gpointer data)
{
	static GModule *library;
	SendFunc send;

	if (access(SOCKET, W_OK) != 0)
		return;
	if (library == NULL)
		library = g_module_open(LIBRARY, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
	if (library != NULL && g_module_symbol(library, "sd_journal_sendv", (gpointer *)&send))
		send(fields, count);
}

KpJournal *kp_journal_new(KpJournalSink sink, gpointer data)
{
	KpJournal *journal = g_new0(KpJournal, 1);

	journal->sink = sink != NULL ? sink : send_to_system;
	journal->data = data;
	return journal;
}

void kp_journal_free(KpJournal *journal)
{
	g_free(journal);
}

const char *kp_journal_id(KpJournalMessage message)
{
	return message_table[message].id;
}

static void add_field(GPtrArray *fields, const char *key, const char *value)
{
	if (value != NULL)
		g_ptr_array_add(fields, g_strconcat(key, "=", value, NULL));
}

static void send_fields(KpJournal *journal, const GPtrArray *fields)
{
	g_autofree struct iovec *vector = g_new(struct iovec, fields->len);

	for (guint i = 0; i < fields->len; i++) {
		vector[i].iov_base = g_ptr_array_index(fields, i);
		vector[i].iov_len = strlen(g_ptr_array_index(fields, i));
	}
	journal->sink(vector, (int)fields->len, journal->data);
}

void kp_journal_say(KpJournal *journal, KpJournalMessage message,
		    const KpJournalEntry *entry, const char *format, ...)
{
	g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = NULL, *clean = NULL;
	char priority[] = { (char)('0' + message_table[message].priority), '\0' };
	va_list args;

	if (journal == NULL)
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	clean = kp_text_lines(text);
	add_field(fields, "MESSAGE", clean);
	add_field(fields, "MESSAGE_ID", message_table[message].id);
	add_field(fields, "PRIORITY", priority);
	add_field(fields, "SYSLOG_IDENTIFIER", "kpatch-manager");
	add_field(fields, "KPATCH_KERNEL", entry->kver);
	add_field(fields, "KPATCH_NAME", entry->name);
	add_field(fields, "KPATCH_VERSION", entry->version);
	add_field(fields, "KPATCH_SHA256", entry->sha256);
	add_field(fields, "KPATCH_ACTION", entry->action);
	add_field(fields, "KPATCH_RESULT", entry->result);
	add_field(fields, "KPATCH_STEP", entry->step);
	add_field(fields, "KPATCH_REPLACES", entry->replaces);
	for (char **package = entry->packages; package != NULL && *package != NULL; package++)
		add_field(fields, "KPATCH_PACKAGE", *package);
	send_fields(journal, fields);
	journal->failed |= message_table[message].failure;
}

static KpJournalMessage failure_kind(const GError *problem)
{
	if (g_error_matches(problem, KP_ERROR, KP_ERROR_BUSY))
		return KP_JOURNAL_BUSY;
	if (g_error_matches(problem, KP_ERROR, KP_ERROR_REFUSED))
		return KP_JOURNAL_REFUSED;
	return KP_JOURNAL_FAILED;
}

static const KpStep *find_step(const KpPlan *plan, KpStepKind kind)
{
	for (guint i = 0; i < plan->steps->len; i++)
		if (g_array_index(plan->steps, KpStep, i).kind == kind)
			return &g_array_index(plan->steps, KpStep, i);
	return NULL;
}

static void say_hold(KpJournal *journal, const KpJournalEntry *entry, gboolean held)
{
	kp_journal_say(journal, held ? KP_JOURNAL_HELD : KP_JOURNAL_RELEASED, entry,
		       held ? "%s (%s) is held for kernel %s until a newer one comes."
			    : "%s (%s) is released for kernel %s.",
		       entry->name, entry->version, entry->kver);
}

void kp_journal_hold(KpJournal *journal, const char *action, const KpHold *hold)
{
	const KpJournalEntry entry = { .kver = hold->kver, .name = hold->name,
				       .version = hold->version, .sha256 = hold->sha256,
				       .action = action, .result = "done" };

	say_hold(journal, &entry, !g_str_equal(action, "release"));
}

/* The hold or release of one step, as an entry of its own. */
static void say_step(KpJournal *journal, KpJournalEntry entry, const KpStep *step)
{
	if (step->kind != KP_STEP_HOLD && step->kind != KP_STEP_RELEASE)
		return;
	entry.name = step->name;
	entry.version = step->version;
	entry.sha256 = step->patch != NULL ? kp_patch_sha256(step->patch) : NULL;
	say_hold(journal, &entry, step->kind == KP_STEP_HOLD);
}

static void say_done(KpJournal *journal, KpJournalEntry *entry, const KpPlan *plan)
{
	const KpStep *out = find_step(plan, KP_STEP_DISABLE);

	if (kp_plan_loads(plan)) {
		kp_journal_say(journal, KP_JOURNAL_LIVE, entry, "%s (%s) is live in kernel %s.",
			       entry->name, entry->version, entry->kver);
	} else if (out != NULL) {
		entry->name = out->name;
		entry->version = out->version;
		kp_journal_say(journal, KP_JOURNAL_TAKEN_OUT, entry,
			       "%s was taken out of kernel %s.", out->name, entry->kver);
	} else {
		kp_journal_say(journal, KP_JOURNAL_TIDIED, entry,
			       "Copies and modules of kernel %s were tidied; what is live stays.",
			       entry->kver);
	}
	for (guint i = 0; i < plan->steps->len; i++)
		say_step(journal, *entry, &g_array_index(plan->steps, KpStep, i));
}

static void take_patch(KpJournalEntry *entry, const KpPatch *patch)
{
	entry->name = patch->name;
	entry->version = patch->version;
	entry->sha256 = kp_patch_sha256(patch);
}

static void say_problem(KpJournal *journal, const KpJournalEntry *entry, const GError *problem)
{
	kp_journal_say(journal, failure_kind(problem), entry, "%s", problem->message);
}

void kp_journal_plan(KpJournal *journal, const char *action, const char *kver,
		     const KpPlan *plan, const GError *problem)
{
	KpJournalEntry entry = { .kver = kver, .action = action,
				 .result = problem != NULL ? kp_error_word(problem) : "done" };

	if (plan->target != NULL)
		take_patch(&entry, plan->target);
	if (problem != NULL)
		say_problem(journal, &entry, problem);
	else
		say_done(journal, &entry, plan);
}

void kp_journal_refusal(KpJournal *journal, const char *action, const KpPatch *patch,
			const GError *problem)
{
	KpJournalEntry entry = { .kver = patch->kver, .action = action,
				 .result = kp_error_word(problem) };

	take_patch(&entry, patch);
	say_problem(journal, &entry, problem);
}

/* "kpatch-patch-... was upgraded from 1-2, for kernel ..." */
static char *step_text(const KpUpdateStep *step, const char *nevra, const char *kver)
{
	static const char *const words[] = {
		[KP_STEP_INSTALL] = "installed", [KP_STEP_UPGRADE] = "upgraded",
		[KP_STEP_DOWNGRADE] = "downgraded", [KP_STEP_REINSTALL] = "reinstalled",
		[KP_STEP_ERASE] = "removed",
	};
	gboolean from = step->replaces != NULL &&
			(step->kind == KP_STEP_UPGRADE || step->kind == KP_STEP_DOWNGRADE);
	g_autofree char *text = g_strconcat(nevra, " was ", words[step->kind], from ? " from " : "",
					    from ? step->replaces : "", kver != NULL ?
					    ", for kernel " : "", kver, NULL);

	return kp_text_printable(text);
}

void kp_journal_package(KpJournal *journal, const KpUpdateStep *step, const char *kver)
{
	g_autofree char *nevra = kp_package_nevra(step->package);
	g_autofree char *text = step_text(step, nevra, kver);
	char *packages[] = { nevra, NULL };
	const KpJournalEntry entry = {
		.kver = kver, .action = "update", .result = "done", .packages = packages,
		.step = kp_update_step_word(step->kind), .replaces = step->replaces,
	};

	kp_journal_say(journal, KP_JOURNAL_PACKAGE, &entry, "%s.", text);
}

void kp_journal_exposed(KpJournal *journal, const KpState *state, const char *kver)
{
	const KpJournalEntry entry = { .kver = kver };

	if (kp_state_exposed(state) != NULL)
		kp_journal_say(journal, KP_JOURNAL_STATE_EXPOSED, &entry, "%s",
			       kp_state_exposed(state));
}

void kp_journal_repaired(KpJournal *journal, const char *damage)
{
	const KpJournalEntry entry = { .action = "update", .result = "done", .step = "repair" };

	kp_journal_say(journal, KP_JOURNAL_REPAIRED, &entry, "Put in order: %s.", damage);
}

void kp_journal_packages_failed(KpJournal *journal, const GPtrArray *steps,
				const GError *problem)
{
	g_autoptr(GPtrArray) nevras = g_ptr_array_new_with_free_func(g_free);
	KpJournalEntry entry = { .action = "update", .result = kp_error_word(problem) };

	if (g_error_matches(problem, KP_ERROR, KP_ERROR_USAGE))
		return;
	for (guint i = 0; i < steps->len; i++)
		g_ptr_array_add(nevras, kp_package_nevra(
			((const KpUpdateStep *)g_ptr_array_index(steps, i))->package));
	g_ptr_array_add(nevras, NULL);
	entry.packages = (char **)nevras->pdata;
	kp_journal_say(journal, KP_JOURNAL_PACKAGES_FAILED, &entry, "%s", problem->message);
}

void kp_journal_error(KpJournal *journal, const char *action, const GError *problem)
{
	const KpJournalEntry entry = { .action = action, .result = kp_error_word(problem) };

	if (journal != NULL && !journal->failed &&
	    !g_error_matches(problem, KP_ERROR, KP_ERROR_USAGE))
		say_problem(journal, &entry, problem);
}
