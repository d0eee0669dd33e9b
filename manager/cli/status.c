/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/status.h"

#include "base/arriving.h"
#include "base/error.h"
#include "base/lock.h"
#include "base/names.h"
#include "base/release.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/out.h"
#include "cli/packages.h"
#include "cli/releases.h"
#include "cli/table.h"
#include "live/core.h"
#include "live/selinux.h"
#include "live/stream.h"
#include "live/watcher.h"

static void kernel_free(gpointer data)
{
	KpStatusKernel *kernel = data;

	g_free(kernel->kver);
	g_ptr_array_unref(kernel->packages);
	g_clear_pointer(&kernel->patches, g_ptr_array_unref);
	g_clear_pointer(&kernel->candidates, kp_candidates_free);
	g_clear_pointer(&kernel->holds, g_ptr_array_unref);
	g_clear_pointer(&kernel->records, g_ptr_array_unref);
	kp_record_free(kernel->last);
	kp_record_free(kernel->load);
	g_free(kernel->recalled);
	g_free(kernel);
}

void kp_status_free(KpStatus *status)
{
	if (status == NULL)
		return;
	g_ptr_array_unref(status->kernels);
	g_clear_pointer(&status->live, g_ptr_array_unref);
	g_clear_pointer(&status->nothing, g_ptr_array_unref);
	g_ptr_array_unref(status->available);
	kp_look_clear(&status->look);
	g_ptr_array_unref(status->problems);
	g_free(status->core);
	kp_inventory_free(status->inventory);
	kp_state_close(status->state);
	g_clear_pointer(&status->certificates, g_ptr_array_unref);
	kp_voucher_free(status->voucher);
	kp_host_free(status->host);
	kp_settings_free(status->settings);
	g_free(status);
}

static KpStatusKernel *find_kernel(const KpStatus *status, const char *kver)
{
	for (guint i = 0; i < status->kernels->len; i++) {
		KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		if (g_str_equal(kernel->kver, kver))
			return kernel;
	}
	return NULL;
}

static KpStatusKernel *add_kernel(KpStatus *status, const char *kver)
{
	KpStatusKernel *kernel = find_kernel(status, kver);

	if (kernel != NULL)
		return kernel;
	kernel = g_new0(KpStatusKernel, 1);
	kernel->kver = g_strdup(kver);
	kernel->running = g_strcmp0(kver, status->host->kver) == 0;
	kernel->packages = g_ptr_array_new();
	kernel->patches = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(status->kernels, kernel);
	return kernel;
}

/* The dependency ties a patch package to its kernel, not its name. An empty
 * package (0-0, which subscribes a host to the stream) owns no folder. */
static void add_packages(KpStatusKernel *kernel, const char *uname_r,
			 const KpInventory *inventory)
{
	for (guint i = 0; i < inventory->patches->len; i++) {
		KpInvPatch *patch = g_ptr_array_index(inventory->patches, i);

		if (uname_r != NULL && g_strcmp0(patch->uname_r, uname_r) == 0)
			g_ptr_array_add(kernel->packages, patch);
	}
}

static void add_inventory(KpStatus *status)
{
	const KpInventory *inventory = status->inventory;

	for (guint i = 0; i < inventory->kernels->len; i++) {
		const KpInvKernel *package = g_ptr_array_index(inventory->kernels, i);
		KpStatusKernel *kernel = add_kernel(status, package->kver);

		if (kernel->package != NULL)
			continue;
		kernel->package = package->package;
		add_packages(kernel, package->uname_r, inventory);
	}
}

/* Without packages, the folders are all there is to know kernels by. */
static void add_stored(KpStatus *status, const char *root)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) kvers = kp_store_kernels(root, &error);

	status->unread = kvers == NULL;
	if (kvers == NULL)
		g_ptr_array_add(status->problems, g_strdup(error->message));
	for (guint i = 0; kvers != NULL && i < kvers->len; i++)
		add_kernel(status, g_ptr_array_index(kvers, i));
}

static void add_kernels(KpStatus *status, const char *root, const char *only)
{
	if (only != NULL) {
		add_kernel(status, only);
		return;
	}
	if (status->host->kver != NULL)
		add_kernel(status, status->host->kver);
	if (status->inventory != NULL)
		add_inventory(status);
	else
		add_stored(status, root);
}

static void add_problem(KpStatus *status, GError **error)
{
	g_ptr_array_add(status->problems, g_strdup((*error)->message));
	g_clear_error(error);
}

/* Once: what is wrong with a folder of all kernels is found with each. */
static void add_text(KpStatus *status, char *problem)
{
	if (problem == NULL)
		return;
	if (g_ptr_array_find_with_equal_func(status->problems, problem, g_str_equal, NULL))
		g_free(problem);
	else
		g_ptr_array_add(status->problems, problem);
}

