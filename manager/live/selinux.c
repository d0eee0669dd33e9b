/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads selinuxfs itself: libselinux reads files of its own at the start of every
 * program that is linked with it, a boot too, knows no root prefix, and prints what
 * it answers with no. */
#include "live/selinux.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/root.h"
#include "live/label.h"
#include "live/seal.h"

#define FOLDER "/sys/fs/selinux"
#define BOOLEAN "secure_mode_insmod"
#define PROGRAM "/usr/sbin/kpatch-manager"

/* proc(5): /proc/PID/attr/current; the kernel takes and gives a page at most */
#define PAGE 4096

/* security/selinux/include/security.h: AVD_FLAGS_PERMISSIVE */
#define PERMISSIVE 1

gboolean kp_selinux_enforcing(const char *root)
{
	g_autofree char *path = kp_root_path(root, FOLDER "/enforce");
	g_autofree char *text = kp_root_read(root, path, 16);

	return g_strcmp0(text, "1") == 0;
}

/* The file has what is in force, and what would be after a commit. */
gboolean kp_selinux_boolean(const char *root, const char *name)
{
	g_autofree char *path = kp_root_pathf(root, FOLDER "/booleans/%s", name);
	g_autofree char *text = kp_root_read(root, path, 16);

	return text != NULL && g_str_has_prefix(text, "1");
}

KpAnswer kp_selinux_answer(const char *text, guint number)
{
	guint allowed, flags;

	if (number < 1 || number > 32 ||
	    sscanf(text, "%x %*x %*x %*x %*u %x", &allowed, &flags) != 2)
		return KP_ANSWER_UNKNOWN;
	if ((flags & PERMISSIVE) != 0)
		return KP_ANSWER_ALLOWED;
	return (allowed & (1U << (number - 1))) != 0 ? KP_ANSWER_ALLOWED : KP_ANSWER_DENIED;
}

/* A number of the policy in force: they differ from one to the next. 0: none. */
static guint read_number(const char *kind, const char *rest)
{
	g_autofree char *path = g_strconcat(FOLDER "/class/", kind, rest, NULL);
	g_autofree char *text = kp_read_text(path, 16);

	return text != NULL ? (guint)g_ascii_strtoull(text, NULL, 10) : 0;
}

/* What is written to such a file is a question, and what is read then its answer. */
static char *transact(const char *file, const char *question)
{
	g_autofree char *path = g_strconcat(FOLDER "/", file, NULL);
	char answer[PAGE + 1];
	int fd = open(path, O_RDWR | O_CLOEXEC);
	gssize n;

	if (fd < 0)
		return NULL;
	n = write(fd, question, strlen(question)) >= 0 ? read(fd, answer, PAGE) : -1;
	close(fd);
	return n > 0 ? g_strndup(answer, (gsize)n) : NULL;
}

KpAnswer kp_selinux_ask(const char *source, const char *target, const char *kind,
			const char *permission)
{
	g_autofree char *leaf = g_strconcat("/perms/", permission, NULL);
	guint class_number = read_number(kind, "/index");
	guint number = read_number(kind, leaf);
	g_autofree char *question = g_strdup_printf("%s %s %u", source, target, class_number);
	g_autofree char *text = class_number != 0 && number != 0 ? transact("access", question) : NULL;

	return text != NULL ? kp_selinux_answer(text, number) : KP_ANSWER_UNKNOWN;
}

/* The label that a program run by @source gets, or NULL. */
static char *run_as(const char *source, const char *program)
{
	g_autofree char *question = g_strdup_printf("%s %s %u", source, program,
						    read_number("process", "/index"));

	return transact("create", question);
}

static char *label_of_process(const char *who)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/attr/current", who);
	g_autofree char *text = kp_read_text(path, PAGE);

	return text != NULL && *text != '\0' ? g_steal_pointer(&text) : NULL;
}

/* Other security modules have a file of that name too. */
char *kp_selinux_domain(void)
{
	g_autofree char *label = label_of_process("self");
	g_autofree char *type = label != NULL ? kp_label_type(label) : NULL;

	return type != NULL ? g_steal_pointer(&label) : NULL;
}

static gboolean may_relabel(const KpSelinuxCase *about, KpSelinuxAsk ask)
{
	if (about->memory == NULL || g_str_equal(about->memory, about->wanted))
		return TRUE;
	return ask(about->domain, about->memory, "file", "relabelfrom") != KP_ANSWER_DENIED &&
	       ask(about->domain, about->wanted, "file", "relabelto") != KP_ANSWER_DENIED;
}

/* finit_module(2) asks about the label of the file, init_module(2), our last way,
 * about the process's own. */
static gboolean may_load_from(const KpSelinuxCase *about, const char *label, KpSelinuxAsk ask)
{
	return ask(about->domain, label, "system", "module_load") != KP_ANSWER_DENIED ||
	       ask(about->domain, about->domain, "system", "module_load") != KP_ANSWER_DENIED;
}