static void read_kernel_state(KpStatus *status, KpStatusKernel *kernel)
{
	g_autoptr(GError) error = NULL;

	if (status->state != NULL) {
		kernel->holds = kp_state_holds(status->state, kernel->kver, &error);
		if (kernel->holds == NULL)
			add_problem(status, &error);
		else if (!kp_state_last_record(status->state, kernel->kver, NULL,
					       &kernel->last, &error))
			add_problem(status, &error);
	}
	if (kernel->holds == NULL)
		kernel->holds = g_ptr_array_new();
}

/* Also one that takes a patch away. */
static gboolean in_transition(const GPtrArray *live)
{
	for (guint i = 0; i < live->len; i++)
		if (((KpLivePatch *)g_ptr_array_index(live, i))->transition)
			return TRUE;
	return FALSE;
}

static gboolean any_foreign(const GPtrArray *live)
{
	for (guint i = 0; i < live->len; i++)
		if (((KpLivePatch *)g_ptr_array_index(live, i))->foreign)
			return TRUE;
	return FALSE;
}

/* An older release that somebody put on top takes back what the newer one fixes. */
static gboolean newer_is_below(const GPtrArray *live, const KpLivePatch *top)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->enabled && entry != top && kp_version_says(top->version) &&
		    kp_stream_same(entry->name, entry->version, top->name, top->version) &&
		    kp_version_compare(entry->version, top->version) > 0)
			return TRUE;
	}
	return FALSE;
}

static gboolean owns_folder(const KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->packages->len; i++)
		if (((KpInvPatch *)g_ptr_array_index(kernel->packages, i))->kver != NULL)
			return TRUE;
	return FALSE;
}

/* Whether a newer kernel than @kernel waits to be booted. */
static gboolean has_newer(const KpStatus *status, const KpStatusKernel *kernel)
{
	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *other = g_ptr_array_index(status->kernels, i);

		if (other->package != NULL && kp_version_compare(other->kver, kernel->kver) > 0)
			return TRUE;
	}
	return FALSE;
}

static gboolean is_revoked(const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpStatusPatch *top = kp_status_top(status, kernel);

	return top != NULL && top->revoked != NULL;
}

static void judge(KpStatus *status, KpStatusKernel *kernel)
{
	const KpLivePatch *top = kernel->running ? kp_live_ours(status->live) : NULL;
	KpStatusFacts facts = {
		.running = kernel->running,
		.covered = kernel->candidates->patches->len > 0 || owns_folder(kernel),
		.transition = kernel->running && in_transition(status->live),
		.awaited = status->awaited,
		.missed = top != NULL && top->missed != NULL,
		.best = kernel->best != NULL ? kernel->best->version : NULL,
		.live = top != NULL,
		.foreign = kernel->running && any_foreign(status->live),
		.overlaid = top != NULL && (top->covered != NULL || newer_is_below(status->live, top)),
		.hidden = top != NULL && kernel->hidden != NULL,
		.live_version = top != NULL ? top->version : NULL,
		.core_refused = kernel->running && status->core != NULL,
		.last_failed = kernel->last != NULL &&
			       !g_str_equal(kernel->last->result, "done") &&
			       g_str_equal(kernel->last->boot_id, status->host->boot_id),
		.newer_kernel = has_newer(status, kernel),
	};

	kp_status_recall(status, kernel);
	kp_status_add_patches(status, kernel);
	facts.revoked = is_revoked(status, kernel);
	facts.blocked = kp_status_is_blocked(kernel);
	kp_status_outlook(status, kernel);
	facts.available = kernel->available != NULL ? kernel->available->version : NULL;
	if (top != NULL && status->state != NULL)
		kernel->since = kp_state_live_since(status->state, kernel->kver, top->name,
						    status->host->boot_id);
	kernel->word = kp_status_word(&facts);
	if (kernel->running)
		status->verdict = kp_status_verdict(&facts);
}

static void vouch_all(KpStatus *status, KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->candidates->patches->len; i++)
		kp_vouch(status->voucher, g_ptr_array_index(kernel->candidates->patches, i));
}

static void add_expiring(KpStatus *status)
{
	status->certificates = kp_voucher_certificates(status->voucher);
	for (guint i = 0; status->certificates != NULL && i < status->certificates->len; i++)
		add_text(status, kp_voucher_expires(status->voucher,
						    g_ptr_array_index(status->certificates, i),
						    status->settings->expire_warn_days));
}

static void add_trust_warnings(KpStatus *status)
{
	const GPtrArray *warnings = kp_voucher_warnings(status->voucher);

	for (guint i = 0; i < warnings->len; i++)
		add_text(status, g_strdup(g_ptr_array_index(warnings, i)));
}