static char *no_modules_at_all(const KpSelinuxCase *about, const char *type, KpSelinuxAsk ask)
{
	KpAnswer answer = ask(about->domain, about->domain, "capability", "sys_module");

	if (answer == KP_ANSWER_ALLOWED || (answer == KP_ANSWER_UNKNOWN && !about->insmod_off))
		return NULL;
	if (about->insmod_off)
		return g_strdup_printf("SELinux keeps %s from loading modules, because the boolean "
				       BOOLEAN " is on; 'setsebool " BOOLEAN " off' lets them "
				       "in again", type);
	return g_strdup_printf("SELinux keeps %s from loading modules: its policy does not give that "
			       "domain the capability sys_module", type);
}

char *kp_selinux_judge(const KpSelinuxCase *about, KpSelinuxAsk ask)
{
	g_autofree char *type = kp_label_type(about->domain);
	g_autofree char *file = NULL;
	char *reason = no_modules_at_all(about, type != NULL ? type : about->domain, ask);
	gboolean relabels;

	if (reason != NULL || about->wanted == NULL)
		return reason;
	relabels = may_relabel(about, ask);
	if (may_load_from(about, relabels ? about->wanted : about->memory, ask))
		return NULL;
	file = kp_label_type(about->wanted);
	return g_strdup_printf("SELinux does not let %s %s %s%s; its policy has to allow that",
			       type != NULL ? type : about->domain,
			       relabels ? "load a module of the type" : "give memory the type",
			       file != NULL ? file : about->wanted,
			       relabels ? "" : ", which modules have, nor load one without it");
}

/* What memory of ours has for a label, and what it would be given. */
static void read_labels(const KpHost *host, char **memory, char **wanted)
{
	g_autofree char *modules = kp_label_of_modules(host->kver, &kp_label_calls);
	g_autofree char *type = modules != NULL ? kp_label_type(modules) : NULL;
	int fd = kp_empty_memory();

	*memory = fd >= 0 ? kp_label_calls.of_fd(fd) : NULL;
	*wanted = *memory != NULL && type != NULL ? kp_label_with_type(*memory, type) : NULL;
	if (fd >= 0)
		close(fd);
}

/* TRUE when there is a kernel that can be asked. */
static gboolean is_here(const KpHost *host)
{
	return host->is_machine && kp_root_is_machine(host->root) && host->kver != NULL;
}

static KpAnswer nobody_knows(const char *source, const char *target, const char *kind,
			     const char *permission)
{
	return KP_ANSWER_UNKNOWN;
}

char *kp_selinux_denial(const KpHost *host)
{
	g_autofree char *domain = NULL, *memory = NULL, *wanted = NULL;
	KpSelinuxCase about = { 0 };

	if (!kp_selinux_enforcing(host->root))
		return NULL;
	about.insmod_off = kp_selinux_boolean(host->root, BOOLEAN);
	if (is_here(host)) {
		domain = kp_selinux_domain();
		read_labels(host, &memory, &wanted);
	}
	about.domain = domain != NULL ? domain : "all domains";
	about.memory = memory;
	about.wanted = wanted;
	return kp_selinux_judge(&about, domain != NULL ? kp_selinux_ask : nobody_knows);
}

/* The domain that systemd starts our services in. */
static char *domain_of_service(const char *init)
{
	g_autofree char *program = kp_label_calls.of_path(PROGRAM);

	return program != NULL ? run_as(init, program) : NULL;
}

/* librpm's plugin asks for a domain of this name, lib/rpmscript.c and
 * setexecfilecon(3). A policy that does not have it knows of no denial. */
static char *domain_of_scriptlets(const char *init)
{
	return kp_label_with_type(init, "rpm_script_t");
}

static void add_denial(GPtrArray *denials, const char *who, const KpSelinuxCase *about)
{
	g_autofree char *reason = about->domain == NULL ? NULL :
		kp_selinux_judge(about, kp_selinux_ask);

	if (reason != NULL)
		g_ptr_array_add(denials, g_strdup_printf("%s: %s", who, reason));
}

GPtrArray *kp_selinux_denials(const KpHost *host)
{
	GPtrArray *denials = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *init = NULL, *service = NULL, *scriptlets = NULL, *wanted = NULL;
	KpSelinuxCase about = { 0 };

	/* a question is a right of its own: those who have it not would be noted */
	if (!is_here(host) || geteuid() != 0 || !kp_selinux_enforcing(host->root))
		return denials;
	init = label_of_process("1");
	if (init == NULL)
		return denials;
	service = domain_of_service(init);
	scriptlets = domain_of_scriptlets(init);
	wanted = kp_label_of_modules(host->kver, &kp_label_calls);
	about.wanted = wanted;
	about.insmod_off = kp_selinux_boolean(host->root, BOOLEAN);
	about.domain = service;
	add_denial(denials, "kpatch.service can make no patch live", &about);
	/* the boolean is for all, and was told */
	about.domain = denials->len > 0 && about.insmod_off ? NULL : scriptlets;
	add_denial(denials, "what installs a package can make no patch live", &about);
	return denials;
}