static const GPtrArray *live_in(const KpStatus *status, const KpStatusKernel *kernel)
{
	return kernel->running ? status->live : status->nothing;
}

/* What packages have, if it is of another stream than what is live. */
static const KpPatch *find_hidden(const KpStatus *status, const KpStatusKernel *kernel)
{
	const KpLivePatch *top = kp_live_ours(live_in(status, kernel));
	g_autoptr(GPtrArray) packaged = g_ptr_array_new();
	g_autoptr(KpChoice) choice = NULL;

	for (guint i = 0; top != NULL && i < kernel->candidates->patches->len; i++) {
		KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);

		if (patch->origin != KP_ORIGIN_PACKAGE)
			continue;
		if (kp_stream_same(patch->name, patch->version, top->name, top->version))
			return NULL;
		g_ptr_array_add(packaged, patch);
	}
	choice = kp_select_best(packaged, kernel->holds);
	return top != NULL && !top->succeeded ? choice->patch : NULL;
}

/* Newest first, until one is not revoked: older ones have no say. */
static const KpPatch *choose(KpStatus *status, KpStatusKernel *kernel)
{
	for (;;) {
		g_autoptr(KpChoice) choice = kp_select_followed(kernel->candidates->patches,
			kernel->holds, live_in(status, kernel), kernel->records);
		const KpPatch *patch = choice->patch;

		if (patch == NULL || kp_vouch(status->voucher, patch) || !kp_patch_revoked(patch))
			return patch;
	}
}

static void vouch_live(KpStatus *status, KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);

		if (kp_live_find(status->live, patch->name) != NULL)
			kp_vouch(status->voucher, patch);
	}
}

/* As apply and the boot do. */
static void ask_packages(KpStatus *status, KpStatusKernel *kernel, const char *root)
{
	kernel->records = status->state == NULL ? NULL :
		kp_state_history(status->state, kernel->kver, 0, NULL);
	if (kernel->records == NULL)
		kernel->records = g_ptr_array_new();
	if (kp_asked_matters(&kernel->asked, kernel->candidates, kernel->holds, kernel->records) &&
	    status->inventory != NULL)
		kp_asked_answer(&kernel->asked, kernel->candidates, kernel->records, root,
				status->inventory);
}

/* Without the history nobody can say who brought what is live and has no file. */
static void read_live(KpStatus *status, KpStatusKernel *kernel, const char *root)
{
	status->live = kp_live_read(root, kernel->candidates);
	kp_stream_mark(status->live, kernel->candidates, kernel->records, kernel->kver);
}

static void complete_kernel(KpStatus *status, KpStatusKernel *kernel, const char *root)
{
	kernel->candidates = kp_store_scan(root, kernel->kver);
	read_kernel_state(status, kernel);
	/* as those do who hold a release; what makes a patch live asks seldom (scene.h) */
	if (status->inventory != NULL)
		kp_releases_take(kernel->candidates, NULL, status->inventory, root);
	ask_packages(status, kernel, root);
	if (status->thorough)
		vouch_all(status, kernel);
	if (kernel->running)
		read_live(status, kernel, root);
	kernel->best = choose(status, kernel);
	kernel->hidden = find_hidden(status, kernel);
	if (kernel->best != NULL && kernel->best->distrust != NULL)
		add_text(status, g_strdup_printf("%s: %s", kernel->best->path,
						 kernel->best->distrust));
	status->unread = status->unread || kernel->candidates->unread;
	for (guint i = 0; i < kernel->candidates->problems->len; i++)
		add_text(status, g_strdup(g_ptr_array_index(kernel->candidates->problems, i)));
	if (kernel->running)
		vouch_live(status, kernel);
}

static int compare_kernels(gconstpointer a, gconstpointer b)
{
	const KpStatusKernel *left = *(const KpStatusKernel *const *)a;
	const KpStatusKernel *right = *(const KpStatusKernel *const *)b;

	if (left->running != right->running)
		return right->running - left->running;
	return kp_version_compare(right->kver, left->kver);
}

/* The next boot and the next package would leave the machine as it is. */
static void add_denials(KpStatus *status)
{
	g_autoptr(GPtrArray) denials = kp_selinux_denials(status->host);

	for (guint i = 0; i < denials->len; i++)
		add_text(status, g_strdup(g_ptr_array_index(denials, i)));
}

static KpStatus *read_facts(const char *root, GError **error)
{
	g_autoptr(KpStatus) status = g_new0(KpStatus, 1);
	g_autoptr(GError) problem = NULL;

	status->kernels = g_ptr_array_new_with_free_func(kernel_free);
	status->problems = g_ptr_array_new_with_free_func(g_free);
	status->nothing = g_ptr_array_new();
	status->available = kp_available_read(root, &status->look);
	status->settings = kp_settings_read(root, error);
	if (status->settings == NULL)
		return NULL;
	status->voucher = kp_voucher_new(root, (KpVerifyPolicy)status->settings->verify_modules);
	if (status->settings->verify_expired == KP_EXPIRED_KEPT)
		kp_voucher_keeps(status->voucher);
	status->host = kp_host_read(root);
	add_text(status, status->host->kver != NULL ? kp_live_problem(status->host) : NULL);
	add_denials(status);
	status->state = kp_state_open(root, FALSE, &problem);
	if (status->state == NULL)
		add_problem(status, &problem);
	else
		add_text(status, g_strdup(kp_state_exposed(status->state)));
	return g_steal_pointer(&status);
}

/* What is live, or will be at the next boot, may need a core module that is not loaded
 * any more: whose key was changed, for one. */
static char *judge_core(const KpStatus *status)
{
	const KpLivePatch *top = kp_live_top(status->live);
	gboolean needed = top != NULL && top->backend == KP_BACKEND_KPATCH;

	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		needed |= kernel->running && kernel->best != NULL &&
			  kernel->best->backend == KP_BACKEND_KPATCH;
	}
	return needed && status->host->kver != NULL ?
	       kp_core_problem(status->host, status->voucher, status->state) : NULL;
}

static void complete(KpStatus *status, const char *root, const char *only)
{
	add_kernels(status, root, only);
	g_ptr_array_sort(status->kernels, compare_kernels);
	for (guint i = 0; i < status->kernels->len; i++)
		complete_kernel(status, g_ptr_array_index(status->kernels, i), root);
	if (status->live == NULL)
		status->live = kp_live_read(root, NULL);
	status->core = judge_core(status);
	if (status->core != NULL)
		add_text(status, g_strdup_printf("at the next boot no patch will be live: %s",
						 status->core));
	/* in a transition that nobody waits for, nothing will happen by itself */
	status->awaited = in_transition(status->live) && kp_lock_is_held(root);
	for (guint i = 0; i < status->kernels->len; i++)
		judge(status, g_ptr_array_index(status->kernels, i));
	add_expiring(status);
	add_trust_warnings(status);
	add_text(status, kp_arriving_warning(root));
	/* whoever has the lock may have made the mark just now */
	if (status->state != NULL && !kp_lock_is_held(root))
		add_text(status, kp_watcher_revive(status->state, status->host));
	status->service = kp_service_state(root);
	if (kp_live_ours(status->live) != NULL)
		add_text(status, kp_service_problem(status->service));
}

KpStatus *kp_status_read(const char *root, gboolean thorough, GError **error)
{
	g_autoptr(KpStatus) status = read_facts(root, error);
	g_autoptr(GError) problem = NULL;

	if (status == NULL)
		return NULL;
	status->thorough = thorough;
	status->inventory = kp_packages_read(root, status->settings, &problem);
	if (status->inventory == NULL)
		add_problem(status, &problem);
	complete(status, root, NULL);
	return g_steal_pointer(&status);
}

KpStatus *kp_status_read_files(const char *root, const char *kver, GError **error)
{
	g_autoptr(KpStatus) status = NULL;

	if (kver != NULL && !kp_kver_valid(kver)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "no kernel can be called %s; --kernel wants what 'uname -r' prints", kver);
		return NULL;
	}
	status = read_facts(root, error);
	if (status == NULL)
		return NULL;
	status->thorough = TRUE;
	complete(status, root, kver);
	return g_steal_pointer(&status);
}

/* The text says what could not be read. */
int kp_status_exit_code(const KpStatus *status, int code)
{
	return status->unread && code == KP_EXIT_DONE ? KP_EXIT_FAILED : code;
}

static int check(const KpStatus *status, const KpOptions *options, GError **error)
{
	g_autofree char *text = NULL;

	if (status->host->kver == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "no kernel is running there (/proc/sys/kernel/osrelease is missing)");
		return -1;
	}
	text = options->json ? kp_status_json(status) : kp_status_check_text(status);
	if (options->json)
		kp_out_clean(text);
	else if (!options->quiet)
		kp_out("%s", text);
	return kp_status_exit_code(status, status->verdict.code);
}

int kp_command_status(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpStatus) status = kp_status_read(options->root, options->json, error);
	g_autofree char *text = NULL;

	if (status == NULL)
		return -1;
	if (options->check)
		return check(status, options, error);
	text = options->json ? kp_status_json(status)
			     : kp_status_table(status, kp_table_colour_wanted());
	kp_out_clean(text);
	return kp_status_exit_code(status, KP_EXIT_DONE);
}
